"""How a detector is registered: for the sort of node at which it looks, under the ids that it may find."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from crossfade.codegen.hazards.flow.places import Out, What
from crossfade.codegen.hazards.flow.reaches import Flow
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort
from crossfade.codegen.hazards.source.units import Unit

MAX_TEXT = 2_000  # what is looked for in a text may take time that grows with the square of its length
MAX_NODES = 5_000  # of a unit that are searched for one note: a function of a size that nobody writes takes no longer
MAX_READERS = 100
_LARGEST = 2**64  # of the factors of a product that is worked out
N = TypeVar("N", bound=ast.AST)
Found = Iterator[tuple[str, ast.AST]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a detector may look at beside its node.

    ``tested`` are the texts of what the unit tests somewhere (``if not xs``), ``positions`` the names of positions in
    texts that it found itself. ``caught`` are the exceptions that are caught around it on each way from an RPC to it,
    None where no RPC reaches it. ``names`` are where names stand in the unit, ``never`` the statements that never run.
    """

    unit: Unit
    facts: Facts
    flow: Flow
    tested: frozenset[str]
    positions: frozenset[str]
    caught: frozenset[str] | None
    names: Mapping[str, tuple[ast.Name, ...]]
    never: frozenset[ast.AST]

    @property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """What each node of the unit is a part of."""
        return self.unit.parents

    def readers(self, name: str) -> tuple[ast.Name, ...]:
        """Where a name stands in the unit, the first of many."""
        return self.names.get(name, ())[:MAX_READERS]

    def is_never_run(self, node: ast.AST) -> bool:
        """Whether nothing comes to a node, since the function ends before."""
        return node in self.never or any(above in self.never for above in self.above(node))

    @property
    def is_handler(self) -> bool:
        """Whether the unit's result is an answer."""
        return self.unit.id in self.flow.answering

    @property
    def is_async(self) -> bool:
        """Whether the RPCs are answered by coroutines: grpcio's two servers send callers different texts."""
        handlers = [self.facts.project.units[name].node for name in self.flow.answering]
        return any(isinstance(node, ast.AsyncFunctionDef) for node in handlers)

    def leaves(self, node: ast.AST) -> Out:
        """The ways out of the service that a value takes."""
        return self.flow.leaves(self.unit, node)

    def leaves_as(self, what: What, node: ast.AST) -> Out:
        """Whether an order or a time leaves: of a loop the order of what it fills, of an expression its own."""
        return self.flow.leaves_as(what, self.unit, node)

    def comes_in(self, node: ast.AST) -> bool:
        """Whether a caller, or a row of a database, gave some of a value."""
        return self.flow.comes_in(self.unit, node)

    def kind(self, node: ast.AST) -> Kind:
        """What is known of an expression."""
        return self.facts.kinds.get(node, UNKNOWN)

    def sort(self, node: ast.AST) -> Sort:
        """The sort of an expression's value."""
        return self.kind(node).sort

    def called(self, node: ast.AST) -> str:
        """The dotted name of the function from elsewhere that a call calls, "" for others."""
        if not isinstance(node, ast.Call):
            return ""
        kind = self.kind(node.func)
        return kind.ref if kind.sort is Sort.EXTERNAL else ""

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is part of, nearest first, up to the unit."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def is_tested(self, node: ast.expr) -> bool:
        """Whether some condition of the unit looks at this value."""
        return ast.unparse(node) in self.tested

    def is_within_call(self, node: ast.AST, *names: str) -> bool:
        """Whether it is part of a call of one of these."""
        return any(self.called(outer) in names for outer in self.above(node))


Detector = Callable[[ast.AST, View], Found]
DETECTORS: dict[type[ast.AST], list[Detector]] = defaultdict(list)
DETECTED: set[str] = set()


def detector(node_type: type[N], *ids: str) -> Callable[[Callable[[N, View], Found]], Callable[[N, View], Found]]:
    """Registers a detector for nodes of a type, and the ids of the catalogue that it can find."""
    DETECTED.update(ids)

    def register(function: Callable[[N, View], Found]) -> Callable[[N, View], Found]:
        DETECTORS[node_type].append(function)  # type: ignore[arg-type] # it gets the nodes of its own type alone
        return function

    return register


def method_of(node: ast.AST) -> str:
    """The name behind the point of ``value.name(...)``, "" for other calls."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def argument(node: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """An argument by its name or its position; None where the call does not have it."""
    for keyword in node.keywords:
        if keyword.arg == name:
            return keyword.value
    return node.args[position] if position is not None and position < len(node.args) else None


def number(node: ast.AST | None) -> int | float | None:
    """The value of a number written out, with its sign, or of a product of such; None for others."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            first, second = number(left), number(right)
            if first is not None and second is not None and max(abs(first), abs(second)) < _LARGEST:
                return first * second
    return None


def text(node: ast.AST | None) -> str | None:
    """The value of a text written out, unless it is too long to be looked into; None for others."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else None


def is_true(node: ast.AST | None) -> bool:
    """Whether it is ``True``, written out."""
    return isinstance(node, ast.Constant) and node.value is True


def is_false(node: ast.AST | None) -> bool:
    """Whether it is ``False``, written out."""
    return isinstance(node, ast.Constant) and node.value is False


def is_condition(node: ast.AST, view: View) -> bool:
    """Whether an expression is only tested for its truth."""
    parent = view.parents.get(node)
    match parent:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            return test is node
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp():
            return is_condition(parent, view)
        case ast.comprehension():
            return node in parent.ifs
        case ast.Call():
            return view.called(parent) == "builtins.bool"
    return False


def goes_out(node: ast.AST, view: View) -> bool:
    """Whether a value gets into an answer, a status, or what is kept."""
    return bool(view.leaves(node) & (Out.ANSWER | Out.STATUS | Out.STATE))
