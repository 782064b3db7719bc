"""What a person's word means for a route: an event, or why it means nothing. Pure."""

from crossfade.shadow.canary.plan.records import Analysis, CrossRead, Gate, Pause, Prove, RoutePlan
from crossfade.shadow.canary.reading import Verb, VerbRequest
from crossfade.shadow.canary.states.records import Code, Event, Phase, RouteState
from crossfade.shadow.canary.states.table import TABLE
from crossfade.shadow.canary.states.tick import Happening, Tick

_MOVES_ON = frozenset({Verb.PROMOTE, Verb.PROMOTE_FULL, Verb.RESUME})
_CODES = {
    Verb.START: Code.STEP,
    Verb.PROMOTE: Code.PROMOTED_BY_PERSON,
    Verb.PROMOTE_FULL: Code.PROMOTED_BY_PERSON,
    Verb.PAUSE: Code.PAUSED_BY_PERSON,
    Verb.RESUME: Code.STEP,
    Verb.ABORT: Code.ABORTED_BY_PERSON,
    Verb.RETRY: Code.RETRIED,
}


def asked(tick: Tick, plan: RoutePlan, state: RouteState, request: VerbRequest) -> Happening | str:
    """The event that a person asks for, or why nothing happens."""
    event = Event(request.verb.value)
    cell = TABLE[state.phase][event]
    if cell.does_nothing:
        return cell.why
    if request.step is not None and request.step != state.step:
        return f"it is at step {state.step + 1}, no longer at step {request.step + 1}"
    if refusal := _refusal(tick, plan, state, request.verb):
        return refusal
    why = f"{request.verb.value} by {request.actor}" + (f": {request.reason}" if request.reason else "")
    return Happening(event=event, code=_CODES[request.verb], why=why, actor=request.actor)


def _refusal(tick: Tick, plan: RoutePlan, state: RouteState, verb: Verb) -> str:
    if verb is Verb.PAUSE and state.code is Code.PAUSED_BY_PERSON:
        return "it is paused"
    if verb is Verb.PROMOTE_FULL and state.fast:
        return "it is promoted as far as it may be"
    if verb in _MOVES_ON and tick.held is not None:
        return tick.held.why
    if verb is not Verb.PROMOTE:
        return ""
    return _not_skippable(plan, state) or ("" if tick.shows(plan, state) else "its weight is not read back yet")


def _not_skippable(plan: RoutePlan, state: RouteState) -> str:
    if state.paused_from is Phase.INITIALIZING:
        return "no step is under way yet"
    match plan.steps[state.step]:
        case Pause() | Analysis() | Gate():
            return ""
        case Prove():
            return "its claim is not proven, and nothing leaves the shadow without"
        case CrossRead():
            return "what the candidate wrote was not read through legacy often enough"
        case _:
            return "its step ends by itself"
