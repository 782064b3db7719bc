"""A rollout from shadow to complete, and each way back."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    CrossRead,
    Freeze,
    Gate,
    Pause,
    Prove,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
)
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.canary.states.controller import decide
from crossfade.shadow.canary.states.records import AnalysisPhase, Code, Event, Outcome, Phase, RouteState
from crossfade.shadow.canary.states.tick import wanted_weight
from crossfade.shadow.config.canary_steps import OnTimeout
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import RouteWeight, Weights

New = Callable[..., Any]
END = (SetWeight(pct=100.0), Analysis(), Bake(duration_s=60.0), Rampdown(duration_s=30.0))


def _stage(rollout: Any) -> Stage:
    return rollout.decision.weights[0].stage


def test_from_shadow_to_complete(new_rollout: New) -> None:
    """A candidate whose evidence passes goes through all stages, and each weight was read back first."""
    rollout = new_rollout()
    rollout.tick()
    assert (rollout.route.phase, rollout.route.weight_pct, _stage(rollout)) == (Phase.PROGRESSING, 10.0, Stage.CANARY)
    rollout.tick()
    assert rollout.route.step == 2
    rollout.until(4, served=200)
    assert (rollout.route.weight_pct, _stage(rollout)) == (100.0, Stage.LIVE)
    rollout.until(5, served=200)
    assert (rollout.route.phase, rollout.route.outcome) == (Phase.PROMOTED, Outcome.PROMOTED)
    rollout.tick(61)
    assert _stage(rollout) is Stage.LIVE, "nothing was seen while it baked"
    rollout.serve(candidate=300)
    rollout.tick()
    assert (rollout.route.phase, _stage(rollout)) == (Phase.PROMOTED, Stage.RAMPDOWN)
    rollout.tick(31)
    assert (rollout.route.phase, _stage(rollout)) == (Phase.COMPLETED, Stage.COMPLETE)


def test_a_route_that_is_not_proven_never_leaves_the_shadow(new_rollout: New) -> None:
    """Whatever a person asks for."""
    rollout = new_rollout()
    for verdict in ("fail", "inconclusive", None):
        rollout.standings["GET /builds/{id}"] = replace(rollout.standings["GET /builds/{id}"], verdict=verdict)
        rollout.tick()
        rollout.ask(Verb.PROMOTE)
        rollout.ask(Verb.PROMOTE_FULL)
        assert (rollout.route.step, rollout.route.weight_pct, rollout.route.phase) == (0, 0.0, Phase.PROGRESSING)
    assert rollout.route.code is Code.NOT_PROVEN


def test_a_weight_that_is_not_read_back_is_no_step_done(new_rollout: New) -> None:
    """The next step begins only when the plane shows the weight."""
    rollout = new_rollout()
    rollout.tick()
    rollout.stuck = Weights(generation=1, lease_s=10.0)
    for _ in range(5):
        rollout.tick()
    assert (rollout.route.step, rollout.route.code) == (1, Code.WEIGHT_NOT_READ_BACK)


@pytest.mark.parametrize("error", ["", "nobody answers"])
def test_a_plane_that_shows_something_else_degrades(new_rollout: New, error: str) -> None:
    """After the time of a lease; and it is aborted only once the plane shows 0."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.plane_error = error
    rollout.stuck = Weights(
        generation=9,
        lease_s=10.0,
        routes=(RouteWeight(route="GET /builds/{id}", stage=Stage.CANARY, candidate_pct=33.0),),
    )
    rollout.tick(10)
    assert rollout.route.phase is Phase.PROGRESSING
    rollout.tick()
    assert (rollout.route.phase, rollout.route.code, rollout.route.weight_pct) == (Phase.DEGRADED, Code.PLANE, 0.0)
    rollout.tick(100)
    assert rollout.route.phase is Phase.DEGRADED
    rollout.stuck, rollout.plane_error = None, ""
    rollout.tick()
    assert (rollout.route.phase, rollout.route.outcome) == (Phase.ABORTED, Outcome.ROLLED_BACK)


