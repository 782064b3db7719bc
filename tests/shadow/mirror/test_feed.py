"""What the engine saw becomes frames, without waiting; what does not is counted."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.pipe.frames import (
    LENGTH,
    AnswerFrame,
    CountsFrame,
    EndFrame,
    Frame,
    ReplyFrame,
    RequestFrame,
    SettledFrame,
    UnmirroredFrame,
    WriteFrame,
    decode,
)
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.serving.weights import LEGACYS, Choice

Requests = Callable[..., Request]
Answers = Callable[..., Answer]
DOWN = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)
RULES = (
    MirrorRule(route="POST /own", action=MirrorAction.MIRROR, reason="test"),
    MirrorRule(route="GET /mail", action=MirrorAction.SKIP, reason="test"),
)


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
    """A feed with what it wrote and what it counted."""

    def __init__(self, requests: Requests, state: State = State.SISTER) -> None:
        self.requests = requests
        self.pipe = Pipe()
        self.feed = Feed(
            routes=RouteTable((), 100, {}),
            policy=Policy(MirrorSettings(rule=RULES), {}, state),
            pipe=self.pipe,
            buffer_bytes=1000,
        )

    def start(
        self,
        request_id: str,
        method: str = "GET",
        target: str = "/a",
        headers: tuple[tuple[str, str], ...] = (),
        choice: Choice = LEGACYS,
    ) -> None:
        head = self.requests(request_id, method=method, target=target)
        self.feed.started(
            RequestHead(
                id=head.id,
                listener="web",
                protocol=head.protocol,
                method=method,
                target=target,
                headers=headers,
                at=0.0,
                choice=choice,
            )
        )

    def complete(self, request_id: str, method: str = "GET", target: str = "/a", **values: Any) -> None:
        self.start(request_id, method, target, choice=values.pop("choice", LEGACYS))
        self.feed.request_complete(self.requests(request_id, method=method, target=target, **values))

    def kinds(self) -> list[type[Frame]]:
        return [type(frame) for frame in self.pipe.frames]

    def settled(self) -> list[tuple[str, str, int]]:
        """What the feed counted itself, by its next counters frame."""
        self.feed.send_counts()
        counts = self.pipe.frames.pop()
        assert isinstance(counts, CountsFrame)
        return [(outcome.value, reason.value, total) for _, outcome, reason, total in counts.settled]


@pytest.fixture
def seen(request_of: Requests) -> Seen:
    """A feed with an empty pipe."""
    return Seen(request_of)


def test_a_mirrored_request(seen: Seen, answer_of: Answers) -> None:
    """Its copy goes out when it is complete, legacy's reply after it."""
    seen.complete("1", body=b"x")
    seen.feed.replied("1", answer_of())
    request, reply = seen.pipe.frames
    assert isinstance(request, RequestFrame)
    assert (request.listener, request.write, request.request.body) == ("web", False, b"x")
    assert request.route.route == "GET /a"
    assert reply == AnswerFrame(request_id="1", reply=answer_of())
    assert seen.settled() == []
    assert seen.feed._open == {}


def test_a_write_by_rule_is_marked(seen: Seen) -> None:
    """The compare process holds it back until legacy has answered."""
    seen.complete("1", "POST", "/own")
    (frame,) = seen.pipe.frames
    assert isinstance(frame, RequestFrame)
    assert frame.write


