"""Requests under way that may yet show that a value is legacy's alone."""

from crossfade.shadow.asking.lifecycle import Work
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.exchange import Reply
from crossfade.shadow.judging.handles import ForeignHandles

_ENDED = frozenset({Work.ENDED})


class Suspects:
    """Who holds which values: a client can only send back what it has seen, in answers that were complete by then.

    Answers are read only when a later request carries something; most are judged before.
    """

    def __init__(self, handles: ForeignHandles) -> None:
        self._handles = handles
        self._unread: dict[Pending, Reply] = {}
        self._values: dict[Pending, frozenset[str]] = {}
        self._holders: dict[str, list[Pending]] = {}

    def add(self, pending: Pending, reply: Reply) -> None:
        """Legacy has answered a request that is not judged yet."""
        self._unread[pending] = reply

    def of(self, tokens: frozenset[str]) -> tuple[Pending, ...]:
        """Those not judged yet whose legacy answers carry one of these values."""
        if not tokens:
            return ()
        for pending, reply in self._unread.items():
            self._values[pending] = self._handles.answered(pending.frame.request, reply)
            for value in self._values[pending]:
                self._holders.setdefault(value, []).append(pending)
        self._unread.clear()
        return tuple(other for token in tokens for other in self._holders.get(token, ()))

    def forget(self, pending: Pending) -> None:
        """It is judged, or ended without that."""
        self._unread.pop(pending, None)
        for value in self._values.pop(pending, ()):
            holders = self._holders[value]
            holders.remove(pending)
            if not holders:
                del self._holders[value]

    def count(self) -> int:
        """Requests that are kept here."""
        return len(self._unread) + len(self._values)


async def all_judged(suspects: tuple[Pending, ...]) -> None:
    """Returns when none of them can show anything more."""
    for other in suspects:
        await other.until(_ENDED)
