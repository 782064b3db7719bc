"""Whether a candidate's times move between two reads of one thing as legacy's do. Pure.

Where times always differ they are noise, whatever the candidate gives. But a time that legacy keeps between two reads
is no clock, and one that it changes is no constant; a candidate that does otherwise is wrong however far its times are
from legacy's.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.shadow.exchange import Request

_MAX_KNOWN = 20_000
_COARSE_S = 5.0
"""Times of whole seconds show only so long a step: a shorter one may be that of the second alone."""
_LEAST = 2
"""So many pairs of reads must show it, and more than do not: what runs beside the requests moves at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time at a path of an answer, without indexes ``template``, as both sides have it."""

    path: str
    template: str
    legacy_s: float
    candidate_s: float


class Moving:
    """Holds each read against the one before it of the same thing."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, str], Moment] = OrderedDict()
        self._moves: Counter[tuple[str, str]] = Counter()
        self._stays: Counter[tuple[str, str]] = Counter()
        self._alike: Counter[tuple[str, str]] = Counter()

    def see(self, route: str, request: Request, moments: Iterable[Moment]) -> None:
        """Takes the times of the answers to one request in which the sides differ."""
        asked = hash((route, request.method, request.target, request.body))
        for now in moments:
            before = self._last.get((asked, now.path))
            self._last[asked, now.path] = now
            self._last.move_to_end((asked, now.path))
            if before is not None:
                self._count((route, now.template), before, now)
        while len(self._last) > _MAX_KNOWN:
            self._last.popitem(last=False)

    def moves(self) -> dict[tuple[str, str], int]:
        """Routes and templates at which the candidate's times move and legacy's stay, with the number of pairs."""
        return self._told(self._moves)

    def stays(self) -> dict[tuple[str, str], int]:
        """The reverse."""
        return self._told(self._stays)

    def _count(self, place: tuple[str, str], before: Moment, now: Moment) -> None:
        legacy, candidate = now.legacy_s - before.legacy_s, now.candidate_s - before.candidate_s
        if bool(legacy) == bool(candidate):
            self._alike[place] += 1
        elif candidate and (_is_fine(now.legacy_s) or abs(candidate) >= _COARSE_S):
            self._moves[place] += 1
        elif legacy and (_is_fine(now.candidate_s) or abs(legacy) >= _COARSE_S):
            self._stays[place] += 1

    def _told(self, found: "Counter[tuple[str, str]]") -> dict[tuple[str, str], int]:
        return {place: times for place, times in found.items() if times >= _LEAST and times > self._alike[place]}


def _is_fine(moment_s: float) -> bool:
    """Whether a time tells less than a second: that it is the same again is no chance."""
    return not moment_s.is_integer()
