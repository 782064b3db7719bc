"""How long a plan takes: what is exact, and what can't be told or never ends."""

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.plan.hours import Present, requests_needed, route_hours
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
)

ROUTE = RoutePlan(
    route="GET /a",
    group="g",
    plane="engine",
    steps=(
        Prove(),
        SetHeaderRoute(name="x", value="1"),
        SetMirrorRoute(percentage=5.0),
        SetWeight(pct=10.0),
        Pause(duration_s=7200.0),
        Pause(),
        Analysis(),
        Gate(before_pct=100.0),
        CrossRead(),
        SetWeight(pct=100.0),
        Analysis(),
        Bake(duration_s=3600.0),
        Rampdown(duration_s=1800.0),
    ),
    error_budget=0.005,
    mirror_pct=20.0,
)
PLAN = Plan(service="s", routes=(ROUTE,))
NOW = Present(requests_per_s=10.0, units_per_s=1.0, n=115, reason="too few requests")


def test_each_step() -> None:
    """315 units prove a claim of 1 %; a tenth of the requests is the candidate's at 10 %."""
    found = route_hours(PLAN, ROUTE, NOW, 0.01)
    by_step = {step.step: step for step in found.steps[:9]}
    assert by_step["prove"].requests == 200
    assert by_step["prove"].hours == pytest.approx(200 / 3600)
    needed = requests_needed(0.015, 10.0, 0.95)
    assert by_step["analysis"].hours == pytest.approx(needed / 3600)
    assert by_step["pause"].note == "until a person resumes"
    assert by_step["gate manual"].hours is None
    assert by_step["crossRead"].note == "10 writes read through legacy"
    assert [step.hours for step in found.steps[-2:]] == [1.0, 0.5]
    assert found.is_reachable
    assert found.blocked == "too few requests"


def test_requests_that_rule_out_a_fault() -> None:
    """The fewer, the larger it is."""
    assert 200 < requests_needed(0.015, 10.0, 0.95) < 500
    assert requests_needed(0.06, 10.0, 0.95) < requests_needed(0.015, 10.0, 0.95) / 3


@pytest.mark.parametrize(
    ("present", "note"),
    [
        (Present(), "not reachable: no new requests in the newest run"),
        (replace(NOW, verdict="fail", reason="3 diverged"), "not reachable: 3 diverged"),
    ],
)
def test_what_never_ends(present: Present, note: str) -> None:
    """It is told, and the route is not reachable."""
    found = route_hours(PLAN, ROUTE, present, 0.01)
    assert found.steps[0].note == note
    assert not found.is_reachable


def test_an_analysis_that_pauses_first() -> None:
    """At one request in a quarter of an hour."""
    slow = replace(NOW, requests_per_s=0.01)
    found = route_hours(PLAN, ROUTE, slow, 0.01)
    assert found.steps[6].note.startswith("not reachable: it pauses after 24 h, and takes ")


def test_a_proven_route() -> None:
    """Nothing keeps it in the shadow."""
    found = route_hours(PLAN, ROUTE, replace(NOW, verdict="pass"), 0.01)
    assert (found.steps[0].hours, found.blocked) == (0.0, "")
