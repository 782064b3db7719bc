"""What happens next to a route, or what it waits for. Going back is looked at first. Pure."""

from typing import assert_never

from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    CrossRead,
    Gate,
    Pause,
    Prove,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
)
from crossfade.shadow.canary.states.judged import analysis, failure, not_ruled_out, plane_lost
from crossfade.shadow.canary.states.records import (
    GOING_BACK,
    TERMINAL,
    AnalysisPhase,
    Code,
    Event,
    Phase,
    RouteState,
)
from crossfade.shadow.canary.states.tick import Happening, Tick, Wait
from crossfade.shadow.config.canary_steps import OnTimeout


def going_back(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | None:
    """What takes a route back, or tells that it is back."""
    if state.phase in TERMINAL:
        return None
    if state.phase in GOING_BACK:
        if tick.shows(plan, state):
            return Happening(event=Event.BACK, code=state.code, why=state.why)
        return plane_lost(tick, plan, state) if state.phase is Phase.ROLLING_BACK else None
    if found := failure(tick, plan, state):
        return found
    return plane_lost(tick, plan, state) if state.served_since else None


def going_on(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | Wait | None:
    """What takes a route on, or what it waits for; None where it waits for a person's word alone."""
    if state.phase in TERMINAL or state.phase in GOING_BACK:
        return None
    if state.phase is Phase.INITIALIZING:
        return _ready(tick, plan, state)
    if tick.held is not None:
        return None if state.phase is Phase.PAUSED else tick.held
    match state.phase:
        case Phase.PAUSED:
            return _pause_over(tick, plan, state)
        case Phase.WAITING:
            return _gate(tick, plan, state)
        case Phase.PROGRESSING | Phase.PROMOTED:
            return _not_shown(tick, plan, state) or _step(tick, plan, state)
    raise AssertionError(f"a route in {state.phase} does not move on")


def _ready(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | Wait:
    if not tick.reading.legacy_up or not tick.reading.candidate_up:
        side = "the candidate" if tick.reading.legacy_up else "legacy"
        return Wait(code=Code.NOT_READY, why=f"{side} can't be reached")
    if wait := _not_shown(tick, plan, state):
        return wait
    return Happening(event=Event.READY, code=Code.STEP, why="both sides answer, and all clients are legacy's")


def _not_shown(tick: Tick, plan: RoutePlan, state: RouteState) -> Wait | None:
    """No step is done while nobody knows what clients get."""
    if tick.shows(plan, state):
        return None
    error = tick.reading.plane(plan.plane).error or f"it does not show {state.weight_pct:g} % yet"
    return Wait(code=Code.WEIGHT_NOT_READ_BACK, why=f"{plan.plane}: {error}")


def _pause_over(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | None:
    step = plan.steps[state.step]
    if not isinstance(step, Pause) or step.duration_s is None or state.code is not Code.CANARY_PAUSE_STEP:
        return None
    if tick.at - state.step_since < step.duration_s:
        return None
    return Happening(event=Event.PAUSE_OVER, code=Code.STEP, why=f"paused for {step.duration_s:g} s")


def _gate(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | Wait:
    step = plan.steps[state.step]
    if not isinstance(step, Gate):
        raise TypeError(f"{plan.route} waits at step {state.step}, which is no gate")
    answers = [answer for answer in tick.reading.gates if (answer.route, answer.step) == (plan.route, state.step)]
    if any(answer.is_open for answer in answers):
        return Happening(event=Event.GATE_OPENED, code=Code.STEP, why="the webhook opened the gate")
    if tick.at - state.step_since >= step.timeout_s:
        why = f"the gate before {step.before_pct:g} % was not opened for {step.timeout_s:g} s"
        if step.on_timeout is OnTimeout.ABORT:
            return Happening(event=Event.GATE_EXPIRED, code=Code.GATE_TIMEOUT, why=why)
        if state.code is not Code.GATE_TIMEOUT:
            return Happening(event=Event.GATE_HELD, code=Code.GATE_TIMEOUT, why=f"{why}; it still waits")
        return Wait(code=state.code, why=state.why)
    said = "".join(f", it said {answer.detail}" for answer in answers if answer.detail)
    return Wait(code=Code.GATE, why=f"a gate before {step.before_pct:g} % ({step.kind.value}{said})")


def _step(tick: Tick, plan: RoutePlan, state: RouteState) -> Happening | Wait:  # noqa: PLR0911 - one of each step
    step = plan.steps[state.step]
    match step:
        case Prove():
            return tick.not_proven(plan.route) or _done(plan, state, _claim(tick, plan))
        case SetWeight() | SetHeaderRoute() | SetMirrorRoute():
            return _done(plan, state, f"{plan.plane} shows {state.weight_pct:g} %")
        case Pause():
            return _done(plan, state, "skipped") if state.fast else _pause(step)
        case Analysis():
            return _done(plan, state, "skipped") if state.fast else _analysis(tick, plan, state, step)
        case Gate():
            return _done(plan, state, "skipped") if state.fast else _at_gate(step)
        case CrossRead():
            return _cross_read(tick, plan, state, step)
        case Bake():
            return _bake(tick, plan, state, step)
        case Rampdown():
            return _rampdown(tick, state, step)
    assert_never(step)


def _done(plan: RoutePlan, state: RouteState, why: str) -> Happening:
    is_last = isinstance(plan.steps[state.step + 1], Bake)
    return Happening(event=Event.STEPS_DONE if is_last else Event.STEP_DONE, code=Code.STEP, why=why)


def _claim(tick: Tick, plan: RoutePlan) -> str:
    standing = tick.reading.standing(plan.route)
    return standing.claim if standing else ""


def _pause(step: Pause) -> Happening:
    until = "a person resumes" if step.duration_s is None else f"{step.duration_s:g} s are over"
    return Happening(event=Event.PAUSE_REACHED, code=Code.CANARY_PAUSE_STEP, why=f"until {until}")


def _at_gate(step: Gate) -> Happening:
    return Happening(event=Event.GATE_REACHED, code=Code.GATE, why=f"a gate before {step.before_pct:g} %")


def _analysis(tick: Tick, plan: RoutePlan, state: RouteState, step: Analysis) -> Happening | Wait:
    wait = analysis(tick, plan, state, step)
    if wait is None:
        return _done(plan, state, _claim(tick, plan))
    if tick.at - state.step_since < step.timeout_s:
        return wait
    why = f"not decided after {step.timeout_s:g} s: {wait.why}"
    return Happening(event=Event.UNDECIDED, code=Code.INCONCLUSIVE_ANALYSIS, why=why)


def _cross_read(tick: Tick, plan: RoutePlan, state: RouteState, step: CrossRead) -> Happening | Wait:
    standing = tick.reading.standing(plan.route)
    reads = standing.cross_matched if standing else 0
    told = f"{reads} of {step.min_reads} writes of the candidate were read through legacy"
    if reads >= step.min_reads:
        return _done(plan, state, told)
    return Wait(code=Code.CROSS_READ, why=told, analysis=AnalysisPhase.RUNNING)


def _bake(tick: Tick, plan: RoutePlan, state: RouteState, step: Bake) -> Happening | Wait:
    left_s = step.duration_s - (tick.at - state.step_since)
    if left_s > 0:
        return Wait(code=Code.STEP, why=f"bakes for another {left_s:.0f} s", analysis=AnalysisPhase.RUNNING)
    if wait := not_ruled_out(tick, plan, state) or tick.not_proven(plan.route):
        return wait
    return Happening(event=Event.BAKED, code=Code.STEP, why=f"baked for {step.duration_s:g} s")


def _rampdown(tick: Tick, state: RouteState, step: Rampdown) -> Happening | Wait:
    left_s = step.duration_s - (tick.at - state.step_since)
    if left_s > 0:
        return Wait(code=Code.STEP, why=f"legacy is kept for another {left_s:.0f} s")
    return Happening(event=Event.RAMPED_DOWN, code=Code.STEP, why="all its clients are the candidate's")
