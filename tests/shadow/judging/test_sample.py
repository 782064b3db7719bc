"""A request as a person can send it again: readable where it can be read, empty where not, never an error."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.judging.sample import request_sample

PROTO = """
syntax = "proto3";
package t.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
service Things { rpc Get(Ask) returns (Ask); }
message Ask {
  string build_id = 1;
  google.protobuf.Timestamp at = 2;
  google.protobuf.Any any = 3;
  google.protobuf.Duration took = 4;
}
"""


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """One method whose request holds well-known types."""
    folder: Path = tmp_path_factory.mktemp("protos")
    (folder / "a.proto").write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(folder / "a.proto",), includes=(folder,)))


def _grpc(request_of: Callable[..., Request], message: bytes, target: str = "/t.v1.Things/Get") -> Request:
    body = b"\0" + len(message).to_bytes(4, "big") + message
    return request_of(protocol=Protocol.GRPC, method="POST", target=target, body=body)


def _field(number: int, message: Message) -> bytes:
    data = message.SerializeToString()
    return bytes((number << 3 | 2, len(data))) + data


def test_headers_of_the_transport_stay_behind(request_of: Callable[..., Request]) -> None:
    """What a client adds by itself is left out; the rest keeps its order and letter case."""
    headers = (
        ("Host", "a"),
        ("X-A", "1"),
        ("Content-Length", "1"),
        ("TE", "trailers"),
        ("x-a", "2"),
        ("Accept", "*/*"),
    )
    sample = request_sample(request_of(headers=headers, target="/a?b=1"), None)
    assert sample.headers == (("X-A", "1"), ("x-a", "2"), ("Accept", "*/*"))
    assert (sample.protocol, sample.method, sample.target) == ("http", "GET", "/a?b=1")


@pytest.mark.parametrize(
    ("scheme", "headers", "h2c"),
    [("http", (), True), ("http", (("Host", "a"),), False), ("https", (), False)],
)
def test_http_2_without_tls(request_of: Callable[..., Request], scheme: str, headers: Headers, *, h2c: bool) -> None:
    """Known by the name of the server, which in HTTP/1.1 is a field."""
    request = request_of(headers=headers, scheme=scheme, authority="a")
    assert request_sample(request, None).h2c is h2c


@pytest.mark.parametrize(
    ("body", "headers", "text"),
    [
        (b"", (), ""),
        ("é".encode(), (), "é"),
        (b"\xff\xfe", (), ""),
        (gzip.compress(b"plain", mtime=0), (("Content-Encoding", "gzip"),), "plain"),
        (b"no gzip", (("Content-Encoding", "gzip"),), ""),
        (b"x", (("Content-Encoding", "unknown"),), ""),
        (b"x" * 5000, (), "x" * 4096),
        ("ab".encode("utf-16-be"), (), "ab"),
    ],
)
def test_an_http_body(request_of: Callable[..., Request], body: bytes, headers: Headers, text: str) -> None:
    """Decoded text, cut at 4096 characters; empty where it is no text."""
    assert request_sample(request_of(body=body, headers=headers), None).body == text


def test_a_message_is_proto_json(request_of: Callable[..., Request], contract: Contract) -> None:
    """With the names of the proto, on one line."""
    message = b"\x0a\x01x" + _field(2, timestamp_pb2.Timestamp(seconds=1))
    body = request_sample(_grpc(request_of, message), contract).body
    assert json.loads(body) == {"build_id": "x", "at": "1970-01-01T00:00:01Z"}
    assert "\n" not in body


@pytest.mark.parametrize("target", ["/t.v1.Things/Gone", "/", ""])
def test_an_unknown_method_has_no_body(request_of: Callable[..., Request], contract: Contract, target: str) -> None:
    """Without its type a message can't be read; nor can any without a contract."""
    assert request_sample(_grpc(request_of, b"\x0a\x01x", target), contract).body == ""
    assert request_sample(_grpc(request_of, b"\x0a\x01x"), None).body == ""


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xff",
        b"\x0a\x05x",
        _field(2, timestamp_pb2.Timestamp(seconds=10**15)),
        _field(4, duration_pb2.Duration(seconds=10**15)),
        _field(3, any_pb2.Any(type_url="x/unknown.Type", value=b"1")),
        _field(3, any_pb2.Any(type_url="x/google.protobuf.Timestamp", value=b"\xff")),
    ],
)
def test_what_json_can_not_say_is_empty(request_of: Callable[..., Request], contract: Contract, message: bytes) -> None:
    """A date past the year 9999 or an Any of an unknown type costs the sample its body, not the comparison."""
    assert request_sample(_grpc(request_of, message), contract).body == ""


def test_only_what_is_kept_is_read(request_of: Callable[..., Request], contract: Contract, cpu_time: Any) -> None:
    """Of many messages or a long one the rest costs nothing."""
    message = b"\x0a\x01x"
    many = _grpc(request_of, message)
    many = replace(many, body=many.body * 100_000)
    with cpu_time(at_most_s=2):
        sample = request_sample(many, contract)
        assert request_sample(_grpc(request_of, b"\x0a\x80\x80\x40" + b"x" * 2**20), contract).cut == "the message"
    assert 100 < len(sample.body.split("\n")) < 1000
    assert sample.cut.startswith("all messages after the first ")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from(Protocol), st.sampled_from(["gzip", "br", "zstd", "deflate", ""]))
def test_no_bytes_are_an_error(
    request_of: Callable[..., Request], contract: Contract, body: bytes, protocol: Protocol, coding: str
) -> None:
    """Whatever a client sends."""
    headers = (("content-encoding", coding), ("grpc-encoding", coding))
    request = request_of(protocol=protocol, target="/t.v1.Things/Get", headers=headers, body=body)
    assert len(request_sample(request, contract).body) <= 4096
    assert len(request_sample(_grpc(request_of, body), contract).body) <= 4096
