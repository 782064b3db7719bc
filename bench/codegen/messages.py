"""Messages of any contract, filled by chance from a seed, as bytes with a field that no contract knows."""

import random

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from crossfade.codegen.contract import Contract

_DEPTH = 3
_FILLED = 0.6  # the share of fields that are set
_UNKNOWN = b"\xfa\xff\xff\xff\x0f\x03new"  # field 536870911, the last that there is
_INTEGERS = frozenset({FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64})
_UNSIGNED = frozenset({FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64})
_FLOATS = frozenset({FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE})


def some_bytes(contract: Contract, full_name: str, seed: str) -> bytes:
    """A message of this type on the wire; the same seed gives the same bytes."""
    message = contract.message_class(full_name)()
    _fill(message, random.Random(seed), _DEPTH)
    return message.SerializePartialToString() + _UNKNOWN


def _fill(message: Message, rng: random.Random, depth: int) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is not None and message.WhichOneof(field.containing_oneof.name):
            continue
        if _is_required(field) or (rng.random() < _FILLED and depth > 0):
            _set(message, field, rng, depth)


def _is_required(field: FieldDescriptor) -> bool:
    return bool(field.is_required)


def _set(message: Message, field: FieldDescriptor, rng: random.Random, depth: int) -> None:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        _set_entry(getattr(message, field.name), entry, rng, depth)
    elif entry is not None:
        inner = getattr(message, field.name).add() if field.is_repeated else getattr(message, field.name)
        inner.SetInParent()
        _fill(inner, rng, depth - 1)
    elif field.is_repeated:
        getattr(message, field.name).extend(_scalar(field, rng) for _ in range(rng.randint(1, 3)))
    else:
        setattr(message, field.name, _scalar(field, rng))


def _set_entry(entries: object, entry: Descriptor, rng: random.Random, depth: int) -> None:
    assert hasattr(entries, "__getitem__")
    key, value = (_scalar(entry.fields_by_name["key"], rng), entry.fields_by_name["value"])
    if value.message_type is None:
        entries[key] = _scalar(value, rng)  # type: ignore[index]
    else:
        _fill(entries[key], rng, depth - 1)


def _scalar(field: FieldDescriptor, rng: random.Random) -> int | float | bool | str | bytes:
    kind = field.cpp_type
    if kind in _INTEGERS:
        return rng.randint(-(2**31), 2**31 - 1)
    if kind in _UNSIGNED:
        return rng.randint(0, 2**32 - 1)
    if kind in _FLOATS:
        return rng.choice((0.5, -1.25, 3e30))
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return True
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return int(rng.choice(field.enum_type.values).number)
    text = "".join(rng.choices("aZ09 äß漢😀", k=rng.randint(1, 12)))
    return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
