"""Made-up traffic of a canary: curves of load and errors, bursts that hit both sides, clients that send much."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    Pause,
    Plan,
    Prove,
    Rampdown,
    RoutePlan,
    SetWeight,
    Step,
)
from crossfade.shadow.canary.reading import PlaneReading, Reading, Standing
from crossfade.shadow.canary.states.records import RolloutState
from crossfade.shadow.operate.buckets import BOUNDS_S
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights

LADDERS = (
    (1.0, 5.0, 25.0, 50.0, 100.0),
    (10.0, 50.0, 100.0),
    (5.0, 20.0, 100.0),
    (25.0, 100.0),
    (2.0, 10.0, 40.0, 100.0),
)
BUDGETS = (0.002, 0.005, 0.01, 0.02)
LEGACY_ERRORS = (0.0, 1e-4, 1e-3, 5e-3, 2e-2)
RETRIED = 0.15
"""Of the errors, how many are followed by another one of the same client."""
_BURST_EVERY_S = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """One route: requests a second, legacy's error rate, how both swing, and the logarithms of seconds of an answer.

    ``heavy``: how unlike each other the clients are.
    """

    route: str
    rps: float
    swing: float
    period_s: float
    errors: float
    errors_swing: float
    log_seconds: float
    log_spread: float
    heavy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the candidate adds: ``errors`` (0 to 1) on ``route`` from ``onset_s`` after its first client on."""

    route: str
    errors: float
    onset_s: float


def draw_plan(rng: np.random.Generator) -> tuple[Plan, tuple[Traffic, ...]]:
    """A plan of one to eight routes, and their traffic."""
    traffic = tuple(_draw_traffic(rng, f"GET /r{number}") for number in range(int(rng.integers(1, 9))))
    ladder = LADDERS[rng.integers(len(LADDERS))]
    pause_s = float(rng.uniform(60, 600))
    budget = BUDGETS[rng.integers(len(BUDGETS))]
    ratio = (None, 1.5, 2.5)[rng.integers(3)]
    steps: list[Step] = [Prove()]
    for weight in ladder:
        steps += [SetWeight(pct=weight), Pause(duration_s=pause_s), Analysis(timeout_s=10**8)]
    steps += [Bake(duration_s=float(rng.uniform(600, 3600))), Rampdown(duration_s=0.0)]
    routes = tuple(
        RoutePlan(
            route=one.route,
            group="all",
            plane="engine",
            steps=tuple(steps),
            error_budget=budget,
            mirror_pct=20.0,
            latency_ratio=ratio,
        )
        for one in traffic
    )
    return Plan(service="simulated", routes=routes), traffic


def _draw_traffic(rng: np.random.Generator, route: str) -> Traffic:
    return Traffic(
        route=route,
        rps=float(np.exp(rng.uniform(np.log(0.5), np.log(200)))),
        swing=float(rng.uniform(0, 0.9)),
        period_s=float(rng.uniform(600, 7200)),
        errors=float(rng.choice(LEGACY_ERRORS)),
        errors_swing=float(rng.uniform(0, 0.8)),
        log_seconds=float(rng.uniform(np.log(0.003), np.log(0.1))),
        log_spread=float(rng.uniform(0.3, 0.8)),
        heavy=float(rng.uniform(0, 0.4)),
    )


@dataclass(slots=True, kw_only=True)
class World:
    """Serves as the weights say. ``fault_began``: the candidate has answered with it."""

    rng: np.random.Generator
    traffic: tuple[Traffic, ...]
    fault: Fault | None = None
    at: float = 1_790_000_000.0
    fault_began: bool = False
    _started: float = 1_790_000_000.0
    _burst_until: float = 0.0
    _burst: float = 0.0
    _totals: dict[str, ServedRoute] = field(default_factory=dict)
    _latency: "dict[str, np.ndarray[Any, Any]]" = field(default_factory=dict)
    _shares: dict[tuple[str, float], float] = field(default_factory=dict)

    def reading(self, state: RolloutState, weights: tuple[RouteWeight, ...], seconds: float) -> Reading:
        """What the controller sees after so many seconds of traffic at these weights."""
        self.at += seconds
        self._burst_now(seconds)
        shown = Weights(generation=state.generation, lease_s=10.0, routes=weights)
        for one in self.traffic:
            route = state.of(one.route)
            pct = shown.of(one.route).candidate_pct
            if pct and route is not None:
                self._serve(one, pct, self.at - route.served_since, seconds)
        return Reading(
            at=self.at,
            planes=(PlaneReading(name="engine", weights=shown),),
            served=(ServedCounts(epoch="a", at=self.at, routes=tuple(self._totals.values())),),
            evidence=tuple(Standing(route=one.route, verdict="pass") for one in self.traffic),
        )

    def _burst_now(self, seconds: float) -> None:
        """Now and then something that both sides need fails for a while."""
        if self.at > self._burst_until and self.rng.random() < seconds / _BURST_EVERY_S:
            self._burst_until = self.at + self.rng.uniform(5, 60)
            self._burst = float(self.rng.uniform(0.02, 0.5))

    def _serve(self, one: Traffic, pct: float, served_s: float, seconds: float) -> None:
        wave = np.sin(2 * np.pi * (self.at - self._started) / one.period_s)
        requests = int(self.rng.poisson(one.rps * (1 + one.swing * wave) * seconds))
        candidate = int(self.rng.binomial(requests, self._share(one, pct)))
        rate = one.errors * (1 + one.errors_swing * wave)
        if self.at <= self._burst_until:
            rate = max(rate, self._burst)
        more = 0.0
        if self.fault is not None and self.fault.route == one.route and served_s >= self.fault.onset_s:
            more = self.fault.errors
            self.fault_began = True
        before = self._totals.get(one.route, ServedRoute(route=one.route))
        self._totals[one.route] = ServedRoute(
            route=one.route,
            candidate=self._side(before.candidate, one, candidate, min(1.0, rate + more)),
            legacy=self._side(before.legacy, one, requests - candidate, rate),
        )

    def _share(self, one: Traffic, pct: float) -> float:
        """The share of requests: clients are split by the weight, and some send more than others."""
        if pct >= 100:  # noqa: PLR2004 - all of them
            return 1.0
        if (one.route, pct) not in self._shares:
            self._shares[one.route, pct] = float(min(0.95, pct / 100 * np.exp(self.rng.normal(0, one.heavy))))
        return self._shares[one.route, pct]

    def _side(self, before: SideCounts, one: Traffic, requests: int, rate: float) -> SideCounts:
        first = int(self.rng.binomial(requests, rate / (1 + RETRIED))) if requests else 0
        errors = min(requests, first + int(self.rng.binomial(first, RETRIED)))
        found = self.rng.multinomial(requests, self._buckets(one))
        latency = before.latency or (0,) * (len(BOUNDS_S) + 1)
        return SideCounts(
            requests=before.requests + requests,
            errors=before.errors + errors,
            latency=tuple(int(a + b) for a, b in zip(latency, found, strict=True)),
        )

    def _buckets(self, one: Traffic) -> "np.ndarray[Any, Any]":
        """How likely an answer falls into each bucket of durations."""
        if one.route not in self._latency:
            at = (np.log(BOUNDS_S) - one.log_seconds) / one.log_spread
            below = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in at])
            self._latency[one.route] = np.diff(below, prepend=0.0, append=1.0)
        return self._latency[one.route]
