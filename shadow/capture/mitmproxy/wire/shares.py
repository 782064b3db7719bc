"""How long a connection rests between two batches, so that no client keeps the loop to itself."""

UNITS_PER_S = 16_000
"""What one connection may have done for it while others want something too: half of the loop (see ``batches``)."""

_BURST_UNITS = 640  # at once, without a rest: some 20 requests
_REST_S = 0.001
_LONGEST_REST_S = 0.05
_OTHERS_S = 0.1  # a client for which something was done in this time wants more
_QUIET_S = 0.001  # and one whose request is under way in this


class Contention:
    """Notes for which clients the loop works. There is one per process."""

    def __init__(self) -> None:
        self._latest = ("", float("-inf"))
        self._before = ("", float("-inf"))  # the latest of another client

    def note(self, client_id: str, now: float) -> None:
        """Notes work for a client; ``now`` is seconds of any clock."""
        if client_id != self._latest[0]:
            self._before = self._latest
        self._latest = (client_id, now)

    def has_others(self, client_id: str, now: float) -> bool:
        """Whether another client wants something."""
        return self._since_other(client_id, now) < _OTHERS_S

    def is_quiet(self, client_id: str, now: float) -> bool:
        """Whether no other client seems to have a request open."""
        return self._since_other(client_id, now) > _QUIET_S

    def _since_other(self, client_id: str, now: float) -> float:
        other = self._before if self._latest[0] == client_id else self._latest
        return now - other[1]


class Share:
    """What one connection has used: a bucket that refills."""

    def __init__(self, now: float) -> None:
        self._left = float(_BURST_UNITS)
        self._at = now

    def rest_s(self, units: int, now: float, *, contended: bool) -> float:
        """Seconds to rest after work of that many units; 0 within its share."""
        self._left = min(_BURST_UNITS, self._left + (now - self._at) * UNITS_PER_S) - units
        self._at = now
        if self._left >= 0:
            return 0.0
        if not contended:
            self._left = 0.0
            return _REST_S
        return min(-self._left / UNITS_PER_S, _LONGEST_REST_S)
