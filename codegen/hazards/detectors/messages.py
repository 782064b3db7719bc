"""Protobuf messages: presence, maps, enums, ranges (group F)."""

import ast
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, is_true, method_of, number
from crossfade.codegen.hazards.inference.fields import PROTO_MAP
from crossfade.codegen.hazards.kinds import Kind, Sort

_NARROW = frozenset({"int32", "uint32"})


@detector(ast.Call, "F3", "F6", "F15")
def message_method(node: ast.Call, view: View) -> Found:
    """``CopyFrom``, ``SetInParent``, ``SerializeToString``, ``Status.Name``."""
    name = method_of(node)
    if name in {"CopyFrom", "MergeFrom", "SetInParent"}:
        yield "F3", node
    elif name in {"SerializeToString", "SerializePartialToString"}:
        yield "F15", node
    elif name == "Name" and view.facts.fields.find(view.called(node))[0] in view.facts.fields.enums:
        yield "F6", node


@detector(ast.Call, "F7", "F13")
def printed(node: ast.Call, view: View) -> Found:
    """Options of protobuf's JSON printer."""
    if not view.called(node).startswith("google.protobuf.json_format."):
        return
    if is_true(argument(node, "use_integers_for_enums")):
        yield "F7", node
    message = view.kind(node.args[0]) if node.args else None
    if message is not None and _has_any(message.ref, view):
        yield "F13", node


def _has_any(message: str, view: View) -> bool:
    return any(kind.ref == "google.protobuf.Any" for kind in view.facts.fields.messages.get(message, {}).values())


@detector(ast.Subscript, "F4")
def map_read(node: ast.Subscript, view: View) -> Found:
    """``message.counts[key]``."""
    if isinstance(node.ctx, ast.Load) and view.kind(node.value).ref == PROTO_MAP:
        yield "F4", node


@detector(ast.Call, "F5", "F14")
def constructed(node: ast.Call, view: View) -> Found:
    """``Message(field=value)``: None, and numbers that may not fit."""
    kind = view.kind(node)
    if kind.sort is not Sort.MESSAGE:
        return
    for keyword in node.keywords:
        if keyword.arg is not None:
            yield from _into(view.facts.fields.of(kind.ref, keyword.arg), keyword.value, view)


@detector(ast.Assign)
def assigned(node: ast.Assign, view: View) -> Found:
    """``message.field = value``."""
    for target in node.targets:
        if isinstance(target, ast.Attribute) and view.sort(target.value) is Sort.MESSAGE:
            yield from _into(view.facts.fields.of(view.kind(target.value).ref, target.attr), node.value, view)


def _into(field: Kind, value: ast.expr, view: View) -> Found:
    kind = view.kind(value)
    may_be_none = kind.optional and not view.is_tested(value) and field.sort not in {Sort.UNKNOWN, Sort.LIST}
    if kind.sort is Sort.NONE or may_be_none:
        yield "F5", value
    elif (
        field.sort is Sort.INT
        and field.ref in _NARROW
        and (kind.ref in {"int64", "uint64"} or _is_computed(value, view))
    ):
        yield "F14", value


def _is_computed(value: ast.expr, view: View) -> bool:
    """A product, a power, a shift or a sum; what lies in a literal fits or fails at once."""
    if view.called(value) == "builtins.sum":
        return True
    return any(
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult | ast.Pow | ast.LShift) and number(part) is None
        for part in _arithmetic(value)
    )


def _arithmetic(value: ast.expr) -> Iterator[ast.expr]:
    yield value
    if isinstance(value, ast.BinOp):
        yield from _arithmetic(value.left)
        yield from _arithmetic(value.right)
