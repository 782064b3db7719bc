"""What an answer gives to later calls: its values by what they are called. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.names import entity_of_type, given_as
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.trees import Key, Leaf
from crossfade.shadow.bindings.names import entity_of
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer

_MAX_VALUES = 256
_MAX_TEXT = 256
_FIRST_ERROR = 400
_NAMES = frozenset(
    {
        FieldDescriptor.CPPTYPE_STRING,
        *(
            FieldDescriptor.CPPTYPE_INT32,
            FieldDescriptor.CPPTYPE_INT64,
            FieldDescriptor.CPPTYPE_UINT32,
            FieldDescriptor.CPPTYPE_UINT64,
        ),
    }
)

Given = Mapping[Key, tuple[Leaf, ...]]
"""Values by their keys in the order in which they stand, each once, at most 256 of a key."""


def given_by(operation: Operation, answer: Answer, contract: Contract | None) -> Given:
    """What a good answer gives; nothing of an error, and of what can't be decoded."""
    found: dict[Key, dict[Leaf, None]] = {}
    for entity, name, value in _named(operation, answer, contract):
        for key in given_as(entity, name):
            values = found.setdefault(key, {})
            if len(values) < _MAX_VALUES:
                values[value] = None
    return {key: tuple(values) for key, values in found.items()}


def _named(operation: Operation, answer: Answer, contract: Contract | None) -> Iterator[tuple[str, str, Leaf]]:
    """Each value with the entity and the name that it stands under."""
    try:
        if operation.method is None:
            if answer.status < _FIRST_ERROR:
                yield from _in_json(AnswerView(answer).value(), operation.entity, "")
        elif contract is not None:
            call = split_answer(answer)
            kind = contract.message_class(operation.method.output_type)
            for data in call.messages if call.code == "OK" else ():
                yield from _in_message(kind.FromString(data), operation.entity)
    except (UndecodableError, DecodeError, KeyError):
        return


def _in_message(message: Message, entity: str) -> Iterator[tuple[str, str, Leaf]]:
    kind: Any = type(message)  # a field may be called ListFields
    entity = entity_of_type(kind.DESCRIPTOR.name) or entity
    for field, value in kind.ListFields(message):
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else (value,):
            if field.message_type is not None:
                yield from _in_message(item, entity)
            elif field.cpp_type in _NAMES and field.type != FieldDescriptor.TYPE_BYTES and _is_name(item):
                yield entity, field.name, item


def _in_json(value: Any, entity: str, name: str) -> Iterator[tuple[str, str, Leaf]]:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            for key, item in value.items():
                yield from _in_json(item, entity_of(name) or entity, key)
        case Sequence() if not isinstance(value, str | bytes):
            for item in value:
                yield from _in_json(item, entity, name)
        case Decimal() | float() | bool() | bytes() | None:
            return
        case _ if name and _is_name(value):
            yield entity, name, str(value) if isinstance(value, str) else value


def _is_name(value: Leaf) -> bool:
    """Whether a value can name something: no empty text, no zero, no whole document."""
    return value not in (None, "", 0) and (not isinstance(value, str) or len(value) <= _MAX_TEXT)
