"""Every cell of the table: what each event does in each phase."""

import pytest

from crossfade.shadow.canary.plan.records import Analysis, Bake, Gate, Pause, Prove, Rampdown, RoutePlan, SetWeight
from crossfade.shadow.canary.states.effects import applied
from crossfade.shadow.canary.states.records import GOING_BACK, TERMINAL, Code, Event, Outcome, Phase, RouteState
from crossfade.shadow.canary.states.table import TABLE, Cell, Effect
from crossfade.shadow.canary.states.tick import Happening

PLAN = RoutePlan(
    route="GET /a",
    group="g",
    plane="engine",
    steps=(
        Prove(),
        SetWeight(pct=10.0),
        Pause(),
        Gate(before_pct=100.0),
        SetWeight(pct=100.0),
        Analysis(),
        Bake(duration_s=1.0),
        Rampdown(duration_s=1.0),
    ),
    error_budget=0.01,
    mirror_pct=20.0,
)
STEP_OF = {Phase.INITIALIZING: 0, Phase.PROGRESSING: 1, Phase.PAUSED: 2, Phase.WAITING: 3, Phase.PROMOTED: 6}
MOVES = {
    (Phase.INITIALIZING, Event.READY): Phase.PROGRESSING,
    (Phase.INITIALIZING, Event.FAILED): Phase.ROLLING_BACK,
    (Phase.INITIALIZING, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.INITIALIZING, Event.ABORT): Phase.ROLLING_BACK,
    (Phase.INITIALIZING, Event.NEW_BUILD): Phase.INITIALIZING,
    (Phase.INITIALIZING, Event.PROMOTE_FULL): Phase.INITIALIZING,
    (Phase.INITIALIZING, Event.PAUSE): Phase.PAUSED,
    (Phase.PROGRESSING, Event.STEP_DONE): Phase.PROGRESSING,
    (Phase.PROGRESSING, Event.STEPS_DONE): Phase.PROMOTED,
    (Phase.PROGRESSING, Event.PAUSE_REACHED): Phase.PAUSED,
    (Phase.PROGRESSING, Event.UNDECIDED): Phase.PAUSED,
    (Phase.PROGRESSING, Event.GATE_REACHED): Phase.WAITING,
    (Phase.PROGRESSING, Event.FAILED): Phase.ROLLING_BACK,
    (Phase.PROGRESSING, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.PROGRESSING, Event.ABORT): Phase.ROLLING_BACK,
    (Phase.PROGRESSING, Event.NEW_BUILD): Phase.INITIALIZING,
    (Phase.PROGRESSING, Event.PROMOTE): Phase.PROGRESSING,
    (Phase.PROGRESSING, Event.PROMOTE_FULL): Phase.PROGRESSING,
    (Phase.PROGRESSING, Event.PAUSE): Phase.PAUSED,
    (Phase.PAUSED, Event.PAUSE_OVER): Phase.PROGRESSING,
    (Phase.PAUSED, Event.FAILED): Phase.ROLLING_BACK,
    (Phase.PAUSED, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.PAUSED, Event.ABORT): Phase.ROLLING_BACK,
    (Phase.PAUSED, Event.NEW_BUILD): Phase.PAUSED,
    (Phase.PAUSED, Event.PROMOTE): Phase.PROGRESSING,
    (Phase.PAUSED, Event.PROMOTE_FULL): Phase.PROGRESSING,
    (Phase.PAUSED, Event.PAUSE): Phase.PAUSED,
    (Phase.PAUSED, Event.RESUME): Phase.PROGRESSING,
    (Phase.WAITING, Event.GATE_OPENED): Phase.PROGRESSING,
    (Phase.WAITING, Event.GATE_HELD): Phase.WAITING,
    (Phase.WAITING, Event.GATE_EXPIRED): Phase.ROLLING_BACK,
    (Phase.WAITING, Event.FAILED): Phase.ROLLING_BACK,
    (Phase.WAITING, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.WAITING, Event.ABORT): Phase.ROLLING_BACK,
    (Phase.WAITING, Event.NEW_BUILD): Phase.INITIALIZING,
    (Phase.WAITING, Event.PROMOTE): Phase.PROGRESSING,
    (Phase.WAITING, Event.PROMOTE_FULL): Phase.PROGRESSING,
    (Phase.WAITING, Event.PAUSE): Phase.PAUSED,
    (Phase.WAITING, Event.RESUME): Phase.PROGRESSING,
    (Phase.PROMOTED, Event.BAKED): Phase.PROMOTED,
    (Phase.PROMOTED, Event.RAMPED_DOWN): Phase.COMPLETED,
    (Phase.PROMOTED, Event.FAILED): Phase.ROLLING_BACK,
    (Phase.PROMOTED, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.PROMOTED, Event.ABORT): Phase.ROLLING_BACK,
    (Phase.PROMOTED, Event.NEW_BUILD): Phase.INITIALIZING,
    (Phase.PROMOTED, Event.PAUSE): Phase.PAUSED,
    (Phase.ROLLING_BACK, Event.BACK): Phase.ABORTED,
    (Phase.ROLLING_BACK, Event.PLANE_LOST): Phase.DEGRADED,
    (Phase.DEGRADED, Event.BACK): Phase.ABORTED,
    (Phase.ABORTED, Event.RETRY): Phase.INITIALIZING,
}
"""All cells that do something, and the phase behind them. In all others a route stays as it is."""
CELLS = [(phase, event) for phase in Phase for event in Event]