def test_a_plane_that_can_not_be_reached_while_it_goes_back_degrades(new_rollout: New) -> None:
    """Nobody says that it is back before it was seen."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.plane_error = "refused"
    rollout.ask(Verb.ABORT)
    assert rollout.route.phase is Phase.ROLLING_BACK
    rollout.tick(9)
    assert rollout.route.phase is Phase.ROLLING_BACK
    rollout.tick(2)
    assert rollout.route.phase is Phase.DEGRADED


def test_errors_roll_back_within_few_requests(new_rollout: New) -> None:
    """And the journal is told why."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.serve(candidate=10, errors=8, legacy=90)
    (event,) = rollout.tick().transitions
    assert (event.event, event.after, event.code) == (Event.FAILED, Phase.ROLLING_BACK, Code.ERRORS)
    assert rollout.decision.weights[0].candidate_pct == 0
    assert "candidate 8 of 10, legacy 0 of 90" in event.why
    rollout.tick()
    assert (rollout.route.phase, rollout.route.outcome, rollout.route.code) == (
        Phase.ABORTED,
        Outcome.ROLLED_BACK,
        Code.ERRORS,
    )


def test_errors_of_both_sides_roll_nothing_back(new_rollout: New) -> None:
    """What hits legacy as well is no fault of the candidate."""
    rollout = new_rollout()
    rollout.until(2)
    for _ in range(20):
        rollout.serve(candidate=20, errors=10, legacy=180, legacy_errors=90)
        rollout.tick()
    assert rollout.route.phase is Phase.PROGRESSING


def test_a_fault_after_long_health_is_found_soon(new_rollout: New) -> None:
    """A test that only summed up would have to win back all that it lost before."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), *END)
    rollout.until(2)
    for _ in range(500):
        rollout.serve(candidate=50, legacy=450)
        rollout.tick()
    bad = 0
    while rollout.route.phase is not Phase.ROLLING_BACK and bad < 100:
        rollout.serve(candidate=50, errors=10, legacy=450)
        bad += 10
        rollout.tick()
    assert bad <= 40


def test_errors_of_all_routes_together(new_rollout: New) -> None:
    """A fault that shows a little on each route is found in the sum, and all of them go back."""
    routes = tuple(f"GET /{name}" for name in "abcdefgh")
    rollout = new_rollout(Prove(), SetWeight(pct=50.0), Pause(), *END, routes=routes)
    rollout.tick()
    rollout.tick()
    for _ in range(5):
        for route in routes:
            rollout.serve(candidate=5, errors=1, legacy=5, route=route)
        rollout.tick()
        if rollout.decision.transitions:
            break
    assert {event.code for event in rollout.decision.transitions} == {Code.ERRORS_POOLED}
    assert {route.phase for route in rollout.state.routes} == {Phase.ROLLING_BACK}


def test_what_was_found_in_a_route_is_not_held_against_its_retry(new_rollout: New) -> None:
    """Also where another route is complete, and so goes on to be served by the candidate."""
    first, second = "GET /a", "GET /b"
    rollout = new_rollout(
        Prove(), SetWeight(pct=50.0), Bake(duration_s=0.0), Rampdown(duration_s=0.0), routes=(first, second)
    )
    rollout.standings[second] = replace(rollout.standings[second], verdict="inconclusive")
    for _ in range(20):
        rollout.serve(candidate=100, legacy=100, route=first)
        rollout.tick()
    assert rollout.state.of(first).phase is Phase.COMPLETED
    rollout.standings[second] = replace(rollout.standings[second], verdict="pass")
    for _ in range(10):
        rollout.serve(candidate=20, errors=20, legacy=20, route=second)
        rollout.tick()
    assert rollout.state.of(second).phase is Phase.ABORTED
    rollout.ask(Verb.RETRY)
    for _ in range(5):
        rollout.serve(candidate=20, legacy=20, route=second)
        rollout.tick()
    assert rollout.state.of(second).weight_pct == 50.0


@pytest.mark.parametrize("shown", [0, 100])
def test_a_write_that_fails_goes_back_also_where_all_clients_are_moved_at_once(new_rollout: New, shown: int) -> None:
    """Held against what legacy showed in the shadow; a broken one also where that was nothing."""
    rollout = new_rollout(
        Prove(), SetWeight(pct=100.0), Bake(duration_s=60.0), Rampdown(duration_s=30.0), is_compared=False
    )
    proven = dict(rollout.standings)
    rollout.standings = {}
    for _ in range(5):
        rollout.serve(legacy=shown)
        rollout.tick()
    rollout.standings = proven
    rollout.until(1)
    served = 0
    while rollout.route.weight_pct and served < 1000:
        rollout.serve(candidate=20, errors=4 if shown else 20)
        served += 20
        rollout.tick()
    assert (rollout.route.code, rollout.route.weight_pct) == (Code.ERRORS, 0.0)
    assert served <= 200


def test_a_candidate_that_takes_hardly_a_connection_is_not_promoted(new_rollout: New) -> None:
    """Legacy answers in its place, so there are no errors; without legacy there would be."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Analysis(), *END)
    rollout.until(2)
    for _ in range(100):
        rollout.serve(candidate=5, legacy=50)
        rollout.totals = {key: replace(counts, fallback=counts.fallback + 5) for key, counts in rollout.totals.items()}
        rollout.tick()
    assert (rollout.route.step, rollout.route.phase) == (2, Phase.PROGRESSING)
    assert "took no connection for 500 of 1000 requests" in rollout.route.why
    for _ in range(2000):
        rollout.serve(candidate=5, legacy=50)
        rollout.tick()
        if rollout.route.step > 2:
            return
    raise AssertionError(rollout.route.why)


