"""From the settings and the declared routes to a plan. Pure."""

from collections.abc import Iterator, Sequence

from crossfade.shadow.canary.plan.declared import DeclaredRoute
from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    CrossRead,
    Freeze,
    Gate,
    Pause,
    Plan,
    Prove,
    Rampdown,
    RoutePlan,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
    Step,
)
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import CanaryRoute, CanarySettings, PlaneKind
from crossfade.shadow.config.canary_settings import Freeze as FreezeSettings
from crossfade.shadow.config.canary_steps import CanaryGate
from crossfade.shadow.config.canary_steps import Step as StepSettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.serving.weights import FULL_PCT

ENGINE = "engine"
"""The plane where ``[[canary.plane]]`` names none."""


def build_plan(config: Config, declared: Sequence[DeclaredRoute]) -> Plan:
    """The plan of all groups, each route in the first group that matches it.

    Raises: ShadowError: there is no group, a group has no route, or no plane carries one; a line for each.
    """
    canary = config.canary
    found: dict[str, RoutePlan] = {}
    empty = []
    for group in canary.route:
        meant = [route for route in declared if _is_meant(group.routes, route)]
        if not meant:
            empty.append(f"canary.route {group.name}: expected a declared route, got none that {_globs(group)} matches")
        found |= {route.key: _route(canary, group, route) for route in meant if route.key not in found}
    mistakes = [*empty, *(_no_plane(route) for route in found.values() if not route.plane)]
    if not canary.route:
        mistakes = ["canary.route: expected a group of routes to shift, got none; add a [[canary.route]]"]
    if mistakes:
        raise ShadowError("\n".join(mistakes))
    return Plan(
        service=config.service.name,
        routes=tuple(found[key] for key in sorted(found)),
        freeze=tuple(map(_freeze, canary.freeze)),
        lease_s=canary.lease_s,
        false_rollback=canary.false_rollback_pct / 100,
        confidence=config.gate.confidence_pct / 100,
    )


def _is_meant(globs: Sequence[str], route: DeclaredRoute) -> bool:
    return any(glob_matches(glob, route.name, route.listener) for glob in globs)


def _globs(group: CanaryRoute) -> str:
    return " or ".join(map(repr, group.routes))


def _no_plane(route: RoutePlan) -> str:
    return f"canary.plane: expected one that carries {route.route}, got none that matches; name it in its routes"


def _route(canary: CanarySettings, group: CanaryRoute, route: DeclaredRoute) -> RoutePlan:
    return RoutePlan(
        route=route.key,
        group=group.name,
        plane=_plane(canary, route),
        steps=tuple(_steps(group, route)),
        error_budget=group.error_budget_pct / 100,
        mirror_pct=canary.compare_pct,
        latency_ratio=group.latency_ratio,
        warmup_s=group.warmup_s,
        is_compared=route.safe and canary.compare_pct > 0,
        listener=route.listener,
    )


def _plane(canary: CanarySettings, route: DeclaredRoute) -> str:
    """The first plane that matches and can carry it; "" where none does."""
    if not canary.plane:
        return ENGINE
    found = (plane.name for plane in canary.plane if _is_meant(plane.routes, route) and _can_carry(plane.kind, route))
    return next(found, "")


def _can_carry(kind: PlaneKind, route: DeclaredRoute) -> bool:
    """A generated service answers RPCs alone."""
    return route.is_rpc or kind is not PlaneKind.MODE_FILE


def _steps(group: CanaryRoute, route: DeclaredRoute) -> Iterator[Step]:
    """What is written, with what stands in front of a weight and around all of it."""
    gates = list(group.gate)
    yield Prove()
    for written in group.steps:
        step = _step(written)
        if isinstance(step, SetWeight):
            for gate in [gate for gate in gates if gate.before_pct <= step.pct]:
                gates.remove(gate)
                yield _gate(gate, step.pct)
            if step.pct == FULL_PCT and group.cross_read and not route.safe:
                yield CrossRead()
        yield step
    yield Bake(duration_s=group.bake_s)
    yield Rampdown(duration_s=group.rampdown_s)


def _step(step: StepSettings) -> Step:
    match step:
        case StepSettings(setWeight=float(pct)):
            return SetWeight(pct=pct)
        case StepSettings(pause=pause) if pause is not None:
            return Pause(duration_s=pause.duration_s)
        case StepSettings(analysis=analysis) if analysis is not None:
            return Analysis(min_requests=analysis.min_requests, timeout_s=analysis.timeout_s)
        case StepSettings(setMirrorRoute=mirror) if mirror is not None:
            return SetMirrorRoute(percentage=mirror.percentage)
        case StepSettings(setHeaderRoute=header) if header is not None:
            return SetHeaderRoute(name=header.name, value=header.value)
        case _:
            raise AssertionError(f"a step without a key: {step}")


def _gate(gate: CanaryGate, pct: float) -> Gate:
    return Gate(
        before_pct=pct, kind=gate.kind, url=gate.url or "", timeout_s=gate.timeout_s, on_timeout=gate.on_timeout
    )


def _freeze(window: FreezeSettings) -> Freeze:
    return Freeze(
        days=window.days,
        start_minute=_minute(window.start),
        end_minute=_minute(window.end),
        reason=window.reason,
    )


def _minute(time_of_day: str) -> int:
    hours, _, minutes = time_of_day.partition(":")
    return 60 * int(hours) + int(minutes)
