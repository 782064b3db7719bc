"""Serialised messages with some values replaced, and every other byte as it was. Pure.

The wire itself is rewritten, not a parsed message: order, repetition, unknown fields and long varints stay.
"""

import math
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.proto import find_type
from crossfade.shadow.compare.decode.wire_format import (
    FIXED,
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
from crossfade.shadow.evidence.json_text import hide_key
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.recording.readable import cut_text, is_readable

_MAX_DEPTH = 100  # protobuf's own limit
_ANY = "google.protobuf.Any"
_ANY_VALUE = 2
_BITS = {
    FieldDescriptor.TYPE_INT32: 31,
    FieldDescriptor.TYPE_SINT32: 31,
    FieldDescriptor.TYPE_SFIXED32: 31,
    FieldDescriptor.TYPE_UINT32: 32,
    FieldDescriptor.TYPE_FIXED32: 32,
    FieldDescriptor.TYPE_INT64: 63,
    FieldDescriptor.TYPE_SINT64: 63,
    FieldDescriptor.TYPE_SFIXED64: 63,
    FieldDescriptor.TYPE_UINT64: 64,
    FieldDescriptor.TYPE_FIXED64: 64,
}


class WireRedactor:
    """Rewrites messages of one contract."""

    def __init__(self, redactor: Redactor, contract: Contract | None) -> None:
        self._redactor = redactor
        self._contract = contract

    def message(self, data: bytes, descriptor: Any, *, secret: bool = False, depth: int = 0) -> bytes:  # noqa: ANN401 - upb's classes
        """The message without what must not be stored; of a ``descriptor`` None no text is kept.

        Raises: UndecodableError: not a message.
        """
        if depth > _MAX_DEPTH:
            return self._redactor.scrambled(data)
        if descriptor is not None and descriptor.full_name == _ANY:
            return self._any(data, secret=secret, depth=depth)
        return _rewritten(data, lambda field: self._field(field, descriptor, secret=secret, depth=depth))

    def _field(self, field: Field, descriptor: Any, *, secret: bool, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        known = _find(descriptor, field.number)
        if field.wire_type == START:
            inner = known.message_type if known is not None and known.type == FieldDescriptor.TYPE_GROUP else None
            return self.message(field.raw, inner, secret=secret, depth=depth + 1)
        if known is None:
            return self._redactor.scrambled(field.raw) if field.wire_type == LEN else field.raw
        secret = secret or self._redactor.is_secret(known.name)
        if field.wire_type == LEN:
            return self._length_delimited(field.raw, known, secret=secret, depth=depth)
        return self._number(field, known, secret=secret)

    def _length_delimited(self, raw: bytes, known: Any, *, secret: bool, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        match known.type:
            case FieldDescriptor.TYPE_MESSAGE if known.message_type.GetOptions().map_entry:
                return self._entry(raw, known.message_type, secret=secret, depth=depth + 1)
            case FieldDescriptor.TYPE_MESSAGE:
                return self.message(raw, known.message_type, secret=secret, depth=depth + 1)
            case FieldDescriptor.TYPE_STRING:
                return self._string(raw, secret=secret)
            case FieldDescriptor.TYPE_BYTES:
                return self.binary(raw, secret=secret)
            case FieldDescriptor.TYPE_GROUP:
                return self._redactor.scrambled(raw)
        return b"".join(self._value(item, known, secret=secret) for item in read_packed(raw, known.type))

    def _entry(self, data: bytes, descriptor: Any, *, secret: bool, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        """An entry of a map: its key names its value."""
        keys = [field.raw for field in read_fields(data) if field.number == 1 and field.wire_type == LEN]
        named = bool(keys) and self._redactor.is_secret(keys[-1].decode("utf-8", "replace"))

        def change(field: Field) -> bytes:
            if field.number == 1 and field.wire_type == LEN:
                return self._key(field.raw, secret=secret)
            below = secret or (named and field.number != 1)
            return self._field(field, descriptor, secret=below, depth=depth)

        return _rewritten(data, change)

    def _key(self, raw: bytes, *, secret: bool) -> bytes:
        try:
            return hide_key(raw.decode(), self._redactor, secret=secret).encode()
        except UnicodeDecodeError:
            return self._redactor.scrambled(raw)

    def _any(self, data: bytes, *, secret: bool, depth: int) -> bytes:
        urls = [field.raw for field in read_fields(data) if field.number == 1 and field.wire_type == LEN]
        known = find_type(urls[-1].decode("utf-8", "replace").rpartition("/")[2], self._contract) if urls else None

        def change(field: Field) -> bytes:
            if field.number == 1 or field.wire_type != LEN:
                return field.raw
            of = known if field.number == _ANY_VALUE else None
            return self._packed_message(field.raw, of, secret=secret, depth=depth)

        return _rewritten(data, change)

    def _packed_message(self, raw: bytes, known: Any, *, secret: bool, depth: int) -> bytes:  # noqa: ANN401 - upb's classes
        if known is not None:
            try:
                known.FromString(raw)
                return self.message(raw, known.DESCRIPTOR, secret=secret, depth=depth + 1)
            except (DecodeError, UndecodableError):
                pass
        return self._redactor.scrambled(raw)

    def _string(self, raw: bytes, *, secret: bool) -> bytes:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return self._redactor.scrambled(raw)
        return (self._redactor.pseudonym(text) if secret else self._redactor.members(text)).encode()

    def binary(self, raw: bytes, *, secret: bool) -> bytes:
        """Bytes that may be text, perhaps cut within a letter; where they are not, other bytes, as many."""
        try:
            head, text, tail = cut_text(raw)
        except UnicodeDecodeError:
            return self._redactor.scrambled(raw)
        if not is_readable(text) or (raw and not text):
            return self._redactor.scrambled(raw)
        return head + (self._redactor.pseudonym(text) if secret else self._redactor.members(text)).encode() + tail

    def _number(self, field: Field, known: Any, *, secret: bool) -> bytes:  # noqa: ANN401 - upb's classes
        """A number; of another wire type than its field's it is one of an unknown field."""
        is_fixed = known.type in FIXED
        if is_fixed == (field.wire_type == VARINT) or (
            is_fixed and len(field.raw) != struct.calcsize(FIXED[known.type])
        ):
            return field.raw
        return self._value(field.raw, known, secret=secret)

    def _value(self, raw: bytes, known: Any, *, secret: bool) -> bytes:  # noqa: ANN401 - upb's classes
        if known.type == FieldDescriptor.TYPE_ENUM:
            return self._enum(raw, known) if secret else raw
        if known.type in {FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE}:
            return self._float(raw, FIXED[known.type]) if secret else raw
        if known.type not in _BITS:  # a bool; or not what the contract declares
            return raw
        value = read_int(raw, known.type)
        text = str(value)
        if not secret and self._redactor.text(text) == text:
            return raw
        return write_int(_bounded(value, int(self._redactor.number(text)), _BITS[known.type]), known.type)

    def _float(self, raw: bytes, form: str) -> bytes:
        (value,) = struct.unpack(form, raw)
        if not math.isfinite(value):
            return raw
        try:
            return struct.pack(form, float(self._redactor.number(repr(value))))
        except OverflowError:
            return struct.pack(form, math.copysign(0.0, value))

    def _enum(self, raw: bytes, known: Any) -> bytes:  # noqa: ANN401 - upb's classes
        """Another value of the enum, always the same one; zero, which is often not written, stays."""
        numbers = sorted({value.number for value in known.enum_type.values} - {0})
        value = read_int(raw, FieldDescriptor.TYPE_INT32)
        if value not in numbers or len(numbers) == 1:
            return raw
        shift = 1 + int(self._redactor.digest(known.full_name.encode()), 16) % (len(numbers) - 1)
        other = numbers[(numbers.index(value) + shift) % len(numbers)]
        return write_int(other, FieldDescriptor.TYPE_INT32)


def _rewritten(data: bytes, change: Callable[[Field], bytes]) -> bytes:
    """The message with each field's value as ``change`` gives it; the very bytes where none changes."""
    fields = tuple(read_fields(data))
    values = [change(field) for field in fields]
    if all(field.raw == value for field, value in zip(fields, values, strict=True)):
        return data
    return b"".join(map(written, fields, values))


def _find(descriptor: Any, number: int) -> Any:  # noqa: ANN401 - upb's classes
    if descriptor is None:
        return None
    known = descriptor.fields_by_number.get(number)
    if known is not None or not descriptor.is_extendable:
        return known
    try:
        return descriptor.file.pool.FindExtensionByNumber(descriptor, number)
    except KeyError:
        return None


def _bounded(value: int, hidden: int, bits: int) -> int:
    """``hidden``, or where its type can't hold it another number with as many digits."""
    limit: int = 2**bits - 1
    if abs(hidden) <= limit:
        return hidden
    least: int = 10 ** (len(str(abs(value))) - 1)
    found = least + abs(hidden) % (limit - least + 1)
    return found if value >= 0 else -found
