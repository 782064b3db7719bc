"""The lines for calls, run: a server gets the messages, the metadata and the deadline that were compared."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import (
    any_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    json_format,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.reports.repro import Side, command_line
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.evidence.samples import redact_sample
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.judging.sample import request_sample

PROTO = """
syntax = "proto3";
package calls.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
service Calls {
  rpc One(Note) returns (Note);
  rpc Many(stream Note) returns (Note);
  rpc Both(stream Note) returns (stream Note);
  rpc Watch(Note) returns (stream Note);
  rpc Bare(Plain) returns (Note);
  rpc In(Nested) returns (Note);
  rpc Word(google.protobuf.StringValue) returns (Note);
  rpc Words(stream google.protobuf.StringValue) returns (Note);
  rpc Whole(google.protobuf.Int64Value) returns (Note);
  rpc Blob(google.protobuf.BytesValue) returns (Note);
  rpc Nothing(google.protobuf.Empty) returns (Note);
  rpc Free(google.protobuf.Struct) returns (Note);
  rpc At(google.protobuf.Timestamp) returns (Note);
  rpc Took(google.protobuf.Duration) returns (Note);
  rpc Mask(google.protobuf.FieldMask) returns (Note);
  rpc Packed(google.protobuf.Any) returns (Note);
}
message Plain { string text = 1; Plain inner = 2; }
message Nested {
  google.protobuf.FieldMask mask = 1;
  google.protobuf.Value free = 2;
  google.protobuf.ListValue list = 3;
  google.protobuf.StringValue word = 4;
  google.protobuf.Duration took = 5;
  google.protobuf.Any any = 6;
  google.protobuf.NullValue null = 7;
  repeated Nested more = 8;
  map<string, Nested> named = 9;
}
enum Color { NONE = 0; RED = 1; }
message Note {
  string text = 1;
  int64 number = 2;
  bytes blob = 3;
  map<string, int32> counts = 4;
  google.protobuf.Timestamp at = 5;
  optional bool seen = 6;
  Color color = 7;
  double ratio = 8;
  string password = 9;
}
"""
TYPE = (("content-type", "application/grpc"),)
UNKNOWN = b"\xfa\x01\x04\xff\x00\x0a'"  # field 31, bytes that are no text
HOSTILE = 'it\'s $(id) `id` "q" \\ \n\x1b[2J\u202e é😀 !x #y @z'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract's source, and its descriptors."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "calls.proto").write_text(PROTO, encoding="utf-8")
    (folder / "calls.binpb").write_bytes(_contract(folder).to_bytes())
    return folder


def _contract(folder: Path) -> Contract:
    return load_contract(ProtoFiles(files=(folder / "calls.proto",), includes=(folder,)))


@pytest.fixture(scope="module")
def contract(folder: Path) -> Contract:
    """What the requests are read by."""
    return _contract(folder)


@pytest.fixture(scope="module")
def note(contract: Contract) -> Callable[..., bytes]:
    """A serialised message."""
    return lambda **values: contract.message_class("calls.v1.Note")(**values).SerializeToString()


@pytest.fixture(scope="module")
def server(call_server: Callable[..., Any]) -> Any:
    """Without TLS."""
    return call_server()


def _request(method: str, body: bytes, headers: Headers = (), authority: str = "") -> Request:
    return Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority=authority,
        target=f"/calls.v1.Calls/{method}",
        headers=(*TYPE, *headers),
        body=body,
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def framed(*messages: bytes) -> bytes:
    """A body of messages."""
    return b"".join(b"\0" + len(message).to_bytes(4, "big") + message for message in messages)


def _stored(request: Request, contract: Contract | None) -> RequestSample:
    """As evidence has it."""
    return redact_sample(request_sample(request, contract), Redactor(b"k" * 32))


@pytest.fixture
def ask(
    server: Any, grpcurl: Path, folder: Path, run_line: Callable[..., Any]
) -> Callable[[RequestSample], tuple[Any, str]]:
    """What the server gets of a line that is run, and the line."""

    def ask(sample: RequestSample) -> tuple[Any, str]:
        line = command_line(sample, schema=("-protoset", str(folder / "calls.binpb")))
        done = run_line(line, address=server.address, folder=grpcurl)
        assert done.returncode == 0, (line, done.stderr, done.stdout)
        return server.call(), line

    return ask


NOTES = (
    {"text": HOSTILE},
    {"number": -(2**63), "blob": b"\x00\xff'\n", "counts": {"a": 1, "": -2}},
    {"at": {"seconds": 1, "nanos": 5}, "seen": False, "color": 1, "ratio": float("-inf")},
    {"color": 99, "ratio": float("inf")},
    {},
)


@pytest.mark.parametrize("method", ["One", "Watch"])
@pytest.mark.parametrize("values", NOTES)
def test_a_message(
    ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract, method: str, values: dict[str, Any]
) -> None:
    """Every field of it, whatever text it holds."""
    call, line = ask(_stored(_request(method, framed(note(**values))), contract))
    assert line.startswith("grpcurl")
    assert call.method == f"/calls.v1.Calls/{method}"
    assert [_read(contract, data) for data in call.messages] == [_read(contract, note(**values))]


@pytest.mark.parametrize("method", ["Many", "Both"])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_all_messages_of_a_stream(
    ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract, method: str, count: int
) -> None:
    """In their order; a stream without any too."""
    messages = [note(**values) for values in NOTES[:count]]
    call, line = ask(_stored(_request(method, framed(*messages)), contract))
    assert "abridged" not in line
    assert [_read(contract, data) for data in call.messages] == [_read(contract, data) for data in messages]


@pytest.mark.parametrize(
    ("method", "messages"),
    [
        ("Word", (wrappers_pb2.StringValue(value=HOSTILE),)),
        (
            "Words",
            (wrappers_pb2.StringValue(value="a\nb"), wrappers_pb2.StringValue(), wrappers_pb2.StringValue(value="{")),
        ),
        ("Whole", (wrappers_pb2.Int64Value(value=2**62),)),
        ("Blob", (wrappers_pb2.BytesValue(value=b"\x00\xff="),)),
        ("Nothing", (empty_pb2.Empty(),)),
        ("Free", (json_format.ParseDict({"a": [1, None, {"b": "c"}]}, struct_pb2.Struct()),)),
        ("At", (timestamp_pb2.Timestamp(seconds=1, nanos=5),)),
        ("Took", (duration_pb2.Duration(seconds=-1, nanos=-5),)),
        ("Mask", (field_mask_pb2.FieldMask(paths=["a.b_c", "d"]),)),
        ("Packed", (any_pb2.Any(type_url="type.googleapis.com/calls.v1.Plain", value=b"\x0a\x01x"),)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_messages_that_json_writes_in_its_own_way(
    ask: Callable[..., Any], contract: Contract, method: str, messages: tuple[Any, ...]
) -> None:
    """A request that is itself one of protobuf's well-known types is no object in JSON."""
    sent = [message.SerializeToString() for message in messages]
    call, _ = ask(_stored(_request(method, framed(*sent)), contract))
    assert call.messages == sent


