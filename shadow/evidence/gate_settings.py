"""What a gate claims: of which routes, of what units, and how strictly. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Globs of claimed routes; the claim is: less than ``budget_pct`` of units diverge, at ``confidence_pct``.

    ``unit`` is a request, client, session or minute. ``planned_n``: after how many of them the claim is judged, where
    that was fixed beforehand. ``one_look``: the run is a whole corpus,
    which fixes the number, and what legacy does not answer twice alike proves nothing. ``transient_budget_pct``: of
    differences that a second look does not show, None for
    ``budget_pct``, ``transient_reason`` why they may be more. Below ``min_surfaced_pct`` of the injected faults, or
    ``min_compared_pct`` of the eligible requests, nothing is proven.
    """

    routes: tuple[str, ...]
    budget_pct: float = 1.0
    confidence_pct: float = 95.0
    min_compared_pct: float = 95.0
    unit: str = "request"
    planned_n: int | None = None
    one_look: bool = False
    transient_budget_pct: float | None = None
    transient_reason: str = ""
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
