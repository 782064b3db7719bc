"""A comparison and its events are the same thing."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange import Answer, Comparison, Failure, Protocol, Request
from crossfade.shadow.exchange.events import Event, EventKind, Hidden, Side, from_events, stand_in, to_events
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.records import Again
from crossfade.shadow.exchange.served import Served

REQUEST = Request(
    id="c-1",
    protocol=Protocol.GRPC,
    method="POST",
    scheme="http",
    authority="builds",
    target="/p.S/Get",
    headers=(("te", "trailers"),),
    body=b"\0\0\0\0\2ab\1\0\0\0\1c",
    truncated=False,
    trailers=(),
    started_at=1.0,
)
ANSWER = Answer(
    status=200,
    headers=(("a", "1"), ("a", "2")),
    body=b"\0\0\0\0\0\0\0",
    truncated=False,
    trailers=(("grpc-status", "0"),),
    latency_ms=2.5,
)
COMPARISON = Comparison(request=REQUEST, route="p.S/Get", legacy=ANSWER, candidate=ANSWER, secondary=None)


@given(st.data())
def test_round_trip(comparisons: Any, data: st.DataObject) -> None:
    """Whatever the bytes of a body are, and in whatever order the events come back."""
    comparison = data.draw(comparisons)
    events = list(to_events(comparison))
    assert from_events(data.draw(st.permutations(events))) == comparison


def test_every_field_has_its_event() -> None:
    """The strategies above name every field: a new one has to be written and read too."""
    names = {
        kind: {item.name for item in dataclasses.fields(kind)} for kind in (Request, Answer, Failure, Again, Comparison)
    }
    assert names == {
        Request: {"id", "protocol", "method", "scheme", "authority", "target", "headers", "body"}
        | {"truncated", "trailers", "started_at", "peer"},
        Answer: {"status", "headers", "body", "truncated", "trailers", "latency_ms", "windows"},
        Failure: {"reason", "detail", "latency_ms"},
        Again: {"candidate", "secondary", "later"},
        Comparison: {"request", "route", "legacy", "candidate", "secondary", "followed", "cut", "again"}
        | {"chosen", "served"},
    }


def test_who_answered_the_client_is_kept() -> None:
    """A recording of a canary tells that the candidate did."""
    served = dataclasses.replace(COMPARISON, served=Served.CANDIDATE)
    assert from_events(to_events(served)) == served


def test_a_call_is_cut_into_messages() -> None:
    """One event for each frame; what is no whole frame is one of its own, without a flag."""
    events = to_events(COMPARISON)
    told = [(event.side.value, event.kind.value, event.body, event.about.get("flag")) for event in events]
    server = [
        ("server_header", None, None),
        ("server_message", b"", 0),
        ("server_message", b"\0\0", None),
        ("server_trailer", None, None),
    ]
    assert told == [
        ("client", "client_header", None, None),
        ("client", "client_message", b"ab", 0),
        ("client", "client_message", b"c", 1),
        ("client", "client_half_close", None, None),
        *((side, *rest) for side in ("legacy", "candidate") for rest in server),
    ]
    assert [event.seq for event in events] == [0, 1, 2, 3] * 3


def test_a_stream_that_was_cut_ends_with_cancel() -> None:
    """Legacy's alone, and with the reason."""
    events = to_events(dataclasses.replace(COMPARISON, followed=True, cut=Reason.CUT_BY_CLIENT))
    ends = {event.side: (event.kind, event.about.get("cut")) for event in events}
    assert ends[Side.LEGACY] == (EventKind.CANCEL, "cut_by_client")
    assert ends[Side.CANDIDATE] == (EventKind.SERVER_TRAILER, None)
    assert events[0].about["followed"] is True


def test_an_http_body_is_one_message() -> None:
    """Bytes that look like a frame too."""
    request = dataclasses.replace(REQUEST, protocol=Protocol.HTTP)
    bodies = [event.body for event in to_events(dataclasses.replace(COMPARISON, request=request)) if event.body]
    assert bodies == [REQUEST.body, ANSWER.body, ANSWER.body]


def test_a_hidden_body_comes_back_as_its_stand_in() -> None:
    """Of the same length, the same for the same body, and no text."""
    one, other = Hidden(size_bytes=5, digest="a"), Hidden(size_bytes=5, digest="b")
    assert stand_in(one) == stand_in(Hidden(size_bytes=5, digest="a")) != stand_in(other)
    assert (len(stand_in(one)), stand_in(Hidden(size_bytes=0, digest="a"))) == (5, b"")
    with pytest.raises(UnicodeDecodeError):
        stand_in(one).decode()
    events = [dataclasses.replace(event, body=one) if event.body == b"ab" else event for event in to_events(COMPARISON)]
    assert from_events(events).request.body == b"\0\0\0\0\5" + stand_in(one) + b"\1\0\0\0\1c"


def test_an_old_recording_has_no_peer_and_no_second_look() -> None:
    """Its client header names none, and no event is of a later look."""
    comparison = from_events(to_events(COMPARISON))
    assert "peer" not in to_events(COMPARISON)[0].about
    assert (comparison.request.peer, comparison.again) == ("", None)


def test_half_of_a_second_look_is_none() -> None:
    """Of the two that were asked at the same time, both are there or something is lost."""
    again = dataclasses.replace(COMPARISON, again=Again(candidate=ANSWER, secondary=ANSWER))
    with pytest.raises(ValueError, match="expected events from"):
        from_events([event for event in to_events(again) if event.side is not Side.SECONDARY_AGAIN])


@pytest.mark.parametrize("missing", [EventKind.CLIENT_HEADER, EventKind.CLIENT_HALF_CLOSE, EventKind.SERVER_TRAILER])
def test_a_cut_sequence_is_no_comparison(missing: EventKind) -> None:
    """A side without its beginning or its end."""
    events: list[Event] = [event for event in to_events(COMPARISON) if event.kind is not missing]
    with pytest.raises(ValueError, match="expected events from"):
        from_events(events)
    with pytest.raises(ValueError, match="expected events from"):
        from_events([event for event in to_events(COMPARISON) if event.side is not Side.CANDIDATE])
