"""The two sides of a pair are what a proxy would have seen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.grpc import split_answer, split_frames
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol
from crossfade.shadow.ingest.answers import build_request, frames, read_reply
from crossfade.shadow.ingest.fields import FieldError


def _answer(told: dict[str, Any]) -> Answer:
    reply = read_reply(told, "x")
    assert isinstance(reply, Answer)
    return reply


def test_an_answer(lines: Any) -> None:
    """Messages, status, metadata and trailers, with what the library took for itself put back once."""
    told = lines.answer(
        b"one",
        b"",
        status=5,
        message="no such thing: 100 % ü",
        headers=[["content-type", "application/grpc+proto"], ["x-a", "1"], ["x-a", "2"]],
        trailers=[["grpc-status", "5"], ["grpc-message", "other"], ["x-b-bin", "AAE="]],
    )
    found = split_answer(_answer(told))
    assert (found.code, found.message) == ("NOT_FOUND", "no such thing: 100 % ü")
    assert found.messages == (b"one", b"")
    assert found.metadata == (("content-type", "application/grpc"), ("x-a", "1"), ("x-a", "2"))
    assert found.trailers == (("x-b-bin", "AAE="),)


@given(st.text())
def test_any_status_message(text: str) -> None:
    """It comes back as it was, whatever characters are in it."""
    told = {"messages": [], "status": 3, "message": text, "latency_ms": 0}
    assert split_answer(_answer(told)).message == text


def test_details_of_a_status(lines: Any) -> None:
    """They are a trailer of their own and stay what they are."""
    told = lines.answer(status=3, trailers=[["grpc-status-details-bin", "CAM"]])
    assert split_answer(_answer(told)).details == b"\x08\x03"


def test_what_was_cut(lines: Any) -> None:
    """The mark and the time go on."""
    found = _answer(lines.answer(b"x", truncated=True, latency_ms=7))
    assert (found.truncated, found.latency_ms) == (True, 7.0)


@pytest.mark.parametrize("reason", list(FailureReason))
def test_a_failure(reason: FailureReason) -> None:
    """By the word of the closed list; its detail is not kept, because it may hold values."""
    told = {"failed": reason.value, "detail": "secret"}
    assert read_reply(told, "x") == Failure(reason=reason, detail="told by the service", latency_ms=0.0)


@pytest.mark.parametrize("status", [-1, 1000, None, "5", True])
def test_a_status_that_is_none(lines: Any, status: object) -> None:
    """It is a number of few digits."""
    with pytest.raises(FieldError, match=r"x\.status"):
        read_reply(lines.answer(status=status), "x")


@given(st.lists(st.binary(max_size=20)))
def test_frames(messages: list[bytes]) -> None:
    """As on the wire, not compressed."""
    assert split_frames(frames(messages), ()) == tuple(messages)


def test_a_request() -> None:
    """A POST of the method's path, with one content type."""
    headers = (("content-type", "application/grpc"), ("authorization", "Bearer x"))
    request = build_request("p.S/M", headers, b"", request_id="id", at=5.0)
    assert (request.protocol, request.method, request.target) == (Protocol.GRPC, "POST", "/p.S/M")
    assert request.headers == headers
    assert (request.id, request.started_at) == ("id", 5.0)