def test_what_policy_leaves_out_is_counted_at_once(seen: Seen, answer_of: Answers) -> None:
    """Nothing is sent, and its end changes nothing."""
    seen.complete("1", target="/mail")
    seen.feed.replied("1", answer_of())
    seen.feed.cancelled("1")
    assert seen.kinds() == []
    assert seen.settled() == [("skipped", "rule", 1)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_copy_is_not_copied_again(seen: Seen, answer_of: Answers, method: str) -> None:
    """A request that a proxy of ours sent passes to legacy and goes no further, be it a write that a rule allows."""
    seen.start("1", method, "/own", headers=(("X-Crossfade-Role", "shadow"),))
    seen.feed.request_complete(seen.requests("1", method=method, target="/own"))
    seen.feed.replied("1", answer_of())
    assert seen.kinds() == []
    assert seen.settled() == [("skipped", "loop", 1)]
    assert seen.feed.entered_total() == 1


def test_a_role_that_is_no_copy(seen: Seen) -> None:
    """Another value of the mark is a client's own."""
    seen.start("1", headers=(("x-crossfade-role", "live"),))
    seen.feed.request_complete(seen.requests("1"))
    assert seen.kinds() == [RequestFrame]


def test_a_cut_request_is_not_mirrored(seen: Seen, answer_of: Answers) -> None:
    """The candidate would get another request than legacy got."""
    seen.complete("1", body=b"x" * 10, truncated=True)
    seen.feed.replied("1", answer_of())
    assert seen.kinds() == []
    assert seen.settled() == [("uncomparable", "truncated", 1)]


def test_a_full_pipe_sheds(seen: Seen) -> None:
    """The bound counts the body that would be added."""
    seen.pipe.waiting = 991
    seen.complete("1", body=b"x" * 10)
    seen.complete("2", body=b"x" * 9)
    assert seen.kinds() == [RequestFrame]
    assert seen.settled() == [("shed", "queue_full", 1)]


def test_a_pipe_that_is_down_sheds(seen: Seen) -> None:
    """Nothing is written to it; the counters go out when there is someone to take them."""
    seen.pipe.down = True
    seen.complete("1")
    seen.feed.send_counts()
    assert seen.kinds() == []
    seen.pipe.down = False
    assert seen.settled() == [("shed", "compare_down", 1)]


def test_a_reply_has_twice_the_room(seen: Seen, answer_of: Answers) -> None:
    """A request that was sent is not to be lost for a small lack; past that its end is told instead."""
    for name in ("1", "2"):
        seen.complete(name)
    seen.pipe.waiting = 2000
    seen.feed.replied("1", answer_of())
    seen.pipe.waiting = 2001
    seen.feed.replied("2", answer_of())
    assert seen.pipe.frames[2:] == [
        AnswerFrame(request_id="1", reply=answer_of()),
        SettledFrame(request_id="2", outcome=Outcome.SHED, reason=Reason.QUEUE_FULL),
    ]
    assert seen.settled() == []


def test_an_answer_before_the_whole_request(seen: Seen, answer_of: Answers) -> None:
    """There is no request to ask the candidate; what still comes of it is not sent."""
    seen.start("1")
    seen.feed.replied("1", answer_of())
    seen.feed.request_complete(seen.requests("1"))
    assert seen.kinds() == []
    assert seen.settled() == [("uncomparable", "truncated", 1)]


@pytest.mark.parametrize("sent", [False, True])
def test_a_client_that_leaves(seen: Seen, sent: bool) -> None:
    """Counted by the one who has it: here before it was sent, by the compare process after."""
    (seen.complete if sent else seen.start)("1")
    seen.feed.cancelled("1")
    seen.feed.cancelled("1")
    told = SettledFrame(request_id="1", outcome=Outcome.SKIPPED, reason=Reason.CLIENT_CANCELLED)
    assert seen.pipe.frames[1:] == ([told] if sent else [])
    assert seen.settled() == ([] if sent else [("skipped", "client_cancelled", 1)])


def test_a_write_whose_client_leaves(seen: Seen) -> None:
    """Nobody knows whether legacy made it, once it was sent as a whole."""
    seen.start("1", "POST", "/own")
    seen.complete("2", "POST", "/own")
    for request_id in "12":
        seen.feed.cancelled(request_id)
    assert seen.settled() == [("skipped", "client_cancelled", 1)]
    assert seen.pipe.frames[1:] == [
        SettledFrame(request_id="2", outcome=Outcome.SKIPPED, reason=Reason.ABANDONED_WRITE)
    ]


@pytest.mark.parametrize(
    ("method", "target", "outlives"),
    [("POST", "/own", True), ("POST", "/other", False), ("GET", "/a", False), ("GET", "/mail", False)],
)
def test_whose_answer_counts_without_a_client(seen: Seen, method: str, target: str, outlives: bool) -> None:
    """That of a write which the other stores get, once it was sent there, until it has ended."""
    seen.start("1", method, target)
    assert not seen.feed.outlives_client("1")
    seen.complete("2", method, target)
    assert seen.feed.outlives_client("2") is outlives
    seen.feed.cancelled("2")
    assert not seen.feed.outlives_client("2")


def test_no_answer_counts_without_a_client_once_the_kill_switch_is_on(seen: Seen) -> None:
    """It is dropped with the client, as without a mirror."""
    seen.complete("1", "POST", "/own")
    seen.feed.use(Policy(MirrorSettings(rule=RULES), {}, State.SISTER, is_off=lambda: True))
    assert not seen.feed.outlives_client("1")


def test_a_streamed_answer_needs_its_client(seen: Seen) -> None:
    """Only the client ends it."""
    seen.complete("1", "POST", "/own")
    assert seen.feed.answer_began("1", 200, (("content-type", "text/event-stream"),))
    assert not seen.feed.outlives_client("1")


def test_what_is_not_compared_passes_through(seen: Seen) -> None:
    """A WebSocket is counted with its reason."""
    seen.start("1")
    seen.feed.passed_through("1", Reason.UNSUPPORTED)
    assert seen.settled() == [("uncomparable", "unsupported", 1)]


@pytest.mark.parametrize("method", ["GET", "POST", "CONNECT"])
def test_what_the_engine_refuses(seen: Seen, method: str) -> None:
    """It entered and is not compared, whatever the policy would have said of it."""
    head = RequestHead(
        id="1", listener="one", protocol=Protocol.HTTP, method=method, target="/a", headers=(), at=0.0, refused=True
    )
    assert seen.feed.started(head) is Interest.NOTHING
    seen.feed.passed_through("1", Reason.UNSUPPORTED)
    assert seen.feed.entered_total() == 1
    assert seen.settled() == [("uncomparable", "unsupported", 1)]


@pytest.mark.parametrize(
    ("target", "values", "waiting"),
    [("/b", {}, 0), ("/own", {"truncated": True}, 0), ("/own", {"body": b"x" * 9}, 992)],
)
def test_a_write_that_only_legacy_got_is_told(
    seen: Seen, answer_of: Answers, target: str, values: dict[str, Any], waiting: int
) -> None:
    """Left out by policy or cut: when it begins, and what legacy minted in it, which the candidate can't know."""
    seen.pipe.waiting = waiting
    seen.complete("1", "POST", target, **values)
    seen.feed.replied("1", answer_of())
    *begun, frame = seen.pipe.frames
    assert [type(found) for found in begun] == [] if waiting else [WriteFrame]
    assert isinstance(frame, UnmirroredFrame)
    assert (frame.request.target, frame.answer) == (target, answer_of())
    assert len(seen.feed._unmirrored) == 0


@pytest.mark.parametrize("end", ["failed", "left", "passed", "full"])
def test_a_write_without_an_answer_mints_nothing(seen: Seen, answer_of: Answers, end: str) -> None:
    """That it has ended is told all the same, in a few bytes; in no case is it kept."""
    seen.complete("1", "POST", "/b")
    seen.pipe.waiting = 1001 if end == "full" else 0
    if end == "left":
        seen.feed.cancelled("1")
    elif end == "passed":
        seen.feed.passed_through("1", Reason.UNSUPPORTED)
    else:
        seen.feed.replied("1", DOWN if end == "failed" else answer_of())
    begun, ended = seen.pipe.frames
    assert isinstance(begun, WriteFrame)
    assert isinstance(ended, UnmirroredFrame)
    assert (ended.answer, ended.request.id, ended.request.body) == (None, "1", b"")
    assert len(seen.feed._unmirrored) == 0


def test_a_write_that_there_was_no_room_for(seen: Seen, answer_of: Answers) -> None:
    """Neither its beginning nor its end is told: the pipe grows no further."""
    seen.pipe.waiting = 1001
    seen.complete("1", "POST", "/b")
    seen.feed.replied("1", answer_of())
    assert seen.kinds() == []
    assert len(seen.feed._unmirrored) == 0


def test_what_the_candidate_answers_is_counted(seen: Seen, answer_of: Answers) -> None:
    """By route, whatever becomes of it; a request that fell back is legacy's."""
    chosen = Choice(served=Served.CANDIDATE, route="POST /b")
    for request_id in "123":
        seen.complete(request_id, "POST", "/b", choice=chosen)
    seen.feed.fell_back("2")
    seen.feed.cancelled("3")
    seen.feed.replied("1", answer_of())
    seen.feed.replied("2", answer_of())
    counts = seen.feed.counts()
    assert [(route.route, total) for route, total in counts.by_candidate] == [("POST /b", 2)]
    assert seen.feed._candidates == {}
    seen.feed.begin_anew()
    assert seen.feed.counts().by_candidate == ()


def test_the_stage_of_a_route(seen: Seen) -> None:
    """Is told with the counters, as it is by then; the route stays the same."""
    seen.start("1")
    ((shadow, _),) = seen.feed.counts().entered
    seen.feed._stage_of = lambda _: Stage.LIVE
    seen.start("2")
    ((live, total),) = seen.feed.counts().entered
    assert (shadow, shadow.stage, live.stage, total) == (live, Stage.SHADOW, Stage.LIVE, 2)


def test_the_end_of_a_run(seen: Seen, answer_of: Answers) -> None:
    """What is open is told, then the counters, then the end; a reply that comes later changes nothing."""
    seen.start("1")
    seen.complete("2")
    seen.feed.finish()
    seen.feed.replied("2", answer_of())
    assert seen.kinds() == [RequestFrame, SettledFrame, CountsFrame, EndFrame]
    counts = seen.pipe.frames[2]
    assert isinstance(counts, CountsFrame)
    assert [(outcome, reason, total) for _, outcome, reason, total in counts.settled] == [
        (Outcome.SHED, Reason.SHUTDOWN, 1)
    ]
    assert [total for _, total in counts.entered] == [2]
    assert seen.feed.entered_total() == 2


_ENDS = st.sampled_from(["replied", "failed", "cancelled", "passed", "open"])
_TARGETS = st.sampled_from([("GET", "/a"), ("POST", "/own"), ("POST", "/b"), ("GET", "/mail")])
_scripts = st.lists(
    st.tuples(_TARGETS, st.sampled_from(["complete", "complete", "cut", "never"]), _ENDS), min_size=4, max_size=12
)
_WEATHER = (*("fine",) * 8, "down", "full", "very full")


@given(_scripts, st.randoms(use_true_random=False))
def test_conservation(request_of: Requests, scripts: list[tuple[Any, str, str]], rng: random.Random) -> None:
    """After any step: entered = what the feed counted + what it sent + what is open and not sent."""
    seen = Seen(request_of)
    steps = [number for number in range(len(scripts)) for _ in range(3)]
    rng.shuffle(steps)
    turn = dict.fromkeys(range(len(scripts)), 0)
    for number in steps:
        _set_weather(seen.pipe, rng.choice(_WEATHER))
        _step(seen, str(number), scripts[number], turn[number])
        turn[number] += 1
        _assert_conserved(seen)
    _set_weather(seen.pipe, rng.choice(_WEATHER))
    seen.feed.finish()
    assert seen.feed._open == {}
    _assert_conserved(seen)


def _set_weather(pipe: Pipe, weather: str) -> None:
    pipe.down = weather == "down"
    pipe.waiting = {"full": 1001, "very full": 2001}.get(weather, 0)


def _step(seen: Seen, name: str, script: tuple[Any, str, str], turn: int) -> None:
    (method, target), complete, end = script
    if turn == 0:
        seen.start(name, method, target)
    elif turn == 1 and complete != "never":
        seen.feed.request_complete(seen.requests(name, method=method, target=target, truncated=complete == "cut"))
    elif turn == 2:
        _end(seen.feed, name, end)


def _end(feed: Feed, name: str, end: str) -> None:
    if end == "cancelled":
        feed.cancelled(name)
    elif end == "passed":
        feed.passed_through(name, Reason.UNSUPPORTED)
    elif end != "open":
        feed.replied(name, DOWN)


def _assert_conserved(seen: Seen) -> None:
    sent = [frame.request.id for frame in seen.pipe.frames if isinstance(frame, RequestFrame)]
    ends = [frame.request_id for frame in seen.pipe.frames if isinstance(frame, ReplyFrame | SettledFrame)]
    waiting = sum(not entry.sent for entry in seen.feed._open.values())
    assert seen.feed.entered_total() == seen.feed._settled.total() + len(sent) + waiting
    assert _once(sent)
    assert _once(ends)
    assert set(ends) <= set(sent)


def _once(names: Iterable[str]) -> bool:
    names = list(names)
    return len(names) == len(set(names))


def test_a_long_write_that_legacy_alone_got(seen: Seen, answer_of: Answers) -> None:
    """What it minted is told too, though only the beginning of the request is known."""
    seen.start("1", "POST", "/other")
    seen.feed.request_began(seen.requests("1", method="POST", target="/other", body=b"begin"))
    seen.feed.request_part("1", b"more")
    seen.feed.request_ended("1", ())
    seen.feed.replied("1", answer_of(b'{"id": "n-12345678"}'))
    _, frame = seen.pipe.frames
    assert isinstance(frame, UnmirroredFrame)
    assert frame.request.body == b"begin"