def _state(phase: Phase, event: Event) -> RouteState:
    step = 5 if event is Event.STEPS_DONE else STEP_OF.get(phase, 1)
    serves = phase not in {Phase.INITIALIZING, *GOING_BACK, *TERMINAL}
    return RouteState(
        route="GET /a",
        phase=phase,
        step=step,
        weight_pct=10.0 if serves else 0.0,
        paused_from=Phase.PROGRESSING if phase is Phase.PAUSED else None,
    )


@pytest.mark.parametrize(("phase", "event"), CELLS)
def test_a_cell(phase: Phase, event: Event) -> None:
    """It is there, and leads where it should; where it does nothing it says why."""
    before = _state(phase, event)
    after = applied(PLAN, before, Happening(event=event, code=Code.STEP, why="w"), 5.0)
    cell: Cell = TABLE[phase][event]
    assert cell.does_nothing is ((phase, event) not in MOVES)
    if cell.does_nothing:
        assert after == before
        assert cell.why
    else:
        assert after.phase is MOVES[phase, event]
        assert after.why == "w"


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in TERMINAL | GOING_BACK])
@pytest.mark.parametrize("event", [Event.FAILED, Event.PLANE_LOST, Event.ABORT])
def test_every_phase_under_way_can_be_left(phase: Phase, event: Event) -> None:
    """The weight is 0 at once, and nothing of the pause or the headers stays."""
    after = applied(PLAN, _state(phase, event), Happening(event=event), 5.0)
    assert after.phase in GOING_BACK
    assert (after.weight_pct, after.headers, after.paused_from, after.fast) == (0.0, (), None, False)


@pytest.mark.parametrize("phase", Phase)
def test_nothing_but_a_step_raises_a_weight(phase: Phase) -> None:
    """No event of a terminal phase, or of one that goes back, gives the candidate clients."""
    raises = {event for event, cell in TABLE[phase].items() if cell.effect in {Effect.NEXT, Effect.RETURN}}
    assert not raises or phase not in TERMINAL | GOING_BACK


@pytest.mark.parametrize(
    ("code", "outcome"), [(Code.ABORTED_BY_PERSON, Outcome.ABORTED), (Code.ERRORS, Outcome.ROLLED_BACK)]
)
def test_who_takes_it_back_is_the_outcome(code: Code, outcome: Outcome) -> None:
    """A person aborts, evidence rolls back."""
    event = Event.ABORT if code is Code.ABORTED_BY_PERSON else Event.FAILED
    assert applied(PLAN, _state(Phase.PROGRESSING, event), Happening(event=event, code=code), 5.0).outcome is outcome
