"""How an expression's kind is found: one rule for each sort of node, registered where it stands."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind
from crossfade.codegen.hazards.source.units import Unit

N = TypeVar("N", bound=ast.expr)


@dataclass(slots=True)
class Scope:
    """The names that an expression sees: those of its unit so far, then those around it."""

    facts: Facts
    unit: Unit
    env: dict[str, Kind]

    def inner(self) -> "Scope":
        """A scope whose new names stay inside: of a comprehension or a lambda."""
        return Scope(facts=self.facts, unit=self.unit, env=dict(self.env))

    def reach(self, unit: str) -> None:
        """The unit may run another one."""
        self.facts.edges[self.unit.id].add(unit)


Rule = Callable[[ast.expr, Scope], Kind]
_RULES: dict[type[ast.expr], Rule] = {}


def rule(node_type: type[N]) -> Callable[[Callable[[N, Scope], Kind]], Callable[[N, Scope], Kind]]:
    """Registers the rule of a sort of node."""

    def register(function: Callable[[N, Scope], Kind]) -> Callable[[N, Scope], Kind]:
        _RULES[node_type] = function  # type: ignore[assignment] # it gets the nodes of its own type alone
        return function

    return register


def infer(node: ast.expr, scope: Scope) -> Kind:
    """The kind of an expression, noted for the detectors; all that it is made of is looked at too."""
    found = _RULES.get(type(node))
    if found is not None:
        kind = found(node, scope)
    else:
        infer_children(node, scope)
        kind = UNKNOWN
    scope.facts.kinds[node] = kind
    return kind


def infer_children(node: ast.AST, scope: Scope) -> None:
    """Looks at the expressions below a node, whose own kind does not matter."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            infer(child, scope)
        else:
            infer_children(child, scope)
