"""A request in one line."""

from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.corpus.request_line import LINE_WIDTH, request_line
from crossfade.shadow.exchange import Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

CALL = Call(
    route=RouteInfo(route="POST /notes", protocol="http", call_type="http", stage=Stage.SHADOW),
    request=Request(
        id="1",
        protocol=Protocol.HTTP,
        method="POST",
        scheme="http",
        authority="notes.test",
        target="/notes?a=1",
        headers=(("content-type", "text/plain"),),
        body=b"one\ntwo",
        truncated=False,
        trailers=(),
        started_at=0.0,
    ),
    reply=Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0),
    write=True,
)


def test_with_a_body() -> None:
    """The beginning of it, without its line ends."""
    assert request_line(CALL, None) == "POST /notes?a=1 one two"
    long = replace(CALL, request=replace(CALL.request, body=b"x" * 999))
    assert request_line(long, None) == f"POST /notes?a=1 {'x' * LINE_WIDTH}"


def test_without_a_body() -> None:
    """Nothing stands behind the target."""
    assert request_line(replace(CALL, request=replace(CALL.request, body=b"")), None) == "POST /notes?a=1"
