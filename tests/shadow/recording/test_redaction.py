"""Nothing that must not be stored is in the events of a comparison, and it still means what it meant."""

import gzip
import json
import struct
from dataclasses import replace
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer, Failure, FailureReason
from crossfade.shadow.exchange.event_text import event_line
from crossfade.shadow.exchange.events import EventKind, Hidden, from_events, to_events
from crossfade.shadow.exchange.records import Again
from crossfade.shadow.recording.redaction import ComparisonRedactor


@pytest.fixture
def redact(redactor: Any, contract: Any) -> Any:
    """The events of a comparison as they may be stored."""
    return ComparisonRedactor(redactor, contract).events


def test_no_secret_is_left_anywhere(redact: Any, make: Any) -> None:
    """A canary in every part of a request and of its answers."""
    secret = "Canary-77"
    body = {"password": secret, "list": [{"nickname": secret}], "text": f"token={secret}"}
    answer = make.answer(
        body,
        headers=(("content-type", "application/json"), ("set-cookie", f"sid={secret}; Path=/"), ("x-secret", secret)),
        trailers=(("x-signature", secret),),
    )
    failure = Failure(reason=FailureReason.RESET, detail="to ann@example.org", latency_ms=1.0)
    comparison = make.comparison(
        answer,
        failure,
        answer,
        target=f"/users/ann@example.org?token={secret}&a=1",
        headers=(("authorization", f"Bearer {secret}"), ("cookie", f"a={secret}")),
        body=json.dumps(body).encode(),
        trailers=(("x-token", secret),),
    )
    comparison = replace(
        comparison,
        request=replace(comparison.request, peer="192.0.2.77"),
        again=Again(candidate=answer, secondary=failure, later=answer),
    )
    text = "\n".join(map(event_line, redact(comparison)))
    assert "Canary" not in text
    assert "ann@example" not in text
    assert "192.0.2" not in text
    assert text.count("Path=/") == 4


def test_digests_of_a_long_body_are_keyed(redact: Any, make: Any) -> None:
    """Equal ones stay equal, one by one, and the end of a body can't be found by trying."""
    one, other = (make.answer({}, truncated=True, windows=b"a" * 8 + end * 8) for end in (b"b", b"c"))
    told = from_events(redact(make.comparison(one, other, one)))
    assert isinstance(told.legacy, Answer)
    assert isinstance(told.candidate, Answer)
    ours, theirs = told.legacy.windows, told.candidate.windows
    assert (len(ours), ours[:8] == theirs[:8], ours[8:] == theirs[8:]) == (16, True, False)
    assert told.secondary == told.legacy
    assert b"aaaa" not in ours


def test_without_secrets_nothing_changes(redact: Any, make: Any, message: Any) -> None:
    """The events are those of the comparison itself."""
    http = make.comparison(make.answer({"a": 1.5}), make.answer(b"\x89", headers=()), target="/a?b=c")
    events = redact(http)
    assert events[:-2] == to_events(http)[:-2]
    call = make.call_of(make.called(message(name="Ann").SerializeToString()), make.called())
    assert redact(call) == to_events(call)


def test_the_same_value_is_the_same_on_every_side(redact: Any, make: Any, message: Any) -> None:
    """A pair that matched matches, one that diverged diverges; request and answers agree too."""
    one, other = (message(password=text, size=1).SerializeToString() for text in ("ab1", "ab2"))
    told = from_events(redact(make.call_of(make.called(one), make.called(one), one, headers=())))
    assert told.legacy == told.candidate
    assert told.legacy.body == told.request.body != make.called(one).body
    told = from_events(redact(make.call_of(make.called(one), make.called(other))))
    assert told.legacy.body != told.candidate.body


def test_a_compressed_message_is_kept_without_compression_where_it_changed(
    redact: Any, make: Any, message: Any
) -> None:
    """The frame says so itself; the others stay as they were."""
    headers = (("content-type", "application/grpc"), ("grpc-encoding", "gzip"))
    plain, secret = (
        gzip.compress(item.SerializeToString()) for item in (message(name="Ann"), message(password="hunter2"))
    )
    frames = b"".join(struct.pack(">BI", 1, len(data)) + data for data in (plain, secret))
    answer = make.answer(frames, headers=headers, trailers=(("grpc-status", "0"),))
    sent = [event for event in redact(make.call_of(answer, answer)) if event.kind is EventKind.SERVER_MESSAGE]
    assert (sent[0].body, sent[0].about) == (plain, {"flag": 1})
    assert sent[1].about == {"flag": 0}
    assert isinstance(sent[1].body, bytes)
    assert b"hunter2" not in sent[1].body


@pytest.mark.parametrize("data", [b"\x0a\x09Canary", b"\xff\xff"], ids=["cut", "other"])
def test_a_message_that_can_not_be_read_is_hidden(redact: Any, make: Any, data: bytes) -> None:
    """So is every message of a method that the contract does not have, and a frame that was cut."""
    answer = make.called(data)
    unknown = make.called(b"\x0a\x06Canary")
    for comparison in (
        make.call_of(answer, answer),
        make.call_of(unknown, unknown, target="/s.v1.Users/Gone"),
        make.call_of(make.answer(b"\0\0\0\0\x09Canary", headers=()), unknown, target="/s.v1.Users/Gone"),
    ):
        events = redact(comparison)
        bodies = [event.body for event in events if event.kind is EventKind.SERVER_MESSAGE]
        assert bodies
        assert all(isinstance(body, Hidden) for body in bodies)
        assert not any("Canary" in event_line(event) for event in events)


def test_a_cut_http_body_is_hidden(redact: Any, make: Any) -> None:
    """Half of a JSON can't be looked through; the other side's whole one can."""
    cut, whole = make.answer(b'{"a": "Can', truncated=True), make.answer({"a": "b"})
    bodies = [event.body for event in redact(make.comparison(cut, whole)) if event.kind is EventKind.SERVER_MESSAGE]
    assert isinstance(bodies[0], Hidden)
    assert bodies[1] == b'{"a": "b"}'


def test_a_client_stays_the_same_client(redact: Any, make: Any) -> None:
    """Its address is hidden, and equal for equal ones."""
    one, same, other = (
        from_events(redact(replace(comparison, request=replace(comparison.request, peer=peer)))).request.peer
        for comparison in (make.comparison(make.answer({}), make.answer({}), None),)
        for peer in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    )
    assert one == same != other
