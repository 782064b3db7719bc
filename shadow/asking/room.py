"""How much is kept for requests under way, within a bound."""

from crossfade.shadow.asking.pending import Pending


class Room:
    """Counts the bytes that are kept; those of requests that are judged apart take no more than half of the bound.

    So heavy answers, each of which is judged for seconds, leave room for the others. One alone is let in however large
    it is.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.held_bytes = 0
        self._apart_bytes = 0

    @property
    def is_overfull(self) -> bool:
        """Whether more is kept than may be, so that a stream that grows has to go; not for one heavy answer's sake."""
        return self._taken_bytes() > self._limit_bytes

    def takes(self, body_bytes: int) -> bool:
        """Whether one more request may begin, with a body of this size."""
        return self._taken_bytes() + body_bytes <= self._limit_bytes

    def takes_reply(self, body_bytes: int) -> bool:
        """Twice the bound, as in the feed: a request that was let in is not to end for the next one's sake."""
        return self._taken_bytes() + body_bytes <= 2 * self._limit_bytes

    def hold(self, pending: Pending, more_bytes: int) -> None:
        """Counts what is kept for a request."""
        pending.held_bytes += more_bytes
        self.held_bytes += more_bytes
        if pending.is_apart:
            self._apart_bytes += more_bytes

    def hold_apart(self, pending: Pending, more_bytes: int) -> bool:
        """As ``hold``, of a request that is judged apart from here on; False, and nothing is counted, without room."""
        apart_bytes = self._apart_bytes + pending.held_bytes + more_bytes
        if self._apart_bytes and apart_bytes > self._limit_bytes // 2:
            return False
        self._apart_bytes += pending.held_bytes
        pending.is_apart = True
        self.hold(pending, more_bytes)
        return True

    def release(self, pending: Pending) -> None:
        """Nothing is kept for a request any more."""
        self.hold(pending, -pending.held_bytes)
        pending.is_apart = False

    def _taken_bytes(self) -> int:
        return self.held_bytes - self._apart_bytes + min(self._apart_bytes, self._limit_bytes // 2)
