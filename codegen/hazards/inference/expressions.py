"""The kinds of literals, operators, subscripts, comprehensions."""

import ast
from dataclasses import replace

from crossfade.codegen.hazards.inference.binding import bind
from crossfade.codegen.hazards.inference.rules import Scope, infer, infer_children, rule
from crossfade.codegen.hazards.inference.values import MATCHED
from crossfade.codegen.hazards.kinds import (
    BOOL,
    BYTES,
    DECIMAL,
    FLOAT,
    INT,
    NATURAL,
    NONE,
    NUMBERS,
    STR,
    TIMEDELTA,
    UNKNOWN,
    Kind,
    Sort,
    dict_of,
    iter_of,
    join,
    join_all,
    list_of,
    set_of,
    tuple_of,
)

_LITERALS: dict[type, Kind] = {type(None): NONE, bool: BOOL, float: FLOAT, str: STR, bytes: BYTES}


@rule(ast.Constant)
def constant(node: ast.Constant, scope: Scope) -> Kind:
    """A literal."""
    del scope
    if type(node.value) is int:
        return NATURAL
    return _LITERALS.get(type(node.value), UNKNOWN)


@rule(ast.JoinedStr)
def f_string(node: ast.JoinedStr, scope: Scope) -> Kind:
    """A text with values in it."""
    infer_children(node, scope)
    return STR


def _elements(nodes: list[ast.expr], scope: Scope) -> Kind:
    return join_all(tuple(infer(node, scope) for node in nodes))


@rule(ast.List)
def list_literal(node: ast.List, scope: Scope) -> Kind:
    """``[...]``; a None among others stands for a place that nobody reads."""
    return list_of(replace(_elements(node.elts, scope), optional=False))


@rule(ast.Set)
def set_literal(node: ast.Set, scope: Scope) -> Kind:
    """``{a, b}``."""
    return set_of(_elements(node.elts, scope))


@rule(ast.Tuple)
def tuple_literal(node: ast.Tuple, scope: Scope) -> Kind:
    """``(a, b)``."""
    kinds = [infer(item, scope) for item in node.elts]
    return Kind(sort=Sort.TUPLE) if any(isinstance(item, ast.Starred) for item in node.elts) else tuple_of(*kinds)


@rule(ast.Dict)
def dict_literal(node: ast.Dict, scope: Scope) -> Kind:
    """``{k: v, **more}``; keys whose value is None are remembered.

    Such a dict is a record more often than a table: its values are of one kind only where all of them are.
    """
    keys, values = [], []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        found = infer(value_node, scope)
        keys.append((found.key or UNKNOWN) if key_node is None else infer(key_node, scope))
        values.append((found.of or UNKNOWN) if key_node is None else found)
        if found.sort is Sort.NONE and isinstance(key_node, ast.Constant) and isinstance(key_node.value, str):
            scope.facts.nullable.add(key_node.value)
    alike = len({kind.sort for kind in values}) == 1
    return dict_of(join_all(tuple(keys)), join_all(tuple(values)) if alike else UNKNOWN)


@rule(ast.UnaryOp)
def unary(node: ast.UnaryOp, scope: Scope) -> Kind:
    """``not x``, ``-x``."""
    kind = infer(node.operand, scope)
    if isinstance(node.op, ast.Not):
        return BOOL
    return INT if kind.sort in {Sort.INT, Sort.BOOL} else replace(kind, nonneg=False)


@rule(ast.BoolOp)
def boolean(node: ast.BoolOp, scope: Scope) -> Kind:
    """``a or b`` is None only where b is."""
    kinds = [infer(value, scope) for value in node.values]
    if isinstance(node.op, ast.Or):
        kinds = [replace(kind, optional=False) for kind in kinds[:-1] if kind.sort is not Sort.NONE] + kinds[-1:]
    return join_all(tuple(kinds))


@rule(ast.Compare)
def comparison(node: ast.Compare, scope: Scope) -> Kind:
    """``a < b``."""
    infer_children(node, scope)
    return BOOL


@rule(ast.IfExp)
def choice(node: ast.IfExp, scope: Scope) -> Kind:
    """``a if test else b``."""
    infer(node.test, scope)
    return join(infer(node.body, scope), infer(node.orelse, scope))


@rule(ast.BinOp)
def binary(node: ast.BinOp, scope: Scope) -> Kind:
    """``a + b`` and the like."""
    return operated(node.op, infer(node.left, scope), infer(node.right, scope))


def operated(op: ast.operator, left: Kind, right: Kind) -> Kind:
    """What an operator gives."""
    sorts = {left.sort, right.sort}
    if Sort.STR in sorts and isinstance(op, ast.Add | ast.Mod | ast.Mult):
        return STR if left.sort is Sort.STR or not isinstance(op, ast.Mod) else UNKNOWN
    if sorts & {Sort.BYTES, Sort.DECIMAL}:
        return BYTES if Sort.BYTES in sorts else DECIMAL
    if sorts & {Sort.DATETIME, Sort.DATE, Sort.TIMEDELTA}:
        return _of_times(op, left, right)
    if isinstance(op, ast.Div):
        return FLOAT if sorts & NUMBERS or sorts == {Sort.UNKNOWN} else UNKNOWN
    return _of_numbers(op, left, right) if sorts <= NUMBERS else _of_others(op, left, right)


def _of_others(op: ast.operator, left: Kind, right: Kind) -> Kind:
    """A list and a list, a list and a number, something and what is not known."""
    if left.sort is right.sort or isinstance(op, ast.Mult):
        known = left if left.sort not in NUMBERS else right
    else:
        known = left if right.sort is Sort.UNKNOWN else right if left.sort is Sort.UNKNOWN else UNKNOWN
    return replace(known, nonneg=False, optional=False)