def test_a_route_with_a_fault_does_not_take_the_others_back(new_rollout: New) -> None:
    """Slow or broken routes do not stop the rest."""
    rollout = new_rollout(routes=("GET /a", "GET /b"))
    rollout.standings["GET /b"] = replace(rollout.standings["GET /b"], verdict="inconclusive")
    for _ in range(5):
        rollout.serve(candidate=200, legacy=1800, route="GET /a")
        rollout.tick()
    assert [route.weight_pct for route in rollout.state.routes] == [100.0, 0.0]


def test_divergence_rolls_back(new_rollout: New) -> None:
    """A claim that is refuted takes the route back, and says by what."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.standings["GET /builds/{id}"] = replace(
        rollout.standings["GET /builds/{id}"], verdict="fail", claim="it diverges in more than 1 %"
    )
    (event,) = rollout.tick().transitions
    assert (event.code, event.why) == (Code.DIVERGENCE, "it diverges in more than 1 %")


@pytest.mark.parametrize(
    "keys", [{"evidence_error": "locked"}, {"evidence": ()}, {"legacy_up": False}, {"candidate_up": False}]
)
def test_without_evidence_nothing_moves_on(new_rollout: New, keys: dict[str, Any]) -> None:
    """No data is no pass."""
    rollout = new_rollout()
    rollout.until(2)
    for _ in range(5):
        rollout.serve(candidate=500, legacy=500)
        rollout.tick(**keys)
    assert (rollout.route.step, rollout.route.phase) == (2, Phase.PROGRESSING)
    rollout.serve(candidate=20, errors=20, legacy=20)
    rollout.tick(**keys)
    assert rollout.route.phase is Phase.ROLLING_BACK, "errors are judged without evidence"


def test_old_evidence_is_none(new_rollout: New) -> None:
    """The analysis is in error, and holds."""
    rollout = new_rollout()
    rollout.standings["GET /builds/{id}"] = replace(rollout.standings["GET /builds/{id}"], age_s=61.0)
    rollout.tick()
    assert (rollout.route.step, rollout.route.analysis) == (0, AnalysisPhase.ERROR)


def test_an_analysis_that_does_not_decide_pauses(new_rollout: New) -> None:
    """Inconclusive never goes on; a person's resume gives it the same time again."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Analysis(min_requests=10**6, timeout_s=30.0), *END)
    rollout.until(2)
    rollout.tick(31)
    assert (rollout.route.phase, rollout.route.code) == (Phase.PAUSED, Code.INCONCLUSIVE_ANALYSIS)
    assert rollout.route.analysis is AnalysisPhase.INCONCLUSIVE
    rollout.ask(Verb.RESUME)
    assert rollout.route.phase is Phase.PROGRESSING
    rollout.tick(29)
    assert rollout.route.phase is Phase.PROGRESSING
    rollout.tick(2)
    assert rollout.route.phase is Phase.PAUSED


