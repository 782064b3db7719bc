"""Decides: a plan, a state and a reading give the next state, and the weights that planes are to show. Pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from crossfade.shadow.canary.deciding.detector import restarted
from crossfade.shadow.canary.deciding.records import Detector
from crossfade.shadow.canary.plan.records import Plan, RoutePlan
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.effects import applied
from crossfade.shadow.canary.states.events import going_back, going_on
from crossfade.shadow.canary.states.observed import observed
from crossfade.shadow.canary.states.records import (
    AnalysisPhase,
    Code,
    Decision,
    Event,
    RolloutState,
    RouteState,
    Transition,
)
from crossfade.shadow.canary.states.tick import Happening, Tick, Wait, wanted_weight
from crossfade.shadow.canary.states.verbs import asked
from crossfade.shadow.serving.weights import RouteWeight


def begin(plan: Plan, at: float) -> RolloutState:
    """The state before the first tick: every route is legacy's."""
    routes = tuple(
        RouteState(
            route=route.route, phase_since=at, step_since=at, shown_at=at, mirror_pct=route.mirror_pct, why="it begins"
        )
        for route in plan.routes
    )
    return RolloutState(routes=routes, at=at)


def decide(plan: Plan, state: RolloutState, reading: Reading) -> Decision:
    """What follows from a reading: the same for the same arguments, at any time.

    Going back is looked at before anything else, then another build, then what people ask for, then what takes a route
    on. Each event is a cell of the table; the weights are those after the last of them.
    """
    rollout = observed(plan, state, reading)
    is_new = (
        bool(state.candidate_build and reading.candidate_build) and reading.candidate_build != state.candidate_build
    )
    tick = Tick(plan=plan, reading=reading, rollout=rollout, new_build=reading.candidate_build if is_new else "")
    after, transitions, unchanged = [], [], []
    for route in rollout.routes:
        route_plan = plan.of(route.route)
        if route_plan is None:
            continue
        moves = _Route(tick, route_plan, route)
        after.append(moves.run())
        transitions += moves.transitions
        unchanged += moves.unchanged
    return _decision(plan, state, replace(rollout, routes=tuple(after)), reading, transitions, unchanged)


def wanted_weights(plan: Plan, state: RolloutState) -> tuple[RouteWeight, ...]:
    """What the planes are to show."""
    found = ((plan.of(route.route), route) for route in state.routes)
    return tuple(wanted_weight(route_plan, route) for route_plan, route in found if route_plan is not None)


class _Route:
    """Takes one route through the events of one tick."""

    def __init__(self, tick: Tick, plan: RoutePlan, state: RouteState) -> None:
        self._tick = tick
        self._plan = plan
        self._state = state
        self.transitions: list[Transition] = []
        self.unchanged: list[str] = []

    def run(self) -> RouteState:
        """The state after all events of the tick."""
        self._go_back()
        if self._tick.new_build:
            why = f"the candidate is another build: {self._tick.new_build}"
            self._apply(Happening(event=Event.NEW_BUILD, code=Code.NEW_BUILD, why=why))
        for happening in self._asked():
            self._apply(happening)
        self._go_back()
        self._go_on()
        return self._state

    def _go_back(self) -> None:
        if found := going_back(self._tick, self._plan, self._state):
            self._apply(found)

    def _asked(self) -> Iterator[Happening]:
        for request in self._tick.reading.verbs:
            if self._plan.is_meant(request.routes):
                found = asked(self._tick, self._plan, self._state, request)
                if isinstance(found, str):
                    self.unchanged.append(f"{self._plan.route}: {request.verb.value}: {found}")
                else:
                    yield found

    def _go_on(self) -> None:
        """All steps that are done by now; a step is left at most once, so it ends."""
        for _ in range(2 * len(self._plan.steps)):
            found = going_on(self._tick, self._plan, self._state)
            if not isinstance(found, Happening):
                self._wait(found)
                return
            self._apply(found)

    def _wait(self, wait: Wait | None) -> None:
        if wait is None:
            return
        phase = AnalysisPhase.SUCCESSFUL if wait.code is Code.WEIGHT_NOT_READ_BACK else wait.analysis
        self._state = replace(self._state, code=wait.code, why=wait.why, analysis=phase)

    def _apply(self, happening: Happening) -> None:
        before, after = self._state, applied(self._plan, self._state, happening, self._tick.at)
        if after == before:
            return
        self._state = after
        self.transitions.append(
            Transition(
                route=before.route,
                event=happening.event,
                before=before.phase,
                after=after.phase,
                step_before=before.step,
                step=after.step,
                weight_before_pct=before.weight_pct,
                weight_pct=after.weight_pct,
                code=happening.code,
                why=happening.why,
                actor=happening.actor,
            )
        )


def _decision(  # noqa: PLR0913, PLR0917 - of one tick
    plan: Plan,
    before: RolloutState,
    after: RolloutState,
    reading: Reading,
    transitions: list[Transition],
    unchanged: list[str],
) -> Decision:
    weights = wanted_weights(plan, after)
    if any(event.event in {Event.NEW_BUILD, Event.RETRY} for event in transitions):
        after = replace(after, pooled=Detector())
    elif any(event.weight_pct > event.weight_before_pct for event in transitions):
        after = replace(after, pooled=restarted(after.pooled))
    generation = _generation(before.generation, reading, is_new=weights != wanted_weights(plan, before))
    return Decision(
        state=replace(after, generation=generation),
        transitions=tuple(transitions),
        weights=weights,
        unchanged=tuple(unchanged),
    )


def _generation(before: int, reading: Reading, *, is_new: bool) -> int:
    """Newer than what any plane has, where that is not ours."""
    seen = max((plane.weights.generation for plane in reading.planes if plane.weights is not None), default=0)
    return max(before, seen) + 1 if is_new or seen > before or not before else before
