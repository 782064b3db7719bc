"""The names that protoc and the grpc plugin give; tests/codegen/java/test_verify.py asks them."""

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.codegen.java.names import (
    JavaClass,
    camel_case,
    grpc_class,
    java_package,
    method_getter,
    method_id,
    outer_class,
    stub_method,
    type_classes,
)

File = descriptor_pb2.FileDescriptorProto


def a_file(load: Callable[..., Contract], text: str) -> File:
    """The descriptor of a .proto text."""
    return next(file for file in load(text).files.file if file.name == "one.proto")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foo_bar", "FooBar"),
        ("foo_1bar", "Foo1Bar"),
        ("fooBAR", "FooBAR"),
        ("odd-name_2x.v1", "OddName2XV1"),
        ("_foo__bar_", "FooBar"),
        ("a$b", "AB"),
        ("ä", ""),
    ],
)
def test_camel_case(text: str, expected: str) -> None:
    """A letter behind anything else than a letter is capital; capitals stay."""
    assert camel_case(text) == expected


@pytest.mark.parametrize(
    ("rpc", "stub", "getter", "constant"),
    [
        ("GetBuild", "getBuild", "getGetBuildMethod", "METHODID_GET_BUILD"),
        ("get_thing_2", "getThing2", "getGetThing2Method", "METHODID_GET_THING_2"),
        ("foo_1bar", "foo1bar", "getFoo1barMethod", "METHODID_FOO_1BAR"),
        ("_leading", "_leading", "getLeadingMethod", "METHODID__LEADING"),
        ("HTTPGet", "hTTPGet", "getHTTPGetMethod", "METHODID_HTTPGET"),
        ("Import", "import_", "getImportMethod", "METHODID_IMPORT"),
        ("True", "true_", "getTrueMethod", "METHODID_TRUE"),
        ("Null", "null", "getNullMethod", "METHODID_NULL"),
        ("Notify", "notify", "getNotifyMethod", "METHODID_NOTIFY"),
        ("record", "record", "getRecordMethod", "METHODID_RECORD"),
    ],
)
def test_names_of_an_rpc(rpc: str, stub: str, getter: str, constant: str) -> None:
    """The plugin treats digits and a first underscore in its own way, and forgets null."""
    assert (stub_method(rpc), method_getter(rpc), method_id(rpc)) == (stub, getter, constant)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (File(name="a/foo_bar.proto"), "FooBar"),
        (File(name="foo.protodevel"), "Foo"),
        (File(name="foo.proto", message_type=[{"name": "Foo"}]), "FooOuterClass"),
        (File(name="foo.proto", enum_type=[{"name": "Foo"}]), "FooOuterClass"),
        (File(name="foo.proto", service=[{"name": "Foo"}]), "FooOuterClass"),
        (File(name="foo.proto", message_type=[{"name": "A", "nested_type": [{"name": "Foo"}]}]), "FooOuterClass"),
        (File(name="foo.proto", message_type=[{"name": "A", "enum_type": [{"name": "Foo"}]}]), "FooOuterClass"),
        (File(name="foo.proto", message_type=[{"name": "foo"}]), "Foo"),
        (File(name="foo.proto", options={"java_outer_classname": "Bar"}), "Bar"),
        (File(name="foo.proto", edition=descriptor_pb2.EDITION_2023), "Foo"),
        (File(name="foo.proto", edition=descriptor_pb2.EDITION_2024, message_type=[{"name": "Foo"}]), "FooProto"),
    ],
)
def test_the_class_of_a_file(file: File, expected: str) -> None:
    """It is kept apart from all types and services of the file, to the letter; edition 2024 has another rule."""
    assert outer_class(file) == expected


def test_the_java_package() -> None:
    """The option counts even when it is empty; without it the proto package is taken."""
    assert java_package(File(package="a.b")) == "a.b"
    assert java_package(File(package="a.b", options={"java_package": "c"})) == "c"
    assert java_package(File(package="a.b", options={"java_package": ""})) == ""


def test_classes_stand_in_the_class_of_the_file(load: Any) -> None:
    """Nested ones inside of it too; a map's entry has no class of its own name."""
    file = a_file(
        load, 'syntax = "proto3"; package p; message A { message B { enum C { X = 0; } } map<string, B> m = 1; }'
    )
    assert {name: str(java) for name, java in type_classes(file).items()} == {
        "p.A": "p.One.A",
        "p.A.B": "p.One.A.B",
        "p.A.B.C": "p.One.A.B.C",
    }


def test_classes_in_files_of_their_own(load: Any) -> None:
    """With java_multiple_files the file's class is left out; without a package there is none."""
    file = a_file(
        load, 'syntax = "proto3"; option java_multiple_files = true; message A { message B {} } enum E { X = 0; }'
    )
    assert {name: str(java) for name, java in type_classes(file).items()} == {"A": "A", "A.B": "A.B", "E": "E"}


def test_edition_2024_says_it_for_each_type(load: Any) -> None:
    """A type stands alone unless nest_in_file_class says YES."""
    nest = "option features.(pb.java).nest_in_file_class = "
    file = a_file(
        load,
        'edition = "2024"; package p; import "google/protobuf/java_features.proto"; message A {}'
        f" message B {{ {nest}YES; message D {{}} }} enum C {{ {nest}YES; X = 0; }} message E {{ {nest}NO; }}",
    )
    assert {name: str(java) for name, java in type_classes(file).items()} == {
        "p.A": "p.A",
        "p.B": "p.OneProto.B",
        "p.B.D": "p.OneProto.B.D",
        "p.C": "p.OneProto.C",
        "p.E": "p.E",
    }


def test_the_grpc_class_stands_beside() -> None:
    """A service's class is never inside the file's, and its name is kept as it is."""
    file = File(name="a.proto", package="p", options={"java_package": "q.r"})
    assert grpc_class(file, "my_service") == JavaClass(package="q.r", path=("my_serviceGrpc",))
    assert str(JavaClass(package="", path=("A", "B"))) == "A.B"
