"""What each event does in each phase: every cell is here. Pure data."""

from dataclasses import dataclass
from enum import StrEnum

from crossfade.shadow.canary.states.records import Event, Phase


class Effect(StrEnum):
    """What happens to the step and the weight of a route."""

    NONE = "none"
    NEXT = "next"  # the next step begins
    HOLD = "hold"  # the weight stays, and the phase is remembered
    RETURN = "return"  # to the phase that was left
    GO_BACK = "go_back"  # the weight becomes 0
    BEGIN_AGAIN = "begin_again"  # the weight becomes 0, and nothing of before counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The phase after an event and its effect, or why it does nothing. Without a phase it is the one that was left."""

    to: Phase | None = None
    effect: Effect = Effect.NONE
    why: str = ""

    @property
    def does_nothing(self) -> bool:
        """Whether the event changes neither phase nor step nor weight."""
        return bool(self.why)


def _go(to: Phase, effect: Effect = Effect.NONE) -> Cell:
    return Cell(to=to, effect=effect)


def _stays(why: str, *events: Event) -> dict[Event, Cell]:
    return dict.fromkeys(events, Cell(why=why))


P, E = Phase, Event
_LEAVE = {
    E.FAILED: _go(P.ROLLING_BACK, Effect.GO_BACK),
    E.PLANE_LOST: _go(P.DEGRADED, Effect.GO_BACK),
    E.ABORT: _go(P.ROLLING_BACK, Effect.GO_BACK),
}
"""What takes a route back from every phase in which it is under way."""
_IS_UNDER_WAY = {
    **_LEAVE,
    **_stays("it has started", E.START),
    **_stays("only a route that was aborted is begun again", E.RETRY),
    **_stays("it does not go back", E.BACK),
}
_STEPS = (E.STEP_DONE, E.STEPS_DONE, E.PAUSE_REACHED, E.UNDECIDED, E.GATE_REACHED)
_PAUSES = (E.PAUSE_OVER,)
_GATES = (E.GATE_OPENED, E.GATE_HELD, E.GATE_EXPIRED)
_BAKES = (E.BAKED, E.RAMPED_DOWN)
_FORWARD = (E.READY, *_STEPS, *_PAUSES, *_GATES, *_BAKES)
_RESTART = _go(P.INITIALIZING, Effect.BEGIN_AGAIN)
_GOES_BACK = {
    **_stays("it goes back to legacy", *_FORWARD, E.FAILED, E.PROMOTE, E.PROMOTE_FULL, E.PAUSE, E.RESUME, E.ABORT),
    **_stays("it goes back to legacy first", E.NEW_BUILD, E.RETRY),
    **_stays("it has started", E.START),
    E.BACK: _go(P.ABORTED),
}

TABLE: dict[Phase, dict[Event, Cell]] = {
    P.INITIALIZING: {
        **_IS_UNDER_WAY,
        **_stays("no step is under way yet", *_STEPS, *_PAUSES, *_GATES, *_BAKES, E.PROMOTE),
        **_stays("it is not paused", E.RESUME),
        E.READY: _go(P.PROGRESSING),
        E.NEW_BUILD: _RESTART,
        E.PROMOTE_FULL: _go(P.INITIALIZING),
        E.PAUSE: _go(P.PAUSED, Effect.HOLD),
    },
    P.PROGRESSING: {
        **_IS_UNDER_WAY,
        **_stays("it is initialized", E.READY),
        **_stays("it is not paused", *_PAUSES, E.RESUME),
        **_stays("it waits at no gate", *_GATES),
        **_stays("there are steps left", *_BAKES),
        E.STEP_DONE: _go(P.PROGRESSING, Effect.NEXT),
        E.STEPS_DONE: _go(P.PROMOTED, Effect.NEXT),
        E.PAUSE_REACHED: _go(P.PAUSED, Effect.HOLD),
        E.UNDECIDED: _go(P.PAUSED, Effect.HOLD),
        E.GATE_REACHED: _go(P.WAITING),
        E.NEW_BUILD: _RESTART,
        E.PROMOTE: _go(P.PROGRESSING, Effect.NEXT),
        E.PROMOTE_FULL: _go(P.PROGRESSING),
        E.PAUSE: _go(P.PAUSED, Effect.HOLD),
    },
    P.PAUSED: {
        **_IS_UNDER_WAY,
        **_stays("it is paused", E.READY, *_STEPS, *_GATES, *_BAKES),
        E.PAUSE_OVER: _go(P.PROGRESSING, Effect.NEXT),
        E.NEW_BUILD: _go(P.PAUSED, Effect.BEGIN_AGAIN),
        E.PROMOTE: _go(P.PROGRESSING, Effect.NEXT),
        E.PROMOTE_FULL: Cell(effect=Effect.RETURN),
        E.PAUSE: _go(P.PAUSED),
        E.RESUME: Cell(effect=Effect.RETURN),
    },
    P.WAITING: {
        **_IS_UNDER_WAY,
        **_stays("it waits at a gate", E.READY, *_STEPS, *_PAUSES, *_BAKES),
        E.GATE_OPENED: _go(P.PROGRESSING, Effect.NEXT),
        E.GATE_HELD: _go(P.WAITING),
        E.GATE_EXPIRED: _go(P.ROLLING_BACK, Effect.GO_BACK),
        E.NEW_BUILD: _RESTART,
        E.PROMOTE: _go(P.PROGRESSING, Effect.NEXT),
        E.PROMOTE_FULL: _go(P.PROGRESSING),
        E.PAUSE: _go(P.PAUSED, Effect.HOLD),
        E.RESUME: _go(P.PROGRESSING, Effect.NEXT),
    },
    P.PROMOTED: {
        **_IS_UNDER_WAY,
        **_stays("it is initialized", E.READY),
        **_stays("all its steps are done", *_STEPS, *_GATES, E.PROMOTE, E.PROMOTE_FULL),
        **_stays("it is not paused", *_PAUSES, E.RESUME),
        E.BAKED: _go(P.PROMOTED, Effect.NEXT),
        E.RAMPED_DOWN: _go(P.COMPLETED),
        E.NEW_BUILD: _RESTART,
        E.PAUSE: _go(P.PAUSED, Effect.HOLD),
    },
    P.ROLLING_BACK: {**_GOES_BACK, E.PLANE_LOST: _go(P.DEGRADED)},
    P.DEGRADED: {**_GOES_BACK, **_stays("it is degraded", E.PLANE_LOST)},
    P.ABORTED: {
        **_stays("it was aborted", *_FORWARD, E.FAILED, E.PLANE_LOST, E.BACK, E.ABORT),
        **_stays(
            "it was aborted; retry begins again",
            *(E.START, E.NEW_BUILD, E.PROMOTE, E.PROMOTE_FULL, E.PAUSE, E.RESUME),
        ),
        E.RETRY: _RESTART,
    },
    P.COMPLETED: _stays("it is complete", *Event),
}
