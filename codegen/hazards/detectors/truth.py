"""Truthiness (E15): a condition that holds for 0 and for empty values as for None."""

import ast

from crossfade.codegen.hazards.detectors.registry import Found, View, detector, is_condition
from crossfade.codegen.hazards.kinds import Kind, Sort

_SCALARS = frozenset({Sort.INT, Sort.FLOAT, Sort.STR, Sort.BYTES, Sort.DECIMAL, Sort.TIMEDELTA})
_ALWAYS_TRUE = Sort.MESSAGE


@detector(ast.BoolOp, "E15")
def default(node: ast.BoolOp, view: View) -> Found:
    """``value or default``, where the value itself is what goes on."""
    if isinstance(node.op, ast.Or) and not is_condition(node, view):
        left = view.kind(node.values[0])
        if left.sort in _SCALARS and not _is_same(node.values[-1], left.sort) and view.comes_in(node.values[0]):
            yield "E15", node


def _is_same(default: ast.expr, sort: Sort) -> bool:
    """``value or ""``: what stands in for an empty text is the empty text."""
    empty: dict[Sort, object] = {Sort.STR: "", Sort.INT: 0, Sort.FLOAT: 0, Sort.BYTES: b""}
    return isinstance(default, ast.Constant) and default.value == empty.get(sort, default)


@detector(ast.If)
def condition(node: ast.If, view: View) -> Found:
    """``if value:``, ``if not value:``."""
    yield from _tested(node.test, view)


@detector(ast.IfExp)
def choice(node: ast.IfExp, view: View) -> Found:
    """``a if value else b``."""
    yield from _tested(node.test, view)


@detector(ast.While)
def loop(node: ast.While, view: View) -> Found:
    """``while value:``."""
    yield from _tested(node.test, view)


def _tested(test: ast.expr, view: View) -> Found:
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _tested(value, view)
    elif _can_mislead(view.kind(test), is_field=_is_field(test, view)) and view.comes_in(test):
        yield "E15", test


def _is_field(test: ast.expr, view: View) -> bool:
    return isinstance(test, ast.Attribute) and view.sort(test.value) is Sort.MESSAGE


def _can_mislead(kind: Kind, *, is_field: bool) -> bool:
    """A field of a message, or what may be None as well as 0 or empty: a check for null, or ``hasX()``, differs.

    Of what can't be None Java wants a comparison anyway.
    """
    if kind.sort is _ALWAYS_TRUE:
        return is_field
    return (kind.optional and kind.sort in _SCALARS) or (is_field and kind.sort in _SCALARS | {Sort.ENUM, Sort.LIST})