def test_a_pause_with_a_duration(new_rollout: New) -> None:
    """It ends by itself."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(duration_s=20.0), *END)
    rollout.until(2)
    assert (rollout.route.phase, rollout.route.code) == (Phase.PAUSED, Code.CANARY_PAUSE_STEP)
    rollout.tick(19)
    assert rollout.route.weight_pct == 10
    rollout.tick(2)
    assert rollout.route.weight_pct == 100


@pytest.mark.parametrize("verb", [Verb.RESUME, Verb.PROMOTE])
def test_a_pause_without_a_duration(new_rollout: New, verb: Verb) -> None:
    """It ends by a person's word."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), *END)
    rollout.until(2)
    rollout.tick(10_000)
    assert rollout.route.phase is Phase.PAUSED
    rollout.ask(verb)
    assert (rollout.route.phase, rollout.route.weight_pct) == (Phase.PROGRESSING, 100.0)


def test_errors_roll_back_while_it_is_paused(new_rollout: New) -> None:
    """Going back is looked at in every phase."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), *END)
    rollout.until(2)
    rollout.serve(candidate=20, errors=20, legacy=20)
    rollout.tick()
    assert rollout.route.phase is Phase.ROLLING_BACK


def test_a_gate(new_rollout: New) -> None:
    """It stays closed until a webhook or a person opens it."""
    rollout = new_rollout(Prove(), Gate(before_pct=100.0), *END)
    rollout.tick()
    assert (rollout.route.phase, rollout.route.code) == (Phase.WAITING, Code.GATE)
    rollout.answer(is_open=False)
    assert rollout.route.why.endswith("it said not yet)")
    rollout.answer(is_open=True)
    assert (rollout.route.phase, rollout.route.weight_pct) == (Phase.PROGRESSING, 100.0)


@pytest.mark.parametrize(("policy", "phase"), [("hold", Phase.WAITING), ("abort", Phase.ROLLING_BACK)])
def test_a_gate_that_nobody_opens(new_rollout: New, policy: Any, phase: Phase) -> None:
    """Its policy says what happens, once."""
    rollout = new_rollout(Prove(), Gate(before_pct=100.0, timeout_s=50.0, on_timeout=OnTimeout(policy)), *END)
    rollout.tick()
    rollout.tick(51)
    assert (rollout.route.phase, rollout.route.code) == (phase, Code.GATE_TIMEOUT)
    assert [event.event for event in rollout.tick().transitions] == ([Event.BACK] if policy == "abort" else [])


def test_a_freeze_holds_and_lets_go_back(new_rollout: New) -> None:
    """Nothing moves on, nothing that people ask for moves it on, and errors still take it back."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), *END)
    rollout.until(2)
    rollout.plan = replace(
        rollout.plan, freeze=(Freeze(days=(), start_minute=0, end_minute=1440, reason="year's end"),)
    )
    for verb in (Verb.PROMOTE, Verb.PROMOTE_FULL, Verb.RESUME):
        assert rollout.ask(verb).unchanged == (f"GET /builds/{{id}}: {verb.value}: frozen: year's end",)
    rollout.serve(candidate=20, errors=20, legacy=20)
    rollout.tick()
    assert rollout.route.phase is Phase.ROLLING_BACK


def test_another_build_begins_at_the_shadow(new_rollout: New) -> None:
    """What was proven of one build is not proven of the next."""
    rollout = new_rollout()
    rollout.until(2)
    (event, *_) = rollout.tick(candidate_build="2").transitions
    assert (event.event, event.weight_pct) == (Event.NEW_BUILD, 0.0)
    assert (rollout.route.phase, rollout.route.step, rollout.route.outcome) == (
        Phase.INITIALIZING,
        0,
        Outcome.SUPERSEDED,
    )
    assert rollout.route.tally.errors.total.candidate == 0


