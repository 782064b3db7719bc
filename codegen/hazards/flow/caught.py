"""Which exceptions are caught around a piece of code: in its function, and on every way from an RPC to it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from crossfade.codegen.hazards.flow.arguments import parameters
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.reach import decorators_of, reached
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort
from crossfade.codegen.hazards.source.units import Unit

MAX_DEPTH = 2
MAX_LOOKED_AT = 20  # calls of a function that was given away, yields of a context manager
BROAD = frozenset({"Exception", "BaseException", ""})
_BUILT_IN_BASES = {
    "ZeroDivisionError": "ArithmeticError",
    "OverflowError": "ArithmeticError",
    "KeyError": "LookupError",
    "IndexError": "LookupError",
    "UnicodeDecodeError": "ValueError",
    "JSONDecodeError": "ValueError",
    "FileNotFoundError": "OSError",
    "PermissionError": "OSError",
    "ConnectionError": "OSError",
    "TimeoutError": "OSError",
    "NotImplementedError": "RuntimeError",
    "RecursionError": "RuntimeError",
}
_INTERCEPTORS = ("grpc.ServerInterceptor", "grpc.aio.ServerInterceptor")
_ENDS = frozenset({"abort", "abort_with_status", "set_code"})


def caught_names(node: ast.Try | ast.TryStar) -> Iterator[str]:
    """The classes of the ``except`` clauses, "" for a bare one."""
    for handler in node.handlers:
        yield from names_of(handler)


def names_of(handler: ast.ExceptHandler) -> Iterator[str]:
    """The classes of one ``except`` clause, "" for a bare one."""
    if handler.type is None:
        yield ""
        return
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    yield from (_last(item) for item in types)


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return "?"


def kin(name: str, facts: Facts) -> frozenset[str]:
    """The names under which an exception is caught: its own, those of its bases."""
    found = {name, *BROAD, _BUILT_IN_BASES.get(name, name)}
    for owner in facts.classes_named(name):
        found.update(base.rpartition(":")[2].rpartition(".")[2] for base in facts.lineage(owner))
        for base in facts.outside_bases(owner):
            last = base.rpartition(".")[2]
            found |= {last, _BUILT_IN_BASES.get(last, last)}
    return frozenset(found)


def around(unit: Unit, node: ast.AST, facts: Facts, depth: int = MAX_DEPTH) -> frozenset[str]:
    """What is caught around a node within its own unit, and not raised again.

    ``depth``: of context managers and helpers within each other, so that those in a circle end.
    """
    found, below, parents = set[str](), node, unit.parents
    while below in parents:
        parent = parents[below]
        match parent:
            case ast.Try(body=body) | ast.TryStar(body=body) if below in body:
                for handler in parent.handlers:
                    if not _raises_again(handler):
                        found.update(names_of(handler))
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body) if below in body:
                for item in items:
                    found |= _managed(item.context_expr, facts, depth - 1)
            case ast.Call() if isinstance(below, ast.Lambda):
                found |= _guarded(parent, below, facts, depth - 1)
        below = parent
    return frozenset(found)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    for statement in handler.body:
        for part in ast.walk(statement):
            if isinstance(part, ast.Raise) and (
                part.exc is None or (isinstance(part.exc, ast.Name) and part.exc.id == handler.name)
            ):
                return True
    return False


def _guarded(call: ast.Call, argument: ast.AST, facts: Facts, depth: int) -> frozenset[str]:
    """What is caught around a function that is given away, where the one that gets it calls it."""
    found: frozenset[str] | None = None
    for target in facts.targets.get(call, ()) if depth > 0 else ():
        unit = facts.project.units[target]
        names = {place.name for place in parameters(call, argument, unit)}
        calls = (node for node in unit.nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        for node in islice((node for node in calls if node.func.id in names), MAX_LOOKED_AT):  # type: ignore[attr-defined]
            caught = around(unit, node, facts, depth)
            found = caught if found is None else found & caught
    return found or frozenset()


def _managed(expression: ast.expr, facts: Facts, depth: int) -> frozenset[str]:
    """What a context manager keeps back: ``suppress(X)``, one of the folder whose ``yield`` stands in a ``try``."""
    kind = facts.kinds.get(expression.func, UNKNOWN) if isinstance(expression, ast.Call) else UNKNOWN
    if isinstance(expression, ast.Call) and kind.ref == "contextlib.suppress":
        return frozenset(_last(argument) for argument in expression.args)
    found = set[str]()
    for target in facts.targets.get(expression, ()) if depth > 0 else ():
        unit = facts.project.units[target]
        for node in islice((node for node in unit.nodes if isinstance(node, ast.Yield)), MAX_LOOKED_AT):
            found |= around(unit, node, facts, depth)
    owner = facts.kinds.get(expression, UNKNOWN)
    if owner.sort is Sort.INSTANCE:
        method = facts.find_method(owner.ref, "__exit__") or facts.find_method(owner.ref, "__aexit__")
        if method and _ends_calls(facts.project.units[method]):
            found |= BROAD
    return frozenset(found)


def _ends_calls(unit: Unit) -> bool:
    """Whether it sets a status."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ENDS
        for node in unit.nodes
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catching:
    """For each handler's unit, and each unit that it reaches: what is caught on each way there, before the unit."""

    ways: Mapping[str, Mapping[str, frozenset[str]]]

    def everywhere(self) -> dict[str, frozenset[str]]:
        """For each unit: what is caught on the way from each handler that reaches it."""
        caught: dict[str, frozenset[str]] = {}
        for way in self.ways.values():
            for unit, names in way.items():
                caught[unit] = caught.get(unit, names) & names
        return caught


