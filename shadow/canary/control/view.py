"""From plan, state and reading to what is shown. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from crossfade.shadow.canary.control.status import PlaneStatus, RouteStatus, SideStatus
from crossfade.shadow.canary.plan.records import (
    Bake,
    Gate,
    Pause,
    Plan,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
    Step,
)
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.records import Phase, RolloutState, RouteState
from crossfade.shadow.config.canary_steps import GateKind
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import LEASELESS, RouteWeight

_HOUR = 3600.0


def route_statuses(
    plan: Plan, state: RolloutState, told: Sequence[RouteWeight], reading: Reading
) -> Iterator[RouteStatus]:
    """Each route of the plan that the state knows; ``told`` is what planes are told."""
    stages = {weight.route: weight.stage for weight in told}
    for route in plan.routes:
        if (found := state.of(route.route)) is not None:
            yield _route(route, found, reading, stages.get(route.route, Stage.SHADOW))


def plane_statuses(reading: Reading, problems: Mapping[str, str]) -> tuple[PlaneStatus, ...]:
    """Each plane, with what is wrong with it: it was not read, or (``problems``) did not take what it was told."""
    return tuple(
        PlaneStatus(name=plane.name, problem=plane.error or problems.get(plane.name, "")) for plane in reading.planes
    )


def _route(plan: RoutePlan, state: RouteState, reading: Reading, stage: Stage) -> RouteStatus:
    weights = reading.plane(plan.plane).weights
    standing = reading.standing(plan.route)
    step = plan.steps[state.step] if state.step < len(plan.steps) else None
    errors = state.tally.errors
    here = errors.here + errors.waiting
    return RouteStatus(
        route=plan.route,
        group=plan.group,
        plane=plan.plane,
        stage=stage.value,
        phase=state.phase.value,
        outcome=None if state.outcome is None else state.outcome.value,
        step=min(state.step + 1, len(plan.steps)),
        steps=len(plan.steps),
        step_text="" if step is None else step_text(step),
        since=state.step_since,
        weight_pct=None if weights is None else weights.of(plan.route).candidate_pct,
        wanted_pct=state.weight_pct,
        legacy=SideStatus(requests=here.legacy, errors=here.legacy_bad),
        candidate=SideStatus(requests=here.candidate, errors=here.candidate_bad),
        verdict="" if standing is None else standing.verdict or "",
        reason="" if standing is None else standing.reason,
        claim="" if standing is None else standing.claim,
        findings=() if standing is None else standing.open_findings,
        why=state.why,
        waits_for=_waits(state, step),
        hours_to_go=_hours_to_go(plan, state, reading.at),
    )


def left_behind(told: Sequence[RouteWeight], lease_s: float, lasting: Container[str]) -> Iterator[str]:
    """What clients get once no controller runs: a line for each route that the candidate answers.

    ``lasting`` are the routes whose plane knows no lease.
    """
    for weight in told:
        if not weight.candidate_pct and not weight.headers:
            continue
        share = f"{weight.route}: the candidate answers {weight.candidate_pct:g} %"
        if weight.stage in LEASELESS:
            yield f"{share}, and goes on ({weight.stage})"
        elif weight.route in lasting:
            yield f"{share}, and goes on until a controller or a person changes it"
        else:
            yield f"{share} for {lease_s:g} s, then legacy answers all"


def step_text(step: Step) -> str:
    """A step in the words of the config."""
    match step:
        case SetWeight(pct=pct):
            return f"setWeight {pct:g}"
        case SetMirrorRoute(percentage=pct):
            return f"setMirrorRoute {pct:g}"
        case SetHeaderRoute(name=name):
            return f"setHeaderRoute {name}"
        case Gate(kind=kind):
            return f"gate {kind.value}"
        case _:
            return str(step.__struct_config__.tag)


def _waits(state: RouteState, step: Step | None) -> str:
    """For whom; what else a route waits for stands in its ``why``."""
    if state.phase is Phase.PAUSED or (state.phase is Phase.PROGRESSING and step == Pause()):
        return "a person: crossfade canary resume"
    if state.phase is not Phase.WAITING or not isinstance(step, Gate):
        return ""
    if step.kind is GateKind.MANUAL:
        return "a person: crossfade canary promote"
    return f"the webhook at {urlsplit(step.url).netloc.rpartition('@')[2]}"


def _hours_to_go(plan: RoutePlan, state: RouteState, now: float) -> float | None:
    """What is left of pauses with a length, if nothing but those is left."""
    if state.phase not in {Phase.PROGRESSING, Phase.WAITING, Phase.PROMOTED}:
        return None
    left = 0.0
    for index, step in enumerate(plan.steps[state.step :]):
        match step:
            case Pause(duration_s=length) | Bake(duration_s=length) | Rampdown(duration_s=length) if length is not None:
                left += max(0.0, length - (now - state.step_since if index == 0 else 0.0))
            case SetWeight() | SetMirrorRoute() | SetHeaderRoute():
                pass
            case _:
                return None
    return left / _HOUR
