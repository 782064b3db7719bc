"""Values of [canary] that are each right and do not go together. Pure."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from crossfade.shadow.config.canary_settings import CanaryRoute, PlaneKind, PlaneSettings
from crossfade.shadow.config.locate import Location
from crossfade.shadow.config.settings import Config, State

_FULL_PCT = 100.0
_GATEWAY = ("namespace", "gateway", "legacy", "candidate")


def find_canary_clashes(config: Config) -> Iterator[tuple[Location, str]]:
    """Each clash with the key that is to change."""
    canary = config.canary
    yield from _same_names("route", [group.name for group in canary.route])
    yield from _same_names("plane", [plane.name for plane in canary.plane])
    if canary.route and not canary.key:
        message = "expected a key with [[canary.route]], got none; say by what a client is known, such as header:x-user"
        yield ("canary", "key"), message
    for index, group in enumerate(canary.route):
        for key, message in (*_weights(group), *_gates(group), *_state(config, group)):
            yield ("canary", "route", index, key), message
    for index, plane in enumerate(canary.plane):
        for key, message in _plane_keys(plane):
            yield ("canary", "plane", index, key), message


def _same_names(table: str, names: list[str]) -> Iterator[tuple[Location, str]]:
    times = Counter(names)
    for index, name in enumerate(names):
        if times[name] > 1:
            message = f"expected a different name for each {table}, got {name!r} twice; rename one"
            yield ("canary", table, index, "name"), message
            return


def _weights(group: CanaryRoute) -> Iterator[tuple[str, str]]:
    weights = [step.setWeight for step in group.steps if step.setWeight is not None]
    for before, after in pairwise(weights):
        if after <= before:
            yield "steps", f"expected weights that grow, got {after:g} after {before:g}; change the order"
            return
    if not weights or weights[-1] != _FULL_PCT:
        got = f"{weights[-1]:g}" if weights else "none"
        yield "steps", f"expected 100 as the last weight, got {got}; add it, with a gate in front if a person decides"


def _gates(group: CanaryRoute) -> Iterator[tuple[str, str]]:
    places = Counter(_first_at_least(group, gate.before_pct) for gate in group.gate)
    for weight, number in places.items():
        if number > 1 and weight is not None:
            yield "gate", f"expected one gate in front of a weight, got {number} before {weight:g}; move or remove one"


def _first_at_least(group: CanaryRoute, pct: float) -> float | None:
    weights = (step.setWeight for step in group.steps if step.setWeight is not None)
    return next((weight for weight in weights if weight >= pct), None)


def _state(config: Config, group: CanaryRoute) -> Iterator[tuple[str, str]]:
    if config.service.state is not State.SHARED and group.stateless_reason is None:
        message = (
            f"expected service.state = 'shared' or a stateless_reason, got '{config.service.state.value}' and none: a "
            "client that moves to the other store loses its data; use one store, or say why the routes keep no state"
        )
        yield "stateless_reason", message


def _plane_keys(plane: PlaneSettings) -> Iterator[tuple[str, str]]:
    needs = {PlaneKind.MODE_FILE: ("file", "read_back"), PlaneKind.GATEWAY: _GATEWAY, PlaneKind.ENGINE: ()}
    for key in needs[plane.kind]:
        if not getattr(plane, key):
            yield key, f"expected {key} with kind = '{plane.kind.value}', got none; name it"
