"""Messages as values, by descriptor: presence, unknown fields and every bit of a number kept."""

from collections.abc import Iterable, MutableSequence
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.exchange.difference import Value

MAX_ANY_DEPTH = 40
"""An Any deeper than this stays bytes, so that a value is at most 140 messages deep: protobuf itself stops at 100."""
_ANY = AnyMessage.DESCRIPTOR.full_name


class ProtoMap(dict[str, Value]):
    """A map field: its keys are data, where a message's keys are field names."""


class ProtoMessage(dict[str, Value]):
    """A message: keys are field names, ``#7`` for the unknown field 7, ``(pkg.name)`` for an extension."""


def decode_message(data: bytes, type_name: str, contract: Contract) -> Value:
    """The value of a serialised message. Raises: UndecodableError: not a message of that type."""
    try:
        return message_value(parse_message(data, type_name, contract), contract)
    except UnicodeDecodeError:  # proto2 checks no text, and upb can't give the keys of a map then
        raise UndecodableError(f"expected a message {type_name}, got a text that is not UTF-8") from None


def parse_message(data: bytes, type_name: str, contract: Contract) -> Message:
    """The message itself. Raises: UndecodableError."""
    try:
        return contract.message_class(type_name).FromString(data)
    except (DecodeError, KeyError):
        raise UndecodableError(f"expected a message {type_name}, got other bytes") from None


def message_value(message: Message, contract: Contract | None) -> Value:
    """A message as a dict: a field with presence only where it is set, one without always (its default is a value)."""
    return _Reader(contract).message(message, 0)


class _Reader:
    """Reads messages under one contract.

    Methods are looked up on the class, because a field may be called ``DESCRIPTOR`` or ``ListFields``.
    """

    def __init__(self, contract: Contract | None) -> None:
        self._contract = contract

    def message(self, message: Message, depth: int) -> Value:
        kind: Any = type(message)
        if kind.DESCRIPTOR.full_name == _ANY:
            return self._any(message, depth)
        present = {field.number: (field, item) for field, item in kind.ListFields(message)}
        value = ProtoMessage()
        for field in kind.DESCRIPTOR.fields:
            if field.number in present:
                value[field.name] = self._field(*present.pop(field.number), depth)
            elif not field.has_presence:
                value[field.name] = self._absent(field, depth)
        for field, item in present.values():  # what is left are extensions
            value[f"({field.full_name})"] = self._field(field, item, depth)
        value.update(_unknown_fields(message))
        return value

    def _field(self, field: Any, item: Any, depth: int) -> Value:  # noqa: ANN401 - upb's classes
        if _is_map(field):
            of = field.message_type.fields_by_name["value"]
            return ProtoMap({_key(key): self._single(of, item[key], depth) for key in item})
        if isinstance(item, MutableSequence) and not isinstance(item, Message):  # a ListValue is both
            return tuple([self._single(field, element, depth) for element in item])
        return self._single(field, item, depth)

    def _absent(self, field: Any, depth: int) -> Value:  # noqa: ANN401 - upb's classes
        """The value of a field without presence that is not set."""
        if _is_map(field):
            return ProtoMap()
        default = field.default_value
        return () if isinstance(default, list) else self._single(field, default, depth)

    def _single(self, field: Any, item: Any, depth: int) -> Value:  # noqa: ANN401 - upb's classes
        if field.message_type is not None:
            return self.message(item, depth + 1)
        if field.enum_type is not None:
            known = field.enum_type.values_by_number.get(item)
            return int(item) if known is None else str(known.name)
        return item  # type: ignore[no-any-return]

    def _any(self, message: Any, depth: int) -> Value:  # noqa: ANN401 - an Any of any pool
        """The packed message's fields where its type is known, else its bytes."""
        url, data = message.type_url, message.value
        own = {f"@{name}": item for name, item in _unknown_fields(message).items()}
        return ProtoMessage({"@type": url, **self._packed(url.rpartition("/")[2], data, depth), **own})

    def _packed(self, name: str, data: bytes, depth: int) -> dict[str, Value]:
        known = find_type(name, self._contract) if depth < MAX_ANY_DEPTH else None
        if known is None:
            return {"@bytes": data}
        try:
            value = self.message(known.FromString(data), depth + 1)
        except (DecodeError, UnicodeDecodeError):
            return {"@bytes": data}
        return value if isinstance(value, dict) and "@type" not in value else {"@any": value}


def _is_map(field: Any) -> bool:  # noqa: ANN401 - upb's classes
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _unknown_fields(message: Message) -> dict[str, Value]:
    """The values of each unknown field, in order, with their wire types."""
    found: dict[str, list[Value]] = {}
    for unknown in _unknown(message):
        found.setdefault(f"#{unknown.field_number}", []).append(_unknown_value(unknown))
    return {name: tuple(values) for name, values in found.items()}


def _unknown(message: Message) -> Iterable[Any]:
    return UnknownFieldSet(message)  # type: ignore[return-value] # iterable, which its stub does not declare


def _unknown_value(unknown: Any) -> Value:  # noqa: ANN401 - upb's own class
    data = unknown.data
    if isinstance(data, int | bytes):
        return (unknown.wire_type, data)
    return (unknown.wire_type, tuple([(inner.field_number, _unknown_value(inner)) for inner in data]))


def find_type(name: str, contract: Contract | None) -> type[Message] | None:
    """A message class of the contract, or of google.rpc and the well-known types."""
    found = None if contract is None else contract.find_message(name)
    return found or _WELL_KNOWN.get(name)


def _well_known() -> dict[str, type[Message]]:
    from google.protobuf import duration_pb2, empty_pb2, struct_pb2, timestamp_pb2, wrappers_pb2  # noqa: PLC0415
    from google.rpc import error_details_pb2, status_pb2  # noqa: PLC0415

    modules = (duration_pb2, empty_pb2, struct_pb2, timestamp_pb2, wrappers_pb2, error_details_pb2, status_pb2)
    return {
        descriptor.full_name: getattr(module, name)
        for module in modules
        for name, descriptor in module.DESCRIPTOR.message_types_by_name.items()
    }


_WELL_KNOWN = _well_known()
