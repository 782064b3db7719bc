"""The protobuf wire: fields as they stand in it, and numbers in each of its types. Pure.

Source: protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.descriptor import FieldDescriptor

from crossfade.shadow.compare.decode import UndecodableError

VARINT, I64, LEN, START, END, I32 = range(6)
FIXED = {
    FieldDescriptor.TYPE_FIXED32: "<I",
    FieldDescriptor.TYPE_SFIXED32: "<i",
    FieldDescriptor.TYPE_FIXED64: "<Q",
    FieldDescriptor.TYPE_SFIXED64: "<q",
    FieldDescriptor.TYPE_FLOAT: "<f",
    FieldDescriptor.TYPE_DOUBLE: "<d",
}
_ZIGZAG = frozenset({FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SINT64})
_SIGNED = frozenset({FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_ENUM})
_MAX_VARINT_BYTES = 10
_MAX_NUMBER = 2**29 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``raw`` is its value's bytes, without tag and length, and of a group without its end."""

    number: int
    wire_type: int
    tag: bytes
    raw: bytes


def written(field: Field, raw: bytes) -> bytes:
    """The field with another value."""
    if field.wire_type == LEN:
        return field.tag + encode_varint(len(raw)) + raw
    return field.tag + raw + (encode_varint(field.number << 3 | END) if field.wire_type == START else b"")


def read_fields(data: bytes) -> Iterator[Field]:
    """The fields of a message, in their order. Raises: UndecodableError: not a message."""
    at = 0
    while at < len(data):
        start = at
        key, at = read_varint(data, at)
        tag, number, wire_type = data[start:at], key >> 3, key & 7
        if not 0 < number <= _MAX_NUMBER:
            raise UndecodableError("expected a message, got a field number that can't be")
        begin, end, at = _extent(data, at, number, wire_type)
        yield Field(number, wire_type, tag, data[begin:end])


def _extent(data: bytes, at: int, number: int, wire_type: int) -> tuple[int, int, int]:
    """Where a value begins and ends, and where the next field begins."""
    begin, end = at, at
    match wire_type:
        case 0:
            end = read_varint(data, at)[1]
        case 1:
            end = at + 8
        case 2:
            length, begin = read_varint(data, at)
            end = begin + length
        case 3:
            end, following = _group_end(data, at, number)
            return begin, end, following
        case 5:
            end = at + 4
        case _:
            raise UndecodableError("expected a message, got an unknown wire type")
    if end > len(data):
        raise UndecodableError("expected a whole message, got a cut one")
    return begin, end, end


def _group_end(data: bytes, at: int, number: int) -> tuple[int, int]:
    """Where the fields of a group end, and what follows its end mark. Groups in it are looked through by depth."""
    open_groups = [number]
    while at < len(data):
        start = at
        key, at = read_varint(data, at)
        inner, wire_type = key >> 3, key & 7
        if wire_type == START:
            open_groups.append(inner)
        elif wire_type == END:
            if open_groups.pop() != inner:
                break
            if not open_groups:
                return start, at
        else:
            at = _extent(data, at, inner, wire_type)[2]
    raise UndecodableError("expected the end of a group, got none")


def read_packed(raw: bytes, kind: int) -> Iterator[bytes]:
    """The numbers of a packed field of type ``kind``. Raises: UndecodableError: cut."""
    size = struct.calcsize(FIXED[kind]) if kind in FIXED else 0
    at = 0
    while at < len(raw):
        end = at + size if size else read_varint(raw, at)[1]
        if end > len(raw):
            raise UndecodableError("expected whole numbers, got a cut one")
        yield raw[at:end]
        at = end


def read_int(raw: bytes, kind: int) -> int:
    """The number of a field of an integer type or an enum."""
    if kind in FIXED:
        return int(struct.unpack(FIXED[kind], raw)[0])
    value = read_varint(raw, 0)[0]
    if kind in _ZIGZAG:
        return value >> 1 ^ -(value & 1)
    return value - 2**64 if kind in _SIGNED and value >= 2**63 else value


def write_int(value: int, kind: int) -> bytes:
    """The bytes of a number, which its type can hold."""
    if kind in FIXED:
        return struct.pack(FIXED[kind], value)
    if kind in _ZIGZAG:
        value = value << 1 if value >= 0 else (-value << 1) - 1
    return encode_varint(value % 2**64)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number (0 to 2^64 - 1) at ``at``, and where the next byte is. Raises: UndecodableError: cut or too long."""
    value = 0
    for index in range(at, min(at + _MAX_VARINT_BYTES, len(data))):
        byte = data[index]
        value |= (byte & 0x7F) << 7 * (index - at)
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value % 2**64, index + 1
    raise UndecodableError("expected a number, got a cut or too long one")


def encode_varint(value: int) -> bytes:
    """The shortest varint of a number from 0 to 2^64 - 1."""
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
