"""What follows on one expression: where its value goes next, through all that it is a part of."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.codegen.hazards.flow.places import Out, Place, Step, What, is_logging
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort
from crossfade.codegen.hazards.source.units import Unit

_GROWS = frozenset({"append", "appendleft", "extend", "write", "put", "add"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What follows on an expression of a unit.

    ``what`` is followed: the value; the order in which it was gone through, which ``sorted`` and the like end; or a
    point in time, which ends where only its distance from another one, or a part of it, goes on.
    """

    facts: Facts
    unit: Unit
    what: What = "value"

    @property
    def ordered(self) -> bool:
        """Whether an order is followed."""
        return self.what == "order"

    def after(self, node: ast.AST) -> Iterator[Step]:
        """Where the node's value goes, through what it is part of."""
        below, parents = node, self.unit.parents
        while below in parents:
            parent = parents[below]
            end = ENDS.get(type(parent))
            steps = end(self, parent, below) if end is not None else None
            if steps is not None:
                yield from steps
                return
            below = parent

    def done_by(self, call: ast.Call) -> Iterator[Step]:
        """What a call that stands alone does: ends the RPC, changes what it is called of, or something outside."""
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if receiver is not None and self.is_context(receiver):
            yield Out.STATUS
        elif receiver is not None:
            yield from self.into(receiver)
        for argument in call.args:
            if isinstance(argument, ast.Name):
                yield self.place_of(argument.id)  # it may change it
        if not is_logging(call):
            yield Out.STATE

    def into(self, target: ast.AST) -> Iterator[Step]:
        """What an assignment to this target fills."""
        match target:
            case ast.Name(id=name):
                yield self.place_of(name)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for part in targets:
                    yield from self.into(part)
            case ast.Starred(value=value):
                yield from self.into(value)
            case ast.Attribute(value=value, attr=attr):
                yield from self._kept(value, attr)
            case ast.Subscript(value=value):
                yield from self.into(value)
            case ast.Call(func=ast.Attribute(value=value)):
                yield from self.into(value)
            case ast.expr():
                yield Out.STATE

    def _kept(self, value: ast.expr, attr: str) -> Iterator[Step]:
        """An attribute keeps it: of a message, of the class, of what is not known."""
        kind = self.facts.kinds.get(value, UNKNOWN)
        if kind.sort is Sort.MESSAGE:
            yield from self.into(value)
            return
        yield Place("", attr)
        if kind.sort not in {Sort.INSTANCE, Sort.CLASS}:
            if isinstance(value, ast.Name | ast.Attribute):
                yield from self.into(value)
            if kind.sort in {Sort.EXTERNAL, Sort.MODULE}:
                yield Out.STATE

    def filled_by(self, loop: ast.For | ast.AsyncFor) -> Iterator[Step]:
        """What shows in which order a loop went: what it yields, gives back of its elements, appends, adds to."""
        targets = {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
        for statement in loop.body:
            for node in ast.walk(statement):
                match node:
                    case ast.Yield():
                        yield Place(self.unit.id, "return")
                    case ast.Return(value=ast.expr() as value) if targets & _names_in(value):
                        yield Place(self.unit.id, "return")
                    case ast.Call(func=ast.Attribute(value=receiver, attr=name), args=[_]) if name in _GROWS:
                        if self.facts.kinds.get(receiver, UNKNOWN).sort not in {Sort.SET, Sort.DICT}:
                            yield from self.into(receiver)
                    case ast.AugAssign(op=ast.Add(), target=target) if self._is_sequence(target, node.value):
                        yield from self.into(target)

    def _is_sequence(self, target: ast.expr, value: ast.expr) -> bool:
        sorts = {self.facts.kinds.get(target, UNKNOWN).sort, self.facts.kinds.get(value, UNKNOWN).sort}
        return bool(sorts & {Sort.STR, Sort.LIST, Sort.BYTES, Sort.TUPLE})

    def place_of(self, name: str) -> Place:
        """The place that a name means in this unit."""
        return Place(self.owner_of(name), name)

    def owner_of(self, name: str) -> str:
        """The unit whose name it is: this one, one around it, or the module."""
        project, current = self.facts.project, self.unit
        while True:
            if name in current.bound or current.outer not in project.units or current.outer.endswith(":"):
                break
            current = project.units[current.outer]
        if name in current.bound and not current.id.endswith(":"):
            return current.id
        module = f"{self.unit.module.name}:"
        return self.facts.origins.get((self.unit.id, name)) or self.facts.origins.get(
            (module, name), f"{module}={name}"
        )

    def is_context(self, node: ast.expr) -> bool:
        """Whether a value is the context of a call, or is named as one."""
        sort = self.facts.kinds.get(node, UNKNOWN).sort
        named = isinstance(node, ast.Name) and node.id in {"context", "ctx", "servicer_context", "_context"}
        return sort is Sort.CONTEXT or (named and sort is Sort.UNKNOWN)


# The steps that end at a node, for a value in one of its parts; None where the value goes on into the node itself.
End = Callable[[Steps, Any, ast.AST], Sequence[Step] | None]
ENDS: dict[type[ast.AST], End] = {}


def end(*types: type[ast.AST]) -> Callable[[End], End]:
    """Registers what ends at nodes of some types."""

    def register(function: End) -> End:
        ENDS.update(dict.fromkeys(types, function))
        return function

    return register


def _names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
