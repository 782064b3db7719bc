"""What people ask for: once or twice, early or late, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.canary.plan.records import Analysis, Bake, Pause, Prove, Rampdown, SetWeight
from crossfade.shadow.canary.reading import Verb, VerbRequest
from crossfade.shadow.canary.states.records import Code, Outcome, Phase

New = Callable[..., Any]
END = (SetWeight(pct=100.0), Analysis(), Bake(duration_s=60.0), Rampdown(duration_s=0.0))


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.ABORT, Verb.START, Verb.RETRY])
def test_twice_is_once(new_rollout: New, verb: Verb) -> None:
    """The second time nothing changes, and why is said."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.ask(verb)
    weight_pct = rollout.route.weight_pct
    assert rollout.ask(verb).unchanged
    assert rollout.route.weight_pct == weight_pct


def test_promote_for_a_step_that_is_past(new_rollout: New) -> None:
    """Who clicks twice skips one step."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), SetWeight(pct=20.0), Pause(), *END)
    rollout.until(2)
    rollout.ask(Verb.PROMOTE, step=2)
    rollout.tick()
    assert (rollout.route.step, rollout.route.weight_pct) == (4, 20.0)
    (why,) = rollout.ask(Verb.PROMOTE, step=2).unchanged
    assert why.endswith("it is at step 5, no longer at step 3")
    assert rollout.route.weight_pct == 20


def test_promote_full(new_rollout: New) -> None:
    """All that may be skipped is; the weights in between are not set, and the bake is not skipped."""
    rollout = new_rollout(Prove(), SetWeight(pct=10.0), Pause(), SetWeight(pct=20.0), Analysis(), *END)
    rollout.until(2)
    rollout.ask(Verb.PROMOTE_FULL, reason="all hands are here")
    assert rollout.route.weight_pct == 100
    rollout.tick()
    assert (rollout.route.phase, rollout.route.outcome) == (Phase.PROMOTED, Outcome.FAST_PROMOTED)
    rollout.tick(30)
    assert rollout.route.phase is Phase.PROMOTED


def test_pause_and_resume(new_rollout: New) -> None:
    """The weight stays meanwhile, and it goes on where it was."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.ask(Verb.PAUSE, reason="lunch")
    assert (rollout.route.phase, rollout.route.code) == (Phase.PAUSED, Code.PAUSED_BY_PERSON)
    assert rollout.route.why == "pause by ana: lunch"
    for _ in range(5):
        rollout.serve(candidate=500, legacy=500)
        rollout.tick()
    assert (rollout.route.step, rollout.route.weight_pct) == (2, 10.0)
    rollout.ask(Verb.RESUME)
    assert rollout.route.weight_pct == 100


def test_a_pause_while_it_bakes(new_rollout: New) -> None:
    """It returns to the bake."""
    rollout = new_rollout()
    rollout.until(5, served=300)
    rollout.ask(Verb.PAUSE)
    rollout.tick(1000)
    assert rollout.route.phase is Phase.PAUSED
    rollout.ask(Verb.RESUME)
    assert rollout.route.phase is Phase.PROMOTED


def test_retry_begins_at_the_shadow(new_rollout: New) -> None:
    """And nothing of before counts."""
    rollout = new_rollout()
    rollout.until(2)
    rollout.serve(candidate=20, errors=20, legacy=20)
    rollout.tick()
    rollout.tick()
    assert rollout.route.phase is Phase.ABORTED
    rollout.ask(Verb.RETRY)
    assert rollout.route.outcome is None
    assert rollout.route.tally.errors.total.candidate == 0
    rollout.tick()
    assert rollout.route.weight_pct == 10


def test_a_glob_means_some_routes(new_rollout: New) -> None:
    """The others go on."""
    rollout = new_rollout(routes=("GET /a", "GET /b"))
    rollout.tick(verbs=(VerbRequest(verb=Verb.ABORT, routes="GET /a", actor="ana"),))
    phases = [route.phase for route in rollout.state.routes]
    assert phases[1] is Phase.PROGRESSING
    assert phases[0] in {Phase.ROLLING_BACK, Phase.ABORTED}


def test_who_asked_is_in_the_transition(new_rollout: New) -> None:
    """With the reason."""
    rollout = new_rollout()
    rollout.until(2)
    (event, *_) = rollout.ask(Verb.ABORT, reason="complaints").transitions
    assert (event.actor, event.why) == ("ana", "abort by ana: complaints")
