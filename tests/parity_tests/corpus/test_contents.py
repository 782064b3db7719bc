"""What is in a corpus."""

from dataclasses import replace
from pathlib import Path

from crossfade.parity_tests.corpus.contents import contents_of, status_of
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session, Timing
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

REQUEST = Request(
    id="1",
    protocol=Protocol.HTTP,
    method="GET",
    scheme="http",
    authority="svc.test",
    target="/a",
    headers=(),
    body=b"ab",
    truncated=False,
    trailers=(),
    started_at=1.0,
)
ANSWER = Answer(status=200, headers=(), body=b"xyz", truncated=False, trailers=(), latency_ms=1.0)
ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
CALL = Call(route=ROUTE, request=REQUEST, reply=ANSWER, write=False)
FAILED = Failure(reason=FailureReason.RESET, detail="legacy: reset", latency_ms=1.0)


def numbered(*calls: Call) -> tuple[Call, ...]:
    """Each with an id of its own."""
    return tuple(replace(call, request=replace(call.request, id=str(at))) for at, call in enumerate(calls))


def test_routes_with_their_calls(tmp_path: Path) -> None:
    """Over all sessions, also of one that was cut off; a route is its name and its port."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    other = replace(CALL, route=replace(ROUTE, listener="admin"), write=True)
    corpus.add(Session(id="a", calls=numbered(CALL, other, replace(CALL, reply=FAILED))))
    corpus.append("b", replace(CALL, reply=replace(ANSWER, status=404)), source="live")
    found = contents_of(corpus)
    assert (found.service, found.half, found.sessions, found.begun, found.calls) == ("builds", "all", 2, 1, 4)
    assert found.file_bytes > 500
    admin, web = found.routes
    assert (admin.route, admin.calls, admin.writes) == ("admin GET /a", 1, 1)
    assert (web.route, web.calls, web.writes, web.body_bytes) == ("web GET /a", 3, 0, 12)
    assert web.statuses == {"200": 1, "failed": 1, "404": 1}


def test_what_can_not_be_used_as_it_is(tmp_path: Path) -> None:
    """Each is counted under its own name."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    calls = numbered(
        replace(CALL, timing=Timing(cancelled_ms=1.0)),
        replace(CALL, hidden=frozenset({Side.CLIENT})),
        replace(CALL, hidden=frozenset({Side.LEGACY})),
        replace(CALL, reply=replace(ANSWER, truncated=True)),
        replace(CALL, scrambled=True),
    )
    corpus.add(Session(id="a", calls=calls))
    (route,) = contents_of(corpus).routes
    assert (route.left, route.hidden, route.cut, route.scrambled) == (1, 1, 2, 1)


def test_the_status_of_a_grpc_call() -> None:
    """Of a trailer, or of the header where there is nothing but trailers; a client that left had none."""
    grpc = replace(CALL, request=replace(REQUEST, protocol=Protocol.GRPC))
    assert status_of(replace(grpc, reply=replace(ANSWER, trailers=(("grpc-status", "5"),)))) == "grpc 5"
    assert status_of(replace(grpc, reply=replace(ANSWER, headers=(("grpc-status", "12"),)))) == "grpc 12"
    assert status_of(grpc) == "grpc none"
    assert status_of(replace(grpc, timing=Timing(cancelled_ms=1.0))) == "left"
