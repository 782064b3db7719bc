"""Fields of one message that protoc's Java can't hold together."""

from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.java.accessors import find_clash


def clash_of(contract: Contract) -> tuple[str, str, str] | None:
    """What clashes in the first message."""
    file = contract.files.file[0]
    return find_clash(file.message_type[0], file.syntax)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("string text = 1; bytes text_bytes = 2;", ("getTextBytes", "text", "text_bytes")),
        ("oneof kind { string a = 1; } int32 kind_case = 2;", ("getKindCase", "kind_case", "kind")),
        ("map<string, int32> a = 1; int32 a_map = 2;", ("getAMap", "a", "a_map")),
        ("map<string, int32> a = 1; int32 a_count = 2;", None),
        ("M m = 1; int32 m_or_builder = 2;", ("getMOrBuilder", "m", "m_or_builder")),
        ("repeated M m = 1; int32 m_or_builder_list = 2;", ("getMOrBuilderList", "m", "m_or_builder_list")),
        ("repeated E e = 1; int32 e_value_list = 2;", ("getEValueList", "e", "e_value_list")),
        ("repeated string a = 1; int32 a_list = 2; int32 a_count = 3;", None),
        ("E e = 1; int32 e_value = 2;", None),
        ("optional string a = 1; optional string a_case = 2;", None),
        ("repeated string text = 1; bytes text_bytes = 2;", None),
        ("bytes text = 1; bytes text_bytes = 2;", None),
        ("map<string, string> a = 1; map<string, string> mutable_a = 2;", ("getMutableA", "a", "mutable_a")),
        ("map<string, string> a = 1; string mutable_a = 2;", ("getMutableA", "a", "mutable_a")),
        ("map<string, string> a = 1; repeated string mutable_a = 2; string mutable_a_map = 3;", None),
        ("map<string, E> a = 1; string a_value = 2;", ("getAValue", "a", "a_value")),
        ("map<string, E> a = 1; string a_value_map = 2;", ("getAValueMap", "a", "a_value_map")),
        ("map<string, string> a = 1; string a_value = 2;", None),
        ("M m = 1; int32 m_builder = 2;", ("getMBuilder", "m", "m_builder")),
        ("repeated M m = 1; int32 m_builder_list = 2;", ("getMBuilderList", "m", "m_builder_list")),
        ("map<string, M> m = 1; int32 m_builder = 2;", None),
        ("string descriptor = 1;", ("getDescriptor", "what every message has", "descriptor")),
        ("string default_instance = 1;", ("getDefaultInstance", "what every message has", "default_instance")),
        ("int32 unknown_fields = 1; int32 class = 2; int32 parser_for_type = 3;", None),
    ],
)
def test_fields(load: Any, fields: str, expected: tuple[str, str, str] | None) -> None:
    """A getter that is written twice is found; those that protoc numbers are not."""
    assert clash_of(load(f'syntax = "proto3"; package p; message M {{ {fields} }} enum E {{ X = 0; }}')) == expected
