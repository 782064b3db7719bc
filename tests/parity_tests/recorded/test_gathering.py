"""Calls put together from what passed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.recorded.gathering import Gathering
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.pipe.frames import (
    AnswerFrame,
    AnswerHeadFrame,
    EndFrame,
    FailureFrame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
)

Frames = Callable[..., RequestFrame]
EVENTS = (("content-type", "text/event-stream"),)
ONE, TWO = b"\0\0\0\0\1a", b"\0\0\0\0\2bc"


def answer(body: bytes = b"", headers: Headers = ()) -> Answer:
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=5.0)


def part(data: bytes, at: float, *, of_answer: bool) -> PartFrame:
    return PartFrame(request_id="1", of_answer=of_answer, data=data, at=at)


def settled(reason: Reason, at: float = 0.0) -> SettledFrame:
    return SettledFrame(request_id="1", outcome=Outcome.SKIPPED, reason=reason, at=at)


def head(headers: Headers = EVENTS) -> AnswerHeadFrame:
    return AnswerHeadFrame(request_id="1", status=200, headers=headers)


@pytest.fixture
def gathering() -> Gathering:
    """One with room."""
    return Gathering(body_bytes=100, held_bytes=10_000)


def test_a_whole_call(gathering: Gathering, make_frame: Frames) -> None:
    """No moments: it was not sent in several messages."""
    frame = make_frame("1", write=True)
    assert gathering.take(frame) is None
    call = gathering.take(AnswerFrame(request_id="1", reply=answer(b"x")))
    assert call is not None
    assert (call.request, call.reply, call.write, call.timing) == (frame.request, answer(b"x"), True, Timing())
    assert gathering._held == 0


def test_a_call_that_streams_both_ways(gathering: Gathering, make_frame: Frames) -> None:
    """A message has passed with the part that completes it; times run from the client's half close."""
    frame = make_frame("1", live=True, protocol=Protocol.GRPC)
    gathering.take(frame)
    gathering.take(part(ONE + TWO[:3], 100.010, of_answer=False))
    gathering.take(head(()))
    gathering.take(part(ONE, 100.020, of_answer=True))
    gathering.take(part(TWO[3:], 100.030, of_answer=False))
    gathering.take(RequestEndFrame(request_id="1", trailers=(("t", "1"),), at=100.040))
    gathering.take(part(TWO, 100.050, of_answer=True))
    call = gathering.take(AnswerFrame(request_id="1", reply=answer()))
    assert call is not None
    assert (call.request.body, call.request.trailers) == (ONE + TWO, (("t", "1"),))
    assert isinstance(call.reply, Answer)
    assert call.reply.body == ONE + TWO
    assert call.timing == Timing(client_ms=(-30.0, -10.0), server_ms=(-20.0, 10.0))


def test_an_answer_before_the_half_close(gathering: Gathering, make_frame: Frames) -> None:
    """The call says that its client had not ended; times run from what passed last."""
    gathering.take(make_frame("1", live=True, protocol=Protocol.GRPC))
    gathering.take(part(ONE, 100.010, of_answer=False))
    gathering.take(head(()))
    gathering.take(part(ONE, 100.030, of_answer=True))
    call = gathering.take(AnswerFrame(request_id="1", reply=answer()))
    assert call is not None
    assert call.timing == Timing(client_ms=(-20.0,), server_ms=(0.0,), half_closed=False)


def test_a_client_that_left_in_a_stream(gathering: Gathering, make_frame: Frames) -> None:
    """What had come is kept, with the moment at which it left."""
    gathering.take(make_frame("1"))
    gathering.take(head())
    gathering.take(part(b"data: 1\n\nda", 100.020, of_answer=True))
    call = gathering.take(settled(Reason.CLIENT_CANCELLED, 100.030))
    assert call is not None
    assert isinstance(call.reply, Answer)
    assert (call.reply.body, call.reply.trailers) == (b"data: 1\n\nda", ())
    assert call.timing == Timing(server_ms=(20.0, 20.0), cancelled_ms=30.0)


