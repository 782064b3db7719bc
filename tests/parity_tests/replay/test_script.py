"""How a recorded request goes out again."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.parity_tests.replay.script import Step, script_of
from crossfade.shadow.exchange import Protocol

ONE, TWO = b"\0\0\0\0\1a", b"\0\0\0\0\2bb"


@pytest.fixture
def streamed(call_of: Any) -> Any:
    """A call of this type with two messages at these times."""

    def make(call_type: str, client_ms: tuple[float, ...], server_ms: tuple[float, ...] = ()) -> Call:
        call: Call = call_of(0, "POST", "/p.S/Chat", "p.S/Chat")
        timing = Timing(client_ms=client_ms, server_ms=server_ms)
        request = replace(call.request, protocol=Protocol.GRPC)
        return replace(call, request=request, route=replace(call.route, call_type=call_type), timing=timing)

    return make


def test_a_message_waits_for_the_answers_that_came_before_it(streamed: Any) -> None:
    """Two answers had come before the second message, three before the half close."""
    call = streamed("bidi", (-30.0, -10.0), (-25.0, -20.0, -5.0, 4.0))
    steps = script_of(call, ONE + TWO, 0.0).steps
    assert steps == (Step(data=ONE), Step(data=TWO, after_answers=2), Step(data=b"", after_answers=3))


def test_the_pace_is_that_of_the_recording(streamed: Any) -> None:
    """Twice as fast, the waits are half as long; the half close came 10 ms after the last message."""
    call = streamed("client_stream", (-30.0, -10.0))
    steps = script_of(call, ONE + TWO, 2.0).steps
    assert [step.wait_s for step in steps] == [0.0, 0.01, 0.005]
    assert [step.after_answers for step in steps] == [0, 0, 0]


@pytest.mark.parametrize(
    ("call_type", "client_ms", "speed"),
    [("client_stream", (-30.0, -10.0), 0.0), ("bidi", (), 1.0), ("bidi", (-30.0,), 1.0), ("unary", (-3.0, 0.0), 1.0)],
)
def test_otherwise_it_goes_out_as_a_whole(streamed: Any, call_type: str, client_ms: Any, speed: float) -> None:
    """Without waiting, without the time of each message, and where there is but one."""
    assert script_of(streamed(call_type, client_ms), ONE + TWO, speed).steps == ()


def test_what_is_no_whole_message_is_sent_too(streamed: Any) -> None:
    """As a last one."""
    call = streamed("bidi", (-30.0, -10.0), (-20.0,))
    assert [step.data for step in script_of(call, ONE + TWO[:4], 0.0).steps] == [ONE, TWO[:4], b""]


def test_a_client_that_never_ended(streamed: Any) -> None:
    """There is no half close: the service ends the call."""
    call = streamed("bidi", (-30.0, -10.0), (-20.0,))
    open_ended = replace(call, timing=replace(call.timing, half_closed=False))
    assert [step.data for step in script_of(open_ended, ONE + TWO, 0.0).steps] == [ONE, TWO]


def test_a_client_that_left(streamed: Any) -> None:
    """After as many messages as it had seen."""
    call = streamed("server_stream", (), (1.0, 2.0))
    left = replace(call, timing=replace(call.timing, cancelled_ms=3.0))
    assert (script_of(call, b"", 0.0).leaves_after, script_of(left, b"", 0.0).leaves_after) == (None, 2)