NESTED = (
    {"mask": {"paths": ["a.b_c", "d"]}},
    {"more": [{}, {"mask": {"paths": ["a"]}}]},
    {"named": {"a": {"free": {"bool_value": True}}}},
    {"named": {"a": {"mask": {"paths": ["a"]}}}},
    {"free": {"null_value": 0}},
    {"free": {"list_value": {"values": [{"number_value": 1}, {"null_value": 0}]}}},
    {"list": {}},
    {"word": {}},
    {"took": {"seconds": -1, "nanos": -5}},
    {"any": {"type_url": "type.googleapis.com/calls.v1.Plain", "value": b"\x0a\x01x"}},
    {"any": {"type_url": "type.googleapis.com/google.protobuf.StringValue", "value": b"\x0a\x01x"}},
    {"any": {"type_url": "type.googleapis.com/gone.v1.Gone", "value": b"\x0a\x01x"}},
)


@pytest.mark.parametrize("values", NESTED, ids=", ".join)
def test_well_known_types_within_a_message(ask: Callable[..., Any], contract: Contract, values: dict[str, Any]) -> None:
    """Whatever grpcurl makes of them."""
    sent = contract.message_class("calls.v1.Nested")(**values).SerializeToString(deterministic=True)
    call, _ = ask(_stored(_request("In", framed(sent)), contract))
    assert call.messages == [sent]