def test_a_client_that_left_before_an_answer(gathering: Gathering, make_frame: Frames) -> None:
    """A write may have been made all the same, so the call is kept."""
    gathering.take(make_frame("1", write=True))
    call = gathering.take(settled(Reason.CLIENT_CANCELLED, 100.5))
    assert call is not None
    assert call.reply == Failure(reason=FailureReason.RESET, detail="the client left before an answer", latency_ms=500)
    assert call.timing == Timing(cancelled_ms=500.0)


def test_legacy_fails(gathering: Gathering, make_frame: Frames) -> None:
    """That is what the client got, also within a stream."""
    reply = Failure(reason=FailureReason.RESET, detail="legacy: reset", latency_ms=3.0)
    gathering.take(make_frame("1"))
    gathering.take(head())
    call = gathering.take(FailureFrame(request_id="1", reply=reply))
    assert call is not None
    assert call.reply == reply


@pytest.mark.parametrize("reason", [Reason.QUEUE_FULL, Reason.UNSUPPORTED])
def test_what_can_not_be_kept_whole_is_left_out(gathering: Gathering, make_frame: Frames, reason: Reason) -> None:
    """And counted; what still comes of it is nobody's."""
    gathering.take(make_frame("1"))
    assert gathering.take(settled(reason)) is None
    assert gathering.take(AnswerFrame(request_id="1", reply=answer())) is None
    assert gathering.take(EndFrame()) is None
    assert gathering.left_out == Counter({reason: 1})
    assert gathering._held == 0


def test_a_request_over_the_limit_is_left_out(gathering: Gathering, make_frame: Frames) -> None:
    """Without a part of it, it would be another one."""
    gathering.take(make_frame("1", live=True))
    gathering.take(part(b"x" * 60, 100.0, of_answer=False))
    gathering.take(part(b"x" * 60, 100.0, of_answer=False))
    assert gathering.left_out == Counter({Reason.TRUNCATED: 1})


def test_an_answer_over_the_limit_is_cut(gathering: Gathering, make_frame: Frames) -> None:
    """Its request can still be sent again; what came after the cut is not pasted behind it."""
    gathering.take(make_frame("1"))
    gathering.take(head())
    for data in (b"data: 1\n\n", b"x" * 100, b"data: 3\n\n"):
        gathering.take(part(data, 100.0, of_answer=True))
    call = gathering.take(AnswerFrame(request_id="1", reply=answer()))
    assert call is not None
    assert isinstance(call.reply, Answer)
    assert (call.reply.body, call.reply.truncated) == (b"data: 1\n\n", True)
    assert not gathering.left_out


def test_what_is_begun_is_bounded(make_frame: Frames) -> None:
    """In bytes, of which a request without a body takes some too; room comes back."""
    gathering = Gathering(body_bytes=10_000, held_bytes=3000)
    for number in range(5):
        gathering.take(make_frame(str(number), live=True))
    gathering.take(part(b"x" * 2000, 100.0, of_answer=False))
    assert gathering.left_out == Counter({Reason.QUEUE_FULL: 4})
    assert gathering.take(AnswerFrame(request_id="0", reply=answer())) is not None
    assert gathering._held == 0


def test_an_engine_that_is_gone(gathering: Gathering, make_frame: Frames) -> None:
    """What was begun ends where something passed last."""
    gathering.take(make_frame("1"))
    gathering.take(head())
    gathering.take(part(b"data: 1\n\n", 100.020, of_answer=True))
    gathering.take(replace_live(make_frame("2", live=True, protocol=Protocol.GRPC, body=ONE)))
    calls = {call.request.id: call for call in gathering.break_off()}
    assert calls["1"].timing == Timing(server_ms=(20.0,), cancelled_ms=20.0)
    assert calls["2"].request.body == ONE
    assert calls["2"].timing == Timing(client_ms=(0.0,), cancelled_ms=0.0, half_closed=False)
    assert gathering.break_off() == ()


def replace_live(frame: Any) -> RequestFrame:
    """The beginning of a live request with a message in it."""
    return RequestFrame(
        route=frame.route,
        listener=frame.listener,
        write=frame.write,
        ask_secondary=False,
        live=True,
        request=replace(frame.request, body=ONE),
        at=frame.at,
    )
