"""When each part of an answer is due."""

from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.mock.schedule import parts_of


@pytest.mark.parametrize(
    ("timing", "due"),
    [
        (Timing(), [(None, 0.0), (None, 0.0)]),
        (Timing(client_ms=(0.0, 0.0), server_ms=(5.0, 30.0)), [(None, 5.0), (None, 25.0)]),
        (Timing(client_ms=(-50.0, -20.0), server_ms=(-45.0, -15.0)), [(1, 5.0), (2, 5.0)]),
        (Timing(client_ms=(-50.0, -20.0), server_ms=(-60.0, 3.0)), [(0, 0.0), (None, 3.0)]),
        (Timing(client_ms=(-50.0, -20.0), server_ms=(-45.0, 0.0), half_closed=False), [(1, 5.0), (2, 20.0)]),
        (Timing(client_ms=(-50.0, -20.0), server_ms=(1.0,)), [(None, 0.0), (None, 0.0)]),
    ],
)
def test_streams(recorder: Any, timing: Timing, due: list[tuple[int | None, float]]) -> None:
    """After as much of the request as legacy had heard, and as long after that, or after the part before."""
    call = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=timing)
    assert [(part.heard, part.pause_ms) for part in parts_of(call, call.reply)] == due


def test_one_message_comes_at_once(recorder: Any) -> None:
    """How long legacy took to make it is no part of a stream."""
    call = recorder.grpc("/p.S/Get", [b"1"], [b"a"], timing=Timing(client_ms=(0.0,), server_ms=(400.0,)))
    (part,) = parts_of(call, call.reply)
    assert (part.heard, part.pause_ms) == (None, 0.0)


def test_events(recorder: Any, json_reply: Any) -> None:
    """A stream of HTTP comes event by event."""
    body = b"data: 1\n\ndata: 2\n\n"
    reply = json_reply(None, headers=(("content-type", "text/event-stream"),), body=body)
    call = recorder.call(recorder.request("GET", "/a"), reply, timing=Timing(server_ms=(1.0, 21.0)))
    assert [(part.data, part.pause_ms) for part in parts_of(call, reply)] == [
        (b"data: 1\n\n", 1.0),
        (b"data: 2\n\n", 20.0),
    ]
