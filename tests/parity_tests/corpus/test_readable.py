"""What is shown of bodies to who reads a session's file."""

import gzip
import json
import struct
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.readable import MAX_PLAIN_CHARS
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.corpus.session_text import read_session, session_lines
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="t.S/Get", protocol="grpc", call_type="unary", stage=Stage.SHADOW, listener="grpc")


def framed(message: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(message)) + message


def session_of(body: bytes, target: str = "/t.S/Get", headers: Headers = ()) -> Session:
    """A call whose request and answer have the same body."""
    request = Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="svc.test",
        target=target,
        headers=headers,
        body=body,
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    reply = Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)
    return Session(id="a", calls=(Call(route=ROUTE, request=request, reply=reply, write=False),))


def shown(session: Session, contract: Contract) -> list[Any]:
    """What stands beside each message."""
    lines = [json.loads(line) for line in session_lines(session, contract)]
    return [line.get("json") for line in lines if line.get("event") in {"client_message", "server_message"}]


def message_of(contract: Contract) -> bytes:
    kind: Any = contract.message_class("t.M")
    data: bytes = kind(name="Ann", size=3).SerializeToString()
    return data


def test_a_message_stands_there_as_json(contract: Contract) -> None:
    """With the names of the contract; the bytes are what is read."""
    session = session_of(framed(message_of(contract)))
    assert shown(session, contract) == [{"name": "Ann", "size": "3"}] * 2
    assert read_session(session_lines(session, contract)) == session


def test_a_compressed_message_is_shown_too(contract: Contract) -> None:
    """By its header field."""
    body = framed(gzip.compress(message_of(contract), mtime=0), flag=1)
    assert shown(session_of(body, headers=(("grpc-encoding", "gzip"),)), contract)[0] == {"name": "Ann", "size": "3"}


@pytest.mark.parametrize(
    ("body", "target"), [(framed(b"\xff\xff"), "/t.S/Get"), (framed(b""), "/t.S/Gone"), (b"\0", "/t.S/Get")]
)
def test_what_has_no_such_form_has_none(contract: Contract, body: bytes, target: str) -> None:
    """Other bytes, a method that the contract does not have, a cut frame: the session is readable all the same."""
    session = session_of(body, target)
    assert shown(session, contract) == [None, None]
    assert read_session(session_lines(session, contract)) == session


@pytest.mark.parametrize(
    ("coding", "body", "expected"),
    [
        ("gzip", gzip.compress(b'{"a": 1}', mtime=0), {"plain": '{"a": 1}'}),
        ("gzip", b"no gzip", {}),
        ("gzip", gzip.compress(b"\xff", mtime=0), {}),
        ("gzip", gzip.compress(b"a" * (MAX_PLAIN_CHARS + 1), mtime=0), {}),
        ("", b'{"a": 1}', {}),
    ],
)
def test_a_coded_body_stands_there_as_text(coding: str, body: bytes, expected: dict[str, str]) -> None:
    """Where it is one, and not a long one; a plain one is text already."""
    headers = (("content-type", "application/json"), *((("content-encoding", coding),) if coding else ()))
    session = session_of(b"")
    (call,) = session.calls
    reply = Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)
    call = replace(call, request=replace(call.request, protocol=Protocol.HTTP), reply=reply)
    session = replace(session, calls=(call,))
    lines = [json.loads(line) for line in session_lines(session)]
    (message,) = [line for line in lines if line.get("event") == "server_message"]
    assert {name: value for name, value in message.items() if name in {"plain", "json"}} == expected
    assert read_session(session_lines(session)) == session
