"""What protoc takes and javac does not is refused before anything is generated."""

from typing import Any

import pytest

from crossfade.codegen.java import JavaError, ProjectOptions, build_project

HEAD = 'syntax = "proto3";\npackage p;\n'
SERVICE = "message M {} service S { rpc Get(M) returns (M); }"


def refusal(contract: Any) -> str:
    """What a contract is refused with."""
    with pytest.raises(JavaError) as raised:
        build_project(contract, ProjectOptions(package="dev.acme"))
    assert str(raised.value).isprintable()
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "place", "java"),
    [
        ("message A { message Builder {} }", "one.proto:3", "p.One.A.Builder, which one.proto:3 also has"),
        ("message A {}\nmessage AOrBuilder {}", "one.proto:4", "p.One.AOrBuilder, which one.proto:3 also has"),
        ("message A {\n oneof b { int32 c = 1; }\n enum BCase { X = 0; } }", "one.proto:", "p.One.A.BCase"),
        (
            "message A {\n message A {} }",
            "one.proto:4",
            "expected a name that no enclosing type has in Java, got p.One.A.A",
        ),
        (
            "message A { string b = 1; bytes b_bytes = 2; }",
            "one.proto:3",
            "got b and b_bytes, both with getBBytes(); rename one, which keeps the bytes on the wire",
        ),
        ("message null {}", "one.proto:3", "expected a valid Java name, got null"),
        (
            'option java_outer_classname = "M";',
            "one.proto: ",
            "expected a class for the file that none of its types uses, got M; set another java_outer_classname",
        ),
        ('option java_outer_classname = "a b\\n";', "one.proto: ", "got 'a b'; set java_outer_classname"),
        (
            'option java_package = "a.new";',
            "one.proto: ",
            "expected a Java package in option java_package, got 'a.new'",
        ),
        ('option java_package = "a; class X {}";', "one.proto: ", "got 'a; class X {}'; change it"),
        ("message SGrpc {}\noption java_multiple_files = true;", "one.proto:5", "p.SGrpc, which one.proto:3 also has"),
    ],
)
def test_names_that_java_can_not_hold(load: Any, text: str, place: str, java: str) -> None:
    """The line names the place in the .proto, and the class."""
    message = refusal(load(HEAD + text + "\n" + SERVICE))
    assert message.startswith(place)
    assert java in message


def test_two_files_of_one_class(load: Any) -> None:
    """Files of one package must have classes of their own."""
    other = 'syntax = "proto3"; package p; option java_outer_classname = "One";'
    message = refusal(load(one=HEAD + SERVICE, two=other))
    assert message == (
        "two.proto: expected a unique Java class, got p.One, which one.proto also has; "
        "rename one, or set java_package or java_outer_classname"
    )


def test_an_optional_field_makes_no_class(load: Any) -> None:
    """The oneof that ``optional`` makes is not written: a type may be called as it would be."""
    contract = load(HEAD + "message A { optional int32 b = 1; message BCase {} }" + SERVICE)
    assert build_project(contract, ProjectOptions(package="dev.acme")).services
