"""What is claimed of a route, and whether its evidence proves it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossfade.reports.figures import count, share
from crossfade.reports.report import Verdict
from crossfade.shadow.evidence.statistics import Bounds, finished_bounds, live_bounds, needed_n
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import speaks_of

NOTHING_CLAIMED = "nothing is claimed: list routes under [gate] routes"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Globs of claimed routes; the claim is: less than ``budget_pct`` of requests diverge, at ``confidence_pct``."""

    routes: tuple[str, ...]
    budget_pct: float = 1.0
    confidence_pct: float = 95.0
    min_compared_pct: float = 95.0

    @property
    def budget(self) -> float:
        """The budget as a rate, 0 to 1."""
        return self.budget_pct / 100

    @property
    def confidence(self) -> float:
        """The confidence as a probability, 0 to 1."""
        return self.confidence_pct / 100

    def claims(self, route: RouteInfo) -> bool:
        """Whether a glob of ``routes`` speaks of it; without a port, a glob speaks of a route on each."""
        return any(speaks_of(glob, route.route, route.listener) for glob in self.routes)

    def unmatched(self, routes: Sequence[RouteInfo]) -> tuple[str, ...]:
        """Globs that no route matches: what is claimed but was never seen."""
        return tuple(
            glob for glob in self.routes if not any(speaks_of(glob, route.route, route.listener) for route in routes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Bounds of a route, and the verdict with its reason; no verdict where nothing is claimed."""

    bounds: Bounds
    verdict: Verdict | None
    reason: str


def judge_claim(view: RouteView, gate: GateSettings, *, claimed: bool, finished: bool) -> Claim:
    """The claim on one route: exact bounds for a finished run, anytime-valid ones for a live run."""
    bounds_of = finished_bounds if finished else live_bounds
    bounds = bounds_of(view.divergent, view.distinct, gate.confidence)
    if not claimed:
        return Claim(bounds=bounds, verdict=None, reason=_why_not_claimed(view))
    verdict, reason = _verdict(view, gate, bounds)
    if verdict == "inconclusive" and not reason:
        needed = count(needed_n(view.divergent, gate.budget, gate.confidence, bounds_of))
        reason = f"the bound is not below the budget; with {view.divergent} divergent, {needed} distinct are needed"
    return Claim(bounds=bounds, verdict=verdict, reason=reason)


def _verdict(view: RouteView, gate: GateSettings, bounds: Bounds) -> tuple[Verdict, str]:
    if view.in_flight < 0:
        return "inconclusive", f"more outcomes than requests entered ({-view.in_flight}): the counts can't be trusted"
    if view.distinct and bounds.lower > gate.budget:
        return "fail", "diverges in more requests than the budget"
    if not view.distinct:
        return "inconclusive", "no request was compared"
    if view.compared_pct < gate.min_compared_pct:
        needed = f"at least {gate.min_compared_pct:g} % are needed"
        under_way = f" ({count(view.in_flight)} are still in flight)" if view.in_flight else ""
        return "inconclusive", f"{share(view.compared_pct)} of eligible requests compared{under_way}, {needed}"
    if bounds.upper < gate.budget:
        return "pass", ""
    return "inconclusive", ""


def _why_not_claimed(view: RouteView) -> str:
    if not view.compared and view.reasons:
        reason, count = max(view.reasons.items(), key=lambda item: (item[1], item[0]))
        return f"not claimed: not listed in gate.routes, and never compared ({reason} {count})"
    return "not claimed: not listed in gate.routes"
