"""The file of a session."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.corpus.records import Call, Session, Timing
from crossfade.parity_tests.corpus.session_text import read_session, session_lines
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="p.S/Chat", protocol="grpc", call_type="bidi", stage=Stage.SHADOW, listener="grpc")


def call_of(body: bytes, answer: bytes, number: int = 0, timing: Timing = Timing()) -> Call:  # noqa: B008 - frozen
    """A call with these bodies."""
    request = Request(
        id=f"c{number}",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="svc.test",
        target="/p.S/Chat",
        headers=(("te", "trailers"),),
        body=body,
        truncated=False,
        trailers=(),
        started_at=1.5 + number,
    )
    reply = Answer(
        status=200,
        headers=(("a", "1"),),
        body=answer,
        truncated=False,
        trailers=(("grpc-status", "0"),),
        latency_ms=2.5,
    )
    return Call(route=ROUTE, request=request, reply=reply, write=True, timing=timing)


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=4))
def test_round_trip(bodies: list[tuple[bytes, bytes]]) -> None:
    """A session comes back as it was, whatever the bytes of its bodies are."""
    calls = tuple(call_of(*pair, number) for number, pair in enumerate(bodies))
    session = Session(id="s-1", calls=calls, source="a test")
    assert read_session(session_lines(session)) == session


def test_the_times_of_messages_come_back() -> None:
    """So does the moment at which the client left."""
    two = b"\0\0\0\0\1a" * 2
    timing = Timing(client_ms=(-30.0, 0.0), server_ms=(1.0, 2.5), cancelled_ms=2.5)
    session = Session(id="s-1", calls=(call_of(two, two, timing=timing),))
    assert read_session(session_lines(session)) == session


def test_a_stream_over_http_has_a_line_for_each_message() -> None:
    """With its time, and the body is the same again."""
    call = call_of(b"", b"data: 1\n\ndata: 2\n\n", timing=Timing(server_ms=(1.0, 20.0)))
    request = replace(call.request, protocol=Protocol.HTTP)
    call = replace(call, request=request, reply=replace(call.reply, headers=(("content-type", "text/event-stream"),)))
    session = Session(id="s-1", calls=(call,))
    lines = [json.loads(line) for line in session_lines(session)]
    messages = [line for line in lines if line.get("event") == "server_message"]
    assert [(line["text"], line["at_ms"]) for line in messages] == [("data: 1\n\n", 1.0), ("data: 2\n\n", 20.0)]
    assert read_session(session_lines(session)) == session


def test_what_is_hidden_and_what_was_not_ended_come_back() -> None:
    """The last line of a call says so."""
    call = replace(
        call_of(b"a", b"b", timing=Timing(half_closed=False)),
        hidden=frozenset({Side.CLIENT, Side.LEGACY}),
        scrambled=True,
    )
    session = Session(id="s-1", calls=(call,))
    assert read_session(session_lines(session)) == session


def test_what_redaction_kept_nothing_of_is_known() -> None:
    """Also after the session was read and written again, when other bytes stand in for it."""
    lines = [json.loads(line) for line in session_lines(Session(id="s-1", calls=(call_of(b"", b"?"),)))]
    del lines[4]["text"]
    lines[4]["hidden"] = {"size_bytes": 3, "digest": "aa"}
    once = read_session(map(json.dumps, lines))
    again = read_session(session_lines(once))
    assert once.calls[0].hidden == again.calls[0].hidden == {Side.LEGACY}


@pytest.mark.parametrize("lines", [[], ["{}"], ["[]"], ['{"crossfade_session": 2, "id": "a"}']])
def test_what_is_no_session_is_refused(lines: list[str]) -> None:
    """The error names the version that was expected."""
    with pytest.raises(ValueError, match="expected a session of version 1"):
        read_session(lines)


def test_a_session_that_was_cut_off_is_refused() -> None:
    """Its last call has no end."""
    lines = list(session_lines(Session(id="s-1", calls=(call_of(b"", b""),))))
    with pytest.raises(ValueError, match="expected a line `call`"):
        read_session(lines[:-1])


def test_a_line_can_be_read_by_a_person() -> None:
    """Bodies that are text stand as text."""
    lines = [json.loads(line) for line in session_lines(Session(id="s-1", calls=(call_of(b"hello", b""),)))]
    assert [line.get("event") for line in lines][1:4] == ["client_header", "client_message", "client_half_close"]
    assert lines[2]["text"] == "hello"


def test_two_calls_of_one_id_are_refused() -> None:
    """What is said of a call is said of one."""
    session = Session(id="s-1", calls=(call_of(b"", b""), call_of(b"", b"")))
    with pytest.raises(ValueError, match="an id of its own for each call, got 'c0' twice"):
        read_session(session_lines(session))
