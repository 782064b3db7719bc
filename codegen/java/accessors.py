"""Fields whose Java accessors protoc writes twice: it distinguishes some of them by their numbers, but not all.

Source: protobuf 36.2, src/google/protobuf/compiler/java/{context,names}.cc. Enums of editions, which may be open or
closed, are left to javac.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from google.protobuf import descriptor_pb2

from crossfade.codegen.java.names import camel_case

_Field = descriptor_pb2.FieldDescriptorProto
_Message = descriptor_pb2.DescriptorProto
# Methods that every message has: such a field's accessors get an underscore.
_FORBIDDEN = frozenset(
    {
        "AllFields",
        "CachedSize",
        "Class",
        "DefaultInstanceForType",
        "DescriptorForType",
        "InitializationErrorString",
        "ParserForType",
        "SerializedSize",
        "UnknownFields",
    }
)
# What a message or its builder has beside its fields, and protoc does not keep them from.
_OWN = ("getDefaultInstance", "getDescriptor", "getUnknownFieldSetBuilder")


def find_clash(message: _Message, syntax: str) -> tuple[str, str, str] | None:
    """A getter that is written twice, and the two fields or oneofs that it is of; None where there is none.

    ``syntax`` is that of the file: ``proto3``, ``editions``, and "" or ``proto2``.
    """
    maps = {nested.name: nested for nested in message.nested_type if nested.options.map_entry}
    unseen = {field.oneof_index for field in message.field if field.proto3_optional}
    owners = dict.fromkeys(_OWN, "what every message has")
    written = [
        *((field.name, _getters(field, name, syntax, maps)) for field, name in _named(message.field, syntax)),
        *(
            (oneof.name, [f"get{camel_case(oneof.name)}Case"])
            for i, oneof in enumerate(message.oneof_decl)
            if i not in unseen
        ),
    ]
    for owner, getters in written:
        for getter in getters:
            if getter in owners:
                return getter, owners[getter], owner
        owners |= dict.fromkeys(getters, owner)
    return None


def _named(fields: Sequence[_Field], syntax: str) -> Iterable[tuple[_Field, str]]:
    """Each field with the name in its accessors: those that protoc distinguishes have their number in it."""
    names = {field.number: _name(field) for field in fields}
    numbered = {
        field.number
        for one, other in combinations(fields, 2)
        if _is_told_apart(one, other, names, syntax) or _is_told_apart(other, one, names, syntax)
        for field in (one, other)
    }
    return ((field, f"{names[field.number]}{field.number if field.number in numbered else ''}") for field in fields)


def _name(field: _Field) -> str:
    kind = field.type_name.rsplit(".", 1)[-1]
    is_group = field.type == _Field.TYPE_GROUP and kind.lower() == field.name
    name = camel_case(kind if is_group else field.name)
    return f"{name}_" if name in _FORBIDDEN else name


def _is_told_apart(field: _Field, other: _Field, names: Mapping[int, str], syntax: str) -> bool:
    name, other_name = names[field.number], names[other.number]
    endings = {""}
    if _is_repeated(field) and not _is_repeated(other):
        endings |= {"Count", "List"}
    if _is_open(field, syntax):
        endings |= {"Value"}
    return other_name in {name + ending for ending in endings}


def _is_repeated(field: _Field) -> bool:
    return field.label == _Field.LABEL_REPEATED


def _is_open(field: _Field, syntax: str) -> bool:
    return field.type == _Field.TYPE_ENUM and syntax == "proto3"


def _getters(field: _Field, name: str, syntax: str, maps: Mapping[str, _Message]) -> list[str]:
    """The methods without arguments that start with ``get``, those of the builder too."""
    entry = maps.get(field.type_name.rsplit(".", 1)[-1]) if _is_repeated(field) else None
    if entry is not None:
        endings = ["", "Count", "Map"]
        if any(_is_open(part, syntax) for part in entry.field if part.name == "value"):
            endings += ["Value", "ValueMap"]
        return [*(f"get{name}{ending}" for ending in endings), f"getMutable{name}"]
    if _is_repeated(field):
        endings = ["Count", "List"]
        if field.type in {_Field.TYPE_MESSAGE, _Field.TYPE_GROUP}:
            endings += ["OrBuilderList", "BuilderList"]
        elif _is_open(field, syntax):
            endings.append("ValueList")
    else:
        endings = [""]
        if field.type == _Field.TYPE_STRING:
            endings.append("Bytes")
        elif field.type in {_Field.TYPE_MESSAGE, _Field.TYPE_GROUP}:
            endings += ["OrBuilder", "Builder"]
        elif _is_open(field, syntax):
            endings.append("Value")
    return [f"get{name}{ending}" for ending in endings]
