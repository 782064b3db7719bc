"""One tick: the plan, the reading, and what both say of the whole rollout."""

from dataclasses import dataclass

from crossfade.shadow.canary.plan.freeze import frozen
from crossfade.shadow.canary.plan.records import Plan, Rampdown, RoutePlan
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.records import AnalysisPhase, Code, Event, Phase, RolloutState, RouteState
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import FULL_PCT, RouteWeight

_EVIDENCE_IS_OLD_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event, and why. ``actor`` is the person who asked for it."""

    event: Event
    code: Code = Code.NONE
    why: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a route waits for."""

    code: Code
    why: str
    analysis: AnalysisPhase = AnalysisPhase.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """``rollout`` has the counts of this tick already; ``new_build`` is the candidate's, "" where it is the same."""

    plan: Plan
    reading: Reading
    rollout: RolloutState
    new_build: str = ""

    @property
    def at(self) -> float:
        """Seconds since 1970."""
        return self.reading.at

    def shows(self, plan: RoutePlan, state: RouteState) -> bool:
        """Whether the plane of a route serves its clients as it was told."""
        return self.reading.plane(plan.plane).shows(wanted_weight(plan, state))

    @property
    def held(self) -> Wait | None:
        """What keeps all routes from moving on."""
        if reason := frozen(self.plan.freeze, self.at):
            return Wait(code=Code.FROZEN, why=f"frozen: {reason}")
        if not self.reading.legacy_up:
            return Wait(code=Code.NOT_READY, why="legacy can't be reached")
        if not self.reading.candidate_up:
            return Wait(code=Code.NOT_READY, why="the candidate can't be reached")
        return None

    def not_proven(self, route: str) -> Wait | None:
        """Why the evidence does not let a route go on; None where it does."""
        if self.reading.evidence_error:
            return _error(f"no evidence: {self.reading.evidence_error}")
        standing = self.reading.standing(route)
        if standing is None:
            return _error("no evidence: nothing was compared yet")
        if standing.age_s > _EVIDENCE_IS_OLD_S:
            return _error(f"the evidence is {standing.age_s:.0f} s old")
        if standing.verdict == "pass":
            return None
        verdict = standing.verdict or "not claimed"
        return Wait(code=Code.NOT_PROVEN, why=standing.reason or verdict, analysis=AnalysisPhase.RUNNING)


def _error(why: str) -> Wait:
    return Wait(code=Code.NOT_PROVEN, why=why, analysis=AnalysisPhase.ERROR)


def stage_of(plan: RoutePlan, state: RouteState) -> Stage:
    """The stage of a route."""
    if state.phase is Phase.COMPLETED:
        return Stage.COMPLETE
    if state.weight_pct <= 0:
        return Stage.SHADOW
    if state.weight_pct < FULL_PCT:
        return Stage.CANARY
    return Stage.RAMPDOWN if isinstance(plan.steps[state.step], Rampdown) else Stage.LIVE


def wanted_weight(plan: RoutePlan, state: RouteState) -> RouteWeight:
    """What the plane of a route is told."""
    stage = stage_of(plan, state)
    is_compared = stage in {Stage.SHADOW, Stage.CANARY, Stage.LIVE}
    return RouteWeight(
        route=plan.route,
        stage=stage,
        candidate_pct=state.weight_pct,
        mirror_pct=_mirror_pct(plan, state, stage) if is_compared else 0.0,
        headers=state.headers,
    )


def _mirror_pct(plan: RoutePlan, state: RouteState, stage: Stage) -> float:
    """In the shadow what ``[mirror]`` says, unless a step sets another share: ``compare_pct`` is for what it serves."""
    is_default = state.mirror_pct == plan.mirror_pct
    return FULL_PCT if stage is Stage.SHADOW and is_default else state.mirror_pct
