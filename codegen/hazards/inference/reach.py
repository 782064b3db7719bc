"""Which code runs when a unit runs."""

import ast

from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort


def reached(facts: Facts, start: str) -> frozenset[str]:
    """The unit and all that it may run."""
    seen, waiting = set[str](), [start]
    while waiting:
        current = waiting.pop()
        if current not in seen and current in facts.project.units:
            seen.add(current)
            waiting.extend(facts.edges.get(current, ()))
    return frozenset(seen)


def decorators_of(facts: Facts, unit: str) -> frozenset[str]:
    """The decorators of a function, those of the folder, with all that they may run."""
    node = facts.project.units[unit].node
    found: set[str] = set()
    for decorator in node.decorator_list if node is not None else ():
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        kind = facts.kinds.get(named, UNKNOWN)
        if kind.sort is Sort.FUNCTION:
            found |= reached(facts, kind.ref)
    return frozenset(found)
