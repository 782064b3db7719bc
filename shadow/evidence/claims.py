"""What is claimed of a route, and whether its evidence proves it. Pure."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from crossfade.shadow.evidence.conclusions import Excess, PlaceView, Status
from crossfade.shadow.evidence.excess import (
    log_e_excess_above,
    log_e_excess_below,
    log_mean,
    needed_pairs,
)
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.statistics import Bounds, finished_bounds, live_bounds, log_e_rate_below, needed_n
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.exchange.outcome import Reason

Verdict = Literal["pass", "fail", "inconclusive"]


class Ground(StrEnum):
    """What a verdict rests on."""

    PROVEN = "proven"
    REFUTED = "refuted"
    SUSPICIOUS = "suspicious"  # fails: at a noisy place the candidate's values are none that legacy gives
    CONTRADICTORY = "contradictory"  # more outcomes than requests entered
    OTHER_UNIT = "other_unit"  # the run counted another unit than the one of the claim
    NOTHING_COMPARED = "nothing_compared"
    UNCLEAN = "unclean"  # in a replay legacy itself does not answer alike
    TOO_FEW_COMPARED = "too_few_compared"  # a smaller share of the eligible requests than min_compared_pct
    NOT_SURFACED = "not_surfaced"  # a smaller share of the injected faults was found than min_surfaced_pct
    CHECK_FLAGGED = "check_flagged"  # a noisy place is suspicious, and may yet be below the budget
    UNDECIDED = "undecided"  # without what is not decided yet, the claim would hold
    TOO_FEW_DISTINCT = "too_few_distinct"  # the upper bound is not below the budget
    UNEXPLAINED = "unexplained"  # would not hold if answers that differ and could not be judged were faults
    TRANSIENT = "transient"  # the upper bound of transient differences is not below their budget
    TOO_FEW_PAIRS = "too_few_pairs"  # at noisy places the candidate may yet differ more than legacy from itself
    NOT_CLAIMED = "not_claimed"


UNEXPLAINED = (
    Reason.CREDENTIAL,
    Reason.STATE_DRIFT,
    Reason.BLOCKED,
    Reason.TRUNCATED,
    Reason.TOO_COSTLY,
    Reason.UNDECODABLE,
    Reason.NOT_RECORDED,
    Reason.NO_CONTRACT,
    Reason.INTERNAL,
)
"""Here the candidate answered, now or earlier, something else than legacy, and may be wrong or not."""
HOLDING = frozenset({Check.DISTANCE, Check.REPEATS, Check.RELATION})
"""Checks that tell a right value of a time, a number or an id, whatever legacy's own is."""
_VERDICTS: dict[Ground, Verdict] = {Ground.PROVEN: "pass", Ground.REFUTED: "fail", Ground.SUSPICIOUS: "fail"}
_EXACT = "Clopper-Pearson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The bounds of a route, and what its verdict rests on.

    ``bounds`` are those of ``divergent`` (the lower one) and of ``divergent`` and ``undecided`` together (the upper
    one), ``transient`` those of transient differences. ``needed`` is how many distinct units prove the claim if no more
    diverge; 0 unless they are too few. ``n`` is how many count: in a live run not the one under way.
    ``places`` are those on which the ground stands, the worst first.
    """

    bounds: Bounds
    transient: Bounds
    ground: Ground
    needed: int = 0
    n: int = 0
    places: tuple[PlaceView, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """None where nothing is claimed."""
        return None if self.ground is Ground.NOT_CLAIMED else _VERDICTS.get(self.ground, "inconclusive")


def judge_claim(view: RouteView, gate: GateSettings, *, claimed: bool, finished: bool) -> Claim:
    """The claim on one route. In a run that is not ``finished`` a unit other than a request may still be going on."""
    n = view.distinct if finished or view.unit == "request" else max(view.distinct - 1, 0)
    figures = _Figures(
        view=view,
        gate=gate,
        n=n,
        bounds=_bounds(view.certain, view.divergent, view.divergent + view.undecided, n, gate),
        open_bounds=_bounds(view.certain, view.divergent, view.divergent, n, gate),
        transient=_bounds(view.certain_transient, view.transient, view.transient_at_most, n, gate),
    )
    ground, places = _ground(figures) if claimed else (Ground.NOT_CLAIMED, ())
    return Claim(
        bounds=figures.bounds,
        transient=figures.transient,
        ground=ground,
        needed=_needed(figures, ground),
        n=n,
        places=places,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What a ground is looked for in; ``bounds`` include what is undecided, ``open_bounds`` do not."""

    view: RouteView
    gate: GateSettings
    n: int
    bounds: Bounds
    open_bounds: Bounds
    transient: Bounds

    @property
    def limit(self) -> float:
        """What the logarithm of evidence must reach."""
        return math.log(1 / (1 - self.gate.confidence))


