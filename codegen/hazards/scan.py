"""Looks at every unit with every detector."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crossfade.codegen.hazards.detectors import DETECTORS, View
from crossfade.codegen.hazards.detectors.rpc import taken_by
from crossfade.codegen.hazards.fits import advice_at
from crossfade.codegen.hazards.flow.ends import never_run
from crossfade.codegen.hazards.flow.places import is_logging
from crossfade.codegen.hazards.flow.reaches import Flow
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.records import Hazard
from crossfade.codegen.hazards.relevance import is_minor, is_relevant, score
from crossfade.codegen.hazards.source.files import printable
from crossfade.codegen.hazards.source.units import Unit

MAX_CODE = 120
ENDING = frozenset({"J1", "J3"})  # exceptions, which something may take on the way to the RPC's end
ONCE_PER_FILE = frozenset({"C7"})  # what one habit settles, and one option of the JVM
_POSITION_CALLS = frozenset({"find", "rfind", "index", "rindex", "len", "start", "end", "span", "range", "enumerate"})


def scan_units(
    facts: Facts, flow: Flow, caught: Mapping[str, frozenset[str]] | None = None
) -> dict[str, tuple[Hazard, ...]]:
    """The hazards of each unit of the flow, in order of its lines, each pitfall once.

    ``caught`` are the units that an RPC reaches, with the exceptions that are caught on the way there.
    """
    around = caught or {}
    return {
        unit.id: tuple(sorted(_of_unit(_view(unit, facts, flow, around.get(unit.id))))) for unit in flow.units.values()
    }


def merge(groups: Iterable[tuple[Hazard, ...]]) -> tuple[Hazard, ...]:
    """The hazards of several units, in order of path and line; some pitfalls once for each file."""
    found: dict[tuple[str, str, str, int], list[Hazard]] = defaultdict(list)
    for hazard in (hazard for group in groups for hazard in group):
        line = 0 if hazard.pitfall_id in ONCE_PER_FILE else hazard.line
        found[hazard.path, hazard.pitfall_id, hazard.advice, line].append(hazard)
    return tuple(sorted(_one(group) for group in found.values()))


def _one(group: list[Hazard]) -> Hazard:
    first = min(group)
    lines = {line for hazard in group for line in (hazard.line, *hazard.also)}
    return replace(first, also=tuple(sorted(lines - {first.line})))


def _view(unit: Unit, facts: Facts, flow: Flow, caught: frozenset[str] | None) -> View:
    return View(
        unit=unit,
        facts=facts,
        flow=flow,
        tested=_tested(unit.nodes),
        positions=_positions(unit.nodes),
        caught=caught,
        names=_names(unit.nodes),
        never=never_run(unit),
    )


def _names(nodes: Iterable[ast.AST]) -> dict[str, tuple[ast.Name, ...]]:
    found: dict[str, list[ast.Name]] = defaultdict(list)
    for node in nodes:
        if isinstance(node, ast.Name):
            found[node.id].append(node)
    return {name: tuple(places) for name, places in found.items()}


def _of_unit(view: View) -> Iterator[Hazard]:
    if view.unit.id.endswith(".__repr__"):  # a text for debugging
        return
    found: dict[tuple[str, str], list[tuple[int, int, bool]]] = defaultdict(list)
    takers: dict[str, frozenset[str]] = {}
    for pitfall_id, node in _found(view):
        if is_relevant(pitfall_id, node, view):
            advice = advice_at(pitfall_id, node, view)
            if pitfall_id in ENDING:
                takers[advice] = taken_by(node, view)
            ranked = (_line_of(node), score(pitfall_id, node, view), is_minor(pitfall_id, node, view))
            found[pitfall_id, advice].append(ranked)
    file = view.unit.module.file
    for (pitfall_id, advice), places in found.items():
        first, *also = sorted({line for line, _, _ in places})
        yield Hazard(
            path=file.path,
            line=first,
            pitfall_id=pitfall_id,
            code=printable(file.lines[first - 1].strip()[:MAX_CODE]).strip(),
            advice=advice,
            also=tuple(also),
            score=max(worth for _, worth, _ in places),
            taken_by=tuple(sorted(takers.get(advice, ()))),
            is_minor=all(possible for _, _, possible in places),
        )


def _found(view: View) -> Iterator[tuple[str, ast.AST]]:
    nodes = view.unit.nodes
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
    """What is logged, and how a class shows itself to who debugs it."""
    if is_logging(node):
        yield node
    elif isinstance(node, ast.keyword) and node.arg == "repr":
        yield node.value


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
    """Names that were given what ``find``, ``index``, ``len`` or a match returned, or were counted on from there."""
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


def _tells_position(value: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Call) and getattr(part.func, "attr", getattr(part.func, "id", "")) in _POSITION_CALLS
        for part in ast.walk(value)
    )


def _texts(test: ast.expr) -> Iterator[str]:
    for part in ast.walk(test):
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript):
            yield ast.unparse(part)
