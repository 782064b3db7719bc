"""A proto message as a tree of the fields that stand on the wire, unknown ones too, and back. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as Fields

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.shrink.trees import Node
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.proto import find_type
from crossfade.shadow.compare.decode.wire_format import (
    FIXED,
    I32,
    I64,
    LEN,
    START,
    VARINT,
    Field,
    read_fields,
    read_int,
    read_packed,
    write_int,
    written,
)
from crossfade.shadow.exchange.difference import Scalar

_MAX_DEPTH = 100  # protobuf's own limit
_ANY = "google.protobuf.Any"
_ANY_VALUE = 2
_LONG_BYTES = 8
_NUMBERS = frozenset(
    {
        Fields.TYPE_INT32,
        Fields.TYPE_INT64,
        Fields.TYPE_UINT32,
        Fields.TYPE_UINT64,
        Fields.TYPE_SINT32,
        Fields.TYPE_SINT64,
    }
    | {Fields.TYPE_FIXED32, Fields.TYPE_FIXED64, Fields.TYPE_SFIXED32, Fields.TYPE_SFIXED64}
)
_PLAIN = frozenset({Fields.TYPE_BOOL, Fields.TYPE_ENUM})
_REALS = frozenset({Fields.TYPE_FLOAT, Fields.TYPE_DOUBLE})


_WIRE_TYPES = {kind: I64 if struct.calcsize(form) == _LONG_BYTES else I32 for kind, form in FIXED.items()}
_WIRE_TYPES |= {Fields.TYPE_STRING: LEN, Fields.TYPE_BYTES: LEN}


@dataclass(frozen=True, slots=True)
class _Form:
    """How a part is written: with the tag of its ``field``, or, where that is None, as a number of a packed list.

    ``kind``: its type, where that is known. ``whole``: it is a message or a packed list, of its children. A leaf whose
    value is still ``value`` keeps its ``raw`` bytes.
    """

    field: Field | None
    raw: bytes
    kind: int | None = None
    whole: bool = False
    value: Scalar = None


def read_message(data: bytes, type_name: str, contract: Contract) -> tuple[Node, ...] | None:
    """The fields of a message, in their order; None where it is none, or its type is not known."""
    known = find_type(type_name, contract)
    try:
        return None if known is None else tuple(_fields(data, known.DESCRIPTOR, contract, 0))
    except UndecodableError:
        return None


def write_message(fields: tuple[Node, ...]) -> bytes:
    """The bytes of a message of these fields."""
    return b"".join(map(_written, fields))


def _written(node: Node) -> bytes:
    form = node.form
    if not isinstance(form, _Form):
        raise TypeError("expected a part that read_message gave")
    raw = write_message(node.children) if form.whole else _raw(form, node.value)
    return raw if form.field is None else written(form.field, raw)


def _raw(form: _Form, value: Scalar) -> bytes:
    if repr(value) == repr(form.value) or form.kind is None:
        return form.raw
    match value:
        case int():
            return write_int(value, form.kind)
        case float():
            return struct.pack(FIXED[form.kind], value)
        case str():
            return value.encode("utf-8", "surrogateescape")
        case bytes():
            return value
    return form.raw


def _fields(data: bytes, descriptor: Any, contract: Contract, depth: int) -> Iterator[Node]:  # noqa: ANN401 - upb's
    """Raises: UndecodableError."""
    fields = tuple(read_fields(data))
    packed = _packed_type(fields, contract) if descriptor.full_name == _ANY else None
    for field in fields:
        known = descriptor.fields_by_number.get(field.number)
        if packed is not None and field.number == _ANY_VALUE and field.wire_type == LEN:
            yield _message(known.name, field, packed, contract, depth)
        else:
            yield (
                Node(name=f"#{field.number}", form=_Form(field, field.raw))
                if known is None
                else _known(field, known, contract, depth)
            )


def _known(field: Field, known: Any, contract: Contract, depth: int) -> Node:  # noqa: ANN401 - upb's
    if field.wire_type in {LEN, START} and known.message_type is not None and depth < _MAX_DEPTH:
        return _message(known.name, field, known.message_type, contract, depth)
    if field.wire_type == LEN and known.type in _NUMBERS | _REALS | _PLAIN:
        items = tuple(
            _leaf(str(index), None, raw, known.type) for index, raw in enumerate(read_packed(field.raw, known.type))
        )
        return Node(name=known.name, children=items, form=_Form(field, field.raw, whole=True))
    wire_type = _WIRE_TYPES.get(known.type, VARINT)
    return _leaf(known.name, field, field.raw, known.type if field.wire_type == wire_type else None)


def _message(name: str, field: Field, descriptor: Any, contract: Contract, depth: int) -> Node:  # noqa: ANN401 - upb's
    children = tuple(_fields(field.raw, descriptor, contract, depth + 1))
    return Node(name=name, children=children, form=_Form(field, field.raw, whole=True))


def _leaf(name: str, field: Field | None, raw: bytes, kind: int | None) -> Node:
    value = _value(raw, kind)
    return Node(name=name, value=value, form=_Form(field, raw, kind=kind, value=value))


def _value(raw: bytes, kind: int | None) -> Scalar:
    """The value of a leaf; None of what can only be dropped: a bool, an enum, what has another wire type."""
    if kind in _NUMBERS:
        return read_int(raw, kind)
    if kind in _REALS:
        return float(struct.unpack(FIXED[kind], raw)[0])
    if kind == Fields.TYPE_STRING:
        return raw.decode("utf-8", "surrogateescape")
    return raw if kind == Fields.TYPE_BYTES else None


def _packed_type(fields: tuple[Field, ...], contract: Contract) -> Any:  # noqa: ANN401 - upb's
    urls = [field.raw for field in fields if field.number == 1 and field.wire_type == LEN]
    known = find_type(urls[-1].decode("utf-8", "replace").rpartition("/")[2], contract) if urls else None
    return None if known is None else known.DESCRIPTOR
