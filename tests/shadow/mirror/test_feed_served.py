"""Requests that the candidate answers become frames, once it is certain that it does."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.config import MirrorSettings, State
from crossfade.shadow.exchange import Answer, Request
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.pipe.frames import (
    LENGTH,
    AnswerFrame,
    CountsFrame,
    Frame,
    PartFrame,
    RequestFrame,
    SettledFrame,
    WriteFrame,
    decode,
)
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.serving.weights import Choice

Requests = Callable[..., Request]
Answers = Callable[..., Answer]
CANDIDATES = Choice(served=Served.CANDIDATE, route="GET /a", mirror_pct=100.0)


class Seen:
    """A feed with what it wrote."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.frames: list[Frame] = []
        policy = Policy(MirrorSettings(), {}, State.SHARED)
        self.feed = Feed(routes=RouteTable((), 100, {}), policy=policy, pipe=self, buffer_bytes=1000)

    def is_down(self) -> bool:
        return False

    def waiting_bytes(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.frames.append(decode(data[LENGTH.size :]))

    def start(self, choice: Choice = CANDIDATES, method: str = "GET") -> Interest:
        request = self.requests("1", method=method)
        head = RequestHead(
            id="1",
            listener="web",
            protocol=request.protocol,
            method=method,
            target=request.target,
            headers=(),
            at=0.0,
            choice=choice,
        )
        return self.feed.started(head)

    def served(self) -> list[Served]:
        """Who answered, by the requests that were sent."""
        return [frame.served for frame in self.frames if isinstance(frame, RequestFrame)]

    def settled(self) -> list[tuple[str, str]]:
        """How requests ended that were not sent."""
        self.feed.send_counts()
        counts = self.frames.pop()
        assert isinstance(counts, CountsFrame)
        return [(outcome.value, reason.value) for _, outcome, reason, _ in counts.settled]


@pytest.fixture
def seen(request_of: Requests) -> Seen:
    """A feed with an empty pipe."""
    return Seen(request_of)


def test_a_request_is_sent_once_the_candidate_answers(seen: Seen, answer_of: Answers) -> None:
    """Until then it may still be legacy's."""
    seen.start()
    seen.feed.request_complete(seen.requests("1"))
    assert seen.frames == []
    seen.feed.answer_began("1", 200, ())
    assert seen.served() == [Served.CANDIDATE]
    seen.feed.replied("1", answer_of())
    assert [type(frame) for frame in seen.frames] == [RequestFrame, AnswerFrame]


def test_a_request_that_falls_back_is_mirrored_as_any_other(seen: Seen, answer_of: Answers) -> None:
    """Legacy answered, so the candidate is asked."""
    seen.start()
    seen.feed.request_complete(seen.requests("1"))
    seen.feed.fell_back("1")
    assert seen.served() == [Served.LEGACY]
    seen.feed.replied("1", answer_of())
    assert [type(frame) for frame in seen.frames] == [RequestFrame, AnswerFrame]


def test_a_request_that_falls_back_before_it_is_complete(seen: Seen) -> None:
    seen.start()
    seen.feed.fell_back("1")
    seen.feed.request_complete(seen.requests("1"))
    assert seen.served() == [Served.LEGACY]


def test_a_request_that_falls_back_too_late_ends_uncompared(seen: Seen) -> None:
    """What was sent of it said that the candidate answers."""
    seen.start()
    seen.feed.request_began(seen.requests("1"))
    seen.feed.request_part("1", b"x")
    assert seen.served() == [Served.CANDIDATE]
    seen.feed.fell_back("1")
    assert [type(frame) for frame in seen.frames] == [RequestFrame, PartFrame, SettledFrame]


def test_a_live_request_is_sent_with_its_first_part_or_its_end(seen: Seen) -> None:
    seen.start()
    seen.feed.request_began(seen.requests("1"))
    assert seen.frames == []
    seen.feed.request_ended("1", ())
    assert [frame.live for frame in seen.frames if isinstance(frame, RequestFrame)] == [True]


def test_a_client_that_leaves_the_candidate(seen: Seen) -> None:
    seen.start()
    seen.feed.request_complete(seen.requests("1"))
    seen.feed.cancelled("1")
    assert seen.settled() == [("skipped", "client_cancelled")]
    assert seen.frames == []


def test_legacy_is_never_asked_to_write_again(seen: Seen) -> None:
    """Of a write on the one store nothing is sent but that there was one, for the reads beside it."""
    assert seen.start(method="POST") is Interest.WHOLE
    seen.feed.request_complete(seen.requests("1", method="POST"))
    assert [type(frame) for frame in seen.frames] == [WriteFrame]
    assert seen.settled() == [("skipped", "served_by_candidate")]


@pytest.mark.parametrize(
    ("served", "reason"), [(Served.CANDIDATE, "served_by_candidate"), (Served.LEGACY, "sampled_out")]
)
def test_the_weight_limits_what_the_other_side_gets(seen: Seen, served: Served, reason: str) -> None:
    assert seen.start(Choice(served=served, route="GET /a", mirror_pct=0.0)) is Interest.NOTHING
    assert seen.settled() == [("skipped", reason)]


def test_a_write_that_the_candidate_answers_teaches_nothing_of_legacy(request_of: Any) -> None:
    """On stores of their own a write that legacy alone got mints handles; this one it did not get."""
    policy = Policy(MirrorSettings(), {}, State.SISTER)
    request = request_of("1", method="POST")
    heads = (
        RequestHead(
            id="1",
            listener="web",
            protocol=request.protocol,
            method="POST",
            target="/a",
            headers=(),
            at=0.0,
            choice=Choice(served=served, route="POST /a"),
        )
        for served in Served
    )
    assert [policy.decide(head).learn for head in heads] == [True, False]
