"""Which values come from a caller, and which ways out of the service a value takes: by one pass over the units."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crossfade.codegen.hazards.flow import arguments, statements  # noqa: F401 - they register their ends
from crossfade.codegen.hazards.flow.places import Out, Place, Step, What
from crossfade.codegen.hazards.flow.steps import Steps
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort
from crossfade.codegen.hazards.source.units import Unit

_FROM_OUTSIDE = frozenset({"fetchone", "fetchall", "fetchmany", "scalar", "scalars", "invocation_metadata", "peer",
                           "get_json", "get_data"})  # fmt: skip
_REQUESTS = ("flask.request", "starlette.requests", "django.http")
_SEEN = Out.ANSWER | Out.STATUS
_NO_VALUES = frozenset({Sort.MODULE, Sort.EXTERNAL, Sort.CLASS, Sort.MESSAGE})


@dataclass(slots=True)
class Flow:
    """How values go between the places of some units.

    ``answering`` are the units whose result is an answer; what these are given, except for a context, comes from a
    caller.
    """

    facts: Facts
    units: Mapping[str, Unit]
    answering: frozenset[str]
    outs: dict[Place, Out] = field(default_factory=dict)
    inputs: set[Place] = field(default_factory=set)
    within: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    following: dict[Place, set[Place]] = field(default_factory=lambda: defaultdict(set))
    followed: dict[tuple[What, Place], tuple[Step, ...]] = field(default_factory=dict)
    read: dict[Place, list[tuple[Unit, ast.AST]]] = field(default_factory=lambda: defaultdict(list))

    def steps(self, unit: Unit, what: What = "value") -> Steps:
        """What follows on the expressions of a unit."""
        return Steps(facts=self.facts, unit=unit, what=what)

    def leaves(self, unit: Unit, node: ast.AST) -> Out:
        """The ways out that the value of a node takes."""
        found, steps = Out.NONE, self.steps(unit)
        alone = isinstance(node, ast.Call) and isinstance(unit.parents.get(node), ast.Expr)
        for step in steps.done_by(node) if alone else steps.after(node):  # type: ignore[arg-type] # it is a call
            found |= self.outs.get(step, Out.NONE) if isinstance(step, Place) else step
        return found

    def comes_in(self, unit: Unit, node: ast.AST) -> bool:
        """Whether a value has something in it that a caller, or a row of a database, gave."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute):
                kind = self.facts.kinds.get(part, UNKNOWN)
                if kind.sort is Sort.EXTERNAL and kind.ref.startswith(_REQUESTS):
                    return True
            if _is_from_outside(part) or any(place in self.inputs for place in self.places(unit, part)):
                return True
        return False

    def leaves_as(self, what: What, unit: Unit, node: ast.AST) -> Out:
        """Whether an order or a time leaves: of a loop the order of what it fills, of an expression its own.

        The search ends at the first way out that a client sees.
        """
        steps = self.steps(unit, what)
        found, seen = Out.NONE, set[Place]()
        waiting = list(steps.filled_by(node) if isinstance(node, ast.For | ast.AsyncFor) else steps.after(node))
        while waiting and not found & _SEEN:
            step = waiting.pop()
            if isinstance(step, Out):
                found |= step
            elif step not in seen:
                seen.add(step)
                waiting.extend(self._after_place(what, step))
        return found

    def _after_place(self, what: What, place: Place) -> tuple[Step, ...]:
        known = self.followed.get((what, place))
        if known is None:
            found = {step for reader, node in self.read.get(place, ()) for step in self.steps(reader, what).after(node)}
            if place.name == "return" and place.unit in self.answering:
                found.add(Out.ANSWER)
            elif not place.unit and place not in self.read:
                found.add(Out.STATE)
            known = self.followed[what, place] = tuple(found)
        return known

    def places(self, unit: Unit, node: ast.AST) -> Iterator[Place]:
        """The places that an expression reads."""
        targets = self.facts.targets.get(node, ())
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield self.steps(unit).place_of(name)
            case ast.Attribute(attr=attr, value=value, ctx=ast.Load()) if not targets:
                if self.facts.kinds.get(value, UNKNOWN).sort not in _NO_VALUES:
                    yield Place("", attr)
        if isinstance(node, ast.Call) or self.facts.kinds.get(node, UNKNOWN).sort is not Sort.FUNCTION:
            yield from (Place(target, "return") for target in targets)
        elif getattr(unit.parents.get(node), "func", None) is not node:
            yield Place(self.facts.kinds[node].ref, "return")