def catching(facts: Facts, handlers: Iterable[str]) -> Catching:
    """What is caught on the ways from handlers to all that they run, their decorators' and interceptors' part too."""
    everywhere = _by_interceptors(facts)
    sites: dict[str, list[tuple[str, frozenset[str]]]] = {}
    return Catching(
        ways={unit: _way(facts, unit, everywhere | _by_decorators(facts, unit), sites) for unit in handlers}
    )


def _way(
    facts: Facts, start: str, ahead: frozenset[str], sites: dict[str, list[tuple[str, frozenset[str]]]]
) -> dict[str, frozenset[str]]:
    caught: dict[str, frozenset[str]] = {}
    waiting = [(start, ahead)]
    while waiting:
        name, ahead = waiting.pop()
        known = caught.get(name)
        joined = ahead if known is None else known & ahead
        if joined == known or name not in facts.project.units:
            continue
        caught[name] = joined
        if name not in sites:
            sites[name] = list(_calls(facts.project.units[name], facts))
        waiting.extend((target, joined | extra) for target, extra in sites[name])
    return caught


def _calls(unit: Unit, facts: Facts) -> Iterator[tuple[str, frozenset[str]]]:
    called = set[str]()
    for node in unit.nodes:
        targets = facts.targets.get(node, ())
        kind = facts.kinds.get(node, UNKNOWN)
        if isinstance(node, ast.Call) or kind.sort is not Sort.FUNCTION:
            extra = around(unit, node, facts) if targets else frozenset()
        else:
            parent = unit.parents.get(node)
            if not isinstance(parent, ast.Call) or parent.func is node:
                continue
            targets = targets or (kind.ref,)
            extra = around(unit, parent, facts) | _guarded(parent, node, facts, MAX_DEPTH)
        called.update(targets)
        yield from ((target, extra) for target in targets)
    yield from ((target, frozenset()) for target in facts.edges.get(unit.id, ()) if target not in called)


def _by_decorators(facts: Facts, unit: str) -> frozenset[str]:
    units = [facts.project.units[item] for item in decorators_of(facts, unit)]
    return frozenset(
        name
        for item in units
        for node in item.nodes
        if isinstance(node, ast.Try)
        for handler in node.handlers
        if not _raises_again(handler)
        for name in names_of(handler)
    )


def _by_interceptors(facts: Facts) -> frozenset[str]:
    """What the folder's server interceptors make a status of, in their methods or in what those run."""
    found = set[str]()
    for owner, made in facts.project.classes.items():
        if any(base in _INTERCEPTORS for base in facts.outside_bases(owner)):
            starts = [unit for name in made.methods.values() for unit in (name, *_inner(facts, name))]
            for unit in {item for start in starts for item in reached(facts, start)}:
                for node in facts.project.units[unit].nodes:
                    if isinstance(node, ast.Try) and _ends_calls(facts.project.units[unit]):
                        found.update(caught_names(node))
    return frozenset(found)


def _inner(facts: Facts, name: str) -> list[str]:
    return [unit for unit in facts.project.units if unit.startswith(f"{name}.")]
