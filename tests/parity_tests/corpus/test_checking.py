"""What a file gives for a text or a number."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.checking import checked
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

REQUEST = Request(
    id="1",
    protocol=Protocol.HTTP,
    method="GET",
    scheme="http",
    authority="svc.test",
    target="/a",
    headers=(("a", "1"),),
    body=b"",
    truncated=False,
    trailers=(),
    started_at=1.5,
)
ANSWER = Answer(status=200, headers=(), body=b"hi", truncated=False, trailers=(), latency_ms=2)
CALL = Call(
    route=RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web"),
    request=REQUEST,
    reply=ANSWER,
    write=False,
    timing=Timing(client_ms=(-1.0,), server_ms=(1,), cancelled_ms=2.0),
)


def test_a_call_as_it_is_written_is_that_call() -> None:
    """Whether it was answered or not."""
    failed = replace(CALL, reply=Failure(reason=FailureReason.RESET, detail="reset", latency_ms=1.0))
    assert checked(CALL) is CALL
    assert checked(failed) is failed


@pytest.mark.parametrize(
    ("place", "value"),
    [("method", 5), ("target", None), ("id", ["1"]), ("headers", ((1, "a"),)), ("trailers", (("a", None),))],
)
def test_what_is_no_text_is_refused(place: str, value: Any) -> None:
    """It would fail later, where nobody can tell in which file."""
    with pytest.raises(TypeError, match="expected a text as"):
        checked(replace(CALL, request=replace(REQUEST, **{place: value})))


@pytest.mark.parametrize("value", ["1", True, None, float("nan"), float("inf"), -1e300, 10**400])
def test_what_is_no_number_is_refused(value: Any) -> None:
    """Nor a time that no clock shows."""
    for call in (
        replace(CALL, request=replace(REQUEST, started_at=value)),
        replace(CALL, reply=replace(ANSWER, latency_ms=value)),
        replace(CALL, reply=replace(ANSWER, status=value)),
        replace(CALL, timing=Timing(server_ms=(value,))),
    ):
        with pytest.raises(TypeError, match="expected a number as"):
            checked(call)
