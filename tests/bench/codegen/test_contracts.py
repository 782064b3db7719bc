"""The list of public contracts, the messages that are sent, and that a way which is not the same is told."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract

PROTO = """\
syntax = "proto3";
package p;
message M {
  string text = 1; repeated int64 numbers = 2; map<string, M> by_name = 3; E e = 4; bytes data = 5; bool yes = 6;
  oneof one { double half = 7; M inner = 8; } map<int32, uint64> counts = 9; repeated M more = 10; float small = 11;
}
enum E { A = 0; B = 5; }
service S {
  rpc Get(M) returns (M); rpc List(M) returns (stream M); rpc Sum(stream M) returns (M); rpc Chat(stream M) returns (stream M);
}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """A contract with a field of every kind and a call of every kind."""
    (tmp_path / "p.proto").write_text(PROTO)
    return load_contract(ProtoFiles(files=(tmp_path / "p.proto",)))


def test_messages(codegen: Any, contract: Contract) -> None:
    """The same seed gives the same bytes; all kinds of fields come to be filled; each has a field that is unknown."""
    some = [codegen.messages.some_bytes(contract, "p.M", str(seed)) for seed in range(50)]
    assert some == [codegen.messages.some_bytes(contract, "p.M", str(seed)) for seed in range(50)]
    assert len(set(some)) > 45
    read = [contract.message_class("p.M").FromString(data) for data in some]
    filled = {field.name for message in read for field, _ in message.ListFields()}
    assert filled == {field.name for field in read[0].DESCRIPTOR.fields}
    assert all(data.endswith(b"\x03new") for data in some)


def test_the_same_way_twice(codegen: Any, contract: Contract) -> None:
    """A call of each kind is the same on two ways to one legacy; where a byte differs, the RPC is named."""
    methods = list(contract.methods.values())
    with codegen.anybody.serving(contract) as legacy:
        assert codegen.anybody.differing(contract, methods, legacy, legacy) == []
        other = load_other(contract)
        with codegen.anybody.serving(other) as stranger:
            different = codegen.anybody.differing(contract, methods, legacy, stranger)
    # Get is the one in four that ends with an error, here without a message
    assert {line.split(":")[0] for line in different} == {"p.S/List", "p.S/Sum", "p.S/Chat"}


def load_other(contract: Contract) -> Contract:
    """The same service, whose messages have other fields: its answers are other bytes."""
    files = type(contract.files).FromString(contract.files.SerializeToString())
    message = files.file[0].message_type[0]
    kept = [field for field in message.field if field.name in {"text", "yes"}]
    for name in ("field", "oneof_decl", "nested_type"):
        message.ClearField(name)
    message.field.extend(kept)
    return Contract(files)


def test_the_list(codegen: Any, tmp_path: Path) -> None:
    """At least ten, each with its repositories; files are found by their globs below the root."""
    path = Path(codegen.contracts.__file__).with_name("contracts.toml")
    listed = tomllib.loads(path.read_text())["contract"]
    assert len({one["name"] for one in listed}) == len(listed) >= 10
    assert all(set(one) == {"name", "repositories", "package", "files", "includes"} for one in listed)
    (tmp_path / "remote-apis/build/bazel").mkdir(parents=True)
    (tmp_path / "remote-apis/build/bazel/a.proto").touch()
    wanted = codegen.contracts.read_wanted(path, tmp_path)[0]
    assert wanted.files == (tmp_path / "remote-apis/build/bazel/a.proto",)


def test_a_row(codegen: Any) -> None:
    """Of the table that is printed."""
    result = codegen.contracts.Result(
        name="etcd", services=6, rpcs=42, generate_s=1.44, again_s=0.91, build_s=45.7, equal=42, trouble=()
    )
    assert codegen.contracts.row(result) == "| etcd | 6 | 42 | 1.4 | 0.9 | 46 | 42 of 42 |"
