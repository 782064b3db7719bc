"""What each side served, counted between an engine and its sink."""

import logging
from typing import Any

import pytest

from crossfade.codegen.contract import CallType, Method
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.mirror.served_sink import ServedSink, is_error
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.serving.counts import ServedRoute, SideCounts
from crossfade.shadow.serving.weights import LEGACYS, Choice

WATCH = Method(
    full_name="p.S/Watch",
    input_type="p.In",
    output_type="p.Out",
    call_type=CallType.SERVER_STREAM,
    safe=True,
    idempotent=True,
    http="",
)
CANDIDATES = Choice(served=Served.CANDIDATE, route="GET /a", place=10.0, candidate_pct=25.0)
LEGACYS_OWN = Choice(served=Served.LEGACY, route="GET /a", place=30.0, candidate_pct=25.0)


class Inner:
    """A sink that keeps the names of what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(*_: object) -> Any:
            self.told.append(name)
            return Interest.WHOLE if name == "started" else name == "outlives_client"

        return call


class Stage:
    """A sink under test."""

    def __init__(self) -> None:
        self.inner = Inner()
        self.tally = ServedTally("e")
        self.sink = ServedSink(self.inner, self.tally, {"p.S/Watch": WATCH})

    def begin(self, choice: Choice, request_id: str = "1", target: str = "/a", *, grpc: bool = False) -> None:
        """A request enters."""
        protocol = Protocol.GRPC if grpc else Protocol.HTTP
        head = RequestHead(
            id=request_id,
            listener="web",
            protocol=protocol,
            method="GET",
            target=target,
            headers=(),
            at=0.0,
            choice=choice,
        )
        assert self.sink.started(head) is Interest.WHOLE

    def route(self) -> ServedRoute:
        """The only route."""
        (route,) = self.tally.counts(1.0).routes
        return route


def answer(status: int = 200, headers: Headers = (), trailers: Headers = ()) -> Answer:
    """An answer that took 4 ms."""
    return Answer(status=status, headers=headers, body=b"", truncated=False, trailers=trailers, latency_ms=4.0)


@pytest.mark.parametrize(
    ("protocol", "reply", "expected"),
    [
        (Protocol.HTTP, answer(200), False),
        (Protocol.HTTP, answer(404), False),
        (Protocol.HTTP, answer(500), True),
        (Protocol.HTTP, answer(503), True),
        (Protocol.HTTP, Failure(reason=FailureReason.RESET, detail="", latency_ms=0.0), True),
        (Protocol.GRPC, answer(trailers=(("grpc-status", "0"),)), False),
        (Protocol.GRPC, answer(trailers=(("grpc-status", "5"),)), False),  # NOT_FOUND
        (Protocol.GRPC, answer(trailers=(("grpc-status", "13"),)), True),  # INTERNAL
        (Protocol.GRPC, answer(headers=(("grpc-status", "14"),)), True),  # UNAVAILABLE, without a body
        (Protocol.GRPC, answer(headers=(("grpc-status", "12"),)), True),  # UNIMPLEMENTED
        (Protocol.GRPC, answer(), True),
    ],
)
def test_what_is_an_error(protocol: Protocol, reply: Reply, expected: bool) -> None:
    """The fault of who answered, and no answer that is right to refuse."""
    assert is_error(protocol, reply) is expected


def test_each_side_has_its_own_counts() -> None:
    """Requests, errors, latency and clients."""
    stage = Stage()
    for number, (choice, status) in enumerate([(CANDIDATES, 200), (CANDIDATES, 500), (LEGACYS_OWN, 200)]):
        stage.begin(choice, str(number))
        stage.sink.replied(str(number), answer(status))
    route = stage.route()
    assert (route.candidate.requests, route.candidate.errors, route.candidate.clients) == (2, 1, 1)
    assert (route.legacy.requests, route.legacy.errors, route.legacy.clients) == (1, 0, 1)
    assert (sum(route.candidate.latency), route.candidate.latency[3]) == (2, 2)  # 2.5 to 5 ms
    assert route.expected_pct == 25.0


def test_what_has_no_weight_is_not_counted() -> None:
    stage = Stage()
    stage.begin(LEGACYS)
    stage.sink.replied("1", answer())
    assert stage.tally.counts(1.0).routes == ()


def test_a_fallback_counts_for_no_side(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once; that legacy answered well says nothing of legacy's share."""
    stage = Stage()
    with caplog.at_level(logging.ERROR):
        for request_id in ("1", "2"):
            stage.begin(CANDIDATES, request_id)
            stage.sink.fell_back(request_id)
            stage.sink.replied(request_id, answer())
    route = stage.route()
    assert (route.fallback, route.candidate.requests, route.legacy.requests) == (2, 0, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "candidate.refused route=GET /a; legacy answers; logged once per route"
    ]


def test_forced_requests_stand_apart() -> None:
    stage = Stage()
    stage.begin(Choice(served=Served.CANDIDATE, route="GET /a", forced=True, place=50.0))
    stage.sink.replied("1", answer(500))
    assert stage.route().candidate == SideCounts(forced=1, latency=(0,) * 15)


def test_a_client_that_left_before_its_answer() -> None:
    """It may have waited for too long, so it counts as an error; one that left in the middle does not."""
    stage = Stage()
    stage.begin(CANDIDATES, "1")
    stage.sink.cancelled("1")
    stage.begin(CANDIDATES, "2")
    stage.sink.answer_began("2", 200, ())
    stage.sink.cancelled("2")
    assert (stage.route().candidate.requests, stage.route().candidate.errors) == (2, 1)


def test_streams_have_no_latency_and_may_be_left() -> None:
    """Of gRPC by the contract, over HTTP by what the answer is."""
    stage = Stage()
    stage.begin(CANDIDATES, "1", "/p.S/Watch", grpc=True)
    stage.sink.cancelled("1")
    stage.begin(CANDIDATES, "2", "/p.S/Watch", grpc=True)
    stage.sink.replied("2", answer(trailers=(("grpc-status", "0"),)))
    stage.begin(CANDIDATES, "3")
    stage.sink.replied("3", answer(headers=(("content-type", "text/event-stream"),)))
    found = stage.route().candidate
    assert (found.requests, found.errors, sum(found.latency)) == (3, 0, 0)


def test_the_sink_behind_it_is_told_everything() -> None:
    """In the same order, and its answers are passed back."""
    stage = Stage()
    stage.begin(CANDIDATES)
    request: Any = None
    stage.sink.request_began(request)
    stage.sink.request_part("1", b"")
    stage.sink.request_ended("1", ())
    stage.sink.request_complete(request)
    stage.sink.fell_back("1")
    assert stage.sink.answer_began("1", 200, ()) is False
    stage.sink.answer_part("1", b"")
    assert stage.sink.outlives_client("1") is True
    stage.sink.replied("1", answer())
    stage.sink.cancelled("1")
    stage.sink.passed_through("1", Reason.UNSUPPORTED)
    assert stage.inner.told == [
        "started",
        "request_began",
        "request_part",
        "request_ended",
        "request_complete",
        "fell_back",
        "answer_began",
        "answer_part",
        "outlives_client",
        "replied",
        "cancelled",
        "passed_through",
    ]
