"""Calls with their answers, over HTTP and gRPC."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

PROTO = """
syntax = "proto3";
package t;
import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto";
enum Color { NONE = 0; RED = 1; }
message Item { string name = 1; int64 size = 2; }
message Order {
  string note = 1;
  optional int32 count = 2;
  Color color = 3;
  repeated Item items = 4;
  map<string, int32> stock = 5;
  oneof pay { string card = 6; Item voucher = 7; }
  google.protobuf.Timestamp at = 8;
  google.protobuf.Any more = 9;
  Order parent = 10;
  double price = 11;
}
service Shop {
  rpc Put(Order) returns (Order);
  rpc Chat(stream Order) returns (stream Order);
}
"""


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A shop."""
    path: Path = tmp_path_factory.mktemp("shop") / "t.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


def _answer(status: int, headers: Any, body: bytes, trailers: Any = ()) -> Answer:
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=1.0)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()


@pytest.fixture
def http_call() -> Callable[..., Call]:
    """A call with JSON; ``kind`` is the type of its body."""

    def make(
        target: str = "/notes",
        body: Any = None,
        answer: Any = None,
        *,
        route: str = "POST /notes",
        status: int = 200,
        kind: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Call:
        typed = (("Content-Type", kind), *headers)
        request = Request(
            id="c0",
            protocol=Protocol.HTTP,
            method=route.split(maxsplit=1)[0],
            scheme="http",
            authority="notes.test",
            target=target,
            headers=typed,
            body=_bytes(body),
            truncated=False,
            trailers=(),
            started_at=1.0,
        )
        info = RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW)
        reply = _answer(status, (("Content-Type", "application/json"),), _bytes(answer))
        return Call(route=info, request=request, reply=reply, write=True)

    return make


@pytest.fixture
def grpc_call(contract: Contract) -> Callable[..., Call]:
    """A call with messages as dicts of fields, or as bytes."""

    def frames(messages: Any) -> bytes:
        kind: Any = contract.message_class("t.Order")
        data = [item if isinstance(item, bytes) else kind(**item).SerializeToString() for item in messages]
        return b"".join(struct.pack(">BI", 0, len(item)) + item for item in data)

    def make(
        messages: Any = (),
        answers: Any = (),
        *,
        method: str = "Put",
        trailers: tuple[tuple[str, str], ...] = (("grpc-status", "0"),),
        timing: Timing = Timing(),  # noqa: B008 - frozen
    ) -> Call:
        request = Request(
            id="c0",
            protocol=Protocol.GRPC,
            method="POST",
            scheme="http",
            authority="shop.test",
            target=f"/t.Shop/{method}",
            headers=(("content-type", "application/grpc"), ("x-tenant", "a")),
            body=frames(messages),
            truncated=False,
            trailers=(),
            started_at=1.0,
        )
        call_type = "unary" if method == "Put" else "bidi"
        info = RouteInfo(route=f"t.Shop/{method}", protocol="grpc", call_type=call_type, stage=Stage.SHADOW)
        reply = _answer(200, (("content-type", "application/grpc"),), frames(answers), trailers)
        return Call(route=info, request=request, reply=reply, write=True, timing=timing)

    return make
