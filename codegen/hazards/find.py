"""From a folder and a contract to what is behind each RPC."""

import ast
from collections.abc import Mapping
from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards.detectors.rpc import BROAD
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.fields import fields_of
from crossfade.codegen.hazards.inference.reach import reached
from crossfade.codegen.hazards.inference.walk import learn
from crossfade.codegen.hazards.records import HandlerSource, Hazard, LegacySource
from crossfade.codegen.hazards.scan import merge, scan_units
from crossfade.codegen.hazards.servicers import bind_requests, find_units
from crossfade.codegen.hazards.source.files import Files, read_files
from crossfade.codegen.hazards.source.project import make_project
from crossfade.codegen.hazards.statuses import catches_all, outcomes_of


def find_handlers(source: Path, contract: Contract) -> LegacySource:
    """The Python behind each RPC of the contract, with what it does and its hazards, and those of the whole folder.

    Nothing of the folder is run or imported. Raises: SourceError: the source is no folder.
    """
    read = read_files(source)
    facts = _learnt(read, contract)
    handlers = find_units(facts, contract)
    bind_requests(facts, contract, handlers.units)
    learn(facts)
    ways = {rpc: reached(facts, unit) for rpc, unit in handlers.units.items()}
    hazards = scan_units(facts, _caught_around(facts, handlers.units, ways))
    return LegacySource(
        handlers={
            rpc: _handler(facts, handlers.units[rpc], ways[rpc], hazards)
            for rpc in contract.methods
            if rpc in handlers.units
        },
        missing=tuple(rpc for rpc in contract.methods if rpc not in handlers.units),
        hazards=merge(hazards.values()),
        warnings=(*read.warnings, *handlers.warnings),
    )


def scan_tree(source: Path) -> tuple[Hazard, ...]:
    """The hazards of all code in a folder, in order of path and line, without a contract.

    Raises: SourceError: the source is no folder.
    """
    return merge(scan_units(_learnt(read_files(source), None)).values())


def _caught_around(
    facts: Facts, units: Mapping[str, str], ways: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """For each unit that an RPC reaches: what is caught in each of the RPCs that reach it.

    One that an RPC names anywhere on its way counts as caught there; ``except Exception`` counts in the handler's own
    function and its decorators alone, since elsewhere it mostly guards a single call.
    """
    around: dict[str, frozenset[str]] = {}
    for rpc, way in ways.items():
        caught = frozenset(outcomes_of(facts.project.units[unit] for unit in way).caught) - BROAD
        if catches_all(facts, units[rpc]):
            caught |= BROAD
        for unit in way:
            around[unit] = around.get(unit, caught) & caught
    return around


def _learnt(read: Files, contract: Contract | None) -> Facts:
    facts = Facts(project=make_project(read.files), fields=fields_of(contract))
    learn(facts)
    return facts


def _handler(
    facts: Facts, unit_id: str, way: frozenset[str], hazards: Mapping[str, tuple[Hazard, ...]]
) -> HandlerSource:
    unit = facts.project.units[unit_id]
    node = unit.node
    outcomes = outcomes_of(facts.project.units[item] for item in sorted(way))
    return HandlerSource(
        path=unit.module.file.path,
        line=node.lineno if node is not None else 1,
        docstring=(ast.get_docstring(node) or "") if node is not None else "",
        status_codes=outcomes.status_codes,
        exceptions=outcomes.exceptions,
        caught=outcomes.caught,
        hazards=merge(hazards[item] for item in way),
    )
