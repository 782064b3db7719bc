"""Protobuf messages: presence, maps, enums, ranges (group F)."""

import ast
from collections.abc import Iterator
from itertools import islice

from crossfade.codegen.hazards.detectors.registry import (
    MAX_NODES,
    Found,
    View,
    argument,
    detector,
    is_true,
    method_of,
    number,
)
from crossfade.codegen.hazards.inference.fields import PROTO_MAP
from crossfade.codegen.hazards.kinds import Kind, Sort

_IDENTITIES = ("hashlib.", "hmac.", "zlib.crc32", "zlib.adler32", "builtins.hash")
_NARROW = frozenset({"int32", "uint32"})


@detector(ast.Call, "F3", "F6", "F15")
def message_method(node: ast.Call, view: View) -> Found:
    """``answer.child.CopyFrom(x.child)``, ``SetInParent``, ``SerializeToString`` that is hashed, ``Status.Name``."""
    name = method_of(node)
    if name in {"CopyFrom", "MergeFrom", "SetInParent"}:
        if _is_child(node.func.value, view) and (name == "SetInParent" or _may_be_unset(node, view)):  # type: ignore[attr-defined]
            yield "F3", node
    elif name in {"SerializeToString", "SerializePartialToString"}:
        if _is_identity(node, view):
            yield "F15", node
    elif name == "Name" and view.facts.fields.find(view.called(node))[0] in view.facts.fields.enums:
        yield "F6", node


def _is_child(node: ast.expr, view: View) -> bool:
    return isinstance(node, ast.Attribute) and Sort.MESSAGE in {view.sort(node), view.sort(node.value)}


def _may_be_unset(node: ast.Call, view: View) -> bool:
    """Whether what is copied is a part of another message, which may not have it."""
    return bool(node.args) and _is_child(node.args[0], view) and not view.is_tested(node.args[0])


def _is_identity(node: ast.Call, view: View) -> bool:
    """Whether the bytes stand for the message: hashed, compared, a key."""
    parent = view.parents.get(node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        name = parent.targets[0].id
        return any(_stands_for(part, view) for part in view.readers(name))
    return _stands_for(node, view)


def _stands_for(node: ast.AST, view: View) -> bool:
    parent = view.parents.get(node)
    match parent:
        case ast.Compare():
            return True
        case ast.Subscript():
            return parent.slice is node
        case ast.Call(func=ast.Attribute(value=receiver, attr="update")):
            return view.kind(receiver).ref == "hashlib"
        case ast.Call():
            return view.called(parent).startswith(_IDENTITIES)
    return False


@detector(ast.Compare, "F18")
def equal_messages(node: ast.Compare, view: View) -> Found:
    """``a == b`` of messages: in Java the same object, not the same contents."""
    for op, left, right in zip(node.ops, [node.left, *node.comparators], node.comparators, strict=False):
        sorts = {view.sort(left), view.sort(right)}
        if isinstance(op, ast.Eq | ast.NotEq) and Sort.MESSAGE in sorts and sorts <= {Sort.MESSAGE, Sort.UNKNOWN}:
            yield "F18", node


_FREE = frozenset({"google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"})


@detector(ast.Call, "F2", "F8", "F9", "F10", "F11", "F12")
def as_json(node: ast.Call, view: View) -> Found:
    """``MessageToDict(message)``, ``MessageToJson(message)``: by the message's fields."""
    name = view.called(node)
    if name not in {f"google.protobuf.json_format.{function}" for function in ("MessageToDict", "MessageToJson")}:
        return
    message = view.kind(node.args[0]).ref if node.args else ""
    fields = view.facts.fields.messages.get(message)
    if message not in _FREE:
        yield "F2", node
        if fields is None or any(_is_long(kind) for kind in fields.values()):
            yield "F8", node
        if fields is None or any("_" in field for field in fields):
            yield "F9", node
    if name.endswith("Json"):
        for pitfall_id in ("F10", "F11", "F12"):
            yield pitfall_id, node


def _is_long(kind: Kind) -> bool:
    return kind.ref in {"int64", "uint64"} or (kind.of is not None and kind.of.ref in {"int64", "uint64"})


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
    if isinstance(node.ctx, ast.Load) and view.kind(node.value).ref == PROTO_MAP and not _is_known_key(node, view):
        yield "F4", node


def _is_known_key(node: ast.Subscript, view: View) -> bool:
    """Whether the map has the key: the function goes through the map with it, or tests for it."""
    table, key = ast.unparse(node.value), ast.unparse(node.slice)
    for part in islice(view.unit.nodes, MAX_NODES):
        match part:
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                if ast.unparse(target) == key and table in ast.unparse(source):
                    return True
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[container]):
                if ast.unparse(left) == key and ast.unparse(container) == table:
                    return True
    return False


@detector(ast.Call, "F5", "F14")
def constructed(node: ast.Call, view: View) -> Found:
    """``Message(field=value)``: None, and numbers that may not fit."""
    kind = view.kind(node)
    if kind.sort is not Sort.MESSAGE or not view.facts.fields.find(view.called(node))[0]:
        return  # a function of the folder that gives a message takes what it likes
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
