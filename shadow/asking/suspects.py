"""Requests under way that may yet show what a value of legacy's is called by the other sides."""

from collections import OrderedDict
from collections.abc import Iterator

from crossfade.shadow.apart.unread import Unread
from crossfade.shadow.apart.weight import is_heavy_reply
from crossfade.shadow.asking.lifecycle import Work
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Answer, Reply

_ENDED = frozenset({Work.ENDED})
_MOST_CLEARED = 10_000
_MOST_SEARCHED_BYTES = 8_388_608
"""Some 4 ms of searching; and as much is kept of decoded bodies, which on the wire may have been a thousandth."""


class Suspects:
    """Who holds which values: a client can only send back what it has seen, in answers that were complete by then.

    Answers are read only when a later request carries something new; most are judged before. What a request has carried
    that waited for its suspects is no longer new: a session goes with every request of a person. Heavy answers are
    searched, not read, as far as that takes no time; short ids in a heavy read hold nobody up.
    """

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._unread: dict[Pending, Reply] = {}
        self._values: dict[Pending, frozenset[str]] = {}
        self._heavy: dict[Pending, Unread] = {}
        self._holders: dict[str, list[Pending]] = {}
        self._cleared: OrderedDict[str, None] = OrderedDict()

    def add(self, pending: Pending, reply: Reply) -> None:
        """Legacy has answered a request that is not judged yet."""
        request = pending.frame.request
        if isinstance(reply, Answer) and is_heavy_reply(request, reply):
            if not self._bindings.is_shared:
                self._heavy[pending] = Unread(request, reply, ids=pending.frame.write)
        else:
            self._unread[pending] = reply

    def of(self, values: frozenset[str]) -> tuple[Pending, ...]:
        """Those not judged yet whose legacy answers carry one of these values."""
        values = frozenset(value for value in values if value not in self._cleared)
        if not values:
            return ()
        for pending, reply in self._unread.items():
            self._values[pending] = self._bindings.answered(pending.frame.request, reply)
            for value in self._values[pending]:
                self._holders.setdefault(value, []).append(pending)
        self._unread.clear()
        return (*(other for value in values for other in self._holders.get(value, ())), *self._heavy_of(values))

    def _heavy_of(self, values: frozenset[str]) -> Iterator[Pending]:
        """Past the bound an answer is not searched: it may hold a value, and is waited for."""
        searched_bytes = 0
        for other, unread in self._heavy.items():
            if searched_bytes <= _MOST_SEARCHED_BYTES:
                searched_bytes += len(values) * unread.length()
            if searched_bytes > _MOST_SEARCHED_BYTES or any(map(unread.may_hold, values)):
                yield other

    def all(self) -> tuple[Pending, ...]:
        """All that are not judged yet: a request that is not looked through here may carry a value of any of them."""
        return (*self._unread, *self._values, *self._heavy)

    def forget(self, pending: Pending) -> None:
        """It is judged, or ended without that."""
        if not pending.is_in(Work.RECEIVED, Work.STOPPED):
            self._clear(pending.carried)
        self._unread.pop(pending, None)
        self._heavy.pop(pending, None)
        for value in self._values.pop(pending, ()):
            holders = self._holders[value]
            holders.remove(pending)
            if not holders:
                del self._holders[value]

    def _clear(self, values: frozenset[str]) -> None:
        """Whoever held one of these has been waited for. Not so for ETags, which may be one text for two resources."""
        for value in values:
            if not value.endswith('"'):
                self._cleared[value] = None
                self._cleared.move_to_end(value)
        while len(self._cleared) > _MOST_CLEARED:
            self._cleared.popitem(last=False)

    def count(self) -> int:
        """Requests that are kept here."""
        return len(self.all())


async def all_judged(suspects: tuple[Pending, ...]) -> None:
    """Returns when none of them can show anything more."""
    for other in suspects:
        await other.until(_ENDED)
