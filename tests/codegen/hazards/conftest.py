"""Folders of Python written by a test, and a contract for them."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract

PROTO = """
syntax = "proto3";
package demo.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
service Demo {
  rpc Get(Request) returns (Answer);
  rpc List(Request) returns (stream Answer);
  rpc Push(stream Request) returns (Answer);
  rpc Talk(stream Request) returns (stream Answer);
}
enum State { NONE = 0; OPEN = 1; }
message Request {
  string name = 1;
  int32 size = 2;
  int64 total = 3;
  uint32 mask = 4;
  float ratio = 5;
  double share = 6;
  repeated string labels = 7;
  map<string, int32> counts = 8;
  State state = 9;
  bytes data = 10;
  optional int32 priority = 11;
  google.protobuf.Timestamp at = 12;
  google.protobuf.Any extra = 13;
  google.protobuf.Duration took = 14;
  repeated int32 sizes = 15;
}
message Answer {
  string name = 1;
  int32 size = 2;
  int64 total = 3;
  repeated string labels = 4;
  map<string, int32> counts = 5;
  State state = 6;
  google.protobuf.Timestamp at = 7;
  float ratio = 8;
}
"""
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Contract]:
    """The contract of one .proto text."""

    def load(text: str) -> Contract:
        path = tmp_path_factory.mktemp("proto") / "demo.proto"
        path.write_text(text, encoding="utf-8")
        return load_contract(ProtoFiles(files=(path,)))

    return load


@pytest.fixture(scope="session")
def contract(load: Callable[[str], Contract]) -> Contract:
    """A service with one RPC of each call type, and a message with a field of each sort."""
    return load(PROTO)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, given as name=text with ``__`` for a slash, below a folder, and returns the folder."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    return write
