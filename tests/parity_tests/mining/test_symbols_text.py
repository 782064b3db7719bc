"""A session as a person reads it."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.symbols_text import session_text
from crossfade.shadow.bindings.edges import NO_EDGES, Edge, edges_among, read_place
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol

ORDER = Edge(
    kind="order",
    consumer=read_place("GET /orders/* path/orders/*"),
    producers=(read_place("POST /orders body/id"), read_place("GET /orders/* body/id")),
)
UUID = "2f1c0a1b-0a1b-4000-8000-0123456789ab"
PROTO = """
syntax = "proto3";
package t;
message Asked { string id = 1; }
message Told { string id = 1; int32 size = 2; }
service S { rpc Make(Asked) returns (Told); rpc Get(Asked) returns (Told); }
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """Two calls."""
    path = tmp_path / "t.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


def test_calls_and_table(twice: Any) -> None:
    """Requests, answers, and what each handle was when it was recorded."""
    calls = [
        (("POST", "/orders", {"item": "a"}), {"id": 7, "item": "a"}, None, None),
        (("GET", "/orders/7", None), {"id": 7}, None, None),
    ]
    session = replace(twice("s-1", calls).session, source="run 1")
    assert list(session_text(session, edges_among([ORDER]), None)) == [
        "session s-1 from run 1: 2 calls, 1 handles",
        "  1 POST /orders",
        '    > {"item": "a"}',
        "    < 200",
        '    < {"id": "$order#1", "item": "a"}',
        "  2 GET /orders/$order#1",
        "    < 200",
        '    < {"id": "$order#1"}',
        "",
        "handle    value  first seen in",
        "$order#1  7      answer 1, body/id",
    ]


def test_messages_of_calls(twice: Any, contract: Contract) -> None:
    """Each is JSON on a line of its own; what can't be read is told by its size."""
    told: Any = contract.message_class("t.Told")
    data = told(id=UUID, size=3).SerializeToString()
    asked = b"\n$" + UUID.encode()
    session = twice(
        "s-1", [(("POST", f"/t.S/{name}", None), {}, None, None) for name in ("Make", "Get", "Gone")]
    ).session
    calls = tuple(rpc(call, body, data) for call, body in zip(session.calls, (b"", asked, asked), strict=True))
    lines = list(session_text(replace(session, calls=calls), NO_EDGES, contract))
    assert '    < {"id": "$make#1", "size": 3}' in lines
    assert '    > {"id": "$make#1"}' in lines
    assert "    < grpc-status 0" in lines
    assert "  2 t.S/Get" in lines
    assert f"    > ({5 + len(asked)} bytes)" in lines


def rpc(call: Call, body: bytes, answer: bytes) -> Call:
    """The call with one message each way."""
    fields = (("content-type", "application/grpc"),)
    frames = [struct.pack(">BI", 0, len(data)) + data for data in (body, answer)]
    request = replace(call.request, protocol=Protocol.GRPC, headers=fields, body=frames[0])
    assert isinstance(call.reply, Answer)
    reply = replace(call.reply, headers=fields, body=frames[1], trailers=(("grpc-status", "0"),))
    return replace(call, request=request, reply=reply)


def test_no_line_is_long_or_moves_the_terminal(twice: Any) -> None:
    """They are cut at 80 characters, and control characters are dots."""
    session = twice("s-1", [(("GET", f"/{'a' * 200}", None), {"x": "y" * 200}, None, None)]).session
    assert max(len(line) for line in session_text(session, NO_EDGES, None)) == 80
    (call,) = session.calls
    assert isinstance(call.reply, Answer)
    odd = replace(call, reply=replace(call.reply, headers=(), body=b"a\x1b[2Jb"))
    assert "    < a·[2Jb" in list(session_text(replace(session, calls=(odd,)), NO_EDGES, None))


@pytest.mark.parametrize(
    ("headers", "body", "line"),
    [
        ((("Content-Encoding", "gzip"),), b"abc", "    < (3 bytes, gzip)"),
        ((), b"\xff\xfe", "    < (2 bytes)"),
        ((("X-Order", UUID),), b"", "    < 200"),
    ],
)
def test_bodies_that_are_no_text(twice: Any, headers: Any, body: bytes, line: str) -> None:
    """Are told by their size."""
    session = twice("s-1", [(("GET", "/a", None), {}, None, None)]).session
    (call,) = session.calls
    assert isinstance(call.reply, Answer)
    call = replace(call, reply=replace(call.reply, headers=headers, body=body))
    assert line in list(session_text(replace(session, calls=(call,)), NO_EDGES, None))


def test_no_answer() -> None:
    """Why there is none."""
    assert list(session_text(Session(id="s-0", calls=()), NO_EDGES, None)) == ["session s-0: 0 calls, 0 handles"]


def test_failed(twice: Any) -> None:
    """Its reason stands in the answer's place."""
    session = twice("s-1", [(("GET", "/a", None), {}, None, None)]).session
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    lines = session_text(replace(session, calls=(replace(session.calls[0], reply=failed),)), NO_EDGES, None)
    assert list(lines)[-1] == "    < no answer: reset"


def test_credentials_are_named(twice: Any) -> None:
    """A header field is shown where it holds a handle."""
    session = twice(
        "s-1", [(("POST", "/login", {}), {"token": UUID}, None, None), (("GET", "/me", None), {}, None, None)]
    ).session
    first, second = session.calls
    second = replace(second, request=replace(second.request, headers=(("Authorization", f"Bearer {UUID}"),)))
    lines = list(session_text(Session(id="s-1", calls=(first, second)), NO_EDGES, None))
    assert "    > authorization: Bearer $token#1" in lines