def _read(contract: Contract, data: bytes) -> bytes:
    """A message in one form: maps have no order."""
    read = contract.message_class("calls.v1.Note").FromString(data)
    text: bytes = read.SerializeToString(deterministic=True)
    return text


@pytest.mark.parametrize(
    ("method", "messages"),
    [
        ("One", (b"\x0a\x01x" + UNKNOWN,)),
        ("One", (UNKNOWN,)),
        ("Both", (b"\x10\x01", UNKNOWN, b"")),
        ("Bare", (b"\xff\xff\xff",)),
        ("Bare", (b"\x0a\x02\xff\xfe",)),
        ("One", ()),
        ("One", (b"\x10\x01", b"\x10\x02")),
        ("Gone", (b"\x08\x01", b"\x00")),
        ("One", (b"A\x00\x00\x00\x00\x00\x00\x00\x80",)),
    ],
    ids=[
        "unknown",
        "only unknown",
        "one of a stream",
        "no message",
        "no UTF-8",
        "none",
        "two",
        "unknown method",
        "-0.0",
    ],
)
def test_bytes_that_json_does_not_give(
    ask: Callable[..., Any], contract: Contract, method: str, messages: tuple[bytes, ...]
) -> None:
    """Unknown fields, what is no message, fewer or more than one: to the byte."""
    headers = (("x-tenant", "a b"), ("x-trace-bin", "AAH/"))
    call, line = ask(_stored(_request(method, framed(*messages), headers), contract))
    assert "curl" in line
    assert tuple(call.messages) == messages
    assert ("x-tenant", "a b") in call.metadata
    assert ("x-trace-bin", b"\x00\x01\xff") in call.metadata


def test_metadata_and_deadline(ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract) -> None:
    """The client's own, several of a name, binary ones decoded, and how long it would wait."""
    headers = (
        ("x-tenant", "it's $(id)"),
        ("x-many", "1"),
        ("x-many", "2"),
        ("x-key-bin", "AAH/"),
        ("x-list-bin", "AAE,Ag=="),
        ("grpc-timeout", "20S"),
        ("x-crossfade-role", "shadow"),
    )
    call, _ = ask(_stored(_request("One", framed(note(text="x")), headers), contract))
    own = [item for item in call.metadata if item[0].startswith("x-")]
    assert sorted(own, key=str) == sorted(
        [
            ("x-tenant", "it's $(id)"),
            ("x-many", "1"),
            ("x-many", "2"),
            ("x-key-bin", b"\x00\x01\xff"),
            ("x-list-bin", b"\x00\x01"),
            ("x-list-bin", b"\x02"),
        ],
        key=str,
    )
    assert 10 < call.deadline_s <= 20


def test_a_compressed_message(ask: Callable[..., Any], contract: Contract, note: Callable[..., bytes]) -> None:
    """Is sent as it is read."""
    import gzip  # noqa: PLC0415 - one test needs it

    data = gzip.compress(note(text="x"))
    body = b"\1" + len(data).to_bytes(4, "big") + data
    call, _ = ask(_stored(_request("One", body, (("grpc-encoding", "gzip"),)), contract))
    assert call.messages == [note(text="x")]


