"""Which requests are asked again: a bounded share, chosen without regard to what a second look will show. Pure."""

from collections import OrderedDict
from collections.abc import Collection

from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.share import share

Places = Collection[tuple[str, str]]
"""Path template and kind of each difference."""

_BURST = 100.0
_ENOUGH = 60
"""A place that was looked at so often has to wait behind those that were not."""
_MOST_PLACES = 10_000
_HALF_PCT = 50.0


class Rechecks:
    """A bucket of credits: each safe request fills in its share of one, each second look takes one.

    Places that were seldom looked at may empty it. Requests of the secondary's sample leave a quarter of it: without a
    second answer of the secondary's nobody knows whether its first one showed noise or another state. The others get a
    half of their requests, by the request's id, and only while the bucket is more than half full: so a field that
    always differs leaves something for a rare fault.
    """

    def __init__(self, share_pct: float) -> None:
        """``share_pct`` of the safe requests may be asked again; 0: none ever is."""
        self._earned = share_pct / 100
        self._credits = _BURST if share_pct > 0 else 0.0
        self._looks: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    def earn(self) -> None:
        """One more safe request was mirrored."""
        self._credits = min(_BURST, self._credits + self._earned)

    def take(self, route: RouteInfo, places: Places, request_id: str, *, is_sampled: bool) -> bool:
        """Whether a request that differs at these places is asked again, which then counts.

        ``is_sampled``: the secondary has answered it.
        """
        if not places or self._credits < 1:
            return False
        keys = [(route.key, *place) for place in places]
        is_rare = any(self._looks.get(key, 0) < _ENOUGH for key in keys)
        if not is_rare and not self._has_left(request_id, is_sampled=is_sampled):
            return False
        self._credits -= 1
        for key in keys:
            self._looks[key] = self._looks.get(key, 0) + 1
            self._looks.move_to_end(key)
        while len(self._looks) > _MOST_PLACES:
            self._looks.popitem(last=False)
        return True

    def _has_left(self, request_id: str, *, is_sampled: bool) -> bool:
        if is_sampled:
            return self._credits > _BURST / 4
        return self._credits > _BURST / 2 and share(request_id, "recheck") < _HALF_PCT
