"""A contract with every kind of field, and builders of answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request

V1 = """
syntax = "proto3";
package t.v1;
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
service Things {
  rpc Get(Old) returns (Thing);
  rpc Watch(Old) returns (stream Thing);
}
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; BLUE = 2; }
message Leaf { string name = 1; int64 size = 2; }
message Old { int32 i32 = 1; }
message OldPacked { repeated int32 numbers = 14 [packed = false]; }
message Thing {
  int32 i32 = 1;
  int64 i64 = 2;
  uint64 u64 = 3;
  double d = 4;
  float f = 5;
  bool b = 6;
  string s = 7;
  bytes raw = 8;
  Color color = 9;
  optional int32 maybe = 10;
  oneof choice { string text = 11; int32 number = 12; Leaf leaf = 13; }
  repeated int32 numbers = 14;
  repeated Leaf leaves = 15;
  map<string, Leaf> by_name = 16;
  map<int64, string> by_id = 17;
  map<bool, int32> by_flag = 18;
  google.protobuf.Any any = 19;
  Thing child = 20;
  repeated google.protobuf.Any anys = 21;
  google.protobuf.Struct free = 22;
}
"""
V2 = """
syntax = "proto2";
package t.v2;
enum Closed { ONE = 1; TWO = 2; }
message Legacy {
  required int32 must = 1;
  optional string text = 2 [default = "none"];
  optional group Part = 3 { optional int32 x = 1; }
  repeated group Row = 4 { optional int32 y = 1; }
  optional Closed closed = 5;
  map<string, int32> counts = 6;
  optional int32 DESCRIPTOR = 7;
  optional int32 ListFields = 8;
  optional int32 Clear = 9;
  optional int32 class = 10;
  extensions 100 to 199;
}
extend Legacy { optional int32 extra = 100; repeated string words = 101; }
"""


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of t.v1 and t.v2."""
    folder = tmp_path_factory.mktemp("protos")
    files = []
    for name, text in (("v1.proto", V1), ("v2.proto", V2)):
        (folder / name).write_text(text, encoding="utf-8")
        files.append(Path(folder / name))
    return load_contract(ProtoFiles(files=tuple(files), includes=(folder,)))


@pytest.fixture(scope="session")
def answer() -> Callable[..., Answer]:
    """Builds an answer."""

    def build(
        body: bytes = b"", *, status: int = 200, headers: Headers = (), trailers: Headers = (), truncated: bool = False
    ) -> Answer:
        return Answer(status=status, headers=headers, body=body, truncated=truncated, trailers=trailers, latency_ms=1.0)

    return build


@pytest.fixture(scope="session")
def request_to() -> Callable[..., Request]:
    """Builds a request."""

    def build(
        target: str = "/a",
        *,
        method: str = "GET",
        protocol: Protocol = Protocol.HTTP,
        headers: Headers = (),
        body: bytes = b"",
    ) -> Request:
        return Request(
            id="1",
            protocol=protocol,
            method=method,
            scheme="http",
            authority="service",
            target=target,
            headers=headers,
            body=body,
            truncated=False,
            trailers=(),
            started_at=0.0,
        )

    return build


@pytest.fixture(scope="session")
def comparison(request_to: Callable[..., Request]) -> Callable[..., Comparison]:
    """Builds a comparison; with a target ``/t.v1.Things/...`` it is a call."""

    def build(
        legacy: Reply, candidate: Reply, secondary: Reply | None = None, *, target: str = "/a", method: str = "GET"
    ) -> Comparison:
        protocol = Protocol.GRPC if target.startswith("/t.") else Protocol.HTTP
        request = request_to(target, method=method, protocol=protocol)
        route = target.lstrip("/") if protocol is Protocol.GRPC else f"{method} {target}"
        return Comparison(request=request, route=route, legacy=legacy, candidate=candidate, secondary=secondary)

    return build


@pytest.fixture(scope="session")
def request_of() -> Callable[..., Request]:
    """Builds a request by its id."""

    def build(request_id: str = "1", **values: Any) -> Request:
        defaults: dict[str, Any] = {
            "protocol": Protocol.HTTP,
            "method": "GET",
            "scheme": "http",
            "authority": "api.test",
            "target": "/a",
            "headers": (),
            "body": b"",
            "truncated": False,
            "trailers": (),
            "started_at": 0.0,
        }
        return Request(id=request_id, **{**defaults, **values})

    return build


@pytest.fixture(scope="session")
def answer_of() -> Callable[..., Answer]:
    """Builds a JSON answer of a body."""

    def build(body: bytes = b"{}", **values: Any) -> Answer:
        defaults: dict[str, Any] = {
            "status": 200,
            "headers": (("content-type", "application/json"),),
            "truncated": False,
            "trailers": (),
            "latency_ms": 1.0,
        }
        return Answer(body=body, **{**defaults, **values})

    return build
