"""What must hold of times even where they always differ: their order, and that they are of the request. Pure.

A live run learns this from many answers (``judging.checks.relations``). A replay has few for each place, so legacy's
own answer to the same request says what holds: a candidate whose times are its own must keep it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, islice

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.mining.moving import Moment, Moving
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.judging.checks.relations import Window
from crossfade.shadow.judging.checks.values import moment_s
from crossfade.shadow.judging.judgement import judge

_MAX_TIMES = 20
_MAX_LOOKED_AT = 200
_SLACK_S = 0.01
"""Two times of one moment may be taken in either order."""


class Relation(StrEnum):
    """What holds at legacy."""

    MOMENT = "another moment than its request"
    ORDER = "before a time behind which legacy has it"
    MOVES = "moves between two reads, and legacy's stays"
    STAYS = "stays between two reads, and legacy's moves"


@dataclass(frozen=True, slots=True)
class Broken:
    """The place of a candidate's time, without indexes, and what is wrong with it."""

    template: str
    relation: Relation


class TimeRelations:
    """Counts what is broken, by route; of each route the first answers are looked at."""

    def __init__(self, contract: Contract | None) -> None:
        self._broken: Counter[tuple[str, Broken]] = Counter()
        self._moving = Moving()
        self._contract = contract
        self._looked_at: Counter[str] = Counter()

    def see(self, route: str, comparison: Comparison) -> None:
        """Looks at a comparison that was judged, and whose answers differ."""
        legacy, candidate = comparison.legacy, comparison.candidate
        if (
            not isinstance(legacy, Answer)
            or not isinstance(candidate, Answer)
            or self._looked_at[route] >= _MAX_LOOKED_AT
        ):
            return
        self._looked_at[route] += 1
        began = comparison.request.started_at
        windows = [Window(started_at=began, latency_ms=answer.latency_ms) for answer in (legacy, candidate)]
        differences = judge(comparison, contract=self._contract).differences
        self._broken.update((route, broken) for broken in broken_times(differences, *windows))
        moments = islice(filter(None, map(_moment, differences)), _MAX_TIMES)
        self._moving.see(route, comparison.request, moments)

    @property
    def broken(self) -> "Counter[tuple[str, Broken]]":
        """What is broken so far, by route."""
        return self._broken + self.restless

    @property
    def restless(self) -> "Counter[tuple[str, Broken]]":
        """What moves and stays otherwise than legacy's: no clock and no data of another start explains it."""
        told = ((Relation.MOVES, self._moving.moves()), (Relation.STAYS, self._moving.stays()))
        return Counter(
            {
                (route, Broken(template, relation)): times
                for relation, found in told
                for (route, template), times in found.items()
            }
        )

    def lines(self) -> list[str]:
        """One line for each route and place."""
        ordered = sorted(self.broken.items(), key=lambda item: (-item[1], item[0][0], item[0][1].template))
        return [f"{route} {broken.template} {count}, {broken.relation}" for (route, broken), count in ordered]


def broken_times(differences: Iterable[Difference], legacy: Window, candidate: Window) -> tuple[Broken, ...]:
    """The times that differ, and break what holds at legacy; at most 20 times of an answer are looked at.

    The windows are those of each side's request. Equal times are no differences, so nothing is said of them.
    """
    times = list(islice(filter(None, map(_moment, differences)), _MAX_TIMES))
    found = {*_outside(times, legacy, candidate), *_exchanged(times)}
    return tuple(sorted(found, key=lambda item: (item.template, item.relation)))


def _moment(difference: Difference) -> Moment | None:
    if difference.kind not in {Kind.VALUE, Kind.FORMAT, Kind.TYPE}:
        return None
    ours, theirs = moment_s(difference.legacy), moment_s(difference.candidate)
    if ours is None or theirs is None:
        return None
    return Moment(path=difference.path, template=difference.template, legacy_s=ours, candidate_s=theirs)


def _outside(times: Iterable[Moment], legacy: Window, candidate: Window) -> Iterator[Broken]:
    for time in times:
        if legacy.holds(time.legacy_s) and not candidate.holds(time.candidate_s):
            yield Broken(time.template, Relation.MOMENT)


def _exchanged(times: Iterable[Moment]) -> Iterator[Broken]:
    for one, two in combinations(times, 2):
        first, second = (one, two) if one.legacy_s <= two.legacy_s else (two, one)
        if _parent(one.path) == _parent(two.path) and first.candidate_s > second.candidate_s + _SLACK_S:
            yield Broken(second.template, Relation.ORDER)


def _parent(path: str) -> str:
    """Times of one object relate to each other; those of two elements of a list need not."""
    return path.rpartition("/")[0] if "/" in path else path.rpartition(".")[0]
