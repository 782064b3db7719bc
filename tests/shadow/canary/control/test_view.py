"""What is shown of a rollout."""

from typing import Any

import pytest

from crossfade.shadow.canary.control.status import RouteStatus
from crossfade.shadow.canary.control.view import left_behind, plane_statuses, route_statuses, step_text
from crossfade.shadow.canary.deciding.records import Arms, Measure, RouteTally
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
from crossfade.shadow.canary.reading import PlaneReading, Reading, Standing
from crossfade.shadow.canary.states.records import Phase, RolloutState, RouteState
from crossfade.shadow.config.canary_steps import GateKind
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import RouteWeight, Weights

TALLY = RouteTally(
    errors=Measure(
        here=Arms(candidate=30, candidate_bad=1, legacy=600, legacy_bad=2), waiting=Arms(candidate=1, legacy=9)
    )
)


def shown(step: Step, *after: Step, phase: Phase = Phase.PROGRESSING, now: float = 100.0, **more: Any) -> RouteStatus:
    """The status of a route that is at this step since 40 s."""
    plan = RoutePlan(route="GET /a", group="g", plane="engine", steps=(step, *after), error_budget=0.01, mirror_pct=20)
    weight = RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=5)
    state = RouteState(route="GET /a", phase=phase, step_since=now - 40, weight_pct=5, tally=TALLY)
    reading = Reading(
        at=now,
        planes=(PlaneReading(name="engine", weights=Weights(generation=1, lease_s=10, routes=(weight,))),),
        evidence=(Standing(route="GET /a", verdict="pass", claim="0 of 400", open_findings=("f-1",)),),
        **more,
    )
    (found,) = route_statuses(Plan(service="s", routes=(plan,)), RolloutState(routes=(state,)), (weight,), reading)
    return found


def test_a_route_shows_what_was_read_back_and_served() -> None:
    """Since the weight was set, with what no test has looked at yet."""
    found = shown(SetWeight(5), Analysis())
    assert (found.stage, found.phase, found.step, found.steps) == ("canary", "Progressing", 1, 2)
    assert (found.weight_pct, found.wanted_pct) == (5, 5)
    assert (found.candidate.requests, found.candidate.errors) == (31, 1)
    assert (found.legacy.requests, found.legacy.errors) == (609, 2)
    assert (found.verdict, found.claim, found.findings) == ("pass", "0 of 400", ("f-1",))


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Prove(), "prove"),
        (SetWeight(5), "setWeight 5"),
        (SetMirrorRoute(20), "setMirrorRoute 20"),
        (SetHeaderRoute("x", "1"), "setHeaderRoute x"),
        (Pause(), "pause"),
        (Bake(30), "bake"),
        (Rampdown(50), "rampdown"),
        (Analysis(), "analysis"),
        (Gate(50), "gate manual"),
        (CrossRead(), "crossRead"),
    ],
)
def test_each_step_says_what_it_is(step: Step, text: str) -> None:
    """In the words of the config."""
    assert step_text(step) == text


def test_a_route_says_for_whom_it_waits() -> None:
    """Without what may be secret in an address."""
    hook = Gate(50, GateKind.WEBHOOK, "https://user:secret@hooks.example/T/secret")
    assert shown(Gate(50), phase=Phase.WAITING).waits_for == "a person: crossfade canary promote"
    assert shown(hook, phase=Phase.WAITING).waits_for == "the webhook at hooks.example"
    assert shown(Analysis(), phase=Phase.PAUSED).waits_for == "a person: crossfade canary resume"
    assert shown(Pause()).waits_for == "a person: crossfade canary resume"
    assert shown(Analysis()).waits_for == shown(Pause(60)).waits_for == ""
    assert shown(Analysis(), phase=Phase.ABORTED).waits_for == ""


def test_time_to_go_is_known_where_only_time_is_left() -> None:
    """Nobody can tell how long an analysis or a person takes."""
    assert shown(Bake(3640), Rampdown(3600)).hours_to_go == 2.0
    assert shown(Bake(3640), Analysis()).hours_to_go is None
    assert shown(Bake(3640), phase=Phase.PAUSED).hours_to_go is None


def test_a_plane_has_the_problem_of_its_reading_or_of_its_weights() -> None:
    """Else none."""
    reading = Reading(at=0, planes=(PlaneReading(name="a", error="a: gone"), PlaneReading(name="b")))
    assert [plane.problem for plane in plane_statuses(reading, {"a": "refused", "b": "b: refused"})] == [
        "a: gone",
        "b: refused",
    ]


def test_what_stays_without_a_controller_is_told() -> None:
    """For how long, by stage and plane; what legacy answers anyway is left out."""
    weights = (
        RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=5),
        RouteWeight(route="GET /b", stage=Stage.COMPLETE, candidate_pct=100),
        RouteWeight(route="GET /c", stage=Stage.LIVE, candidate_pct=100),
        RouteWeight(route="GET /d", stage=Stage.SHADOW, candidate_pct=0),
    )
    assert list(left_behind(weights, 10.0, {"GET /c"})) == [
        "GET /a: the candidate answers 5 % for 10 s, then legacy answers all",
        "GET /b: the candidate answers 100 %, and goes on (complete)",
        "GET /c: the candidate answers 100 %, and goes on until a controller or a person changes it",
    ]
