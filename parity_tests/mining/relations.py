"""What must hold of times even where they always differ: their order, and that they are of the request. Pure.

A live run learns this from many answers (``judging.checks.relations``). A replay has few for each place, so legacy's
own answer to the same request says what holds: a candidate whose times are its own must keep it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, islice

from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.judging.checks.relations import Window
from crossfade.shadow.judging.checks.values import moment_s

_MAX_TIMES = 20
_SLACK_S = 0.01
"""Two times of one moment may be taken in either order."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The place of a candidate's time, and what is wrong with it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class _Times:
    path: str
    legacy_s: float
    candidate_s: float


def broken_times(differences: Iterable[Difference], legacy: Window, candidate: Window) -> tuple[Broken, ...]:
    """The times that differ, and break what holds at legacy; at most 20 times of an answer are looked at.

    The windows are those of each side's request. Equal times are no differences, so nothing is said of them.
    """
    times = list(islice(filter(None, map(_times, differences)), _MAX_TIMES))
    found = [*_outside(times, legacy, candidate), *_exchanged(times)]
    return tuple(sorted(found, key=lambda item: item.path))


def _times(difference: Difference) -> _Times | None:
    if difference.kind not in {Kind.VALUE, Kind.FORMAT, Kind.TYPE}:
        return None
    ours, theirs = moment_s(difference.legacy), moment_s(difference.candidate)
    return None if ours is None or theirs is None else _Times(difference.path, ours, theirs)


def _outside(times: Iterable[_Times], legacy: Window, candidate: Window) -> Iterable[Broken]:
    for time in times:
        if legacy.holds(time.legacy_s) and not candidate.holds(time.candidate_s):
            off_s = time.candidate_s - candidate.started_at
            yield Broken(time.path, f"legacy's is of its request, the candidate's {off_s:+.1f} s from its own")


def _exchanged(times: Iterable[_Times]) -> Iterable[Broken]:
    for one, two in combinations(times, 2):
        if _parent(one.path) != _parent(two.path):
            continue
        first, second = (one, two) if one.legacy_s <= two.legacy_s else (two, one)
        if first.candidate_s > second.candidate_s + _SLACK_S:
            yield Broken(second.path, f"it is before {first.path}, with legacy behind it")


def _parent(path: str) -> str:
    """Times of one object relate to each other; those of two elements of a list need not."""
    return path.rpartition("/")[0] if "/" in path else path.rpartition(".")[0]
