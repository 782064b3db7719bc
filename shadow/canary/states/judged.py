"""What takes a route back to legacy, and what an analysis still waits for. Pure."""

import math

from crossfade.shadow.canary.deciding.detector import log_evidence
from crossfade.shadow.canary.deciding.records import Arms, Measure
from crossfade.shadow.canary.deciding.share import is_off
from crossfade.shadow.canary.deciding.tally import RULED_OUT, SLOW
from crossfade.shadow.canary.plan.records import Analysis, CrossRead, Plan, RoutePlan
from crossfade.shadow.canary.states.records import AnalysisPhase, Code, Event, RouteState
from crossfade.shadow.canary.states.tick import Happening, Tick, Wait


def failure(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | None:
    """Why a route that serves clients by the candidate must go back; None where it need not."""
    if not state.weight_pct:
        return None
    found = _evidence(tick, plan) or _counts(tick, plan, state) or _candidate_down(tick)
    return None if found is None else Happening(event=Event.FAILED, code=found[0], why=found[1])


def plane_lost(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | None:
    """Why nobody knows what the clients of a route get; None where it is known, or for a short time only."""
    off = [counts for counts in tick.reading.served for route in counts.routes if route.route == plan.route]
    if state.weight_pct and any(
        is_off(route) for counts in off for route in counts.routes if route.route == plan.route
    ):
        why = "the clients are not split by the weight: something else decides who gets what"
        return Happening(event=Event.PLANE_LOST, code=Code.SHARE, why=why)
    for_s = tick.at - max(state.shown_at, state.phase_since if state.weight_pct == 0 else 0.0)
    if tick.shows(plan, state) or for_s <= tick.plan.lease_s:
        return None
    error = tick.reading.plane(plan.plane).error or f"it does not show {state.weight_pct:g} %"
    return Happening(event=Event.PLANE_LOST, code=Code.PLANE, why=f"{plan.plane}, for {for_s:.0f} s: {error}")


def analysis(tick: Tick, plan: RoutePlan, state: RouteState, step: Analysis) -> Wait | None:
    """What the analysis of the present weight waits for; None where it is successful."""
    here = state.tally.errors.here
    if here.candidate < step.min_requests:
        return _running(f"{here.candidate} of {step.min_requests} requests at {state.weight_pct:g} %")
    return not_ruled_out(tick, plan, state) or tick.not_proven(plan.route)


def not_ruled_out(tick: Tick, plan: RoutePlan, state: RouteState) -> Wait | None:
    """Which fault the requests at the present weight do not rule out yet."""
    tally = state.tally
    meant = tally.errors.here.candidate + tally.fallback_here
    if tally.fallback_here > plan.error_budget * meant:
        return _running(f"the candidate took no connection for {tally.fallback_here} of {meant} requests")
    if not _is_ruled_out(tick.plan, tally.errors):
        return _running(f"errors of {RULED_OUT:g} times the budget are not ruled out yet: {_told(tally.errors.here)}")
    if plan.latency_ratio is not None and not _is_ruled_out(tick.plan, tally.latency):
        return _running(f"slow answers are not ruled out yet: {_told(tally.latency.here)}")
    return None


def log_limit(plan: Plan) -> tuple[float, float]:
    """What the logarithm of the evidence must reach: of one measure of one route, and of the errors of all together.

    All tests of the rollout share ``false_rollback``: half for single routes, half for all together.
    """
    measures = 1 + any(route.latency_ratio is not None for route in plan.routes)
    pooled = 2 * measures / plan.false_rollback
    return math.log(pooled * max(1, len(plan.routes))), math.log(pooled)


def _evidence(tick: Tick, plan: RoutePlan) -> tuple[Code, str] | None:
    standing = tick.reading.standing(plan.route)
    if standing is None:
        return None
    if standing.verdict == "fail":
        return Code.DIVERGENCE, standing.claim or standing.reason
    needs_reads = any(isinstance(step, CrossRead) for step in plan.steps)
    if needs_reads and standing.cross_matched < standing.cross_reads:
        different = standing.cross_reads - standing.cross_matched
        return Code.CROSS_READ, f"legacy reads {different} of {standing.cross_reads} writes of the candidate otherwise"
    return None


def _counts(tick: Tick, plan: RoutePlan, state: RouteState) -> tuple[Code, str] | None:
    limit, pooled_limit = log_limit(tick.plan)
    tally = state.tally
    if log_evidence(tally.errors.above) >= limit:
        return (
            Code.ERRORS,
            f"errors exceed legacy's by more than {100 * plan.error_budget:g} %: {_told(tally.errors.total)}",
        )
    if log_evidence(tick.rollout.pooled) >= pooled_limit:
        return Code.ERRORS_POOLED, "errors of all routes together exceed legacy's by more than their budgets"
    if log_evidence(tally.latency.above) >= limit:
        told = _told(tally.latency.total)
        return Code.LATENCY, f"more than {100 * SLOW:g} % slower than {plan.latency_ratio:g} times legacy's p99: {told}"
    return None


def _candidate_down(tick: Tick) -> tuple[Code, str] | None:
    since = tick.rollout.candidate_down_since
    if not since or tick.at - since <= tick.plan.lease_s or not tick.reading.legacy_up:
        return None
    return Code.CANDIDATE_DOWN, f"the candidate can't be reached for {tick.at - since:.0f} s"


def _is_ruled_out(plan: Plan, measure: Measure) -> bool:
    return log_evidence(measure.below) >= math.log(1 / (1 - plan.confidence))


def _told(arms: Arms) -> str:
    return f"candidate {arms.candidate_bad} of {arms.candidate}, legacy {arms.legacy_bad} of {arms.legacy}"


def _running(why: str) -> Wait:
    return Wait(code=Code.STEP, why=why, analysis=AnalysisPhase.RUNNING)
