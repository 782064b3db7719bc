"""What is claimed of a route, and whether its evidence proves it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from crossfade.shadow.evidence.findings import PlaceView
from crossfade.shadow.evidence.statistics import Bounds, finished_bounds, live_bounds, needed_n
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches

Verdict = Literal["pass", "fail", "inconclusive"]


class Ground(StrEnum):
    """What a verdict rests on."""

    PROVEN = "proven"
    REFUTED = "refuted"
    SUSPICIOUS = "suspicious"  # fails: at a noisy place the candidate's values are none that legacy gives
    CONTRADICTORY = "contradictory"  # more outcomes than requests entered
    OTHER_UNIT = "other_unit"  # the run counted another unit than the one of the claim
    NOTHING_COMPARED = "nothing_compared"
    TOO_FEW_COMPARED = "too_few_compared"  # a smaller share of the eligible requests than min_compared_pct
    NOT_SURFACED = "not_surfaced"  # a smaller share of the injected faults was found than min_surfaced_pct
    CHECK_FLAGGED = "check_flagged"  # a noisy place is suspicious, and may yet be below the budget
    UNDECIDED = "undecided"  # without what is not decided yet, the claim would hold
    TOO_FEW_DISTINCT = "too_few_distinct"  # the upper bound is not below the budget
    TRANSIENT = "transient"  # the upper bound of transient differences is not below their budget
    TOO_FEW_PAIRS = "too_few_pairs"  # at noisy places the candidate may yet differ more than legacy from itself
    NOT_CLAIMED = "not_claimed"


_VERDICTS: dict[Ground, Verdict] = {Ground.PROVEN: "pass", Ground.REFUTED: "fail", Ground.SUSPICIOUS: "fail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Globs of claimed routes; the claim is: less than ``budget_pct`` of units diverge, at ``confidence_pct``.

    ``unit`` is a request, client, session or minute. ``planned_n``: after how many of them the claim is judged, where
    that was fixed beforehand. ``transient_budget_pct``: of differences that a second look does not show, None for
    ``budget_pct``. Below ``min_surfaced_pct`` of the injected faults, or ``min_compared_pct`` of the eligible requests,
    nothing is proven.
    """

    routes: tuple[str, ...]
    budget_pct: float = 1.0
    confidence_pct: float = 95.0
    min_compared_pct: float = 95.0
    unit: str = "request"
    planned_n: int | None = None
    transient_budget_pct: float | None = None
    min_surfaced_pct: float = 50.0

    @property
    def budget(self) -> float:
        """The budget as a rate, 0 to 1."""
        return self.budget_pct / 100

    @property
    def transient_budget(self) -> float:
        """The budget of transient differences as a rate, 0 to 1."""
        return self.budget if self.transient_budget_pct is None else self.transient_budget_pct / 100

    @property
    def confidence(self) -> float:
        """The confidence as a probability, 0 to 1."""
        return self.confidence_pct / 100

    def claims(self, route: RouteInfo) -> bool:
        """Whether a glob of ``routes`` names it; without a port, a glob names the route on every port."""
        return any(glob_matches(glob, route.route, route.listener) for glob in self.routes)

    def unmatched(self, routes: Sequence[RouteInfo]) -> tuple[str, ...]:
        """Globs that no route matches: what is claimed but was never seen."""
        return tuple(
            glob for glob in self.routes if not any(glob_matches(glob, route.route, route.listener) for route in routes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The bounds of a route, and what its verdict rests on.

    ``bounds`` are those of ``divergent`` (the lower one) and of ``divergent`` and ``undecided`` together (the upper
    one), ``transient`` those of transient differences. ``needed`` is how many distinct units prove the claim if no more
    diverge; 0 unless they are too few. ``places`` are those on which the ground stands, the worst first.
    """

    bounds: Bounds
    transient: Bounds
    ground: Ground
    needed: int = 0
    places: tuple[PlaceView, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """None where nothing is claimed."""
        return None if self.ground is Ground.NOT_CLAIMED else _VERDICTS.get(self.ground, "inconclusive")


def judge_claim(view: RouteView, gate: GateSettings, *, claimed: bool, finished: bool) -> Claim:
    """The claim on one route: exact bounds for a finished run, anytime-valid ones for a live run."""
    bounds_of = finished_bounds if finished else live_bounds
    bounds = bounds_of(view.divergent, view.distinct, gate.confidence)
    ground = _ground(view, gate, bounds) if claimed else Ground.NOT_CLAIMED
    too_few = ground is Ground.TOO_FEW_DISTINCT
    needed = needed_n(view.divergent, gate.budget, gate.confidence, bounds_of) if too_few else 0
    transient = bounds_of(view.transient, view.distinct, gate.confidence)
    return Claim(bounds=bounds, transient=transient, ground=ground, needed=needed)


def _ground(view: RouteView, gate: GateSettings, bounds: Bounds) -> Ground:
    if view.in_flight < 0:
        return Ground.CONTRADICTORY
    if view.distinct and bounds.lower > gate.budget:
        return Ground.REFUTED
    if not view.distinct:
        return Ground.NOTHING_COMPARED
    if view.compared_pct < gate.min_compared_pct:
        return Ground.TOO_FEW_COMPARED
    return Ground.PROVEN if bounds.upper < gate.budget else Ground.TOO_FEW_DISTINCT
