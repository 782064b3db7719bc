"""Messages of drawn trees. Pure."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Leaf, Node, Ref, Resolve

_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31),
}


def build_message(contract: Contract, type_name: str, fields: Fields, resolve: Resolve) -> bytes:
    """The serialised message; a reference without a value leaves its field unset. Raises: KeyError: no such type."""
    message = contract.message_class(type_name)()
    _fill(message, fields, contract, resolve)
    return message.SerializeToString(deterministic=True)


def _fill(message: Any, fields: Fields, contract: Contract, resolve: Resolve) -> None:  # noqa: ANN401 - upb's classes
    for name, value in fields.items:
        if name == "packed" and isinstance(value, Fields):  # of an Any
            packed = str(fields.get("type_url")).rpartition("/")[2]
            message.value = build_message(contract, packed, value, resolve)
        else:
            _set(message, message.DESCRIPTOR.fields_by_name[name], value, contract, resolve)


def _set(message: Any, field: FieldDescriptor, value: Node, contract: Contract, resolve: Resolve) -> None:  # noqa: ANN401 - upb's classes
    match value:
        case Fields():
            child = getattr(message, field.name)
            child.SetInParent()
            _fill(child, value, contract, resolve)
        case Entries(items):
            _set_entries(getattr(message, field.name), field, items, contract, resolve)
        case tuple() if field.message_type is not None:
            for item in value:
                _fill(getattr(message, field.name).add(), _fields(item), contract, resolve)
        case tuple():
            scalars = [_scalar(field, item, resolve) for item in value]
            getattr(message, field.name).extend([item for item in scalars if item is not None])
        case _:
            if (found := _scalar(field, value, resolve)) is not None:
                setattr(message, field.name, found)


def _set_entries(
    entries: Any,  # noqa: ANN401 - upb's classes
    field: Any,  # noqa: ANN401 - upb's classes
    items: Iterable[tuple[Leaf, Node]],
    contract: Contract,
    resolve: Resolve,
) -> None:
    of = field.message_type.fields_by_name["value"]
    for key, value in items:
        if isinstance(value, Fields):
            _fill(entries[key], value, contract, resolve)
        elif (found := _scalar(of, value, resolve)) is not None:
            entries[key] = found


def _fields(node: Node) -> Fields:
    if not isinstance(node, Fields):
        raise TypeError(f"expected the fields of a message, got {type(node).__name__}")
    return node


def _scalar(field: FieldDescriptor, node: Node, resolve: Resolve) -> Leaf:
    """The value as the field's type has it; None where a reference gave none that fits."""
    if not isinstance(node, Ref):
        if isinstance(node, Fields | Entries | tuple):
            raise TypeError(f"{field.full_name}: expected a scalar, got {type(node).__name__}")
        return node
    value = resolve(node)
    if value is None:
        return None
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return str(value) if field.type == FieldDescriptor.TYPE_STRING else _as_bytes(value)
    return _as_number(field, value)


def _as_bytes(value: Leaf) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _as_number(field: FieldDescriptor, value: Leaf) -> Leaf:
    try:
        if field.cpp_type not in _RANGES:
            return float(str(value)) if field.cpp_type != FieldDescriptor.CPPTYPE_BOOL else bool(value)
        number = int(str(value))
    except ValueError:
        return None
    low, high = _RANGES[field.cpp_type]
    return number if low <= number < high else None
