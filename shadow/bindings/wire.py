"""Serialised messages with some values replaced, and every other byte as it was. Pure.

The wire itself is rewritten, not a parsed message: order, repetition, unknown fields and long varints stay.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.json_text import NamedChange
from crossfade.shadow.bindings.names import ANY
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS
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

_MAX_DEPTH = 100  # protobuf's own limit
_ANY_TYPE = "google.protobuf.Any"
_ANY_VALUE = 2
_WIDTHS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31),
    FieldDescriptor.TYPE_SFIXED32: (-(2**31), 2**31),
    FieldDescriptor.TYPE_UINT32: (0, 2**32),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63),
    FieldDescriptor.TYPE_SINT64: (-(2**63), 2**63),
    FieldDescriptor.TYPE_SFIXED64: (-(2**63), 2**63),
    FieldDescriptor.TYPE_UINT64: (0, 2**64),
    FieldDescriptor.TYPE_FIXED64: (0, 2**64),
}
_SIZES = {I64: 8, I32: 4}
_Names = tuple[str, ...]


class WireRewriter:
    """Rewrites messages of one contract."""

    def __init__(self, contract: Contract | None, change: NamedChange) -> None:
        self._contract = contract
        self._change = change

    def rewrite(self, data: bytes, type_name: str) -> bytes:
        """The message with what ``change`` replaces; the very same bytes where that is nothing, or of no known type."""
        known = None if self._contract is None else self._contract.find_message(type_name)
        if known is None:
            return data
        try:
            return self._message(data, known.DESCRIPTOR, (), 0)
        except UndecodableError:
            return data

    def _message(self, data: bytes, descriptor: Any, names: _Names, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        if depth > _MAX_DEPTH:
            return data
        if descriptor.full_name == _ANY_TYPE:
            return self._any(data, names, depth)
        return _rewritten(data, lambda field: self._field(field, descriptor, names, depth))

    def _field(self, field: Field, descriptor: Any, names: _Names, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        known = descriptor.fields_by_number.get(field.number)
        if known is None:
            return field.raw
        below = _below(names, descriptor, known)
        if field.wire_type == START:
            is_group = known.type == FieldDescriptor.TYPE_GROUP
            return self._message(field.raw, known.message_type, below, depth + 1) if is_group else field.raw
        if field.wire_type == LEN:
            return self._length_delimited(field.raw, known, below, depth)
        fits = known.type in _WIDTHS and (known.type in FIXED) == (field.wire_type != VARINT)
        return self._number(field.raw, known.type, below) if fits else field.raw

    def _length_delimited(self, raw: bytes, known: Any, names: _Names, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        match known.type:
            case FieldDescriptor.TYPE_MESSAGE:
                return self._message(raw, known.message_type, names, depth + 1)
            case FieldDescriptor.TYPE_STRING | FieldDescriptor.TYPE_BYTES:
                return self._text(raw, names)
            case kind if kind in _WIDTHS:
                return b"".join(self._number(item, kind, names) for item in read_packed(raw, kind))
        return raw

    def _any(self, data: bytes, names: _Names, depth: int) -> bytes:
        urls = [field.raw for field in read_fields(data) if field.number == 1 and field.wire_type == LEN]
        known = find_type(urls[-1].decode("utf-8", "replace").rpartition("/")[2], self._contract) if urls else None

        def change(field: Field) -> bytes:
            if known is None or field.number != _ANY_VALUE or field.wire_type != LEN:
                return field.raw
            return self._message(field.raw, known.DESCRIPTOR, names, depth + 1)

        return _rewritten(data, change)

    def _text(self, raw: bytes, names: _Names) -> bytes:
        if not 0 < len(raw) <= MAX_TOKEN_CHARS:
            return raw
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return raw
        changed = self._change(text, names)
        return raw if changed is None else changed.encode("utf-8", "replace")

    def _number(self, raw: bytes, kind: int, names: _Names) -> bytes:
        value = read_int(raw, kind)
        changed = self._change(str(value), names)
        low, high = _WIDTHS[kind]
        if changed is None or not changed.removeprefix("-").isdecimal() or not low <= int(changed) < high:
            return raw
        return raw if int(changed) == value else write_int(int(changed), kind)


def _below(names: _Names, descriptor: Any, known: Any) -> _Names:  # noqa: ANN401 - upb's classes
    """The names of a field: of each element of a list, and of an entry's key and value, those of the whole."""
    if descriptor.GetOptions().map_entry:
        return names
    return (*names, known.name, ANY) if isinstance(known.default_value, list) else (*names, known.name)


def _rewritten(data: bytes, change: Callable[[Field], bytes]) -> bytes:
    """The message with each field's value as ``change`` gives it; the very bytes where none changes."""
    fields = tuple(read_fields(data))
    values = [change(field) for field in fields]
    if all(field.raw == value for field, value in zip(fields, values, strict=True)):
        return data
    return b"".join(map(written, fields, values))
