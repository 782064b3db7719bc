"""Numbers of a message whose type Java has not: unsigned ones (B5), and floats of 32 bits (A3)."""

import ast
from collections.abc import Iterable

from crossfade.codegen.hazards.detectors.numbers import AMOUNT
from crossfade.codegen.hazards.detectors.registry import Found, View, detector, number
from crossfade.codegen.hazards.kinds import NUMBERS, Sort

_UNSIGNED = frozenset({"uint32", "uint64"})


@detector(ast.FormattedValue, "A3", "B5")
def in_text(node: ast.FormattedValue, view: View) -> Found:
    """``f"{request.id}"`` of an unsigned number, ``f"{request.ratio}"`` of a float of 32 bits."""
    yield from _written(node.value, view)


@detector(ast.Call)
def as_text(node: ast.Call, view: View) -> Found:
    """``str(request.id)``, ``float(request.id)``."""
    if len(node.args) == 1 and view.called(node) in {"builtins.str", "builtins.repr", "builtins.float"}:
        yield from _written(node.args[0], view)
    elif isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        for value in node.args:
            yield from _written(value, view)


def _written(value: ast.expr, view: View) -> Found:
    kind = view.kind(value)
    if kind.sort is Sort.FLOAT and kind.ref == "float":
        yield "A3", value
    elif _is_unsigned(value, view):
        yield "B5", value


@detector(ast.BinOp)
def computed(node: ast.BinOp, view: View) -> Found:
    """``request.id % 16``, ``"%d" % request.id``, ``request.ratio * 2``."""
    if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
        for value in node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]:
            yield from _written(value, view)
    elif isinstance(node.op, ast.FloorDiv | ast.Mod | ast.Div | ast.RShift) and _is_unsigned(node.left, view):
        yield "B5", node
    elif _has_narrow((node.left, node.right), view) and view.sort(node) in NUMBERS:
        yield "A3", node


@detector(ast.Compare)
def compared(node: ast.Compare, view: View) -> Found:
    """``request.id < limit``, ``request.ratio == 0.1``."""
    sides = [node.left, *node.comparators]
    if any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops):
        if any(_is_unsigned(side, view) for side in sides) and not any(number(side) in {0, 1} for side in sides):
            yield "B5", node
    elif _has_narrow(sides, view) and any((number(side) or 0) % 1 for side in sides):
        yield "A3", node


def _has_narrow(sides: Iterable[ast.expr], view: View) -> bool:
    """Whether one of them is a float of 32 bits."""
    return any(view.kind(side).ref == "float" and view.sort(side) is Sort.FLOAT for side in sides)


def _is_unsigned(node: ast.expr, view: View) -> bool:
    """A number that may be beyond Java's signed type: a port or a count of 32 bits never is."""
    kind = view.kind(node)
    if kind.sort is not Sort.INT or kind.ref not in _UNSIGNED:
        return False
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return (kind.ref == "uint64" and "time" not in name) or not AMOUNT.search(name)
