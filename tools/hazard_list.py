"""All hazards behind one RPC, as ``crossfade status --hazards`` lists them: a handler's stub has only the first."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from crossfade.codegen.hazards import HandlerSource, Hazard, LegacySource
from crossfade.codegen.project.errors import ProjectError
from crossfade.reports.visible import visible


def find_rpc(legacy: LegacySource, name: str) -> str:
    """The full name of the RPC that ends so: ``Get``, ``Users/Get`` or ``acme.users.v1.Users/Get``.

    Raises: ProjectError: none does, or several do.
    """
    known = sorted({*legacy.handlers, *legacy.missing})
    found = [rpc for rpc in known if rpc == name] or [rpc for rpc in known if rpc.endswith((f"/{name}", f".{name}"))]
    if len(found) != 1:
        got = f"{len(found)}: {', '.join(found)}" if found else "none"
        raise ProjectError(f"--hazards {name}: expected the name of one RPC, got {got}; write it as pkg.Service/Method")
    return found[0]


def in_order(source: HandlerSource) -> tuple[Hazard, ...]:
    """Those of the stub, then those worth less, then those that may be harmless."""
    rest = sorted(set(source.hazards) - set(source.shown), key=lambda one: (one.is_minor, -one.score, one))
    return (*source.shown, *rest)


def to_text(legacy: LegacySource, rpc: str, folder: Path) -> str:
    """For a person."""
    source = legacy.handlers.get(rpc)
    if source is None:
        return f"{visible(rpc)}: no Python function found in {folder}"
    head = f"{visible(rpc)}: {visible(source.path)}:{source.line}, {len(source.hazards)} hazards"
    return "\n".join((head, *(line for hazard in in_order(source) for line in _lines(hazard))))


def _lines(hazard: Hazard) -> Iterator[str]:
    minor = " (may be harmless)" if hazard.is_minor else ""
    yield visible(f"{hazard.pitfall_id} {hazard.path}:{hazard.line}: {hazard.code}")
    more = f" (also {', '.join(map(str, hazard.also))})" if hazard.also else ""
    yield visible(f"  {hazard.advice}{more}{minor}")


def to_json(legacy: LegacySource, rpc: str) -> str:
    """For a program."""
    source = legacy.handlers.get(rpc)
    found = in_order(source) if source is not None else ()
    return json.dumps({"rpc": rpc, "hazards": [asdict(hazard) for hazard in found]}, indent=2)
