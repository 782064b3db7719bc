"""Division, remainders, products, rounding, shifts, sums (group B)."""

import ast

from crossfade.codegen.hazards.detectors.numbers import is_natural, is_nonzero
from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, method_of, number, text
from crossfade.codegen.hazards.kinds import CONTAINERS, NUMBERS, Sort

LARGE = 1000
INT_BITS = 31
INT32_LIMIT: int = 2**INT_BITS
INT64_LIMIT: int = 2**63
_NOT_NUMBERS = CONTAINERS | {
    Sort.STR, Sort.BYTES, Sort.ITER, Sort.THING, Sort.DATETIME, Sort.DATE, Sort.INSTANCE, Sort.MIXED, Sort.NONE
}  # fmt: skip


def _could_be(node: ast.AST, view: View, *sorts: Sort) -> bool:
    return view.sort(node) in {Sort.UNKNOWN, *sorts}


def _is_number(node: ast.AST, view: View) -> bool:
    return view.sort(node) in NUMBERS


@detector(ast.BinOp, "B6", "B7", "B8", "B9", "B13")
def division(node: ast.BinOp, view: View) -> Found:
    """``a // b``, ``a % b``, ``a / b``."""
    yield from _divided(node.op, node.left, node.right, node, view)


@detector(ast.AugAssign)
def dividing_assignment(node: ast.AugAssign, view: View) -> Found:
    """``a //= b`` and the like."""
    yield from _divided(node.op, node.target, node.value, node, view)


def _divided(op: ast.operator, left: ast.expr, right: ast.expr, node: ast.AST, view: View) -> Found:
    if view.sort(left) in _NOT_NUMBERS or view.sort(right) in _NOT_NUMBERS:
        return
    if Sort.TIMEDELTA in {view.sort(left), view.sort(right)}:
        return
    match op:
        case ast.FloorDiv() if not _is_positive(left, right, view):
            yield "B6", node
        case ast.Mod() if _is_remainder(left, right, view):
            yield "B7", node
        case ast.Div() if Sort.DECIMAL in {view.sort(left), view.sort(right)}:
            yield "B13", node
        case ast.Div() if _could_be_whole(left, right, view):
            yield "B8", node
    if isinstance(op, ast.Div | ast.FloorDiv) and _may_be_zero(right, view) and _could_be(right, view, *NUMBERS):
        yield "B9", node


def _is_positive(left: ast.expr, right: ast.expr, view: View) -> bool:
    return is_natural(left, view) and ((number(right) or 0) > 0 or is_natural(right, view))


def _is_remainder(left: ast.expr, right: ast.expr, view: View) -> bool:
    """Numbers, not the formatting of a text: one of the two is known to be a number, and the result may be negative."""
    known = _is_number(left, view) or number(right) is not None
    return known and not _is_positive(left, right, view)


def _could_be_whole(left: ast.expr, right: ast.expr, view: View) -> bool:
    """Java would divide ints: neither is a float, and at least one is a number (``/`` also joins paths)."""
    if view.sort(left) is Sort.FLOAT or view.sort(right) is Sort.FLOAT:
        return False
    return _is_number(left, view) or _is_number(right, view) or (_is_plain(left) and _is_plain(right))


def _is_plain(node: ast.expr) -> bool:
    """``build["retries"]``: values of which nothing is known but that they lie in a dict."""
    return isinstance(node, ast.Subscript)


def _may_be_zero(divisor: ast.expr, view: View) -> bool:
    """Whether it is counted, or of a caller, and nothing keeps it above zero."""
    counted = view.called(divisor) in {"builtins.len", "builtins.sum"} or method_of(divisor) == "count"
    return not is_nonzero(divisor, view) and (counted or view.comes_in(divisor))


@detector(ast.Call, "B6", "B7")
def divmod_call(node: ast.Call, view: View) -> Found:
    """``divmod(a, b)`` is both."""
    match node.args:
        case [left, right] if view.called(node) == "builtins.divmod" and not _is_positive(left, right, view):
            yield "B6", node
            yield "B7", node


@detector(ast.BinOp, "B1", "B14")
def product(node: ast.BinOp, view: View) -> Found:
    """Products of ints that may not fit, and any operation of decimals."""
    sorts = {view.sort(node.left), view.sort(node.right)}
    if Sort.DECIMAL in sorts and isinstance(node.op, ast.Mult | ast.Add | ast.Sub):
        yield "B14", node
    elif isinstance(node.op, ast.Mult) and _may_overflow(node.left, node.right, view):
        yield "B1", node


