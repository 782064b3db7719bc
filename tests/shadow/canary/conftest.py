"""A rollout of one or more routes, with a plane that shows what it is told and traffic as a test asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.plan.records import Analysis, Bake, Plan, Prove, Rampdown, RoutePlan, SetWeight, Step
from crossfade.shadow.canary.reading import GateAnswer, PlaneReading, Reading, Standing, Verb, VerbRequest
from crossfade.shadow.canary.states.controller import begin, decide
from crossfade.shadow.canary.states.records import Decision, RolloutState, RouteState
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts
from crossfade.shadow.serving.weights import Weights

ROUTE = "GET /builds/{id}"
PROVEN = Standing(route=ROUTE, verdict="pass", claim="it diverges in less than 1 % of requests")
STEPS: tuple[Step, ...] = (
    Prove(),
    SetWeight(pct=10.0),
    Analysis(min_requests=20),
    SetWeight(pct=100.0),
    Analysis(),
    Bake(duration_s=60.0),
    Rampdown(duration_s=30.0),
)


def plan_of(*steps: Step, routes: tuple[str, ...] = (ROUTE,), **keys: object) -> Plan:
    """A plan with the same steps for each route."""
    found = tuple(
        RoutePlan(
            route=route,
            group="all",
            plane="engine",
            steps=steps or STEPS,
            error_budget=0.05,
            mirror_pct=20.0,
            **keys,  # type: ignore[arg-type]
        )
        for route in routes
    )
    return Plan(service="builds", routes=found, lease_s=10.0)


@dataclass
class Rollout:
    """Runs ticks of a second. ``totals`` are the counts of each route; ``standings`` the evidence."""

    plan: Plan
    at: float = 1_800_000_000.0
    state: RolloutState = field(default_factory=RolloutState)
    standings: dict[str, Standing] = field(default_factory=dict)
    totals: dict[str, ServedRoute] = field(default_factory=dict)
    reading: Reading = field(default_factory=lambda: Reading(at=0.0))
    decision: Decision = field(default_factory=lambda: Decision(state=RolloutState()))
    plane_error: str = ""
    stuck: Weights | None = None

    def __post_init__(self) -> None:
        self.state = begin(self.plan, self.at)
        self.standings = {route.route: replace(PROVEN, route=route.route) for route in self.plan.routes}
        self.totals = {route.route: ServedRoute(route=route.route) for route in self.plan.routes}

    def tick(self, seconds: float = 1.0, **keys: object) -> Decision:
        """One tick; ``keys`` replace those of the reading."""
        self.at += seconds
        shown = Weights(generation=self.state.generation, lease_s=10.0, routes=self.decision.weights)
        plane = PlaneReading(name="engine", weights=self.stuck or shown)
        if self.plane_error:
            plane = PlaneReading(name="engine", error=self.plane_error)
        self.reading = Reading(
            at=self.at,
            planes=(plane,),
            served=(ServedCounts(epoch="a", at=self.at, routes=tuple(self.totals.values())),),
            evidence=tuple(self.standings.values()),
            candidate_build="1",
        )
        self.reading = replace(self.reading, **keys)
        self.decision = decide(self.plan, self.state, self.reading)
        self.state = self.decision.state
        return self.decision

    def serve(
        self, candidate: int = 0, errors: int = 0, legacy: int = 0, legacy_errors: int = 0, *, route: str = ROUTE
    ) -> None:
        """Requests that end before the next tick."""
        before = self.totals[route]
        self.totals[route] = replace(
            before,
            candidate=_more(before.candidate, candidate, errors),
            legacy=_more(before.legacy, legacy, legacy_errors),
        )

    def ask(self, verb: Verb, *, step: int | None = None, reason: str = "") -> Decision:
        """A tick with a person's word."""
        return self.tick(verbs=(VerbRequest(verb=verb, routes="*", actor="ana", step=step, reason=reason),))

    def answer(self, *, is_open: bool) -> Decision:
        """A tick with a webhook's word on the present step."""
        gate = GateAnswer(route=ROUTE, step=self.route.step, is_open=is_open, detail="not yet")
        return self.tick(gates=(gate,))

    @property
    def route(self) -> RouteState:
        """The state of the first route."""
        return self.state.routes[0]

    def until(self, step: int, *, served: int = 0, ticks: int = 50) -> None:
        """Each side serves so many a tick without errors until a step is reached."""
        for _ in range(ticks):
            if self.route.step >= step:
                return
            self.serve(candidate=served, legacy=served)
            self.tick()
        raise AssertionError(f"step {step} was not reached: {self.route.step} {self.route.phase} {self.route.why}")


def _more(side: SideCounts, requests: int, errors: int) -> SideCounts:
    return replace(side, requests=side.requests + requests, errors=side.errors + errors)


@pytest.fixture
def new_rollout() -> Callable[..., Rollout]:
    """Steps and what else a plan has -> a rollout that has not had a tick."""

    def new(*steps: Step, **keys: object) -> Rollout:
        return Rollout(plan_of(*steps, **keys))

    return new
