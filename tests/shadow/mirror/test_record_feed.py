"""Everything that passed becomes frames, without waiting; what does not is counted."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.shadow_headers import ROLE_HEADER, SHADOW_ROLE
from crossfade.shadow.mirror.record_feed import RecordFeed
from crossfade.shadow.pipe.frames import (
    LENGTH,
    AnswerFrame,
    AnswerHeadFrame,
    CountsFrame,
    EndFrame,
    Frame,
    PartFrame,
    RequestFrame,
    SettledFrame,
    decode,
)
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.serving.weights import Choice

Requests = Callable[..., Request]
Answers = Callable[..., Answer]
EVENTS = (("content-type", "text/event-stream"),)


class Pipe:
    """Keeps the frames; a test says whether it is down and how much waits in it."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.down = False
        self.waiting = 0

    def is_down(self) -> bool:
        return self.down

    def waiting_bytes(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        assert not self.down
        self.frames.append(decode(data[LENGTH.size :]))


class Seen:
    """A feed with what it wrote and what it counted; its clock moves by one second for each look."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.pipe = Pipe()
        self.now = 0.0
        self.feed = RecordFeed(
            routes=RouteTable((), 100, {}),
            is_write=lambda head: head.method != "GET",
            pipe=self.pipe,
            buffer_bytes=1000,
            clock=self.tick,
        )

    def tick(self) -> float:
        self.now += 1
        return self.now

    def start(self, request_id: str, method: str = "GET", headers: Headers = ()) -> Interest:
        head = RequestHead(
            id=request_id, listener="web", protocol=Protocol.HTTP, method=method, target="/a", headers=headers, at=0.0
        )
        return self.feed.started(head)

    def complete(self, request_id: str, method: str = "GET", **values: Any) -> None:
        self.start(request_id, method)
        self.feed.request_complete(self.requests(request_id, method=method, target="/a", **values))

    def left_out(self) -> dict[str, int]:
        return {reason.value: count for _, _, reason, count in self.feed.counts().settled}


@pytest.fixture
def seen(request_of: Requests) -> Seen:
    """A feed with an empty pipe."""
    return Seen(request_of)


@pytest.mark.parametrize(("method", "write"), [("GET", False), ("POST", True)])
def test_a_request_and_its_answer(seen: Seen, answer_of: Answers, method: str, write: bool) -> None:
    """A write too: no rule keeps it back."""
    seen.complete("1", method, body=b"x")
    seen.feed.replied("1", answer_of())
    request, reply = seen.pipe.frames
    assert isinstance(request, RequestFrame)
    assert (request.write, request.live, request.listener, request.at) == (write, False, "web", 1.0)
    assert reply == AnswerFrame(request_id="1", reply=answer_of())
    assert seen.feed._open == {}


def test_a_stream_comes_in_parts_with_their_moments(seen: Seen, answer_of: Answers) -> None:
    """Of an answer that is none it wants the whole."""
    seen.complete("1")
    assert not seen.feed.answer_began("1", 200, ())
    seen.complete("2")
    assert seen.feed.answer_began("2", 200, EVENTS)
    seen.feed.answer_part("2", b"data: 1\n\n")
    seen.feed.replied("2", answer_of())
    head, part, _ = seen.pipe.frames[2:]
    assert head == AnswerHeadFrame(request_id="2", status=200, headers=EVENTS)
    assert part == PartFrame(request_id="2", of_answer=True, data=b"data: 1\n\n", at=3.0)


def test_a_client_that_leaves(seen: Seen) -> None:
    """What had passed is kept: the other side gets the moment. Nobody waits for an answer that nobody takes."""
    seen.complete("1", "POST")
    assert not seen.feed.outlives_client("1")
    seen.feed.cancelled("1")
    settled = seen.pipe.frames[-1]
    assert isinstance(settled, SettledFrame)
    assert (settled.reason, settled.at) == (Reason.CLIENT_CANCELLED, 2.0)
    assert seen.left_out() == {}


def test_what_can_not_be_kept_is_counted(seen: Seen, answer_of: Answers) -> None:
    """A copy that came back, a body over the limit, a request that legacy answered before its end, a WebSocket."""
    assert seen.start("1", headers=((ROLE_HEADER, SHADOW_ROLE),)) is Interest.NOTHING
    seen.complete("2", truncated=True)
    seen.start("3")
    seen.feed.replied("3", answer_of())
    seen.start("4")
    seen.feed.passed_through("4", Reason.UNSUPPORTED)
    seen.start("5")
    seen.feed.cancelled("5")
    assert seen.pipe.frames == []
    assert seen.left_out() == {"loop": 1, "truncated": 2, "unsupported": 1, "client_cancelled": 1}
    assert seen.feed.entered_total() == 5


def test_a_full_pipe_sheds(seen: Seen, answer_of: Answers) -> None:
    """A request here; one that was sent is ended at the other side, so that it has no gap."""
    seen.complete("1", body=b"x" * 1001)
    seen.complete("2")
    seen.feed.answer_began("2", 200, EVENTS)
    seen.pipe.waiting = 1000
    seen.feed.answer_part("2", b"x")
    seen.complete("3", body=b"x")
    seen.pipe.waiting = 0
    seen.complete("4")
    seen.pipe.waiting = 2001
    seen.feed.replied("4", answer_of())
    settled = [frame.request_id for frame in seen.pipe.frames if isinstance(frame, SettledFrame)]
    assert settled == ["2", "4"]
    assert seen.left_out() == {"queue_full": 2}
    assert seen.feed._open == {}


def test_a_process_that_is_lost(seen: Seen, answer_of: Answers) -> None:
    """Nothing is written any more, and nothing is copied for it."""
    seen.complete("1")
    seen.pipe.down = True
    seen.feed.replied("1", answer_of())
    assert seen.start("2") is Interest.NOTHING
    seen.feed.finish()
    assert seen.left_out() == {"compare_down": 1}


def test_the_end(seen: Seen) -> None:
    """What is open ends as far as it went; then come the counters and the end."""
    seen.complete("1")
    seen.start("2")
    seen.feed.finish()
    _, settled, counts, end = seen.pipe.frames
    assert isinstance(settled, SettledFrame)
    assert settled.reason is Reason.SHUTDOWN
    assert isinstance(counts, CountsFrame)
    assert [count for _, count in counts.entered] == [2]
    assert [(reason.value, count) for _, _, reason, count in counts.settled] == [("shutdown", 1)]
    assert end == EndFrame()


def test_a_corpus_has_legacys_answers_alone(seen: Seen, answer_of: Answers) -> None:
    """What the candidate answers is left out, also where it falls back: its beginning was not kept."""
    head = RequestHead(
        id="1",
        listener="web",
        protocol=Protocol.HTTP,
        method="GET",
        target="/a",
        headers=(),
        at=0.0,
        choice=Choice(served=Served.CANDIDATE, route="GET /a"),
    )
    assert seen.feed.started(head) is Interest.NOTHING
    seen.feed.fell_back("1")
    seen.feed.replied("1", answer_of())
    assert seen.pipe.frames == []
    assert seen.left_out() == {"served_by_candidate": 1}
