"""What is known of a number: never negative, never zero."""

import ast
import re

from crossfade.codegen.hazards.detectors.registry import View, number
from crossfade.codegen.hazards.kinds import Kind

# How amounts are named; a field of a request is what a client sends, whatever its name.
AMOUNT = re.compile(
    r"(?:^|_)(?:sizes?|counts?|len|length|num|nums|number|bytes|mb|gb|kb|index|idx|port|total|totals|pages?|width|height"
    r"|duration|elapsed|capacity|workers|cpus|threads|retries|attempts?|rows|cols|columns|steps?|epochs?|batch|chunks?"
    r"|partitions?|shards?|buckets?|samples?|depth|level|interval|timeout|ttl|seconds|secs|millis|ms|ns|us)(?:_|$)",
    re.IGNORECASE,
)
_SIGNED_NAME = re.compile(
    r"(?:^|_)(?:offset|delta|diff|shift|balance|change|score|temperature|angle|lat|lon|latitude|longitude|hash|exp|exponent"
    r"|drift|skew|adjustment)(?:_|$)",
    re.IGNORECASE,
)
_CLOCKS = frozenset({
    "time.time", "time.monotonic", "time.perf_counter", "time.process_time", "math.sqrt", "math.hypot", "math.exp",
    "math.fabs", "math.dist", "builtins.abs",
})  # fmt: skip
_SIGNED = frozenset({"int32", "int64"})


def is_natural(node: ast.expr, view: View) -> bool:
    """Whether a number can't be negative: by its type, by how it is computed, or by its name."""
    written = number(node)
    if written is not None:
        return written >= 0
    known = view.kind(node).nonneg or _is_amount(node, view.kind(node))
    return known or any(all(is_natural(part, view) for part in parts) for parts in _keeping_sign(node, view))


def _keeping_sign(node: ast.expr, view: View) -> list[list[ast.expr]]:
    """Groups of operands: where all of one group can't be negative, the result can't either."""
    called = view.called(node)
    match node:
        case ast.Call() if called in _CLOCKS:
            return [[]]
        case ast.Call(args=values) if called in {"builtins.max", "builtins.int", "builtins.round"}:
            return [[value] for value in values]
        case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Pow()):
            return [[left, right]]
        case ast.BinOp(right=right, op=ast.Mod()):
            return [[right]]
        case ast.IfExp(body=body, orelse=orelse):
            return [[body, orelse]]
    return []


def may_be_negative(node: ast.expr, view: View) -> bool:
    """Whether something shows it: a signed field of a message, a difference, a name such as offset."""
    for part in ast.walk(node):
        match part:
            case ast.UnaryOp(op=ast.USub()) | ast.BinOp(op=ast.Sub()):
                return True
            case ast.Name(id=name) | ast.Attribute(attr=name) if _SIGNED_NAME.search(name):
                return True
            case ast.expr() if view.kind(part).ref in _SIGNED:
                return True
            case ast.Call() if view.called(part) == "builtins.int" and view.comes_in(part):
                return True
    return False


def _is_amount(node: ast.expr, kind: Kind) -> bool:
    if kind.ref in _SIGNED or not isinstance(node, ast.Name | ast.Attribute):
        return False
    return AMOUNT.search(node.id if isinstance(node, ast.Name) else node.attr) is not None


def is_nonzero(node: ast.expr, view: View) -> bool:
    """Whether a divisor can't be zero: written out, a constant, kept above, or tested somewhere in the function."""
    written = number(node)
    if written is not None:
        return written != 0
    return isinstance(node, ast.Constant) or view.is_tested(node) or _is_constant(node) or _is_kept_above(node, view)


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lstrip("_").isupper()
    return False


def _is_kept_above(node: ast.expr, view: View) -> bool:
    match node:
        case ast.Call(args=[first, *rest]):
            return _is_call_above(view.called(node), first, rest, view)
        case ast.BoolOp(op=ast.Or(), values=values):
            return is_nonzero(values[-1], view)
        case ast.BinOp(left=left, right=right, op=ast.Mult() | ast.Pow()):
            return is_nonzero(left, view) and is_nonzero(right, view)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            above = any((number(side) or 0) > 0 for side in (left, right))
            return above and is_natural(left, view) and is_natural(right, view)
    return False


def _is_call_above(called: str, first: ast.expr, rest: list[ast.expr], view: View) -> bool:
    if called == "builtins.max":
        return any((number(item) or 0) > 0 for item in (first, *rest))
    if called == "builtins.len":
        return view.is_tested(first)
    return called in {"builtins.float", "builtins.int"} and is_nonzero(first, view)