def test_what_the_candidate_wrote_must_have_been_read(new_rollout: New) -> None:
    """Before all clients are moved; and one that reads otherwise takes the route back."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), CrossRead(min_reads=3), *END)
    rollout.until(2)
    assert rollout.ask(Verb.PROMOTE).unchanged == (
        "GET /builds/{id}: promote: what the candidate wrote was not read through legacy often enough",
    )
    proven = rollout.standings["GET /builds/{id}"]
    rollout.standings["GET /builds/{id}"] = replace(proven, cross_reads=3, cross_matched=3)
    rollout.tick()
    assert rollout.route.weight_pct == 100
    rollout.standings["GET /builds/{id}"] = replace(proven, cross_reads=4, cross_matched=3)
    rollout.tick()
    assert (rollout.route.phase, rollout.route.code) == (Phase.ROLLING_BACK, Code.CROSS_READ)


def test_headers_and_mirrors_are_part_of_the_weight(new_rollout: New) -> None:
    """As the plan says, and gone when the route goes back."""
    rollout = new_rollout(
        Prove(), SetHeaderRoute(name="x-beta", value="1"), SetMirrorRoute(percentage=7.0), SetWeight(pct=1.0), *END
    )
    rollout.tick()
    rollout.tick()
    (weight,) = rollout.decision.weights
    assert (weight.headers[0].name, weight.mirror_pct, weight.candidate_pct) == ("x-beta", 7.0, 1.0)
    rollout.ask(Verb.ABORT)
    assert rollout.decision.weights[0].headers == ()


def test_a_candidate_that_is_down_for_long(new_rollout: New) -> None:
    """Longer than a lease."""
    rollout = new_rollout()
    rollout.until(2)
    for _ in range(11):
        rollout.tick(candidate_up=False)
    assert rollout.route.phase is Phase.PROGRESSING
    rollout.tick(candidate_up=False)
    assert (rollout.route.phase, rollout.route.code) == (Phase.ROLLING_BACK, Code.CANDIDATE_DOWN)


def test_a_controller_that_was_gone_goes_on(new_rollout: New) -> None:
    """The plane went back by itself meanwhile: that is no fault of the plane."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.stuck = Weights(generation=3, lease_s=10.0)
    rollout.tick(3600)
    assert (rollout.route.phase, rollout.decision.weights[0].candidate_pct) == (Phase.PROGRESSING, 10.0)


def test_the_generation_grows_with_each_change_and_past_the_planes(new_rollout: New) -> None:
    """A controller whose journal was lost is not taken for an old one."""
    rollout = new_rollout()
    rollout.tick()
    first = rollout.state.generation
    rollout.tick()
    assert rollout.state.generation == first == 1
    rollout.stuck = Weights(generation=40, lease_s=10.0)
    rollout.tick()
    assert rollout.state.generation == 41


def test_the_same_arguments_give_the_same_decision(new_rollout: New) -> None:
    """So that an audit can derive it again."""
    rollout = new_rollout()
    rollout.until(2)
    before = rollout.state
    rollout.serve(candidate=10, errors=3, legacy=90)
    assert decide(rollout.plan, before, rollout.tick() and rollout.reading) == rollout.decision


def test_compare_pct_does_not_thin_out_the_shadow() -> None:
    """It is the share of what the candidate serves; before that, what is mirrored is what [mirror] says."""
    plan = RoutePlan(route="a", group="g", plane="p", steps=(Prove(), *END), error_budget=0.01, mirror_pct=20.0)
    state = RouteState(route=plan.route, mirror_pct=plan.mirror_pct)
    assert wanted_weight(plan, state).mirror_pct == 100
    assert wanted_weight(plan, replace(state, weight_pct=5.0)).mirror_pct == plan.mirror_pct
    assert wanted_weight(plan, replace(state, mirror_pct=7.0)).mirror_pct == 7