def _bounds(least: int, seen: int, most: int, n: int, gate: GateSettings) -> Bounds:
    """The lower bound of what is certain, and the upper one of all that may be; the point of what was seen.

    Where the number of units was planned, the upper bound is exact, and there is none before: it allows for one look.
    """
    least, seen, most = min(least, n), min(seen, n), min(most, n)
    lower = live_bounds(least, n, gate.confidence).lower
    point = seen / n if n else None
    planned = _planned(n, gate)
    if planned is None:
        return replace(live_bounds(most, n, gate.confidence), lower=lower, point=point)
    if n < planned:
        return Bounds(point=point, lower=lower, upper=1.0, confidence=gate.confidence, method=_EXACT)
    return replace(finished_bounds(min(most, planned), planned, gate.confidence), lower=lower, point=point)


def _planned(n: int, gate: GateSettings) -> int | None:
    """The number of units that was fixed before the first was seen; of a corpus all that could be compared."""
    return max(n, 1) if gate.one_look else gate.planned_n


def _needed(figures: _Figures, ground: Ground) -> int:
    """How many distinct units prove what is missing, if no more diverge."""
    view, gate = figures.view, figures.gate
    counts = {
        Ground.TOO_FEW_DISTINCT: (view.divergent + view.undecided, gate.budget),
        Ground.UNDECIDED: (view.divergent + view.undecided, gate.budget),
        Ground.TRANSIENT: (view.transient_at_most, _of_first_looks(gate.transient_budget)),
    }
    if ground not in counts:
        return 0
    k, budget = counts[ground]
    planned = _planned(figures.n, gate)
    if planned is None:
        return needed_n(k, budget, gate.confidence, live_bounds)
    return max(needed_n(k, budget, gate.confidence, finished_bounds), planned)


def _ground(figures: _Figures) -> tuple[Ground, tuple[PlaceView, ...]]:
    """What the verdict rests on, and the places where that is."""
    view, gate = figures.view, figures.gate
    if view.in_flight < 0:
        return Ground.CONTRADICTORY, ()
    if view.unit != gate.unit:
        return Ground.OTHER_UNIT, ()
    if gate.one_look and (unclean := tuple(place for place in view.places if is_unclean(place))):
        return Ground.UNCLEAN, unclean
    return _refuted(figures) or _not_shown(view, gate) or _unproven(figures) or (Ground.PROVEN, ())


def is_unclean(place: PlaceView) -> bool:
    """Whether legacy differs from itself at a place where no check tells what values it may have.

    In another order it has the same elements.
    """
    is_held = place.kind == Kind.ORDER or any(check.n and check.check in HOLDING for check in place.checks)
    return place.is_unsteady and not is_held and place.status is not Status.ACCEPTED


def _refuted(figures: _Figures) -> tuple[Ground, tuple[PlaceView, ...]] | None:
    view, budget = figures.view, figures.gate.budget
    above = _above(figures)
    is_transient = figures.transient.lower > figures.gate.transient_budget
    if figures.n and (above or is_transient or figures.bounds.lower > budget):
        return Ground.REFUTED, above
    suspicious = tuple(place for place in view.places if _fails_check(place, budget, figures.limit))
    return (Ground.SUSPICIOUS, suspicious) if suspicious else None


def _above(figures: _Figures) -> tuple[PlaceView, ...]:
    """Open places at which legacy differs from itself too, and the candidate more than that by more than a budget.

    A first look shows persistent and transient differences, so of both together; the evidence of the looks is averaged.
    """
    gate = figures.gate
    evidence: dict[PlaceView, list[float]] = {}
    for item in figures.view.excesses:
        if item.place is not None and item.place.decided:
            budget = gate.budget + gate.transient_budget if item.transient else gate.budget
            found = log_e_excess_above(item.candidate, item.control, item.n, budget * item.share)
            evidence.setdefault(item.place, []).append(found)
    return tuple(place for place, found in evidence.items() if log_mean(found) >= figures.limit)


