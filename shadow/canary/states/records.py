"""The state of a rollout, and what a tick decides. A journal keeps both."""

from enum import StrEnum

from msgspec import Struct

from crossfade.shadow.canary.deciding.records import Detector, RouteTally
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight


class Phase(StrEnum):
    """How a route gets on."""

    INITIALIZING = "Initializing"
    PROGRESSING = "Progressing"
    PAUSED = "Paused"
    WAITING = "Waiting"
    ROLLING_BACK = "RollingBack"
    ABORTED = "Aborted"
    PROMOTED = "Promoted"
    COMPLETED = "Completed"
    DEGRADED = "Degraded"


TERMINAL = frozenset({Phase.ABORTED, Phase.COMPLETED})
GOING_BACK = frozenset({Phase.ROLLING_BACK, Phase.DEGRADED})


class Event(StrEnum):
    """What happens to a route: seen in a reading, or asked for by a person."""

    READY = "ready"
    STEP_DONE = "step_done"
    STEPS_DONE = "steps_done"
    BAKED = "baked"
    RAMPED_DOWN = "ramped_down"
    PAUSE_REACHED = "pause_reached"
    PAUSE_OVER = "pause_over"
    UNDECIDED = "undecided"
    GATE_REACHED = "gate_reached"
    GATE_OPENED = "gate_opened"
    GATE_HELD = "gate_held"
    GATE_EXPIRED = "gate_expired"
    FAILED = "failed"
    PLANE_LOST = "plane_lost"
    BACK = "back"
    NEW_BUILD = "new_build"
    START = "start"
    PROMOTE = "promote"
    PROMOTE_FULL = "promote_full"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    RETRY = "retry"


class Outcome(StrEnum):
    """How a rollout of a route ended, or is about to."""

    PROMOTED = "Promoted"
    FAST_PROMOTED = "FastPromoted"
    ABORTED = "Aborted"
    ROLLED_BACK = "RolledBack"
    SUPERSEDED = "Superseded"


class AnalysisPhase(StrEnum):
    """What the analysis of the present weight has come to."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    ERROR = "Error"
    INCONCLUSIVE = "Inconclusive"


class Code(StrEnum):
    """Why a route is where it is, for programs; the sentence beside it is for people."""

    NONE = ""
    NOT_READY = "NotReady"
    NOT_PROVEN = "NotProven"
    STEP = "Step"
    WEIGHT_NOT_READ_BACK = "WeightNotReadBack"
    FROZEN = "Frozen"
    CANARY_PAUSE_STEP = "CanaryPauseStep"
    INCONCLUSIVE_ANALYSIS = "InconclusiveAnalysis"
    PAUSED_BY_PERSON = "PausedByPerson"
    GATE = "Gate"
    GATE_TIMEOUT = "GateTimeout"
    DIVERGENCE = "Divergence"
    ERRORS = "Errors"
    ERRORS_POOLED = "ErrorsOfAllRoutes"
    LATENCY = "Latency"
    CROSS_READ = "CrossRead"
    CANDIDATE_DOWN = "CandidateDown"
    PLANE = "DataPlane"
    SHARE = "ObservedShare"
    ABORTED_BY_PERSON = "AbortedByPerson"
    PROMOTED_BY_PERSON = "PromotedByPerson"
    NEW_BUILD = "NewBuild"
    RETRIED = "Retried"


class RouteState(Struct, frozen=True, kw_only=True):
    """One route. ``weight_pct``, ``mirror_pct`` and ``headers`` are what its plane is told.

    Times are seconds since 1970: ``phase_since``, ``step_since``; ``shown_at`` is when its plane last showed what it
    is told, ``served_since`` when the candidate got its first clients here (0: never). ``fast``: a person wants all
    steps that may be skipped skipped. ``paused_from`` is the phase that a pause returns to.
    """

    route: str
    phase: Phase = Phase.INITIALIZING
    phase_since: float = 0.0
    step: int = 0
    step_since: float = 0.0
    weight_pct: float = 0.0
    mirror_pct: float = 100.0
    headers: tuple[HeaderMatch, ...] = ()
    shown_at: float = 0.0
    served_since: float = 0.0
    fast: bool = False
    paused_from: Phase | None = None
    outcome: Outcome | None = None
    analysis: AnalysisPhase = AnalysisPhase.PENDING
    code: Code = Code.NONE
    why: str = ""
    tally: RouteTally = RouteTally()


class RolloutState(Struct, frozen=True, kw_only=True):
    """All routes. ``generation`` grows with each change of a weight. ``seen`` are the counts of the last tick, ``at``.

    ``candidate_since`` is when the candidate was last found up after it was not, ``candidate_down_since`` since when it
    is not (0: it is up).
    """

    routes: tuple[RouteState, ...] = ()
    generation: int = 0
    pooled: Detector = Detector()
    seen: tuple[ServedCounts, ...] = ()
    at: float = 0.0
    candidate_build: str = ""
    candidate_since: float = 0.0
    candidate_down_since: float = 0.0

    def of(self, route: str) -> RouteState | None:
        """The state of a route."""
        return next((state for state in self.routes if state.route == route), None)


class Transition(Struct, frozen=True, kw_only=True):
    """What one event did to a route. ``actor`` is the person who asked for it, "" where nobody did."""

    route: str
    event: Event
    before: Phase
    after: Phase
    step_before: int
    step: int
    weight_before_pct: float
    weight_pct: float
    code: Code
    why: str
    actor: str = ""


class Decision(Struct, frozen=True, kw_only=True):
    """The next state, what led to it, and the weights that planes are to show, with the generation of the state.

    ``unchanged`` tells of each verb that did nothing why.
    """

    state: RolloutState
    transitions: tuple[Transition, ...] = ()
    weights: tuple[RouteWeight, ...] = ()
    unchanged: tuple[str, ...] = ()
