"""The judgement of one comparison: the same, these differences, or not comparable and why."""

from dataclasses import dataclass, field
from itertools import chain

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import STATUS_PLACES, NotComparableError
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.diff.map_keys import Naming
from crossfade.shadow.compare.diff.walk import bounded, leaf
from crossfade.shadow.exchange import Comparison, Failure
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Difference, Kind
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.judging.differ import Differ, Key, Look

FAILED = ("answer", Kind.FAILED.value)
"""Where a candidate that gave no answer differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """Differences at path templates that match the glob ``path`` are counted, not judged.

    ``route`` is for who picks the rules of one comparison: here, all that are given are at work.
    """

    route: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """Elements of lists at path templates that match the glob ``path`` are paired by these dotted names together."""

    route: str
    path: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``differences`` of the candidate, and the ``secondary``'s look; None where it gave nothing comparable.

    Where ``uncomparable`` is set there are no differences, and ``detail`` is what was wrong.
    ``ignored`` counts the candidate's differences that rules left out. ``differ`` has decoded the answers, and holds
    more of them against each other.
    """

    differences: tuple[Difference, ...] = ()
    secondary: Look | None = None
    uncomparable: Reason | None = None
    detail: str = ""
    ignored: int = 0
    differ: Differ | None = field(default=None, compare=False, repr=False)

    @property
    def noise(self) -> tuple[Difference, ...] | None:
        """The secondary's differences; None where it was not contacted, can't be compared, or has another status.

        Another status means another state (or a refusal), and then the rest of the answer is no evidence of noise.
        """
        return None if self.secondary is None or self.secondary.other_status else self.secondary.differences

    @property
    def candidate(self) -> Look:
        """The differences of the candidate as a look."""
        keys = frozenset((item.template, item.kind.value) for item in self.differences)
        return Look(
            differences=self.differences,
            keys=keys,
            full=len(keys) > MAX_FINGERPRINTS,
            other_status=any(template in STATUS_PLACES for template, _ in keys),
        )

    @property
    def places(self) -> frozenset[Key]:
        """The template and kind of each place at which the candidate or the secondary differs from legacy."""
        ours = self.candidate.keys if self.differences else frozenset[Key]()
        return ours if self.secondary is None else ours | self.secondary.keys


def judge(
    comparison: Comparison,
    *,
    contract: Contract | None,
    ignore: tuple[IgnoreRule, ...] = (),
    naming: Naming | None = None,
    keys: ListKeys = NO_KEYS,
) -> Judgement:
    """The judgement of the first look at a comparison whose legacy side answered."""
    legacy = comparison.legacy
    if isinstance(legacy, Failure):
        raise TypeError("expected a comparison that legacy answered")
    differ = Differ(comparison.request, legacy, contract, [rule.path for rule in ignore], naming, keys=keys)
    if isinstance(comparison.candidate, Failure):
        failed = leaf(Place.at("answer"), Kind.FAILED, "answered", comparison.candidate.reason.value)
        return Judgement(differences=(failed,), differ=differ)
    try:
        found, ignored = differ.of_candidate(comparison.candidate)
    except NotComparableError as error:
        return Judgement(uncomparable=error.reason, detail=error.detail)
    return Judgement(
        differences=found, secondary=differ.from_legacy(comparison.secondary), ignored=ignored, differ=differ
    )


def judge_stream(
    comparison: Comparison,
    found: tuple[Difference, ...],
    noise: tuple[Difference, ...] | None,
    *,
    contract: Contract | None,
    ignore: tuple[IgnoreRule, ...] = (),
) -> Judgement:
    """As ``judge``, where the messages were compared as they came: ``found`` and ``noise`` are their differences.

    The answers hold no messages, and no trailers where one of the streams was not seen to its end.
    """
    legacy, candidate = comparison.legacy, comparison.candidate
    if isinstance(legacy, Failure):
        raise TypeError("expected a comparison that legacy answered")
    differ = Differ(comparison.request, legacy, contract, [rule.path for rule in ignore])
    if isinstance(candidate, Failure):
        failed = leaf(Place.at("answer"), Kind.FAILED, "answered", candidate.reason.value)
        return Judgement(differences=bounded(chain((failed,), differ.kept(found))))
    try:
        kept, ignored = differ.of_candidate(candidate, found)
    except NotComparableError as error:
        return Judgement(uncomparable=error.reason, detail=error.detail)
    secondary = None if noise is None else differ.from_legacy(comparison.secondary, noise)
    return Judgement(differences=kept, secondary=secondary, ignored=ignored)