def _fails_check(place: PlaceView, budget: float, limit: float) -> bool:
    """At a noisy place, or at an open one where the stores have parted: there only the checks tell a fault from it."""
    return place.status in {Status.SUSPICIOUS, Status.OPEN} and any(
        check.flagged and log_e_excess_above(check.candidate, check.control, check.n, budget) >= limit
        for check in place.checks
    )


def _not_shown(view: RouteView, gate: GateSettings) -> tuple[Ground, tuple[PlaceView, ...]] | None:
    """Why the route shows nothing, whatever its differences are."""
    if not view.distinct:
        return Ground.NOTHING_COMPARED, ()
    if view.compared_pct < gate.min_compared_pct:
        return Ground.TOO_FEW_COMPARED, ()
    if view.surfaced.pct < gate.min_surfaced_pct:
        return Ground.NOT_SURFACED, ()
    flagged = tuple(place for place in view.places if place.status is Status.SUSPICIOUS)
    return (Ground.CHECK_FLAGGED, flagged) if flagged else None


def _unproven(figures: _Figures) -> tuple[Ground, tuple[PlaceView, ...]] | None:
    view, gate = figures.view, figures.gate
    if figures.bounds.upper >= gate.budget:
        undecided = tuple(place for place in view.places if place.status is Status.UNDECIDED)
        is_undecided = figures.open_bounds.upper < gate.budget
        return (Ground.UNDECIDED, undecided) if is_undecided else (Ground.TOO_FEW_DISTINCT, ())
    if view.transient and figures.transient.upper >= _of_first_looks(gate.transient_budget):
        return Ground.TRANSIENT, ()
    if _with_unexplained(figures).upper >= gate.budget:
        return Ground.UNEXPLAINED, ()
    noisy = [item for item in view.excesses if item.place is None or not item.place.decided]
    unbounded = [item for item in noisy if not _is_below(item, gate, figures.limit)]
    if unbounded:
        return Ground.TOO_FEW_PAIRS, _with_more_pairs(unbounded, gate)
    return None


def _of_first_looks(rate: float) -> float:
    """How often a difference that comes and goes at this rate is at a first look and not at the second one too."""
    return rate * (1 - rate)


def _with_unexplained(figures: _Figures) -> Bounds:
    """The bounds, as if the same share of the units diverged as of the requests that nobody can explain."""
    view = figures.view
    share = sum(view.left_out.get(reason, 0) for reason in UNEXPLAINED) / max(1, view.eligible)
    more = math.ceil(share * figures.n)
    return _bounds(view.certain, view.divergent, view.divergent + view.undecided + more, figures.n, figures.gate)


def _budget(item: Excess, gate: GateSettings) -> float:
    return gate.transient_budget if item.transient else gate.budget


def _is_below(item: Excess, gate: GateSettings, limit: float) -> bool:
    """Whether it is proven to be below its budget: by pairs, or because so little was seen at all."""
    budget = _budget(item, gate)
    pairs = log_e_excess_below(item.candidate, item.control, item.n, budget * item.share)
    seen = log_e_rate_below(item.seen, item.of, budget * item.seen_share) if item.seen_share else 0.0
    return log_mean([pairs, seen]) >= limit


def _with_more_pairs(unbounded: list[Excess], gate: GateSettings) -> tuple[PlaceView, ...]:
    """The places, those that take most first, each with the pairs it takes."""
    found: dict[tuple[str, str], PlaceView] = {}
    for item in unbounded:
        if item.place is not None:
            rate = _budget(item, gate) * item.share
            units = needed_pairs(item.candidate, item.control, item.n, rate, (1 - gate.confidence) / 2)
            more = None if units is None else -(-units * item.pairs // item.n)
            key = item.place.template, item.place.kind
            before = found[key].more_pairs if key in found else 0
            worst = None if more is None or before is None else max(more, before)
            found[key] = replace(item.place, more_pairs=worst)
    return tuple(sorted(found.values(), key=lambda place: -math.inf if place.more_pairs is None else -place.more_pairs))
