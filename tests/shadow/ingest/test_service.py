"""A service is one source of pairs among others: what it tells, and what a proxy of another kind would tell."""

from typing import Any

from crossfade.shadow.capture.source import Match, Pair, PairSink
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.ingest.service import Service


class Told:
    """A ``PairSink`` that keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def route(self, protocol: Protocol, method: str, target: str, listener: str = "") -> RouteInfo:
        return RouteInfo(route=f"{protocol} {method} {target}{listener}", protocol="", call_type="", stage="shadow")

    def entered(self, route: RouteInfo, count: int) -> None:
        self.calls.append(("entered", route.route, count))

    def matched(self, route: RouteInfo, match: Match) -> None:
        self.calls.append(("matched", route.route, match.request_hash))

    def pair(self, route: RouteInfo, pair: Pair) -> None:
        self.calls.append(("pair", route.route, pair.request.target, pair.request.id))

    def settled(self, route: RouteInfo, outcome: Outcome, reason: Reason, count: int = 1) -> None:
        self.calls.append(("settled", route.route, outcome.value, reason.value, count))

    def close(self) -> None:
        self.calls.append(("close",))


def test_what_a_service_tells(bench: Any, lines: Any) -> None:
    """Each line in turn, and at last that the service is gone."""
    told = Told()
    bench.service = Service(told, bench.time_and_ids, bench.complaints)
    bench.take(
        lines.counts(3, "00000000000000aa", shed={"queue_full": 2, "nonsense": 1, "compare_down": 0}),
        lines.pair(lines.answer(), lines.answer(status=5)),
        lines.pair(lines.answer(), lines.answer(), route="no route"),
        lines.pair({}, lines.answer()),
    )
    bench.service.close()
    route = f"grpc POST /{lines.get}"
    assert told.calls == [
        ("entered", route, 3),
        ("settled", route, "shed", "queue_full", 2),
        ("settled", route, "uncomparable", "internal", 1),
        ("matched", route, 0xAA),
        ("pair", route, f"/{lines.get}", "id-0"),
        ("pair", OTHER, "/no route", "id-1"),
        ("settled", route, "uncomparable", "undecodable", 1),
        ("close",),
    ]
    assert dict(bench.complaints.totals) == {"reason": 1, "pair": 1}


def _pair(target: str, legacy: Reply, candidate: Reply | Reason) -> Pair:
    request = Request(
        id=target,
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="a",
        target=target,
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    return Pair(request=request, legacy=legacy, candidate=candidate)


def _json(body: bytes) -> Answer:
    headers = (("content-type", "application/json"),)
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


def test_a_source_of_another_kind(bench: Any) -> None:
    """A proxy that mirrored HTTP by itself needs no line and no socket: its pairs are judged and counted as all are."""
    sink: PairSink = bench.intake.begin()
    route = sink.route(Protocol.HTTP, "GET", "/a", "web")
    sink.entered(route, 7)
    sink.matched(route, Match(request_hash=1, legacy_ms=1.0, candidate_ms=2.0))
    sink.pair(route, _pair("/a", _json(b'{"n":1}'), _json(b'{ "n": 1 }')))
    sink.pair(route, _pair("/a", _json(b'{"n":1}'), _json(b'{"n":2}')))
    sink.pair(route, _pair("/a", Failure(reason=FailureReason.RESET, detail="", latency_ms=0.0), _json(b"{}")))
    sink.pair(route, _pair("/a", _json(b"{}"), Reason.SAMPLED_OUT))
    sink.settled(route, Outcome.SHED, Reason.QUEUE_FULL)
    assert bench.balance() == (7, 6, 1)
    sink.close()
    assert bench.ends == [
        "same",
        "same",
        "differs",
        "legacy_failed(reset)",
        "skipped(sampled_out)",
        "shed(queue_full)",
        "shed(shutdown)",
    ]
    assert {item.route.key for item in bench.seen} == {"web GET /a"}
    assert bench.balance() == (7, 7, 0)
