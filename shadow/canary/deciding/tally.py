"""What the measures of one route become with what came since the last tick. Pure."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Self

from msgspec.structs import replace

from crossfade.shadow.canary.deciding.arms import has_legacy, log_factors_above, log_factors_below
from crossfade.shadow.canary.deciding.detector import restarted, watched
from crossfade.shadow.canary.deciding.increments import Increment
from crossfade.shadow.canary.deciding.records import Arms, Detector, Measure, RouteTally
from crossfade.shadow.canary.plan.records import RoutePlan
from crossfade.shadow.operate.buckets import BOUNDS_S

SLOW = 0.01
"""The share of answers above legacy's 99th percentile, and the budget of those above it times ``latency_ratio``."""
RULED_OUT = 3.0
"""An analysis rules out a fault of so many times the budget; what is between is neither proven nor rolled back."""
_LEAST_OF_EACH = 5  # requests of a look
_ENOUGH = 50  # of the candidate's, where legacy has fewer
_ALONE_S = 60.0  # of a look at a candidate that serves all clients, and whose answers are compared too
_ALONE_AT_MOST = 1.5  # what such a look adds to the logarithm of the evidence of a fault
_LEGACY_SHOWN = 200  # answers of legacy before its 99th percentile is fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``at`` is in seconds since 1970. ``is_warm``: the candidate's latency counts; ``is_full``: it serves all."""

    at: float
    is_warm: bool
    is_full: bool


def counted(tally: RouteTally, plan: RoutePlan, increment: Increment, moment: Moment) -> RouteTally:
    """The tally with another tick."""
    errors = Arms(
        candidate=increment.candidate,
        candidate_bad=increment.candidate_errors,
        legacy=increment.legacy,
        legacy_bad=increment.legacy_errors,
    )
    return _with_latency(
        replace(
            tally,
            errors=_measured(tally.errors, errors, _Rule.of(plan, plan.error_budget), moment),
            fallback=tally.fallback + increment.fallback,
            fallback_here=tally.fallback_here + increment.fallback,
            warming=tally.warming + (0 if moment.is_warm else sum(increment.candidate_latency)),
        ),
        plan,
        increment,
        moment,
    )


def legacy_alone(tally: RouteTally, increment: Increment) -> RouteTally:
    """The tally with a tick before the candidate serves: where legacy serves nobody next, it is held against it."""
    legacy = Arms(legacy=increment.legacy, legacy_bad=increment.legacy_errors)
    return replace(tally, errors=replace(tally.errors, total=tally.errors.total + legacy))


def at_new_weight(tally: RouteTally) -> RouteTally:
    """The tally as another weight is set: what is proven at a weight was seen at that weight."""
    return replace(tally, errors=_fresh(tally.errors), latency=_fresh(tally.latency), fallback_here=0)


def slow_from(legacy_latency: tuple[int, ...], ratio: float) -> int | None:
    """The first bucket that holds only answers slower than ``ratio`` times legacy's 99th percentile.

    None until legacy has answered often enough. It is as fine as the buckets are, and never too strict.
    """
    total = sum(legacy_latency)
    if total < _LEGACY_SHOWN:
        return None
    p99 = next(at for at, number in enumerate(accumulate(legacy_latency)) if number >= (1 - SLOW) * total)
    bound_s = BOUNDS_S[min(p99, len(BOUNDS_S) - 1)] * ratio
    return min(bisect_left(BOUNDS_S, bound_s) + 1, len(BOUNDS_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """``stake`` is what the looks at one weight may bet of the whole."""

    budget: float
    stake: float
    is_compared: bool

    @classmethod
    def of(cls, plan: RoutePlan, budget: float) -> Self:
        """The rule of a route."""
        return cls(budget=budget, stake=1 / max(1, len(plan.weights)), is_compared=plan.is_compared)


def _measured(measure: Measure, arms: Arms, rule: _Rule, moment: Moment) -> Measure:
    waiting = measure.waiting + arms
    measure = replace(measure, waiting=waiting, total=measure.total + arms, here=measure.here + arms, look=())
    if not _is_enough(waiting, moment):
        return measure
    below = log_factors_below(waiting, RULED_OUT * rule.budget, measure.total)
    measure = replace(measure, waiting=Arms(), below=watched(measure.below, below, 1.0))
    if moment.is_full and rule.is_compared:
        return _alone(measure, waiting, rule, moment)
    above = log_factors_above(waiting, rule.budget, measure.total)
    look = () if moment.is_full else above
    return replace(measure, look=look, above=watched(measure.above, above, rule.stake))


def _is_enough(waiting: Arms, moment: Moment) -> bool:
    """Whether what waits is enough for a look. That depends on how many there are, never on how many are bad."""
    if moment.is_full:
        return waiting.candidate > 0
    enough = min(waiting.candidate, waiting.legacy) >= _LEAST_OF_EACH and has_legacy(waiting)
    return enough or waiting.candidate >= _ENOUGH


def _alone(measure: Measure, arms: Arms, rule: _Rule, moment: Moment) -> Measure:
    """Where legacy serves nobody, what hits both sides for a while looks like a fault of the candidate.

    The comparisons with legacy's shadow find faults soon there, and counts only those that last: there is one look a
    minute, and it adds little. An e-process of which no factor is larger than a number is one as well.
    """
    since = measure.alone_since if measure.alone.candidate else moment.at
    alone = measure.alone + arms
    if moment.at - since < _ALONE_S:
        return replace(measure, alone=alone, alone_since=since)
    above = log_factors_above(alone, rule.budget, measure.total)
    capped = tuple(min(factor, _ALONE_AT_MOST) for factor in above)
    return replace(measure, alone=Arms(), above=watched(measure.above, capped, rule.stake))


def _with_latency(tally: RouteTally, plan: RoutePlan, increment: Increment, moment: Moment) -> RouteTally:
    if plan.latency_ratio is None:
        return tally
    if tally.slow_from is None:
        seen = tuple(a + b for a, b in zip_longest(tally.legacy_latency, increment.legacy_latency, fillvalue=0))
        return replace(tally, legacy_latency=seen, slow_from=slow_from(seen, plan.latency_ratio))
    if not moment.is_warm:
        return tally
    first = tally.slow_from
    slow = Arms(
        candidate=sum(increment.candidate_latency),
        candidate_bad=sum(increment.candidate_latency[first:]),
        legacy=sum(increment.legacy_latency),
        legacy_bad=sum(increment.legacy_latency[first:]),
    )
    return replace(tally, latency=_measured(tally.latency, slow, _Rule.of(plan, SLOW), moment))


def _fresh(measure: Measure) -> Measure:
    return replace(
        measure, waiting=Arms(), alone=Arms(), here=Arms(), above=restarted(measure.above), below=Detector(), look=()
    )