def make_flow(facts: Facts, units: Mapping[str, Unit], answering: frozenset[str]) -> Flow:
    """The flow between some units."""
    flow = Flow(facts=facts, units=units, answering=answering)
    for unit in units.values():
        if unit.outer in units and unit.node is not None:
            flow.within[unit.outer].append(unit.id)
            flow.within[units[unit.outer].outer].append(unit.id)
    direct: dict[Place, Out] = defaultdict(lambda: Out.NONE)
    for unit in units.values():
        for place, step in _read(flow, unit):
            if isinstance(step, Place):
                flow.following[place].add(step)
            else:
                direct[place] |= step
    _join_decorated(facts, flow)
    kept = {step for steps in flow.following.values() for step in steps if not step.unit}
    for place in kept - flow.read.keys():
        direct[place] |= Out.STATE  # no code of the folder reads it: it is for somebody else
    for name in answering:
        direct[Place(name, "return")] |= Out.ANSWER
        flow.inputs.update(_given(facts, units, name))
    flow.outs = _spread_back(direct, flow.following)
    flow.inputs = _spread(flow.inputs, flow.following)
    return flow


def _read(flow: Flow, unit: Unit) -> Iterator[tuple[Place, Step]]:
    """Each place that a unit reads, with what follows on it."""
    steps = flow.steps(unit)
    for node in unit.nodes:
        if not isinstance(node, ast.expr):
            continue
        if _is_from_outside(node):
            flow.inputs.update(step for step in steps.after(node) if isinstance(step, Place))
        places = list(flow.places(unit, node))
        following = list(steps.after(node)) if places else []
        for place in places:
            flow.read[place].append((unit, node))
            yield from ((place, step) for step in following)


def _join_decorated(facts: Facts, flow: Flow) -> None:
    """What the functions within a decorator give is what the decorated function gives, and they get what it gets."""
    for unit in flow.units.values():
        for decorator in unit.node.decorator_list if unit.node is not None else ():
            named = decorator.func if isinstance(decorator, ast.Call) else decorator
            kind = facts.kinds.get(named, UNKNOWN)
            if kind.sort is Sort.FUNCTION:
                for inner in flow.within.get(kind.ref, ()):
                    flow.following[Place(inner, "return")].add(Place(unit.id, "return"))
                    if unit.id in flow.answering:
                        flow.inputs.update(_given(facts, flow.units, inner))


def _is_from_outside(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FROM_OUTSIDE


def _given(facts: Facts, units: Mapping[str, Unit], name: str) -> Iterator[Place]:
    """The parameters of a unit that a caller fills."""
    unit = units.get(name)
    if unit is None or unit.node is None:
        return
    given = unit.node.args
    for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs]:
        is_context = facts.param(name, argument.arg).sort is Sort.CONTEXT or argument.arg in {"self", "cls", "context"}
        if not is_context:
            yield Place(name, argument.arg)


def _spread(starts: set[Place], following: Mapping[Place, set[Place]]) -> set[Place]:
    seen, waiting = set[Place](), list(starts)
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting.extend(following.get(place, ()))
    return seen


def _spread_back(direct: Mapping[Place, Out], following: Mapping[Place, set[Place]]) -> dict[Place, Out]:
    before: dict[Place, set[Place]] = defaultdict(set)
    for place, steps in following.items():
        for step in steps:
            before[step].add(place)
    outs = dict(direct)
    waiting = list(outs)
    while waiting:
        place = waiting.pop()
        for earlier in before.get(place, ()):
            joined = outs.get(earlier, Out.NONE) | outs[place]
            if joined != outs.get(earlier, Out.NONE):
                outs[earlier] = joined
                waiting.append(earlier)
    return outs