def test_what_is_redacted_is_named(ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract) -> None:
    """The line sends pseudonyms, and says of what; exact bytes would tell the secret, so none are kept."""
    secret = note(text="mail ann@example.com", password="hunter22") + UNKNOWN
    headers = (("authorization", "Bearer abc.def"), ("x-tenant", "a"))
    stored = _stored(_request("One", framed(secret), headers), contract)
    call, line = ask(stored)
    assert "redacted: header authorization, body /text, body /password" in line
    assert "abridged: without what its text does not show" in line
    assert b"hunter22" not in base64.b64decode(stored.data or "")
    (message,) = call.messages
    assert b"hunter22" not in message
    assert len(contract.message_class("calls.v1.Note").FromString(message).password) == 8


def test_bytes_with_a_secret_are_not_kept(contract: Contract) -> None:
    """By a pattern in an unknown field, or by the name of a field that the bytes may hold."""
    mail = b"\xfa\x01\x10ann1@example.com"
    for body in (framed(mail), framed(b"\xff\xff\xff")):
        stored = _stored(_request("One", body), contract)
        assert stored.data is None
        assert stored.cut


def test_a_long_stream_is_abridged(ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract) -> None:
    """The first messages, and a word that there were more."""
    messages = [note(text="x" * 1000)] * 10
    call, line = ask(_stored(_request("Many", framed(*messages)), contract))
    assert line.startswith(": 'abridged: without all messages after the first 4'; grpcurl")
    assert call.messages == messages[:4]


def test_a_long_message_with_an_unknown_field(
    ask: Callable[..., Any], note: Callable[..., bytes], contract: Contract
) -> None:
    """Is sent as far as JSON has it, and the line says so."""
    sent = note(text="x" * 2000)
    call, line = ask(
        _stored(_request("One", framed(sent + b"\xfa\x01\xd0\x0f" + b"\xff" * 2000 + b"\xf8\x01\x01" * 100)), contract)
    )
    assert line.startswith(": 'abridged: without what its text does not show'; grpcurl")
    assert call.messages == [sent]


def test_by_import_path(
    server: Any,
    grpcurl: Path,
    folder: Path,
    run_line: Callable[..., Any],
    note: Callable[..., bytes],
    contract: Contract,
) -> None:
    """The protos themselves do as well."""
    schema = ("-import-path", str(folder), "-proto", "calls.proto")
    line = command_line(_stored(_request("One", framed(note(number=7))), contract), schema=schema)
    assert run_line(line, address=server.address, folder=grpcurl).returncode == 0
    assert server.call().messages == [note(number=7)]


@pytest.mark.parametrize("messages", [(b"\x10\x07",), (UNKNOWN,)], ids=["JSON", "bytes"])
def test_over_tls(
    call_server: Callable[..., Any],
    certificates: Any,
    grpcurl: Path,
    folder: Path,
    run_line: Callable[..., Any],
    contract: Contract,
    messages: tuple[bytes, ...],
) -> None:
    """To a side with an authority of its own, as the config has it."""
    server = call_server(tls=True)
    side = Side(url=f"https://{server.address}", ca=str(certificates.ca))
    stored = _stored(_request("One", framed(*messages)), contract)
    line = command_line(stored, side, schema=("-protoset", str(folder / "calls.binpb")))
    done = run_line(line, folder=grpcurl)
    assert done.returncode == 0, (line, done.stderr)
    assert tuple(server.call().messages) == messages


def test_the_name_that_the_client_used(contract: Contract, note: Callable[..., bytes]) -> None:
    """A server may answer by it; an address is none."""
    named = _stored(_request("One", framed(note(number=7)), authority="api.test:443"), contract)
    assert "-authority api.test:443" in command_line(named)
    bare = _stored(_request("One", framed(note(number=7)), authority="127.0.0.1:443"), contract)
    assert "-authority" not in command_line(bare)
