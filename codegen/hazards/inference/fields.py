"""A message's fields in the contract, as kinds."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards.kinds import BOOL, BYTES, FLOAT, STR, UNKNOWN, Kind, Sort, dict_of, list_of

Field = FieldDescriptorProto
_PB2 = re.compile(r"(?:^|.*\.)(?:(?P<module>\w+)_pb2|pb2|protos?|pb)\.(?P<path>[\w.]+)")
_SIMPLE = {
    Field.TYPE_STRING: STR,
    Field.TYPE_BYTES: BYTES,
    Field.TYPE_BOOL: BOOL,
    Field.TYPE_DOUBLE: FLOAT,
    Field.TYPE_FLOAT: Kind(sort=Sort.FLOAT, ref="float"),
}
_INTEGERS = {
    Field.TYPE_INT32: "int32",
    Field.TYPE_SINT32: "int32",
    Field.TYPE_SFIXED32: "int32",
    Field.TYPE_INT64: "int64",
    Field.TYPE_SINT64: "int64",
    Field.TYPE_SFIXED64: "int64",
    Field.TYPE_UINT32: "uint32",
    Field.TYPE_FIXED32: "uint32",
    Field.TYPE_UINT64: "uint64",
    Field.TYPE_FIXED64: "uint64",
}
PROTO_MAP = "proto map"


@dataclass(slots=True)
class Fields:
    """Kinds of fields by message type and name; ``by_end`` finds a type by the end of its name.

    ``int64_names`` are the names of fields of 64 bits: a dict of the service may hold them under the same name.
    """

    messages: dict[str, dict[str, Kind]] = field(default_factory=dict)
    enums: set[str] = field(default_factory=set)
    by_end: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, str] = field(default_factory=dict)
    entries: dict[str, DescriptorProto] = field(default_factory=dict)
    int64_names: set[str] = field(default_factory=set)

    def of(self, message: str, name: str) -> Kind:
        """The kind of a field; UNKNOWN where there is none."""
        return self.messages.get(message, {}).get(name, UNKNOWN)

    def find(self, dotted: str) -> tuple[str, str]:
        """The type that a dotted name of generated code means, and what stands behind it.

        ``builds_pb2.Status.Name`` is (ci.builds.v1.Status, Name). ("", "") where the contract has none, or several.
        """
        match = _PB2.fullmatch(dotted)
        if match is None:
            return "", ""
        parts = match["path"].split(".")
        for length in range(len(parts), 0, -1):
            found = self._unique(".".join(parts[:length]), match["module"] or "")
            if found:
                return found, ".".join(parts[length:])
        return "", ""

    def _unique(self, end: str, module: str) -> str:
        found = self.by_end.get(end, [])
        if len(found) > 1 and module:
            found = [
                name
                for name in found
                if self.files[name].endswith(f"/{module}.proto") or self.files[name] == f"{module}.proto"
            ]
        return found[0] if len(found) == 1 else ""


def fields_of(contract: Contract | None) -> Fields:
    """The fields of a contract, none without one."""
    fields = Fields()
    for file in contract.files.file if contract is not None else ():
        for message in file.message_type:
            _declare(fields, message, f"{file.package}.{message.name}".strip("."), file.name)
        for enum in file.enum_type:
            _declare_enum(fields, f"{file.package}.{enum.name}".strip("."), file.name)
    for name, message in fields.entries.items():
        fields.messages[name] = {item.name: _kind(item, fields) for item in message.field}
    fields.int64_names = _always_int64(fields)
    return fields


def _always_int64(fields: Fields) -> set[str]:
    """Names that are 64-bit integers in each message that has them."""
    refs: dict[str, set[str]] = defaultdict(set)
    for message in fields.messages.values():
        for name, kind in message.items():
            refs[name].add(kind.ref if kind.sort is Sort.INT else "")
    return {name for name, found in refs.items() if found <= {"int64", "uint64"}}


def _declare(fields: Fields, message: DescriptorProto, name: str, file: str) -> None:
    fields.entries[name] = message
    fields.files[name] = file
    _by_ends(fields, name)
    for nested in message.nested_type:
        _declare(fields, nested, f"{name}.{nested.name}", file)
    for enum in message.enum_type:
        _declare_enum(fields, f"{name}.{enum.name}", file)


def _declare_enum(fields: Fields, name: str, file: str) -> None:
    fields.enums.add(name)
    fields.files[name] = file
    _by_ends(fields, name)


def _by_ends(fields: Fields, name: str) -> None:
    parts = name.split(".")
    for start in range(len(parts)):
        fields.by_end[".".join(parts[start:])].append(name)


def _kind(item: FieldDescriptorProto, fields: Fields) -> Kind:
    entry = fields.entries.get(item.type_name.lstrip("."))
    if entry is not None and entry.options.map_entry:
        key, value = (_single(part) for part in sorted(entry.field, key=lambda part: part.number))
        kind = dict_of(key, value)
        return Kind(sort=Sort.DICT, key=kind.key, of=kind.of, ref=PROTO_MAP)
    single = _single(item)
    return list_of(single) if item.label == Field.LABEL_REPEATED else single


def _single(item: FieldDescriptorProto) -> Kind:
    name = item.type_name.lstrip(".")
    if item.type in {Field.TYPE_MESSAGE, Field.TYPE_GROUP}:
        return Kind(sort=Sort.MESSAGE, ref=name)
    if item.type == Field.TYPE_ENUM:
        return Kind(sort=Sort.ENUM, ref=name)
    if item.type in _INTEGERS:
        ref = _INTEGERS[item.type]
        return Kind(sort=Sort.INT, ref=ref, nonneg=ref.startswith("u"))
    return _SIMPLE.get(item.type, UNKNOWN)
