"""The state with what a reading counts, before anything is decided. Pure."""

from msgspec.structs import replace

from crossfade.shadow.canary.deciding.detector import watched
from crossfade.shadow.canary.deciding.increments import Increment, increments, latest
from crossfade.shadow.canary.deciding.records import Detector
from crossfade.shadow.canary.deciding.tally import Moment, counted, legacy_alone
from crossfade.shadow.canary.plan.records import Plan, RoutePlan
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.records import RolloutState, RouteState
from crossfade.shadow.canary.states.tick import wanted_weight
from crossfade.shadow.serving.weights import FULL_PCT


def observed(plan: Plan, state: RolloutState, reading: Reading) -> RolloutState:
    """The state after the counts, the read-back and the health of this tick."""
    came = increments(state.seen, reading.served)
    was_silent = reading.at - state.at > plan.lease_s
    is_new = bool(reading.candidate_build) and reading.candidate_build != state.candidate_build
    came_up = reading.candidate_up and (bool(state.candidate_down_since) or not state.candidate_since or is_new)
    since = reading.at if came_up else state.candidate_since
    routes = tuple(
        _route(plan.of(route.route), replace(route, shown_at=reading.at) if was_silent else route, reading, came, since)
        for route in state.routes
    )
    return replace(
        state,
        routes=routes,
        pooled=_pooled(plan, state, routes),
        seen=latest(state.seen, reading.served),
        at=reading.at,
        candidate_build=reading.candidate_build or state.candidate_build,
        candidate_since=since,
        candidate_down_since=0.0 if reading.candidate_up else state.candidate_down_since or reading.at,
    )


def _route(
    plan: RoutePlan | None,
    state: RouteState,
    reading: Reading,
    came: dict[str, Increment],
    candidate_since: float,
) -> RouteState:
    if plan is None:
        return state
    if reading.plane(plan.plane).shows(wanted_weight(plan, state)):
        state = replace(state, shown_at=reading.at)
    increment = came.get(state.route, Increment())
    if not state.weight_pct:
        return replace(state, tally=legacy_alone(state.tally, increment))
    warm_at = max(candidate_since, state.served_since) + plan.warmup_s
    moment = Moment(at=reading.at, is_warm=reading.at >= warm_at, is_full=state.weight_pct >= FULL_PCT)
    return replace(state, tally=counted(state.tally, plan, increment, moment))


def _pooled(plan: Plan, before: RolloutState, routes: tuple[RouteState, ...]) -> Detector:
    """The errors of all routes that the candidate serves, as one; it begins again where it serves none."""
    served = [route for route in routes if route.weight_pct]
    if not served:
        return Detector()
    looks = [route.tally.errors.look for route in served if route.tally.errors.look]
    if not looks:
        return before.pooled
    steps = sum(len(route.weights) for route in plan.routes)
    return watched(before.pooled, tuple(map(sum, zip(*looks, strict=True))), 1 / max(1, steps))
