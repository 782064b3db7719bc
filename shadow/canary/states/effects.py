"""What an event does to the state of a route, as the table says. Pure."""

from msgspec.structs import replace

from crossfade.shadow.canary.deciding.records import RouteTally
from crossfade.shadow.canary.deciding.tally import at_new_weight
from crossfade.shadow.canary.plan.records import (
    Bake,
    Pause,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
    Step,
)
from crossfade.shadow.canary.states.records import AnalysisPhase, Code, Event, Outcome, Phase, RouteState
from crossfade.shadow.canary.states.table import TABLE, Effect
from crossfade.shadow.canary.states.tick import Happening
from crossfade.shadow.serving.weights import HeaderMatch

_ANALYSIS = {
    Event.FAILED: AnalysisPhase.FAILED,
    Event.UNDECIDED: AnalysisPhase.INCONCLUSIVE,
    Event.STEP_DONE: AnalysisPhase.SUCCESSFUL,
    Event.STEPS_DONE: AnalysisPhase.SUCCESSFUL,
    Event.BAKED: AnalysisPhase.SUCCESSFUL,
    Event.NEW_BUILD: AnalysisPhase.PENDING,
    Event.RETRY: AnalysisPhase.PENDING,
}


def applied(plan: RoutePlan, state: RouteState, happening: Happening, at: float) -> RouteState:
    """The state after an event; the same where the table says that it does nothing."""
    cell = TABLE[state.phase][happening.event]
    if cell.does_nothing:
        return state
    after = replace(
        state,
        phase=cell.to or state.paused_from or Phase.PROGRESSING,
        fast=state.fast or happening.event is Event.PROMOTE_FULL,
        code=happening.code,
        why=happening.why,
        analysis=_ANALYSIS.get(happening.event, state.analysis),
    )
    after = _with_effect(plan, state, after, cell.effect, happening.event, at)
    return replace(after, phase_since=state.phase_since if after.phase is state.phase else at)


def _with_effect(  # noqa: PLR0913, PLR0917 - of one event
    plan: RoutePlan, before: RouteState, after: RouteState, effect: Effect, event: Event, at: float
) -> RouteState:
    match effect:
        case Effect.NONE:
            return after
        case Effect.NEXT:
            return _next(plan, after, at)
        case Effect.HOLD:
            return replace(after, paused_from=before.phase)
        case Effect.RETURN:
            returned = replace(after, paused_from=None, step_since=at)
            is_pause_step = isinstance(plan.steps[after.step], Pause)
            return _next(plan, returned, at) if is_pause_step else returned
        case Effect.GO_BACK:
            outcome = Outcome.ABORTED if after.code is Code.ABORTED_BY_PERSON else Outcome.ROLLED_BACK
            return replace(after, weight_pct=0.0, headers=(), fast=False, paused_from=None, outcome=outcome)
        case Effect.BEGIN_AGAIN:
            return _begun_again(after, event, at)


def _next(plan: RoutePlan, state: RouteState, at: float) -> RouteState:
    """The next step begins."""
    step = plan.steps[state.step + 1]
    return _set(plan, replace(state, step=state.step + 1, step_since=at, paused_from=None), step, at)


def _set(plan: RoutePlan, state: RouteState, step: Step, at: float) -> RouteState:
    """What the beginning of a step sets."""
    match step:
        case SetWeight(pct=pct) if not state.fast or pct == max(plan.weights):
            tally = at_new_weight(state.tally)
            return replace(state, weight_pct=pct, served_since=state.served_since or at, tally=tally)
        case SetMirrorRoute(percentage=percentage):
            return replace(state, mirror_pct=percentage)
        case SetHeaderRoute(name=name, value=value):
            headers = (*state.headers, HeaderMatch(name=name, value=value))
            return replace(state, headers=headers, served_since=state.served_since or at)
        case Bake():
            outcome = Outcome.FAST_PROMOTED if state.fast else Outcome.PROMOTED
            return replace(state, phase=Phase.PROMOTED, outcome=outcome, tally=at_new_weight(state.tally))
        case Rampdown():
            return replace(state, phase=Phase.PROMOTED)
        case _:
            return state


def _begun_again(state: RouteState, event: Event, at: float) -> RouteState:
    is_paused = state.phase is Phase.PAUSED
    return replace(
        state,
        step=0,
        step_since=at,
        weight_pct=0.0,
        headers=(),
        fast=False,
        paused_from=Phase.INITIALIZING if is_paused else None,
        outcome=Outcome.SUPERSEDED if event is Event.NEW_BUILD else None,
        tally=RouteTally(),
    )
