"""A plan that changed: routes go on where they may, and no client is moved by an edit."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.plan.records import Analysis, Plan, Prove, SetWeight
from crossfade.shadow.canary.states.adopt import adopt
from crossfade.shadow.errors import ShadowError

New = Callable[..., Any]


def _with_steps(plan: Plan, *steps: Any) -> Plan:
    return replace(plan, routes=tuple(replace(route, steps=steps) for route in plan.routes))


def test_steps_ahead_may_change(new_rollout: New) -> None:
    """What the route has done is the same."""
    rollout = new_rollout()
    rollout.until(2)
    (route,) = rollout.plan.routes
    later = _with_steps(rollout.plan, *route.steps[:3], SetWeight(pct=50.0), *route.steps[3:])
    assert adopt(rollout.plan, later, rollout.state, 5.0).routes == rollout.state.routes


@pytest.mark.parametrize("got", ["other steps", "none"])
def test_a_route_with_clients_is_not_moved_by_an_edit(new_rollout: New, got: str) -> None:
    """A person aborts it first, or puts the plan back."""
    rollout = new_rollout()
    rollout.until(2)
    (route,) = rollout.plan.routes
    changed = _with_steps(rollout.plan, Prove(), SetWeight(pct=20.0), Analysis(), *route.steps[3:])
    if got == "none":
        changed = replace(rollout.plan, routes=())
    with pytest.raises(ShadowError, match=f"expected the plan by which it came to 10 %, got {got}; put the plan back"):
        adopt(rollout.plan, changed, rollout.state, 5.0)


def test_a_route_without_clients_begins_under_the_new_plan(new_rollout: New) -> None:
    """And new routes begin beside it."""
    rollout = new_rollout()
    (route,) = rollout.plan.routes
    more = replace(rollout.plan, routes=(replace(route, steps=(Prove(), *route.steps)), replace(route, route="GET /b")))
    found = adopt(rollout.plan, more, rollout.state, 5.0)
    assert [state.route for state in found.routes] == [route.route, "GET /b"]


def test_the_first_plan(new_rollout: New) -> None:
    """Everything is legacy's."""
    rollout = new_rollout()
    assert [state.weight_pct for state in adopt(None, rollout.plan, rollout.state, 5.0).routes] == [0.0]
