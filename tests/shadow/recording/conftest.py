"""A contract with secrets in every kind of field, a redactor, and comparisons of calls and of HTTP requests."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo

PROTO = """
syntax = "proto2";
package s.v1;
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/wrappers.proto";
service Users {
  rpc Get(User) returns (User);
  rpc Watch(User) returns (stream User);
}
enum Illness { NONE = 0; FLU = 1; COLD = 2; MUMPS = 3; }
message Card { optional string holder = 1; optional int64 number = 2; }
message User {
  optional string name = 1;
  optional string password = 2;
  optional bytes api_key = 3;
  optional int32 phone = 4;
  optional sint64 pin = 5 [debug_redact = true];
  optional double weight = 6 [debug_redact = true];
  optional Illness illness = 7 [debug_redact = true];
  optional Card credential = 8;
  map<string, string> labels = 9;
  repeated fixed32 phones = 10 [packed = true];
  optional google.protobuf.Any extra = 11;
  optional google.protobuf.Struct free = 12;
  optional google.protobuf.StringValue email = 13;
  optional group Login = 14 { optional string token = 1; optional string place = 2; }
  optional int64 size = 15;
  optional bytes photo = 16;
  optional string page_token = 17;
  optional User friend = 18;
  map<string, int64> sessions = 19;
  extensions 100 to 199;
}
message Old { optional int64 size = 15; }
extend User { optional string secret_word = 100; }
"""
ROUTE = RouteInfo(route="GET /users/{id}", protocol="http", call_type="http", stage="shadow")
CALL = RouteInfo(route="s.v1.Users/Get", protocol="grpc", call_type="unary", stage="shadow")


class Make:
    """Builders of what is recorded."""

    route = ROUTE
    call = CALL

    @staticmethod
    def run(run_id: str = "run-1", contract_digest: str = "") -> RunInfo:
        return RunInfo(
            run_id=run_id,
            service="users",
            engine="mitmproxy",
            legacy_build="py",
            candidate_build="java",
            rules_digest="rules",
            contract_digest=contract_digest,
            started_at=1000.0,
        )

    @staticmethod
    def answer(body: Any = b"", *, status: int = 200, headers: Headers | None = None, **values: Any) -> Answer:
        """A JSON answer, if ``headers`` do not say otherwise."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        defaults = {"truncated": False, "trailers": (), "latency_ms": 2.5}
        headers = (("content-type", "application/json"),) if headers is None else headers
        return Answer(status=status, headers=headers, body=data, **(defaults | values))

    @staticmethod
    def called(*messages: bytes, **values: Any) -> Answer:
        """A gRPC answer."""
        frames = b"".join(struct.pack(">BI", 0, len(message)) + message for message in messages)
        headers = values.pop("headers", (("content-type", "application/grpc"),))
        return Make.answer(frames, headers=headers, **({"trailers": (("grpc-status", "0"),)} | values))

    @staticmethod
    def request(**values: Any) -> Request:
        defaults: dict[str, Any] = {
            "id": "c-1",
            "protocol": Protocol.HTTP,
            "method": "GET",
            "scheme": "http",
            "authority": "users",
            "target": "/users/7",
            "headers": (),
            "body": b"",
            "truncated": False,
            "trailers": (),
            "started_at": 1000.0,
        }
        return Request(**(defaults | values))

    @staticmethod
    def comparison(legacy: Reply, candidate: Reply, secondary: Reply | None = None, **values: Any) -> Comparison:
        """A comparison of an HTTP request; ``values`` are the request's."""
        route = values.pop("route", ROUTE.route)
        request = Make.request(**values)
        return Comparison(request=request, route=route, legacy=legacy, candidate=candidate, secondary=secondary)

    @staticmethod
    def call_of(legacy: Reply, candidate: Reply, message: bytes = b"", **values: Any) -> Comparison:
        """A comparison of a call of Users/Get."""
        defaults: dict[str, Any] = {
            "protocol": Protocol.GRPC,
            "method": "POST",
            "target": "/s.v1.Users/Get",
            "headers": (("content-type", "application/grpc"),),
            "body": struct.pack(">BI", 0, len(message)) + message,
            "route": CALL.route,
        }
        return Make.comparison(legacy, candidate, **(defaults | values))


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """Builders of what is recorded."""
    return Make


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of s.v1."""
    folder = tmp_path_factory.mktemp("protos")
    (folder / "users.proto").write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(Path(folder / "users.proto"),), includes=(folder,)))


@pytest.fixture(scope="session")
def message(contract: Contract) -> Callable[..., Any]:
    """A User with these fields."""

    def message(**values: Any) -> Any:
        return contract.message_class("s.v1.User")(**values)

    return message


@pytest.fixture(scope="session")
def redactor(contract: Contract) -> Redactor:
    """A redactor with a key, a name and a pattern of its own."""
    return Redactor(b"k" * 32, names=("nickname",), patterns=(r"EMP-\d{6}",), fields=contract.redacted_fields)
