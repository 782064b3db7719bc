"""The mirror sees what it would see alone, whatever the recording wants or does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.mirror.tee import Tee

Requests = Callable[..., Request]
Answers = Callable[..., Answer]
HEAD = RequestHead(id="1", listener="web", protocol=Protocol.HTTP, method="GET", target="/a", headers=(), at=0.0)


class Seen:
    """A sink that wants what a test says, and keeps what it is told."""

    def __init__(self, interest: Interest, *, parts: bool = False) -> None:
        self.interest = interest
        self.parts = parts
        self.calls: list[tuple[Any, ...]] = []

    def started(self, head: RequestHead) -> Interest:
        self.calls.append(("started", head.id))
        return self.interest

    def fell_back(self, request_id: str) -> None:
        self.calls.append(("fell_back", request_id))

    def request_complete(self, request: Request) -> None:
        self.calls.append(("complete", request))

    def request_began(self, request: Request) -> None:
        self.calls.append(("began", request))

    def request_part(self, request_id: str, data: bytes) -> None:
        self.calls.append(("part", request_id, data))

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        self.calls.append(("ended", request_id, trailers))

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        self.calls.append(("answer", request_id, status, headers))
        return self.parts

    def answer_part(self, request_id: str, data: bytes) -> None:
        self.calls.append(("answer_part", request_id, data))

    def outlives_client(self, request_id: str) -> bool:
        self.calls.append(("outlives", request_id))
        return True

    def replied(self, request_id: str, reply: Reply) -> None:
        self.calls.append(("replied", request_id, reply))

    def cancelled(self, request_id: str) -> None:
        self.calls.append(("cancelled", request_id))

    def passed_through(self, request_id: str, reason: Reason) -> None:
        self.calls.append(("passed", request_id, reason))


class Broken:
    """Whatever it is told, it raises."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object) -> None:
            raise ValueError(name)

        fail.__name__ = name
        return fail


@pytest.mark.parametrize("ours", Interest)
@pytest.mark.parametrize("theirs", Interest)
def test_the_engine_shows_as_much_as_one_wants(ours: Interest, theirs: Interest) -> None:
    """Parts are more than whole copies, and those more than nothing."""
    wanted = Tee(Seen(ours), Seen(theirs), body_limit_bytes=100).started(HEAD)
    assert wanted.value == max(ours.value, theirs.value)


def test_whole_copies_go_to_both(request_of: Requests, answer_of: Answers) -> None:
    """In the same words."""
    mirror, record = Seen(Interest.WHOLE), Seen(Interest.WHOLE)
    tee = Tee(mirror, record, body_limit_bytes=100)
    tee.started(HEAD)
    tee.request_complete(request_of("1"))
    assert not tee.answer_began("1", 200, ())
    tee.replied("1", answer_of(body=b"x"))
    assert mirror.calls == record.calls
    assert mirror.calls[-1] == ("replied", "1", answer_of(body=b"x"))


def test_the_mirror_gets_whole_what_the_recording_wants_in_parts(request_of: Requests, answer_of: Answers) -> None:
    """A request and its answer."""
    mirror, record = Seen(Interest.WHOLE), Seen(Interest.LIVE, parts=True)
    tee = Tee(mirror, record, body_limit_bytes=100)
    tee.started(HEAD)
    begun = request_of("1", body=b"")
    tee.request_began(begun)
    tee.request_part("1", b"a")
    tee.request_part("1", b"b")
    tee.request_ended("1", (("t", "1"),))
    assert tee.answer_began("1", 200, ())
    tee.answer_part("1", b"c")
    tee.answer_part("1", b"d")
    tee.replied("1", answer_of(body=b""))
    assert mirror.calls[1:] == [
        ("complete", replace(begun, body=b"ab", trailers=(("t", "1"),))),
        ("answer", "1", 200, ()),
        ("replied", "1", answer_of(body=b"cd")),
    ]
    assert [call[0] for call in record.calls] == [
        *("started", "began", "part", "part", "ended", "answer", "answer_part", "answer_part", "replied")
    ]
    assert (tee._whole, tee._requests, tee._answers) == (set(), {}, {})


def test_past_the_limit_the_mirror_gets_parts_as_from_an_engine(request_of: Requests, answer_of: Answers) -> None:
    """Of a request; an answer is cut there, with digests of the rest."""
    mirror, record = Seen(Interest.WHOLE), Seen(Interest.LIVE, parts=True)
    tee = Tee(mirror, record, body_limit_bytes=3)
    tee.started(HEAD)
    begun = request_of("1", body=b"")
    tee.request_began(begun)
    for part in (b"ab", b"cd", b"e"):
        tee.request_part("1", part)
    tee.request_ended("1", ())
    tee.answer_began("1", 200, ())
    tee.answer_part("1", b"wxyz")
    tee.replied("1", answer_of(body=b""))
    assert mirror.calls[1:5] == [
        ("began", replace(begun, body=b"ab")),
        ("part", "1", b"cd"),
        ("part", "1", b"e"),
        ("ended", "1", ()),
    ]
    reply = mirror.calls[-1][2]
    assert (reply.body, reply.truncated, len(reply.windows)) == (b"wxy", True, 8)


def test_a_body_that_grows_past_the_limit_is_passed_on(request_of: Requests) -> None:
    """Where both want whole copies the engine has kept the beginning."""
    mirror = Seen(Interest.WHOLE)
    tee = Tee(mirror, Seen(Interest.WHOLE), body_limit_bytes=3)
    tee.started(HEAD)
    tee.request_began(request_of("1", body=b"abc"))
    tee.request_part("1", b"d")
    assert [call[0] for call in mirror.calls] == ["started", "began", "part"]


def test_a_recording_that_raises_changes_nothing(request_of: Requests, answer_of: Answers) -> None:
    """It is counted; the engine and the mirror go on."""
    mirror = Seen(Interest.WHOLE)
    broken: Any = Broken()
    tee = Tee(mirror, broken, body_limit_bytes=100)
    assert tee.started(HEAD) is Interest.WHOLE
    tee.request_complete(request_of("1"))
    assert tee.answer_began("1", 200, ()) is False
    tee.replied("1", answer_of())
    tee.started(replace(HEAD, id="2"))
    tee.cancelled("2")
    tee.passed_through("3", Reason.UNSUPPORTED)
    assert [call[0] for call in mirror.calls] == [
        *("started", "complete", "answer", "replied", "started", "cancelled", "passed")
    ]
    assert tee.errors["started"] == 2


def test_the_mirror_says_what_outlives_a_client() -> None:
    """A recording keeps what had passed until then."""
    record = Seen(Interest.WHOLE)
    assert Tee(Seen(Interest.WHOLE), record, body_limit_bytes=1).outlives_client("1")
    assert record.calls == []


def test_both_are_told_of_a_fallback() -> None:
    """The mirror first, and a recording that fails there disturbs nobody."""
    mirror = Seen(Interest.WHOLE)
    tee = Tee(mirror, Broken(), body_limit_bytes=100)
    tee.fell_back("1")
    assert mirror.calls == [("fell_back", "1")]
    assert tee.errors == {"fell_back": 1}
