"""Which code runs when a unit runs."""

import ast
from collections.abc import Iterable

from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort


def reached(facts: Facts, start: str) -> dict[str, int]:
    """The unit and all that it may run, each with how many calls lie between."""
    found: dict[str, int] = {}
    waiting, depth = [start], 0
    while waiting:
        new = [unit for unit in dict.fromkeys(waiting) if unit not in found and unit in facts.project.units]
        found.update(dict.fromkeys(new, depth))
        waiting = [target for unit in new for target in sorted(facts.edges.get(unit, ()))]
        depth += 1
    return found


def uncalled(facts: Facts, units: Iterable[str]) -> frozenset[str]:
    """Those of the units that nothing in the folder runs."""
    run = {target for targets in facts.targets.values() for target in targets}
    run |= {target for targets in facts.edges.values() for target in targets}
    return frozenset(unit for unit in units if unit not in run)


def decorators_of(facts: Facts, unit: str) -> frozenset[str]:
    """The decorators of a function, those of the folder, with all that they may run."""
    node = facts.project.units[unit].node
    found: set[str] = set()
    for decorator in node.decorator_list if node is not None else ():
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        kind = facts.kinds.get(named, UNKNOWN)
        if kind.sort is Sort.FUNCTION:
            found.update(reached(facts, kind.ref))
    return frozenset(found)