def _of_numbers(op: ast.operator, left: Kind, right: Kind) -> Kind:
    if Sort.FLOAT in {left.sort, right.sort}:
        return FLOAT
    keeps = isinstance(op, ast.Add | ast.Mult | ast.FloorDiv | ast.RShift | ast.LShift | ast.Pow | ast.BitOr)
    either = isinstance(op, ast.BitAnd) and (left.nonneg or right.nonneg)
    both = keeps and left.nonneg and right.nonneg
    wide = next((kind.ref for kind in (left, right) if kind.ref in {"int64", "uint64"}), "")
    return Kind(sort=Sort.INT, nonneg=both or either or (isinstance(op, ast.Mod) and right.nonneg), ref=wide)


def _of_times(op: ast.operator, left: Kind, right: Kind) -> Kind:
    if isinstance(op, ast.Sub) and left.sort is right.sort and left.sort is not Sort.TIMEDELTA:
        return TIMEDELTA
    if isinstance(op, ast.Div) and right.sort is Sort.TIMEDELTA:
        return FLOAT
    if isinstance(op, ast.FloorDiv | ast.Mod) and right.sort is Sort.TIMEDELTA:
        return INT
    if left.sort in {Sort.DATETIME, Sort.DATE}:
        return left
    return right if right.sort in {Sort.DATETIME, Sort.DATE} else TIMEDELTA


@rule(ast.Subscript)
def subscript(node: ast.Subscript, scope: Scope) -> Kind:
    """``a[i]``, ``a[i:j]``."""
    base = infer(node.value, scope)
    infer(node.slice, scope)
    if isinstance(node.slice, ast.Slice):
        return replace(base, optional=False, parts=()) if base.sort is not Sort.TUPLE else Kind(sort=Sort.TUPLE)
    if base.sort is Sort.TUPLE and base.parts and isinstance(node.slice, ast.Constant):
        index = node.slice.value
        return base.parts[index] if isinstance(index, int) and index < len(base.parts) else UNKNOWN
    if base.ref in _TEXT_TABLES:
        return STR
    known = {Sort.DICT: base.of, Sort.MATCH: MATCHED}.get(base.sort)
    if base.sort in {Sort.LIST, Sort.STR, Sort.BYTES, Sort.TUPLE}:
        known = base.element()
    return known if known is not None and known.sort is not Sort.UNKNOWN else _by_key(node.slice, scope)


_TEXT_TABLES = frozenset({"os.environ", "flask.request.args", "flask.request.form"})


def _by_key(key: ast.expr, scope: Scope) -> Kind:
    """A value of a dict of which nothing is known: the contract may have a 64-bit field of this name."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value in scope.facts.fields.int64_names:
        return Kind(sort=Sort.INT, ref="int64")
    return UNKNOWN


@rule(ast.Slice)
def sliced(node: ast.Slice, scope: Scope) -> Kind:
    """The bounds of a slice."""
    infer_children(node, scope)
    return UNKNOWN


def _generated(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Kind:
    inner = _loops(node.generators, scope)
    return infer(node.elt, inner)


def _loops(generators: list[ast.comprehension], scope: Scope) -> Scope:
    inner = scope.inner()
    for generator in generators:
        bind(generator.target, infer(generator.iter, inner).element(), inner)
        for test in generator.ifs:
            infer(test, inner)
    return inner


@rule(ast.ListComp)
def list_comprehension(node: ast.ListComp, scope: Scope) -> Kind:
    """``[x for x in xs]``."""
    return list_of(_generated(node, scope))


@rule(ast.SetComp)
def set_comprehension(node: ast.SetComp, scope: Scope) -> Kind:
    """``{x for x in xs}``."""
    return set_of(_generated(node, scope))


@rule(ast.GeneratorExp)
def generator(node: ast.GeneratorExp, scope: Scope) -> Kind:
    """``(x for x in xs)``."""
    return iter_of(_generated(node, scope))


@rule(ast.DictComp)
def dict_comprehension(node: ast.DictComp, scope: Scope) -> Kind:
    """``{k: v for ...}``."""
    inner = _loops(node.generators, scope)
    return dict_of(infer(node.key, inner), infer(node.value, inner))


@rule(ast.Lambda)
def function_literal(node: ast.Lambda, scope: Scope) -> Kind:
    """``lambda x: ...``; what its parameters are, its caller may have given."""
    inner = scope.inner()
    for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
        inner.env[argument.arg] = UNKNOWN
    infer(node.body, inner)
    return UNKNOWN


@rule(ast.NamedExpr)
def named(node: ast.NamedExpr, scope: Scope) -> Kind:
    """``(name := value)``."""
    kind = infer(node.value, scope)
    bind(node.target, kind, scope)
    return kind


@rule(ast.Await)
def awaited(node: ast.Await, scope: Scope) -> Kind:
    """``await x``: a coroutine is taken for its result."""
    return infer(node.value, scope)


@rule(ast.Starred)
def starred(node: ast.Starred, scope: Scope) -> Kind:
    """``*x``: one of its elements."""
    return infer(node.value, scope).element()


@rule(ast.Yield)
def yielded(node: ast.Yield, scope: Scope) -> Kind:
    """``yield x`` makes the function's result an iterator of such."""
    kind = infer(node.value, scope) if node.value is not None else NONE
    scope.facts.add_return(scope.unit.id, iter_of(kind))
    return UNKNOWN


@rule(ast.YieldFrom)
def delegated(node: ast.YieldFrom, scope: Scope) -> Kind:
    """``yield from xs``."""
    scope.facts.add_return(scope.unit.id, iter_of(infer(node.value, scope).element()))
    return UNKNOWN