def _may_overflow(left: ast.expr, right: ast.expr, view: View) -> bool:
    kinds = (view.kind(left), view.kind(right))
    numbers = (number(left), number(right))
    written = [value for value in numbers if value is not None]
    if not written:
        return all(kind.sort is Sort.INT for kind in kinds)
    if len(written) == len(numbers):
        return abs(written[0] * written[1]) >= INT32_LIMIT
    other = kinds[0] if numbers[1] is not None else kinds[1]
    return isinstance(written[0], int) and abs(written[0]) >= LARGE and other.sort in {Sort.INT, Sort.UNKNOWN}


@detector(ast.Constant, "B2")
def large_literal(node: ast.Constant, view: View) -> Found:
    """A number beyond Java's long; a mask is found by ``masked``. One beyond an int the compiler refuses."""
    is_number = isinstance(node.value, int) and not isinstance(view.parents.get(node), ast.BinOp)
    if is_number and abs(node.value) >= INT64_LIMIT:  # type: ignore[arg-type] # it is an int
        yield "B2", node


@detector(ast.BinOp, "B2", "B17", "B21")
def power(node: ast.BinOp, view: View) -> Found:
    """``a ** b``."""
    if not isinstance(node.op, ast.Pow):
        return
    if Sort.FLOAT in {view.sort(node.left), view.sort(node.right)}:
        yield "B17", node
        if not view.kind(node.left).nonneg and view.sort(node.right) is Sort.FLOAT:
            yield "B21", node
    elif (number(node.left) is None or number(node.right) is None) and view.sort(node.right) is not Sort.FLOAT:
        yield "B2", node


@detector(ast.BinOp, "B18", "B5")
def bits(node: ast.BinOp, view: View) -> Found:
    """``1 << n``, ``n & 0xFFFFFFFF``."""
    if isinstance(node.op, ast.LShift):
        count = number(node.right)
        if count is None or count >= INT_BITS:
            yield "B18", node
    elif isinstance(node.op, ast.BitAnd):
        masks = [number(side) for side in (node.left, node.right)]
        if any(mask in {2**32 - 1, 2**64 - 1} for mask in masks):
            yield "B5", node
    del view


@detector(ast.Call, "B2", "B10", "B11", "B12", "B20", "B21")
def rounded(node: ast.Call, view: View) -> Found:
    """``round``, ``abs``, ``quantize``, ``sqrt``."""
    name = view.called(node)
    first = node.args[0] if node.args else None
    if name == "builtins.round" and first is not None and view.sort(first) not in {Sort.INT, Sort.DECIMAL}:
        digits = argument(node, "ndigits", 1)
        yield "B10" if digits is None or number(digits) == 0 else "B11", node
    elif name == "builtins.abs" and first is not None and view.sort(first) is Sort.INT and not is_natural(first, view):
        yield "B20", node
    elif name == "math.sqrt" and number(first) is None:
        yield "B21", node
    elif name in {"math.factorial", "math.comb", "math.perm"}:
        yield "B2", node
    elif method_of(node) == "quantize":
        yield "B12", node


@detector(ast.Call, "B3", "B4", "B25", "B26", "I7")
def converted(node: ast.Call, view: View) -> Found:
    """``int(x)`` and ``float(x)``, also as ``type=int`` of a form's field."""
    name = view.called(node)
    if name in {"builtins.int", "builtins.float"} and len(node.args) == 1:
        yield from _converted(name, node, view)
    wanted = argument(node, "type")
    if isinstance(wanted, ast.Name) and wanted.id in {"int", "float"} and method_of(node) in {"get", "getlist"}:
        yield "B25" if wanted.id == "int" else "B26", node
        if view.called(node).startswith("flask.request.args"):
            yield "I7", node


def _converted(name: str, node: ast.Call, view: View) -> Found:
    value, kind = node.args[0], view.kind(node.args[0])
    is_text = _could_be(value, view, Sort.STR) and kind.ref != "matched"  # else the pattern limits what it may hold
    if name == "builtins.int":
        if kind.sort is Sort.FLOAT and not _is_small(value, view):
            yield "B3", node
        elif is_text:
            yield "B25", node
    elif kind.ref in {"int64", "uint64"}:
        yield "B4", node
    elif is_text:
        yield ("A4" if (text(value) or "").lower().strip("+-") in {"nan", "inf", "infinity"} else "B26"), node


