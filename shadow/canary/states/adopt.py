"""What a state means under a plan that may have changed since. Pure."""

from msgspec.structs import replace

from crossfade.shadow.canary.plan.records import Plan, RoutePlan
from crossfade.shadow.canary.states.controller import begin
from crossfade.shadow.canary.states.records import Code, RolloutState, RouteState
from crossfade.shadow.errors import ShadowError


def adopt(before: Plan | None, plan: Plan, state: RolloutState, at: float) -> RolloutState:
    """The state under ``plan``: routes go on where their steps so far are the same, others begin.

    ``before`` is the plan of the state, None where there was none. Raises: ShadowError: a route that the candidate
    serves has other steps now, or is not in the plan any more; a line for each.
    """
    fresh = begin(plan, at)
    if before is None:
        return fresh
    mistakes = []
    for route in state.routes:
        old, new = before.of(route.route), plan.of(route.route)
        if route.weight_pct and (new is None or old is None or not _goes_on(old, new, route)):
            got = "other steps" if new else "none"
            mistakes.append(
                f"{route.route}: expected the plan by which it came to {route.weight_pct:g} %, got {got}; "
                "put the plan back, or abort the route first"
            )
    if mistakes:
        raise ShadowError("\n".join(mistakes))
    return replace(
        state, routes=tuple(_adopted(before, plan, state.of(route.route) or route, route) for route in fresh.routes)
    )


def _adopted(before: Plan, plan: Plan, old: RouteState, fresh: RouteState) -> RouteState:
    old_plan, new_plan = before.of(old.route), plan.of(old.route)
    if old_plan is not None and new_plan is not None and _goes_on(old_plan, new_plan, old):
        return old
    return replace(fresh, code=Code.STEP, why="its plan is new")


def _goes_on(before: RoutePlan, plan: RoutePlan, state: RouteState) -> bool:
    """Whether what the route has done is in the new plan as well, and the same plane carries it."""
    done = slice(0, state.step + 1)
    return before.steps[done] == plan.steps[done] and before.plane == plan.plane
