"""Protos as trees."""

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.shrink.trees import Node, smallest
from crossfade.parity_tests.shrink.wire_tree import read_message, write_message

PROTO = """
syntax = "proto3";
package t;
import "google/protobuf/any.proto";
enum Color { NONE = 0; RED = 1; }
message M {
  string name = 1;
  int64 size = 2;
  repeated sint32 many = 3;
  repeated M inner = 4;
  map<string, M> by_name = 5;
  double price = 6;
  bytes data = 7;
  bool on = 8;
  Color color = 9;
  google.protobuf.Any more = 10;
  repeated fixed64 wide = 11;
  float small = 12;
  uint64 big = 13;
}
service S { rpc Get(M) returns (M); }
"""


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """Messages with fields of many types."""
    path: Path = tmp_path_factory.mktemp("wire") / "t.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


FIELDS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(max_size=8),
            "size": st.integers(-(2**63), 2**63 - 1),
            "many": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4),
            "price": st.floats(),
            "data": st.binary(max_size=8),
            "on": st.booleans(),
            "color": st.integers(0, 5),
            "wide": st.lists(st.integers(0, 2**64 - 1), max_size=3),
            "small": st.floats(width=32),
            "big": st.integers(0, 2**64 - 1),
        },
    ),
    lambda inner: st.fixed_dictionaries({"inner": st.lists(inner, max_size=2)}, optional={"name": st.text(max_size=3)}),
    max_leaves=6,
)


def encoded(contract: Contract, fields: Any) -> bytes:
    """A message of these fields."""
    kind: Any = contract.message_class("t.M")
    data: bytes = kind(**fields).SerializeToString()
    return data


@given(fields=FIELDS, more=st.sampled_from([b"", b"\xa2\x06\x01x", b"\xa8\x06\x05"]))
def test_round_trip(contract: Contract, fields: Any, more: bytes) -> None:
    """Every byte comes back, unknown fields too."""
    data = encoded(contract, fields) + more
    read = read_message(data, "t.M", contract)
    assert read is not None
    assert write_message(read) == data


@given(data=st.binary(max_size=40))
def test_any_bytes(contract: Contract, data: bytes) -> None:
    """What is no message has no tree, everything else comes back."""
    read = read_message(data, "t.M", contract)
    assert read is None or len(write_message(read)) <= len(data) + 8


@given(fields=FIELDS)
def test_whatever_is_tried_is_a_message(drive: Any, contract: Contract, fields: Any) -> None:
    """Protobuf reads each."""
    data = encoded(contract, fields)
    kind: Any = contract.message_class("t.M")
    root = Node(name="", children=read_message(data, "t.M", contract) or (), fixed=True)
    found = drive(smallest(root, lambda _: False), lambda tree: len(write_message(tree.children)) > 6)
    for tree in found.tried:
        kind.FromString(write_message(tree.children))


def test_two_fields_are_found(drive: Any, contract: Contract) -> None:
    """Of many fields those two are left that are needed, with the smallest values that do."""
    kind: Any = contract.message_class("t.M")
    inner = [{"name": f"n{index}", "size": index, "many": [1, 2, 3], "price": 1.5} for index in range(30)]
    data = encoded(contract, {"name": "x", "inner": inner, "by_name": {"k": {"size": 5}}, "data": b"abc"})
    root = Node(name="", children=read_message(data, "t.M", contract) or (), fixed=True)

    def does(tree: Node) -> bool:
        message = kind.FromString(write_message(tree.children))
        return any(item.size > 20 for item in message.inner) and "k" in message.by_name

    message = kind.FromString(write_message(drive(smallest(root, lambda _: False), does).result.children))
    assert message == kind(inner=[{"size": 21}], by_name={"k": {}})


def test_any_is_taken_apart(drive: Any, contract: Contract) -> None:
    """The message that is packed in it becomes smaller, too."""
    kind: Any = contract.message_class("t.M")
    message = kind()
    message.more.Pack(kind(name="a", size=9, on=True))
    data = message.SerializeToString()
    root = Node(name="", children=read_message(data, "t.M", contract) or (), fixed=True)

    def does(tree: Node) -> bool:
        unpacked, read = kind(), kind.FromString(write_message(tree.children))
        return bool(read.more.Unpack(unpacked)) and bool(unpacked.size)

    read, unpacked = (
        kind.FromString(write_message(drive(smallest(root, lambda _: False), does).result.children)),
        kind(),
    )
    assert read.more.Unpack(unpacked)
    assert unpacked == kind(size=1)


def test_field_of_another_wire_type(contract: Contract) -> None:
    """It can be dropped, and its bytes stay."""
    data = b"\x08\x05" + b"\x11" + struct.pack("<d", 1.5)  # a name as a number, a size as eight bytes
    read = read_message(data, "t.M", contract)
    assert read is not None
    assert write_message(read) == data
    assert [node.value for node in read] == [None, None]


def test_unknown_type(contract: Contract) -> None:
    """It has no tree."""
    assert read_message(b"", "t.Gone", contract) is None
