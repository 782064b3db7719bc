"""The classes of all fields of a proto message, absent ones too, by its descriptor. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.features.places import MAX_ELEMENTS, MAX_VALUES
from crossfade.parity_tests.features.records import ABSENT, Classed, word
from crossfade.parity_tests.features.scalars import SET, classes_of, length_class
from crossfade.shadow.compare.decode.proto import ProtoMap, decode_message, find_type
from crossfade.shadow.exchange.difference import Value

DEFAULT = "default"
_UNKNOWN_FIELD = "unknown field"
_UNKNOWN_ENUM = "unknown enum"
_TYPE = "@type"
_Here = tuple[str, Value, Any]


def message_classes(data: bytes, type_name: str, contract: Contract, root: str) -> Iterator[Classed]:
    """Places below ``root`` with their classes. Raises: UndecodableError: not a message of that type."""
    value = decode_message(data, type_name, contract)
    waiting: list[_Here] = [(root, value, contract.message_class(type_name).DESCRIPTOR)]
    looked_at = 0
    while waiting and looked_at < MAX_VALUES:
        template, value, descriptor = waiting.pop()
        looked_at += 1
        if isinstance(value, dict):
            for found in _message(value, descriptor, template, contract):
                if len(found) == 2:  # noqa: PLR2004 - a class; three are a message
                    looked_at += 1
                    yield found
                else:
                    waiting.append(found)


def _message(
    value: dict[str, Value],
    descriptor: Any,  # noqa: ANN401 - upb's classes
    template: str,
    contract: Contract,
) -> Iterator[Classed | _Here]:
    """The classes of a message's own fields, and the messages in it."""
    if _TYPE in value:
        yield f"{template}.{_TYPE}", word(str(value[_TYPE]))
        packed = find_type(str(value[_TYPE]).rpartition("/")[2], contract)
        descriptor = None if packed is None else packed.DESCRIPTOR
    for field in () if descriptor is None else descriptor.fields:
        if field.name in value:
            yield from _field(value[field.name], field, f"{template}.{field.name}")
        elif not _is_chosen(field):
            yield f"{template}.{field.name}", ABSENT
    for oneof in () if descriptor is None else descriptor.oneofs:
        if not _is_synthetic(oneof):
            member = next((field.name for field in oneof.fields if field.name in value), "none")
            yield f"{template}.({oneof.name})", word(member)
    for name in value:
        if name[0] == "#":
            yield f"{template}.{name}", _UNKNOWN_FIELD


def _field(value: Value, field: Any, template: str) -> Iterator[Classed | _Here]:  # noqa: ANN401 - upb's classes
    if isinstance(value, ProtoMap):
        yield template, length_class(len(value))
        of = field.message_type.fields_by_name["value"]
        for item in list(value.values())[:MAX_ELEMENTS]:
            yield from _single(item, of, f"{template}[*]")
    elif isinstance(value, tuple):
        yield template, length_class(len(value))
        for item in value[:MAX_ELEMENTS]:
            yield from _single(item, field, f"{template}[*]")
    elif not field.has_presence and repr(value) == repr(_default(field)):  # -0.0 is none
        yield template, word(str(value)) if field.enum_type is not None else DEFAULT
    else:
        yield from _single(value, field, template)


def _single(value: Value, field: Any, template: str) -> Iterator[Classed | _Here]:  # noqa: ANN401 - upb's classes
    if isinstance(value, dict):
        yield template, SET
        yield template, value, field.message_type
    elif field.enum_type is not None:
        yield template, _UNKNOWN_ENUM if isinstance(value, int) else word(str(value))
    elif not isinstance(value, tuple):
        for name in classes_of(value):
            yield template, name


def _default(field: Any) -> object:  # noqa: ANN401 - upb's classes
    if field.enum_type is None:
        return field.default_value
    known = field.enum_type.values_by_number.get(field.default_value)
    return field.default_value if known is None else known.name


def _is_chosen(field: Any) -> bool:  # noqa: ANN401 - upb's classes
    """Whether a field is one of several of which one is set: that has a class of its own."""
    return field.containing_oneof is not None and not _is_synthetic(field.containing_oneof)


def _is_synthetic(oneof: Any) -> bool:  # noqa: ANN401 - upb's classes
    """Whether it is what protoc makes of ``optional``."""
    return len(oneof.fields) == 1 and oneof.name == f"_{oneof.fields[0].name}"
