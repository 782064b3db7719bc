"""JSON as a tree, and back: order, repeated keys and the text of each number stay. Pure."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from crossfade.parity_tests.shrink.trees import Node, depth_of

_MAX_DEPTH = 100
_MAX_DIGITS = 4000  # below sys.get_int_max_str_digits


class _Form(StrEnum):
    OBJECT = "object"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with a fraction or an exponent, as it is written; ``value`` is None of NaN and beyond bounds."""

    text: str
    value: Decimal | None = None


def read_json(body: bytes) -> Node | None:
    """The tree of a JSON text; None where it is none, or is nested too deep."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_Number
    )
    try:
        root = _node("", decoder.decode(body.decode()))
    except (ValueError, RecursionError):
        return None
    return root if depth_of(root) <= _MAX_DEPTH else None


def write_json(root: Node, like: bytes) -> bytes:
    """The text of a tree; letters beyond ASCII are written as in the text that it came from, if they can be."""
    try:
        return _written(root, ascii_only=like.isascii()).encode()
    except UnicodeEncodeError:
        return _written(root, ascii_only=True).encode()


def _written(node: Node, *, ascii_only: bool) -> str:
    parts = [_written(child, ascii_only=ascii_only) for child in node.children]
    match node.form:
        case _Form.OBJECT:
            names = (json.dumps(child.name, ensure_ascii=ascii_only) for child in node.children)
            return "{" + ",".join(f"{name}:{part}" for name, part in zip(names, parts, strict=True)) + "}"
        case _Form.LIST:
            return "[" + ",".join(parts) + "]"
        case _Number(text, value) if repr(node.value) == repr(value):
            return text
    return str(node.value) if isinstance(node.value, Decimal) else json.dumps(node.value, ensure_ascii=ascii_only)


def _object(pairs: list[tuple[str, Any]]) -> Node:
    return Node(name="", form=_Form.OBJECT, children=tuple(_node(name, value) for name, value in pairs))


def _node(name: str, value: Any) -> Node:  # noqa: ANN401 - json's
    if isinstance(value, Node):
        return replace(value, name=name)
    if isinstance(value, list):
        items = tuple(_node(str(index), item) for index, item in enumerate(value))
        return Node(name=name, form=_Form.LIST, children=items)
    if isinstance(value, _Number):
        return Node(name=name, form=value, value=value.value)
    return Node(name=name, value=value)


def _integer(text: str) -> int | _Number:
    if text == "-0":
        return _fraction(text)
    return int(text) if len(text) <= _MAX_DIGITS else _Number(text)


def _fraction(text: str) -> _Number:
    try:
        return _Number(text, Decimal(text) if len(text) <= _MAX_DIGITS else None)
    except InvalidOperation:
        return _Number(text)
