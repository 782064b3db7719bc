"""What a side does that is neither an answer nor a failure: counted, and logged once for each route."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum

from crossfade.shadow.exchange import Request

log = logging.getLogger(__name__)
_TOLD_AT_MOST = 20


class Note(StrEnum):
    """What happened."""

    CLOSED_AS_USED = "closed_as_used"  # it closed an idle connection as a safe request went out: sent once more
    NOT_PROCESSED = "not_processed"  # it declared that it had not processed a request (RFC 9113 8.7): sent again
    BYTES_AFTER_ANSWER = "bytes_after_answer"  # it sent more than the answer, such as a body after HEAD, 204 or 304
    SECOND_LOOK = "second_look"  # crossfade sent it a safe request once more, to tell a fault from noise and drift


class Notes:
    """The notes on one side."""

    def __init__(self, side: str = "side", route_of: Callable[[Request], str] = lambda request: request.method) -> None:
        self.counts: Counter[Note] = Counter()
        self.side = side
        self._route_of = route_of
        self._told: set[tuple[Note, str]] = set()

    def count(self, note: Note) -> None:
        """Counts what crossfade itself does, which is no news for the log."""
        self.counts[note] += 1

    def add(self, note: Note, request: Request) -> None:
        """Counts it, and logs the first of each kind on a route."""
        self.counts[note] += 1
        if len(self._told) >= _TOLD_AT_MOST:
            return
        route = self._route_of(request)
        if (note, route) not in self._told:
            self._told.add((note, route))
            log.warning("%s.%s route=%s id=%s; logged once per route, and counted", self.side, note, route, request.id)


def totals(notes: Iterable[Notes]) -> tuple[tuple[str, str, int], ...]:
    """Side, what happened, how often: over all ports."""
    counts: Counter[tuple[str, str]] = Counter()
    for found in notes:
        counts.update({(found.side, note.value): count for note, count in found.counts.items()})
    return tuple((*key, count) for key, count in sorted(counts.items()))
