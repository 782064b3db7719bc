"""Goes through the statements of a unit in order, and over all units in a few rounds."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from crossfade.codegen.hazards.inference import calls, expressions, names  # noqa: F401 - they register their rules
from crossfade.codegen.hazards.inference.annotations import annotated
from crossfade.codegen.hazards.inference.binding import bind
from crossfade.codegen.hazards.inference.expressions import operated
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.names import bind_import
from crossfade.codegen.hazards.inference.rules import Scope, infer, infer_children
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort, join
from crossfade.codegen.hazards.source.units import Definition, Unit

ROUNDS = 8
Step = Callable[[Any, Scope], None]  # each gets the nodes of its own types alone
_STEPS: dict[type[ast.AST], Step] = {}


def _step(*types: type[ast.AST]) -> Callable[[Step], Step]:
    def register(function: Step) -> Step:
        for node_type in types:
            _STEPS[node_type] = function
        return function

    return register


def learn(facts: Facts) -> None:
    """Goes over all units until a round finds nothing new, or a few times."""
    for _ in range(ROUNDS):
        facts.begin()
        for unit in facts.project.units.values():
            _walk_unit(unit, facts)
        if not facts.turn():
            break


def _walk_unit(unit: Unit, facts: Facts) -> None:
    module = f"{unit.module.name}:"
    scope = Scope(facts=facts, unit=unit, env={})
    if unit.node is not None:
        _bind_parameters(unit.node, scope)
    _walk(unit.body, scope)
    owned = unit.id in facts.project.classes
    for name, kind in scope.env.items():
        if owned:
            facts.add_attribute(unit.id, name, kind)
        else:
            facts.names[module if unit.id.startswith(f"{module}=") else unit.id][name] = kind
    if unit.node is not None and unit.node.returns is not None:
        declared = annotated(unit.node.returns, scope)
        if declared.sort not in {Sort.UNKNOWN, Sort.NONE}:
            facts.set_return(unit.id, declared)


def _bind_parameters(node: Definition, scope: Scope) -> None:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument in [*positional, *arguments.kwonlyargs]:
        declared = annotated(argument.annotation, scope) if argument.annotation is not None else UNKNOWN
        passed = scope.facts.param(scope.unit.id, argument.arg)
        scope.env[argument.arg] = declared if declared.sort is not Sort.UNKNOWN else passed
    for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        kind = infer(default, scope)
        known = scope.env[argument.arg]
        if kind.sort is Sort.NONE:
            scope.env[argument.arg] = known.maybe() if known.sort is not Sort.NONE else UNKNOWN.maybe()
        else:
            scope.env[argument.arg] = join(known, kind)
    for extra, sort in ((arguments.vararg, Sort.TUPLE), (arguments.kwarg, Sort.DICT)):
        if extra is not None:
            scope.env[extra.arg] = Kind(sort=sort)
    if scope.unit.owner and positional:
        scope.env[positional[0].arg] = _self(node, scope, positional[0].arg)


def _self(node: Definition, scope: Scope, name: str) -> Kind:
    decorators = {item.id for item in node.decorator_list if isinstance(item, ast.Name)}
    if "staticmethod" in decorators:
        return scope.env[name]
    return Kind(sort=Sort.CLASS if "classmethod" in decorators else Sort.INSTANCE, ref=scope.unit.owner)


def _walk(statements: Iterable[ast.stmt], scope: Scope) -> None:
    for statement in statements:
        _STEPS.get(type(statement), _other)(statement, scope)


def _other(node: ast.AST, scope: Scope) -> None:
    infer_children(node, scope)


def _branches(scope: Scope, *branches: Iterable[ast.stmt]) -> None:
    """Ways of which one is taken: behind them a name is what it is at the end of one of them."""
    before, results = dict(scope.env), []
    for branch in branches:
        scope.env = dict(before)
        _walk(branch, scope)
        results.append(scope.env)
    joined = dict(results[0])
    for result in results[1:]:
        for name, kind in result.items():
            joined[name] = join(joined[name], kind) if name in joined else kind
    scope.env = joined


@_step(ast.FunctionDef, ast.AsyncFunctionDef)
def _function(node: Definition, scope: Scope) -> None:
    unit = _inner_id(node.name, scope)
    for decorator in node.decorator_list:
        kind = infer(decorator, scope)
        called = scope.facts.kinds.get(decorator.func, UNKNOWN) if isinstance(decorator, ast.Call) else kind
        if called.sort is Sort.FUNCTION:
            scope.facts.edges[unit].add(called.ref)
    scope.env[node.name] = Kind(sort=Sort.FUNCTION, ref=unit)
    if unit not in scope.facts.project.units:  # a second definition under ``if``, of the same name
        scope.env[node.name] = UNKNOWN


def _inner_id(name: str, scope: Scope) -> str:
    unit = scope.unit.id.partition(":=")[0] + ":" if ":=" in scope.unit.id else scope.unit.id
    return f"{unit}{name}" if unit.endswith(":") else f"{unit}.{name}"


@_step(ast.ClassDef)
def _class(node: ast.ClassDef, scope: Scope) -> None:
    identity = _inner_id(node.name, scope)
    bases = tuple(infer(base, scope) for base in node.bases)
    for decorator in node.decorator_list:
        infer(decorator, scope)
    scope.facts.bases[identity] = bases
    known = identity in scope.facts.project.classes
    scope.env[node.name] = Kind(sort=Sort.CLASS, ref=identity) if known else UNKNOWN


@_step(ast.Import, ast.ImportFrom)
def _import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    bind_import(node, scope)


@_step(ast.Assign)
def _assign(node: ast.Assign, scope: Scope) -> None:
    kind = infer(node.value, scope)
    for target in node.targets:
        bind(target, kind, scope)


@_step(ast.AnnAssign)
def _annotated_assign(node: ast.AnnAssign, scope: Scope) -> None:
    declared = annotated(node.annotation, scope)
    found = infer(node.value, scope) if node.value is not None else UNKNOWN
    bind(node.target, declared if declared.sort is not Sort.UNKNOWN else found, scope)


@_step(ast.AugAssign)
def _changing_assign(node: ast.AugAssign, scope: Scope) -> None:
    before = infer(_read(node.target), scope)
    kind = operated(node.op, before, infer(node.value, scope))
    scope.facts.kinds[node.target] = before
    bind(node.target, kind, scope)
    scope.facts.kinds[node.target] = before


def _read(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    return target


@_step(ast.Return)
def _return(node: ast.Return, scope: Scope) -> None:
    if node.value is not None:
        scope.facts.add_return(scope.unit.id, infer(node.value, scope))


@_step(ast.If)
def _if(node: ast.If, scope: Scope) -> None:
    infer(node.test, scope)
    _branches(scope, node.body, node.orelse)


@_step(ast.For, ast.AsyncFor)
def _for(node: ast.For | ast.AsyncFor, scope: Scope) -> None:
    bind(node.target, infer(node.iter, scope).element(), scope)
    _branches(scope, [*node.body, *node.orelse], ())


@_step(ast.While)
def _while(node: ast.While, scope: Scope) -> None:
    infer(node.test, scope)
    _branches(scope, [*node.body, *node.orelse], ())


@_step(ast.With, ast.AsyncWith)
def _with(node: ast.With | ast.AsyncWith, scope: Scope) -> None:
    for item in node.items:
        kind = infer(item.context_expr, scope)
        if item.optional_vars is not None:
            entered = kind.element() if kind.sort is Sort.ITER else kind  # a function under @contextmanager
            bind(item.optional_vars, replace(entered, optional=False), scope)
    _walk(node.body, scope)


@_step(ast.Try, ast.TryStar)
def _try(node: ast.Try | ast.TryStar, scope: Scope) -> None:
    _walk(node.body, scope)
    for handler in node.handlers:
        if handler.type is not None:
            infer(handler.type, scope)
        if handler.name is not None:
            scope.env[handler.name] = Kind(sort=Sort.THING, ref="exception")
    _branches(scope, node.orelse, *(handler.body for handler in node.handlers))
    _walk(node.finalbody, scope)


@_step(ast.Match)
def _match(node: ast.Match, scope: Scope) -> None:
    infer(node.subject, scope)
    for case in node.cases:
        for part in ast.walk(case.pattern):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if isinstance(name, str):
                scope.env[name] = UNKNOWN
        if case.guard is not None:
            infer(case.guard, scope)
    _branches(scope, *(case.body for case in node.cases), ())
