"""The judgement of one comparison: the same, these differences, or not comparable and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import STATUS_PLACES, NotComparableError, diff_views
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import bounded, leaf
from crossfade.shadow.exchange import Comparison, Failure
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Difference, Kind
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.outcome import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """Differences at path templates that match the glob ``path`` are counted, not judged.

    ``route`` is for who picks the rules of one comparison: here, all that are given are at work.
    """

    route: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``differences`` of the candidate, ``noise`` of the secondary.

    ``noise`` is None where the secondary was not contacted, gave nothing comparable, or answered with another status.
    Where ``uncomparable`` is set there are no differences, and ``detail`` is what was wrong.
    ``ignored`` counts the candidate's differences that rules left out.
    """

    differences: tuple[Difference, ...] = ()
    noise: tuple[Difference, ...] | None = None
    uncomparable: Reason | None = None
    detail: str = ""
    ignored: int = 0


def judge(comparison: Comparison, *, contract: Contract | None, ignore: tuple[IgnoreRule, ...] = ()) -> Judgement:
    """The judgement of a comparison whose legacy side answered."""
    legacy = comparison.legacy
    if isinstance(legacy, Failure):
        raise TypeError("expected a comparison that legacy answered")
    if isinstance(comparison.candidate, Failure):
        failed = leaf(Place.at("answer"), Kind.FAILED, "answered", comparison.candidate.reason.value)
        return Judgement(differences=(failed,))
    rules, view = _Rules(ignore), AnswerView(legacy)
    try:
        differences = diff_views(comparison.request, view, AnswerView(comparison.candidate), contract)
        found = bounded(rules.kept(differences))
    except NotComparableError as error:
        return Judgement(uncomparable=error.reason, detail=error.detail)
    ignored = rules.ignored
    return Judgement(differences=found, noise=_noise(comparison, view, contract, rules), ignored=ignored)


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
    rules, view = _Rules(ignore), AnswerView(legacy)
    if isinstance(candidate, Failure):
        failed = leaf(Place.at("answer"), Kind.FAILED, "answered", candidate.reason.value)
        return Judgement(differences=bounded(chain((failed,), rules.kept(found))))
    try:
        ends = diff_views(comparison.request, view, AnswerView(candidate), contract)
        kept = bounded(rules.kept(chain(ends, found)))
    except NotComparableError as error:
        return Judgement(uncomparable=error.reason, detail=error.detail)
    ignored = rules.ignored
    return Judgement(differences=kept, noise=_stream_noise(comparison, view, noise, contract, rules), ignored=ignored)


def _stream_noise(
    comparison: Comparison,
    legacy: AnswerView,
    noise: tuple[Difference, ...] | None,
    contract: Contract | None,
    rules: "_Rules",
) -> tuple[Difference, ...] | None:
    ends = None if noise is None else _noise(comparison, legacy, contract, rules)
    if noise is None or ends is None:
        return None
    return bounded(chain(ends, rules.kept(noise)), MAX_FINGERPRINTS - 1)


class _Rules:
    """The ignore rules of one comparison; ``ignored`` counts what they left out so far."""

    def __init__(self, rules: tuple[IgnoreRule, ...]) -> None:
        self.ignored = 0
        self._paths = [glob(rule.path) for rule in rules]

    def kept(self, found: Iterable[Difference]) -> Iterator[Difference]:
        for difference in found:
            if any(path.matches(difference.template) for path in self._paths):
                self.ignored += 1
            else:
                yield difference


def _noise(
    comparison: Comparison, legacy: AnswerView, contract: Contract | None, rules: _Rules
) -> tuple[Difference, ...] | None:
    """Bounded to what a signature holds, so that noise never stands for differences that were not looked at."""
    if comparison.secondary is None or isinstance(comparison.secondary, Failure):
        return None
    try:
        differences = diff_views(comparison.request, legacy, AnswerView(comparison.secondary), contract)
        first = next(differences, None)
        # Another status means another state (or a refusal), and then the rest of the answer is no evidence of noise.
        if first is not None and first.template in STATUS_PLACES:
            return None
        everything = differences if first is None else chain((first,), differences)
        return bounded(rules.kept(everything), MAX_FINGERPRINTS - 1)
    except NotComparableError:
        return None
