"""What all answers to one request show, place by place: a fault, noise, or another state. Pure.

The secondary is another instance of what legacy is. Where two of its answers agree with each other and not with
legacy's, its state is another one, and the candidate is held against it. Where it differs from legacy and not twice
alike, nothing can be said of the candidate in this request.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.exchange import Answer, Comparison, Failure, Reply
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Kind
from crossfade.shadow.exchange.observations import Sighting, Unjudged
from crossfade.shadow.judging.checks.once import unjudged
from crossfade.shadow.judging.checks.values import NEAR, Distance, distance, moment_s
from crossfade.shadow.judging.differ import Key, Look, hides, is_below, knows
from crossfade.shadow.judging.drift import is_fault
from crossfade.shadow.judging.judgement import FAILED, Judgement

_STAMPED_APART_S = 60.0
"""So far apart at most are the times that instances stamp when one and the same write reaches them."""
_NANOS = ".nanos"
"""The part of a google.protobuf.Timestamp that is below its seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``excused`` and ``drift`` are the places of the candidate's differences that are not its fault.

    ``is_whole``: all that differs is drift, also what lies past the bound.
    ``again`` are the candidate's and the secondary's second looks, in which one that failed is None, ``theirs`` the
    secondary's first two that can be compared.
    """

    excused: frozenset[Key] = frozenset()
    drift: frozenset[Key] = frozenset()
    sightings: tuple[Sighting, ...] = ()
    is_whole: bool = False
    again: tuple[Look | None, Look | None] = (None, None)
    theirs: tuple[Look | None, Look | None] = (None, None)


def shown(judgement: Judgement, comparison: Comparison, is_uptime: Callable[[str], bool] = lambda _: False) -> Shown:
    """What the looks show; of a stream there is the first look alone.

    ``is_uptime``: whether each instance tells at a template how long it has been running.
    """
    if comparison.again is None and not judgement.places:
        return Shown()
    return _Looks(judgement, comparison).shown(is_uptime)


@dataclass(frozen=True, slots=True)
class _Seen:
    answer: Answer
    look: Look


class _Looks:
    """C1, C2 are the candidate's looks, S1, S2 and S3 the secondary's; a stream's secondary has no answer here."""

    def __init__(self, judgement: Judgement, comparison: Comparison) -> None:
        self._differ = judgement.differ
        self._comparison = comparison
        self._known: dict[tuple[int, int], Look | None] = {}
        self._c1 = judgement.candidate
        self._s1 = judgement.secondary
        again = comparison.again
        self._c2 = None if again is None else self._look(again.candidate)
        self._s2 = None if again is None else self._look(again.secondary)
        s3 = None if again is None else self._look(again.later)
        replies = (comparison.secondary, *(() if again is None else (again.secondary, again.later)))
        self._theirs = [look for look in (self._s1, self._s2, s3) if look is not None]
        looks = (self._s1, *(() if again is None else (self._s2, s3)))
        answered = [
            _Seen(reply, look)
            for reply, look in zip(replies, looks, strict=True)
            if isinstance(reply, Answer) and look is not None and look.keys
        ]
        self._pairs = [
            (one, two, between)
            for one, two in combinations(answered, 2)
            if one.look.keys & two.look.keys and (between := self._between(one.answer, two.answer)) is not None
        ]

    def shown(self, is_uptime: Callable[[str], bool]) -> Shown:
        """All of it. Where the candidate's status or its whole answer is the other state's, all its differences are."""
        ours = self._c1.keys - {FAILED}
        parted = {key for key in ours if any(knows(look, key) for look in self._theirs)}
        steady = {key: pair for key in self._keys() if (pair := self._steady(key)) and not is_uptime(key[0])}
        drift = {key for key in parted & steady.keys() if self._agrees(key, self._comparison.candidate, steady[key])}
        for key in [key for key in (ours & steady.keys()) - drift if _is_stamped(key, self._c1, self._theirs)]:
            del steady[key]
        for key in [key for key in drift if _is_near_in_time(key, self._c1)]:
            drift.discard(key)
            del steady[key]
        excused = {key for key in parted - steady.keys() if key[0] not in STATUS_PLACES or self._comes_and_goes(key)}
        is_whole = any(key[0] in STATUS_PLACES for key in drift) or self._is_whole(steady)
        drift = set(ours - excused) if is_whole else drift
        return Shown(
            excused=frozenset(excused),
            drift=frozenset(drift),
            is_whole=is_whole,
            sightings=self._sightings(steady, frozenset(drift)),
            again=(self._c2, self._s2),
            theirs=(self._theirs[0], self._theirs[1]) if len(self._theirs) > 1 else (None, None),
        )

    def _is_whole(self, steady: "dict[Key, tuple[_Seen, Look]]") -> bool:
        """Whether the candidate answers as the secondary in another state, but for what differs between two of its own.

        Then it does so also at places past the bound.
        """
        for reference, _, own in self._pairs if steady else ():
            between = self._between(reference.answer, self._comparison.candidate)
            if between is not None and not between.full and all(_is_at(own.keys, key[0]) for key in between.keys):
                return True
        return False

    def _comes_and_goes(self, key: Key) -> bool:
        """Whether one answer of the secondary's has legacy's status: one that never has is no noise but a state."""
        return any(knows(look, key) is False for look in self._theirs)

    def _look(self, reply: Reply | None) -> Look | None:
        return None if self._differ is None else self._differ.from_legacy(reply)

    def _between(self, one: Answer, two: Reply) -> Look | None:
        """How two answers differ, found out once for all places."""
        key = (id(one), id(two))
        if self._differ is not None and key not in self._known:
            self._known[key] = self._differ.between(one, two)
        return self._known.get(key)

    def _keys(self) -> Iterator[Key]:
        """Every place once, those of the candidate first."""
        ours = (key for look in (self._c1, self._c2) if look is not None for key in sorted(look.keys))
        theirs = (key for look in self._theirs for key in sorted(look.keys) if knows(look, key))
        found = dict.fromkeys((*ours, *theirs))
        found.pop(FAILED, None)
        return iter(found)

    def _steady(self, key: Key) -> "tuple[_Seen, Look] | None":
        """Of two answers of the secondary's that agree here and not with legacy's: the first, and how they differ."""
        for one, two, between in self._pairs:
            if not (knows(one.look, key) and knows(two.look, key)) or between.full or _is_at(between.keys, key[0]):
                continue
            if key[0] in STATUS_PLACES and is_fault(self._comparison.request, one.answer):
                continue
            return one, between
        return None

    def _agrees(self, key: Key, reply: Reply, steady: "tuple[_Seen, Look]") -> bool:
        """Whether a candidate's answer is the secondary's here, but for what differs between two of the secondary's."""
        reference, own = steady
        between = self._between(reference.answer, reply)
        if between is None:
            return False
        others = {other for other in between.keys if not _is_at(own.keys, other[0])}
        if _is_at(others, key[0]):
            return False
        return key[1] == Kind.ORDER or not any(is_below(other[0], key[0]) for other in others)

    def _sightings(self, steady: "dict[Key, tuple[_Seen, Look]]", drift: frozenset[Key]) -> tuple[Sighting, ...]:
        found = [*self._failed(), *(item for key in self._keys() for item in self._sighting(key, steady, drift))]
        return tuple(sorted(found[:MAX_FINGERPRINTS], key=lambda item: (item.template, item.kind)))

    def _sighting(self, key: Key, steady: "dict[Key, tuple[_Seen, Look]]", drift: frozenset[Key]) -> Iterable[Sighting]:
        """Nothing where it is not known whether the candidate differs."""
        candidate = key in self._c1.keys or (False if FAILED in self._c1.keys else knows(self._c1, key))
        if candidate is None:
            return
        again = None if self._c2 is None else key in self._c2.keys or knows(self._c2, key)
        candidate = candidate and key not in drift
        if key in steady:
            again = again and not self._agrees(key, _again(self._comparison), steady[key])
        yield Sighting(
            template=key[0],
            kind=key[1],
            candidate=candidate,
            secondary=_beside(self._c1, self._s1, key),
            candidate_again=again,
            secondary_again=_beside(self._c2, self._s2, key),
            drift=key in steady or key in drift,
            unjudged=self._unjudged(key),
        )

    def _unjudged(self, key: Key) -> Unjudged | None:
        """How the secondary differs there, if one answer alone tells something of it, and no check can judge that."""
        told = [look for look in self._theirs if knows(look, key) is not None]
        if len(told) != 1:
            return None
        return unjudged(item for item in told[0].differences if (item.template, item.kind.value) == key)

    def _failed(self) -> Iterable[Sighting]:
        """Where the candidate gave no answer; one that differs only as the secondary does is as good as legacy's."""
        again = self._comparison.again
        failed = FAILED in self._c1.keys
        failed_again = again is not None and isinstance(again.candidate, Failure)
        if not failed and not failed_again:
            return
        if failed and again is not None and not failed_again:
            noise = frozenset[Key]() if self._s2 is None else self._s2.keys
            failed_again = self._c2 is None or bool(self._c2.keys - noise)
        template, kind = FAILED
        yield Sighting(
            template=template, kind=kind, candidate=failed, candidate_again=None if again is None else failed_again
        )


