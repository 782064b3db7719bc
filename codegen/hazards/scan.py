"""Looks at every unit with every detector."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crossfade.codegen.hazards.advice import advice_on
from crossfade.codegen.hazards.detectors import DETECTORS, View
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.records import Hazard
from crossfade.codegen.hazards.source.files import printable
from crossfade.codegen.hazards.source.units import Unit, own_nodes

MAX_CODE = 120
ONCE_PER_FILE = frozenset({"C7"})  # what one habit settles, and one option of the JVM
_POSITION_CALLS = frozenset({"find", "rfind", "index", "rindex", "len", "start", "end", "span", "range", "enumerate"})
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def scan_units(facts: Facts, caught: Mapping[str, frozenset[str]] | None = None) -> dict[str, tuple[Hazard, ...]]:
    """The hazards of each unit, in order of its lines, each pitfall once.

    ``caught`` are the units that an RPC reaches, with the exceptions that are caught on the way there.
    """
    around = caught or {}
    return {unit.id: tuple(sorted(_of_unit(unit, facts, around.get(unit.id)))) for unit in facts.project.units.values()}


def merge(groups: Iterable[tuple[Hazard, ...]]) -> tuple[Hazard, ...]:
    """The hazards of several units, in order of path and line; some pitfalls once for each file."""
    found: dict[tuple[str, str, int], list[Hazard]] = defaultdict(list)
    for hazard in (hazard for group in groups for hazard in group):
        line = 0 if hazard.pitfall_id in ONCE_PER_FILE else hazard.line
        found[hazard.path, hazard.pitfall_id, line].append(hazard)
    return tuple(sorted(_one(group) for group in found.values()))


def _one(group: list[Hazard]) -> Hazard:
    first = min(group)
    lines = {line for hazard in group for line in (hazard.line, *hazard.also)}
    return replace(first, also=tuple(sorted(lines - {first.line})))


def _of_unit(unit: Unit, facts: Facts, caught: frozenset[str] | None) -> Iterator[Hazard]:
    lines: dict[str, set[int]] = defaultdict(set)
    if not unit.id.endswith(".__repr__"):  # a text for debugging
        for pitfall_id, node in _found(unit, facts, caught):
            lines[pitfall_id].add(_line_of(node))
    for pitfall_id, found in lines.items():
        first, *also = sorted(found)
        yield Hazard(
            path=unit.module.file.path,
            line=first,
            pitfall_id=pitfall_id,
            code=printable(unit.module.file.lines[first - 1].strip()[:MAX_CODE]).strip(),
            advice=advice_on(pitfall_id),
            also=tuple(also),
        )


def _found(unit: Unit, facts: Facts, caught: frozenset[str] | None) -> Iterator[tuple[str, ast.AST]]:
    nodes = list(own_nodes(unit))
    view = View(
        unit=unit,
        facts=facts,
        parents={child: node for node in nodes for child in ast.iter_child_nodes(node)},
        tested=_tested(nodes),
        positions=_positions(nodes),
        given=_given(nodes),
        caught=caught,
    )
    unseen = {part for node in nodes for text in _unseen_by_clients(node) for part in ast.walk(text)}
    for node in nodes:
        for detect in DETECTORS.get(type(node), ()) if node not in unseen else ():
            yield from detect(node, view)


def _line_of(node: ast.AST) -> int:
    """The line of a call in a chain is that of the method's name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.end_lineno is not None:
        return node.func.end_lineno
    return int(getattr(node, "lineno", 1))


def _unseen_by_clients(node: ast.AST) -> Iterator[ast.AST]:
    """What is logged, and what an assertion says."""
    if _is_logging(node):
        yield node
    elif isinstance(node, ast.Assert) and node.msg is not None:
        yield node.msg


def _is_logging(node: ast.AST) -> bool:
    """Whether a call writes for the operator."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)):
            return name.startswith("log_") or (name in _LEVELS and "log" in ast.unparse(receiver).lower())
        case ast.Call(func=ast.Name(id=name)):
            return name in {"print", "debug", "_debug", "log"}
    return False


def _tested(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The texts of names and attributes that some condition looks at, and of lists made from those."""
    found = set[str]()
    made = dict[str, str]()
    for node in nodes:
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
                found.update(_texts(test))
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.ListComp(generators=[ast.comprehension(iter=ast.Name(id=source), ifs=[])]),
            ):
                made[name] = source
    return frozenset(found | {name for name, source in made.items() if source in found})


def _positions(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Names that were given what ``find``, ``index``, ``len`` or a match said, or were counted on from there."""
    found = set[str]()
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.For(target=target, iter=value) if _tells_position(
                value
            ):
                found.update(part.id for part in ast.walk(target) if isinstance(part, ast.Name))
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def _given(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Names that stand where a value leaves the function."""
    found = set[str]()
    for node in nodes:
        match node:
            case (
                ast.Return(value=ast.Name(id=name))
                | ast.keyword(value=ast.Name(id=name))
                | ast.Yield(value=ast.Name(id=name))
            ):
                found.add(name)
            case ast.FormattedValue(value=ast.Name(id=name)):
                found.add(name)
            case ast.Dict(values=values):
                found.update(value.id for value in values if isinstance(value, ast.Name))
    return frozenset(found)


def _tells_position(value: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Call) and getattr(part.func, "attr", getattr(part.func, "id", "")) in _POSITION_CALLS
        for part in ast.walk(value)
    )


def _texts(test: ast.expr) -> Iterator[str]:
    for part in ast.walk(test):
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript):
            yield ast.unparse(part)
