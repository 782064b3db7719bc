"""From a folder and a contract to what is behind each RPC."""

import ast
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards.flow.caught import Catching, catching
from crossfade.codegen.hazards.flow.reaches import make_flow
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.fields import fields_of
from crossfade.codegen.hazards.inference.reach import reached, uncalled
from crossfade.codegen.hazards.inference.walk import learn
from crossfade.codegen.hazards.rank import shown_of
from crossfade.codegen.hazards.records import HandlerSource, Hazard, LegacySource
from crossfade.codegen.hazards.scan import merge, scan_units
from crossfade.codegen.hazards.servicers import bind_requests, find_units
from crossfade.codegen.hazards.source.files import Files, read_files
from crossfade.codegen.hazards.source.project import make_project
from crossfade.codegen.hazards.statuses import Outcomes, joined, outcomes_of


def find_handlers(source: Path, contract: Contract) -> LegacySource:
    """The Python behind each RPC of the contract, with what it does and its hazards, and those of the whole folder.

    Nothing of the folder is run or imported. Raises: SourceError: the source is no folder.
    """
    with _uncollected():
        return _find(source, contract)


def _find(source: Path, contract: Contract) -> LegacySource:
    read = read_files(source)
    facts = _learnt(read, contract)
    handlers = find_units(facts, contract)
    bind_requests(facts, contract, handlers.units)
    learn(facts)
    ways = {unit: reached(facts, unit) for unit in handlers.units.values()}
    caught = catching(facts, ways)
    hazards = _of_reached(facts, ways, caught) | _of_others(facts, ways)
    outcomes = {unit: outcomes_of(facts.project.units[unit]) for way in ways.values() for unit in way}
    found = _Found(facts=facts, ways=ways, caught=caught, hazards=hazards, outcomes=outcomes)
    return LegacySource(
        handlers={rpc: _handler(handlers.units[rpc], found) for rpc in contract.methods if rpc in handlers.units},
        missing=tuple(rpc for rpc in contract.methods if rpc not in handlers.units),
        hazards=merge(hazards.values()),
        warnings=(*read.warnings, *handlers.warnings),
    )


def scan_tree(source: Path) -> tuple[Hazard, ...]:
    """The hazards of all code in a folder, in order of path and line, without a contract.

    Raises: SourceError: the source is no folder.
    """
    with _uncollected():
        return merge(_of_others(_learnt(read_files(source), None), {}).values())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of circles: it would go through all syntax trees again and again, a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


Ways = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Of all units: how far each lies from a handler, its hazards, its outcomes."""

    facts: Facts
    ways: Ways
    caught: Catching
    hazards: Mapping[str, tuple[Hazard, ...]]
    outcomes: Mapping[str, Outcomes]


def _of_reached(facts: Facts, ways: Ways, caught: Catching) -> dict[str, tuple[Hazard, ...]]:
    """The hazards of what RPCs reach: what their handlers give is an answer."""
    units = {unit: facts.project.units[unit] for way in ways.values() for unit in way}
    return scan_units(facts, make_flow(facts, units, frozenset(ways)), caught.everywhere())


def _of_others(facts: Facts, ways: Ways) -> dict[str, tuple[Hazard, ...]]:
    """The hazards of all other code: what nobody in the folder calls is called from elsewhere."""
    inside = {unit for way in ways.values() for unit in way}
    units = {name: unit for name, unit in facts.project.units.items() if name not in inside}
    return scan_units(facts, make_flow(facts, units, uncalled(facts, units)))


def _learnt(read: Files, contract: Contract | None) -> Facts:
    facts = Facts(project=make_project(read.files), fields=fields_of(contract))
    learn(facts)
    return facts


def _handler(name: str, found: _Found) -> HandlerSource:
    unit, way = found.facts.project.units[name], found.ways[name]
    outcomes = joined(found.outcomes[item] for item in way)
    hazards = {item: _ending(found.hazards[item], found.caught.ways[name].get(item, frozenset())) for item in way}
    return HandlerSource(
        path=unit.module.file.path,
        line=unit.node.lineno if unit.node is not None else 1,
        docstring=(ast.get_docstring(unit.node) or "") if unit.node is not None else "",
        status_codes=outcomes.status_codes,
        exceptions=outcomes.exceptions,
        caught=outcomes.caught,
        hazards=merge(hazards.values()),
        shown=shown_of(hazards, way),
    )


def _ending(hazards: tuple[Hazard, ...], caught: frozenset[str]) -> tuple[Hazard, ...]:
    """Without exceptions that are taken on the way from this RPC, though not on that from another."""
    return tuple(hazard for hazard in hazards if not caught.intersection(hazard.taken_by))