def _again(comparison: Comparison) -> Reply:
    return comparison.candidate if comparison.again is None else comparison.again.candidate


def _beside(ours: Look | None, theirs: Look | None, key: Key) -> bool | None:
    """What the secondary shows beside the candidate: nothing where that has another status, as the other way round."""
    is_elsewhere = ours is not None and ours.other_status and key[0] not in STATUS_PLACES
    return None if is_elsewhere else knows(theirs, key)


def _is_stamped(key: Key, ours: Look, theirs: Iterable[Look]) -> bool:
    """Whether each instance stamped its own time there when it was written, so that it is steady and yet no state.

    The candidate's is then no farther from legacy's than the secondary's is, as ``Distance`` has it.
    """
    apart = _apart(key, (ours,))
    most = _apart(key, theirs)
    return apart is not None and most is not None and not apart.exceeds(most)


def _is_near_in_time(key: Key, ours: Look) -> bool:
    """Whether it is a time that two instances may have stamped alike by chance, because it is told in seconds."""
    apart = _apart(key, (ours,))
    return apart is not None and apart.floor > 0 and apart.size <= _STAMPED_APART_S and not key[0].endswith(_NANOS)


def _apart(key: Key, looks: Iterable[Look]) -> Distance | None:
    """How far the times at a place are from legacy's at most; None where not all are times."""
    found = [item for look in looks for item in look.differences if (item.template, item.kind.value) == key]
    if key[0].endswith(_NANOS) and all(isinstance(item.candidate, int) for item in found):
        return NEAR if found else None
    if any(moment_s(item.legacy) is None or moment_s(item.candidate) is None for item in found):
        return None
    distances = [apart for item in found if (apart := distance(item.legacy, item.candidate)) is not None]
    return max(distances, key=lambda apart: apart.size, default=None)


def _is_at(keys: Iterable[Key], template: str) -> bool:
    """Whether one of the places is here, or leaves nothing here to compare."""
    return any(other[0] == template or hides(other, template) for other in keys)
