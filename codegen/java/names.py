"""What protoc and grpc-java's plugin call the classes and methods of a contract.

Source: protobuf 36.2, src/google/protobuf/compiler/java/{names,name_resolver,file,helpers}.cc; grpc-java 1.83.1,
compiler/src/java_plugin/cpp/java_generator.cpp. ``verify`` compares the results with what both wrote.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, empty_pb2
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from crossfade.codegen.java.words import RESERVED

_File = descriptor_pb2.FileDescriptorProto
_Type = descriptor_pb2.DescriptorProto | descriptor_pb2.EnumDescriptorProto
# java_features.proto: FeatureSet's extension java, nest_in_file_class of JavaFeatures, and its value YES
_JAVA, _NEST_IN_FILE_CLASS, _YES = 1001, 5, 2


class JavaError(Exception):
    """A contract or an option of which no Java service can be made: one line with the place and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class JavaClass:
    """A class by its package ("" for the default package) and its name inside it, the outermost class first."""

    package: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        """As a Java source writes it in full: ``dev.acme.Outer.Inner``."""
        return ".".join((*((self.package,) if self.package else ()), *self.path))


def java_package(file: _File) -> str:
    """``option java_package``, else the proto package; "" is Java's default package."""
    return file.options.java_package if file.options.HasField("java_package") else file.package


def outer_class(file: _File) -> str:
    """The class of a file: ``java_outer_classname``, else made of the file's name and kept apart from its types."""
    if file.options.HasField("java_outer_classname"):
        return file.options.java_outer_classname
    base = file.name.rsplit("/", 1)[-1]
    name = camel_case(base.removesuffix(".protodevel").removesuffix(".proto"))
    if file.edition >= descriptor_pb2.EDITION_2024:
        return f"{name}Proto"
    return f"{name}OuterClass" if name in set(type_names(file)) else name


def type_names(file: _File) -> Iterable[str]:
    """The simple names of all messages and enums, nested ones too, and of the services of a file."""
    yield from (service.name for service in file.service)
    yield from (enum.name for enum in file.enum_type)
    waiting = list(file.message_type)
    while waiting:
        message = waiting.pop()
        yield message.name
        yield from (enum.name for enum in message.enum_type)
        waiting += message.nested_type


def type_classes(file: _File) -> Mapping[str, JavaClass]:
    """The classes of all messages and enums of a file, by their full proto names. Map entries have none."""
    package, prefix = java_package(file), f"{file.package}." if file.package else ""
    classes: dict[str, JavaClass] = {}
    for top in _both(file.message_type, file.enum_type):
        path = (outer_class(file), top.name) if _is_nested(file, top) else (top.name,)
        classes |= _classes(top, prefix, JavaClass(package=package, path=path))
    return classes


def _classes(kind: _Type, prefix: str, java: JavaClass) -> dict[str, JavaClass]:
    classes = {prefix + kind.name: java}
    if isinstance(kind, descriptor_pb2.DescriptorProto):
        for nested in _both(kind.nested_type, kind.enum_type):
            if isinstance(nested, descriptor_pb2.EnumDescriptorProto) or not nested.options.map_entry:
                inner = JavaClass(package=java.package, path=(*java.path, nested.name))
                classes |= _classes(nested, f"{prefix}{kind.name}.", inner)
    return classes


def _both(
    messages: Iterable[descriptor_pb2.DescriptorProto], enums: Iterable[descriptor_pb2.EnumDescriptorProto]
) -> Iterable[_Type]:
    yield from messages
    yield from enums


def _is_nested(file: _File, top: _Type) -> bool:
    """Whether a file's message or enum stands inside the file's class."""
    if file.edition < descriptor_pb2.EDITION_2024:
        return not file.options.java_multiple_files
    nesting = [
        value for java in _fields(top.options.features, _JAVA) for value in _fields(_reread(java), _NEST_IN_FILE_CLASS)
    ]
    return nesting[-1:] == [_YES]


def _fields(message: Message, number: int) -> list[Any]:
    """A field's values from the bytes of a message: whether a pool knows an extension is chance."""
    unknown = UnknownFieldSet(_reread(message.SerializeToString()))
    fields = [unknown[i] for i in range(len(unknown))]
    return [field.data for field in fields if field.field_number == number]


def _reread(data: bytes) -> Message:
    return empty_pb2.Empty.FromString(data)


def grpc_class(file: _File, service: str) -> JavaClass:
    """The class that the grpc plugin writes for a service: beside the messages, never inside the file's class."""
    return JavaClass(package=java_package(file), path=(f"{service}Grpc",))


def method_getter(rpc: str) -> str:
    """The static method of the service's class that returns the descriptor of an RPC: ``getGetBuildMethod``."""
    return _mixed_lower(f"get_{rpc}_method")


def stub_method(rpc: str) -> str:
    """The method of an RPC in stubs and base classes: ``getBuild``, ``import_``.

    The plugin forgets ``null`` and ``_``: what it writes for them does not compile.
    """
    name = _mixed_lower(rpc)
    return f"{name}_" if name in RESERVED - {"null", "_"} else name


def method_id(rpc: str) -> str:
    """The plugin's constant for an RPC; two RPCs with one constant do not compile."""
    words = re.sub("(?<=[a-z])(?=[A-Z])", "_", rpc)
    return f"METHODID_{words.upper()}"


def _mixed_lower(word: str) -> str:
    """The plugin's MixedLower: a first underscore stays, digits do not start a new word."""
    text, after_underscore = word[0].lower(), False
    for char in word[1:]:
        if char == "_":
            after_underscore = True
        else:
            text += char.upper() if after_underscore else char
            after_underscore = False
    return text


def camel_case(text: str) -> str:
    """Protoc's UpperCamel: all but letters and digits goes, and the letter behind it or behind a digit is capital."""
    camel, capital = "", True
    for char in text:
        if "a" <= char <= "z":
            camel, capital = camel + (char.upper() if capital else char), False
        elif "A" <= char <= "Z":
            camel, capital = camel + char, False
        else:
            camel, capital = camel + (char if "0" <= char <= "9" else ""), True
    return camel
