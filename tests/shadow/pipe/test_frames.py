"""What goes into the pipe comes out of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import DecodeError, msgpack

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.fields import wire_bytes, wire_text
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import (
    LENGTH,
    AnswerFrame,
    AnswerHeadFrame,
    CountsFrame,
    EndFrame,
    FailureFrame,
    Frame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    RulesFrame,
    SettledFrame,
    UnmirroredFrame,
    decode,
    encode,
    reply_frame,
)

_odd_text = st.text(st.characters(exclude_categories=()))  # with surrogates, as ``wire_text`` makes them
_texts = st.text() | _odd_text | st.binary().map(wire_text)
_headers = st.lists(st.tuples(_texts, _texts), max_size=4).map(tuple)
_routes = st.builds(
    RouteInfo, route=_texts, protocol=_texts, call_type=_texts, stage=st.sampled_from(Stage), listener=_texts
)
_requests = st.builds(
    Request,
    id=_texts,
    protocol=st.sampled_from(Protocol),
    method=_texts,
    scheme=_texts,
    authority=_texts,
    target=_texts,
    headers=_headers,
    body=st.binary(),
    truncated=st.booleans(),
    trailers=_headers,
    started_at=st.floats(allow_nan=False),
)
_answers = st.builds(
    Answer,
    status=st.integers(0, 999),
    headers=_headers,
    body=st.binary(),
    truncated=st.booleans(),
    trailers=_headers,
    latency_ms=st.floats(0, 1e6),
    windows=st.binary(),
)
_failures = st.builds(Failure, reason=st.sampled_from(FailureReason), detail=_texts, latency_ms=st.floats(0, 1e6))
_counts = st.integers(0, 2**40)
_entered = st.lists(st.tuples(_routes, _counts), max_size=3).map(tuple)
_ends = st.tuples(_routes, st.sampled_from(Outcome), st.sampled_from(Reason), _counts)
_frames = st.one_of(
    st.builds(
        RequestFrame,
        route=_routes,
        listener=_texts,
        write=st.booleans(),
        ask_secondary=st.booleans(),
        live=st.booleans(),
        request=_requests,
        served=st.sampled_from(Served),
    ),
    st.builds(PartFrame, request_id=_texts, of_answer=st.booleans(), data=st.binary()),
    st.builds(RequestEndFrame, request_id=_texts, trailers=_headers),
    st.builds(AnswerHeadFrame, request_id=_texts, status=st.integers(0, 999), headers=_headers),
    st.builds(reply_frame, _texts, st.one_of(_answers, _failures)),
    st.builds(SettledFrame, request_id=_texts, outcome=st.sampled_from(Outcome), reason=st.sampled_from(Reason)),
    st.builds(CountsFrame, entered=_entered, settled=st.lists(_ends, max_size=3).map(tuple)),
    st.builds(UnmirroredFrame, request=_requests, answer=_answers),
    st.just(EndFrame()),
    st.builds(RulesFrame, rules_digest=_texts),
)
_ANSWER = Answer(status=200, headers=(("a", "b"),), body=b"c", truncated=False, trailers=(), latency_ms=1.5)


@given(_frames)
@example(AnswerFrame(request_id="\udcff", reply=_ANSWER))
@example(FailureFrame(request_id="é\ud800", reply=Failure(reason=FailureReason.RESET, detail="", latency_ms=0.0)))
def test_round_trip(frame: Frame) -> None:
    """Every frame is read back as it was written, behind its own length, whatever code points its texts hold."""
    data = encode(frame)
    (length,) = LENGTH.unpack(data[: LENGTH.size])
    assert length == len(data) - LENGTH.size
    assert decode(data[LENGTH.size :]) == frame


@given(st.binary())
def test_a_target_that_is_not_utf_8(target: bytes) -> None:
    """The candidate is sent the very bytes that legacy got."""
    frame = decode(encode(RulesFrame(rules_digest=wire_text(target)))[LENGTH.size :])
    assert isinstance(frame, RulesFrame)
    assert wire_bytes(frame.rules_digest) == target


@given(_frames, st.integers(0, 200), st.integers(0, 3), st.binary(max_size=3))
def test_bytes_that_were_changed(frame: Frame, at: int, cut: int, put: bytes) -> None:
    """They are read as a frame that can be written again, or end in one of the errors that are documented."""
    data = encode(frame)[LENGTH.size :]
    try:
        found = decode(data[:at] + put + data[at + cut :])
    except (DecodeError, ValueError, TypeError, RecursionError):
        return
    again = encode(found)
    assert encode(decode(again[LENGTH.size :])) == again


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["NoFrame"],
        ["EndFrame", "more"],
        ["RulesFrame"],
        ["RulesFrame", 1],
        ["SettledFrame", "1", "skipped", "because"],
        ["PartFrame", "1", 1, b""],
        ["AnswerFrame", "1", {"status": 200}],
        ["OddFrame", ["NoFrame"]],
        ["OddFrame", ["RulesFrame", "\u20ac"]],
        ["OddFrame", ["OddFrame", ["EndFrame"]]],
        {"EndFrame": 1},
    ],
)
def test_values_that_are_no_frame(values: object) -> None:
    """A frame of another kind, with other fields, or with values of other types is an error."""
    with pytest.raises((DecodeError, ValueError)):
        decode(msgpack.encode(values))


@pytest.mark.parametrize(
    "data", [b"\xdd\xff\xff\xff\xff", b"\x92\xa8OddFrame" + b"\x91" * 100_000, b"\x91\xa8EndFram\xff"]
)
def test_bytes_that_promise_too_much(data: bytes) -> None:
    """A length that is not there, a nesting without end, text that is not UTF-8: an error, and no memory."""
    with pytest.raises((DecodeError, ValueError, RecursionError)):
        decode(data)
