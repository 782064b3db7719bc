"""How long each step of a plan takes at the present traffic, and what it waits for. Pure."""

import math

from msgspec import Struct

from crossfade.shadow.canary.deciding.arms import SHARES, log_factors_below
from crossfade.shadow.canary.deciding.detector import log_evidence, watched
from crossfade.shadow.canary.deciding.records import Arms, Detector
from crossfade.shadow.canary.deciding.tally import RULED_OUT, SLOW
from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    CrossRead,
    Gate,
    Pause,
    Plan,
    Prove,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
    Step,
)
from crossfade.shadow.evidence.statistics import live_bounds, needed_n
from crossfade.shadow.serving.weights import FULL_PCT

_HOUR_S = 3600.0


class Present(Struct, frozen=True, kw_only=True):
    """The traffic and the evidence of a route now: requests and new units of the claim per second.

    Of ``n`` units ``k`` diverge. ``verdict`` is as in a standing, ``reason`` why it is not ``pass``.
    """

    requests_per_s: float = 0.0
    units_per_s: float = 0.0
    n: int = 0
    k: int = 0
    verdict: str | None = None
    reason: str = "no traffic yet"


class StepHours(Struct, frozen=True, kw_only=True):
    """One step. ``hours`` is None where they can't be told: a person decides, or it never ends at this traffic.

    ``requests`` are those that it takes of the candidate, or in the shadow of both, if none is bad.
    """

    step: str
    hours: float | None
    requests: int = 0
    note: str = ""


class RouteHours(Struct, frozen=True, kw_only=True):
    """A route: its steps, and the hours of those that can be told. ``blocked`` tells what it can't begin without.

    ``is_reachable``: no step is one that never ends.
    """

    route: str
    group: str
    plane: str
    requests_per_s: float
    steps: tuple[StepHours, ...]
    hours: float
    is_reachable: bool
    blocked: str = ""


def route_hours(plan: Plan, route: RoutePlan, present: Present, budget: float) -> RouteHours:
    """How long a route takes; ``budget`` is that of its claim, 0 to 1."""
    steps, weight = [], 0.0
    for step in route.steps:
        weight = step.pct if isinstance(step, SetWeight) else weight
        steps.append(_hours(plan, route, step, present, weight, budget))
    return RouteHours(
        route=route.route,
        group=route.group,
        plane=route.plane,
        requests_per_s=present.requests_per_s,
        steps=tuple(steps),
        hours=sum(step.hours or 0.0 for step in steps),
        is_reachable=not any(step.note.startswith("not reachable") for step in steps),
        blocked="" if present.verdict == "pass" else present.reason or "its claim is not proven",
    )


def requests_needed(excess: float, weight_pct: float, confidence: float) -> int:
    """How many requests of the candidate rule out a fault of ``excess`` (0 to 1), if no request is bad."""
    limit = math.log(1 / (1 - confidence))

    def is_enough(candidate: int) -> bool:
        legacy = round(candidate * (FULL_PCT - weight_pct) / weight_pct)
        look = Arms(candidate=candidate, legacy=legacy)
        return log_evidence(watched(Detector(), log_factors_below(look, excess, look), 1.0)) >= limit

    most = len(SHARES)
    while not is_enough(most):
        most *= 2
    least = most // 2
    while least + 1 < most:
        middle = (least + most) // 2
        least, most = (least, middle) if is_enough(middle) else (middle, most)
    return most


def _hours(  # noqa: PLR0913, PLR0917 - all that a step's time depends on
    plan: Plan, route: RoutePlan, step: Step, present: Present, weight: float, budget: float
) -> StepHours:
    match step:
        case Prove():
            return _prove(plan, present, budget)
        case Analysis():
            return _analysis(plan, route, step, present, weight)
        case Bake(duration_s=seconds):
            needed = _needed(plan, route, weight)
            hours = max(seconds / _HOUR_S, _time(needed, present.requests_per_s) or 0.0)
            return StepHours(step="bake", hours=hours, requests=needed)
        case _:
            return _as_written(step)


def _as_written(step: Pause | Gate | CrossRead | Rampdown | SetWeight | SetMirrorRoute | SetHeaderRoute) -> StepHours:
    """A step that takes as long at any traffic."""
    hours: float | None = 0.0
    match step:
        case SetWeight(pct=pct):
            name, note = f"setWeight {pct:g}", ""
        case SetMirrorRoute(percentage=pct):
            name, note = f"setMirrorRoute {pct:g}", ""
        case SetHeaderRoute(name=field, value=value):
            name, note = f"setHeaderRoute {field}: {value}", ""
        case Pause(duration_s=None):
            name, hours, note = "pause", None, "until a person resumes"
        case Pause(duration_s=float(seconds)):
            name, hours, note = "pause", seconds / _HOUR_S, ""
        case Rampdown(duration_s=seconds):
            name, hours, note = "rampdown", seconds / _HOUR_S, ""
        case Gate():
            name, hours, note = f"gate {step.kind.value}", None, f"at most {_span(step.timeout_s)}"
        case CrossRead(min_reads=reads):
            name, hours, note = "crossRead", None, f"{reads} writes read through legacy"
        case _:
            raise AssertionError(f"a step that nobody times: {step}")
    return StepHours(step=name, hours=hours, note=note)


def _prove(plan: Plan, present: Present, budget: float) -> StepHours:
    if present.verdict == "pass":
        return StepHours(step="prove", hours=0.0, note="proven")
    if present.verdict == "fail":
        return StepHours(step="prove", hours=None, note=f"not reachable: {present.reason}")
    needed = max(0, needed_n(present.k, budget, plan.confidence, live_bounds) - present.n)
    hours = _time(needed, present.units_per_s)
    note = "" if hours is not None else "not reachable: no new requests in the newest run"
    return StepHours(step="prove", hours=hours, requests=needed, note=note)


def _analysis(plan: Plan, route: RoutePlan, step: Analysis, present: Present, weight: float) -> StepHours:
    needed = max(step.min_requests, _needed(plan, route, weight))
    hours = _time(needed, present.requests_per_s * weight / FULL_PCT)
    if hours is None:
        return StepHours(step="analysis", hours=None, requests=needed, note="not reachable: no traffic")
    if hours * _HOUR_S > step.timeout_s:
        note = f"not reachable: it pauses after {_span(step.timeout_s)}, and takes {_span(hours * _HOUR_S)}"
        return StepHours(step="analysis", hours=hours, requests=needed, note=note)
    return StepHours(step="analysis", hours=hours, requests=needed)


def _needed(plan: Plan, route: RoutePlan, weight: float) -> int:
    errors = requests_needed(min(1.0, RULED_OUT * route.error_budget), weight, plan.confidence)
    slow = requests_needed(RULED_OUT * SLOW, weight, plan.confidence) if route.latency_ratio is not None else 0
    return max(errors, slow)


def _time(needed: int, per_s: float) -> float | None:
    """Hours; None where it never ends."""
    if not needed:
        return 0.0
    return needed / per_s / _HOUR_S if per_s > 0 else None


def _span(seconds: float) -> str:
    return f"{seconds / _HOUR_S:.3g} h" if seconds >= _HOUR_S else f"{seconds / 60:.3g} min"