def _is_small(value: ast.expr, view: View) -> bool:
    """Seconds, and roots: far below what a long holds."""
    return view.called(value) in {"time.time", "math.floor", "math.sqrt"} or method_of(value) == "total_seconds"


@detector(ast.Attribute, "A4")
def unlike_numbers(node: ast.Attribute, view: View) -> Found:
    """``math.nan``."""
    is_read = isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name)
    if is_read and node.value.id == "math" and node.attr in {"nan", "inf"}:  # type: ignore[attr-defined] # it is a Name
        yield "A4", node
    del view


@detector(ast.Call, "B16", "B19", "B22", "B24")
def summed(node: ast.Call, view: View) -> Found:
    """``sum`` of floats, bytes or bools; ``max``, ``min`` and ``sorted`` of floats, which may be NaN."""
    name = view.called(node)
    if name == "builtins.int.from_bytes":
        yield "B19", node
    if not node.args or name not in {"builtins.sum", "builtins.max", "builtins.min", "builtins.sorted"}:
        return
    values = view.kind(node.args[0])
    element = values.element().sort
    if name == "builtins.sum":
        if values.sort is Sort.BYTES:
            yield "B19", node
        elif element in {Sort.FLOAT, Sort.BOOL}:
            yield "B16" if element is Sort.FLOAT else "B24", node
    elif element is Sort.FLOAT and len(node.args) == 1:
        yield "B22", node


@detector(ast.For, "B19")
def bytes_one_by_one(node: ast.For, view: View) -> Found:
    """``for byte in data``."""
    if view.sort(node.iter) is Sort.BYTES:
        yield "B19", node.iter


@detector(ast.Subscript, "B19")
def one_byte(node: ast.Subscript, view: View) -> Found:
    """``data[0]``."""
    if view.sort(node.value) is Sort.BYTES and not isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        yield "B19", node


@detector(ast.Compare, "B15", "B23", "H24", "E14")
def equality(node: ast.Compare, view: View) -> Found:
    """Comparing decimals, ints with floats, times with zones, UUIDs."""
    for op, left, right in zip(node.ops, [node.left, *node.comparators], node.comparators, strict=False):
        sorts = {view.sort(left), view.sort(right)}
        if isinstance(op, ast.Eq | ast.NotEq):
            if sorts == {Sort.DECIMAL}:
                yield "B15", node
            elif sorts == {Sort.INT, Sort.FLOAT} and number(left) is None and number(right) is None:
                yield "B23", node
            elif sorts == {Sort.DATETIME} and "naive" not in {view.kind(left).ref, view.kind(right).ref}:
                yield "H24", node
        elif sorts == {Sort.UUID} and isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE):
            yield "E14", node


@detector(ast.BinOp, "B24", "B27", "B4")
def unlike_operands(node: ast.BinOp, view: View) -> Found:
    """``flag + 1``, ``s[0] + t[0]``, a 64-bit number divided truly."""
    sides = (node.left, node.right)
    if isinstance(node.op, ast.Add) and all(_is_character(side, view) for side in sides):
        yield "B27", node
    elif isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        if any(view.sort(side) is Sort.BOOL for side in sides) and all(_is_number(side, view) for side in sides):
            yield "B24", node
    elif isinstance(node.op, ast.Div) and any(view.kind(side).ref in {"int64", "uint64"} for side in sides):
        yield "B4", node


def _is_character(node: ast.expr, view: View) -> bool:
    if view.called(node) == "builtins.chr":
        return True
    is_index = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)
    return is_index and view.sort(node.value) is Sort.STR  # type: ignore[attr-defined] # it is a Subscript


@detector(ast.Call, "A5")
def towards_zero(node: ast.Call, view: View) -> Found:
    """``math.ceil(x)`` of what may be negative, where the result becomes text: Java's ``-0.0``."""
    if view.called(node) not in {"math.floor", "math.ceil", "math.trunc"} or not node.args:
        return
    if not is_natural(node.args[0], view) and _becomes_text(node, view):
        yield "A5", node


def _becomes_text(node: ast.AST, view: View) -> bool:
    parent = view.parents.get(node)
    return isinstance(parent, ast.FormattedValue | ast.Return | ast.keyword | ast.Dict) or (
        view.called(parent or node) in {"builtins.str", "builtins.format", "builtins.repr"}
    )
