"""Requests under way that may yet show what a value of legacy's is called by the other sides."""

from crossfade.shadow.asking.lifecycle import Work
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Reply

_ENDED = frozenset({Work.ENDED})


class Suspects:
    """Who holds which values: a client can only send back what it has seen, in answers that were complete by then.

    Answers are read only when a later request carries something; most are judged before.
    """

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._unread: dict[Pending, Reply] = {}
        self._values: dict[Pending, frozenset[str]] = {}
        self._holders: dict[str, list[Pending]] = {}

    def add(self, pending: Pending, reply: Reply) -> None:
        """Legacy has answered a request that is not judged yet."""
        self._unread[pending] = reply

    def of(self, values: frozenset[str]) -> tuple[Pending, ...]:
        """Those not judged yet whose legacy answers carry one of these values."""
        if not values:
            return ()
        for pending, reply in self._unread.items():
            self._values[pending] = self._bindings.answered(pending.frame.request, reply)
            for value in self._values[pending]:
                self._holders.setdefault(value, []).append(pending)
        self._unread.clear()
        return tuple(other for value in values for other in self._holders.get(value, ()))

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
