"""A status that the secondary shows too comes from another state; one that it does not show comes from the port."""

import pytest

from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.judging.drift import has_drifted, is_refused_for_rate, status_differs

FAILED = Failure(reason=FailureReason.RESET, detail="reset", latency_ms=1.0)


def http(status: int) -> Answer:
    return Answer(status=status, headers=(), body=b"", truncated=False, trailers=(), latency_ms=1.0)


def grpc(code: int, *, trailers_only: bool = False) -> Answer:
    status = (("grpc-status", str(code)),)
    headers, trailers = (status, ()) if trailers_only else ((), status)
    return Answer(status=200, headers=headers, body=b"", truncated=False, trailers=trailers, latency_ms=1.0)


def comparison(legacy: Reply, candidate: Reply, secondary: Reply | None, *, protocol: Protocol) -> Comparison:
    request = Request(
        id="1",
        protocol=protocol,
        method="GET",
        scheme="http",
        authority="h",
        target="/a",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )
    return Comparison(request=request, route="GET /a", legacy=legacy, candidate=candidate, secondary=secondary)


@pytest.mark.parametrize(
    ("legacy", "candidate", "secondary", "drifted"),
    [
        (http(200), http(404), http(404), True),
        (http(404), http(200), http(200), True),  # deleted in legacy alone
        (http(200), http(404), http(200), False),  # the port's own fault
        (http(200), http(404), http(410), False),
        (http(200), http(404), None, False),
        (http(200), http(404), FAILED, False),
        (http(200), http(200), http(404), False),
        (http(200), http(500), http(500), False),  # a server that fails says nothing about its state
        (http(200), http(429), http(429), False),
        (http(200), FAILED, FAILED, False),
    ],
)
def test_http(legacy: Reply, candidate: Reply, secondary: Reply | None, drifted: bool) -> None:
    """Only a status of both others that is not legacy's and no server fault is drift."""
    assert has_drifted(comparison(legacy, candidate, secondary, protocol=Protocol.HTTP)) is drifted


@pytest.mark.parametrize(
    ("legacy", "candidate", "secondary", "drifted"),
    [
        (grpc(0), grpc(5), grpc(5, trailers_only=True), True),
        (grpc(9), grpc(2), grpc(2), False),  # UNKNOWN is a handler that broke
        (grpc(0), grpc(14), grpc(14), False),
        (grpc(0), grpc(5), grpc(0), False),
    ],
)
def test_grpc(legacy: Reply, candidate: Reply, secondary: Reply, drifted: bool) -> None:
    """The gRPC status decides, wherever it stands."""
    assert has_drifted(comparison(legacy, candidate, secondary, protocol=Protocol.GRPC)) is drifted


@pytest.mark.parametrize(("candidate", "differs"), [(http(200), False), (http(404), True), (FAILED, False)])
def test_the_secondary_is_worth_asking_when_both_answered_with_other_statuses(candidate: Reply, differs: bool) -> None:
    """A failed candidate and an equal status need no second opinion."""
    assert status_differs(comparison(http(200), candidate, None, protocol=Protocol.HTTP)) is differs


@pytest.mark.parametrize(
    ("reply", "protocol", "refused"),
    [
        (http(429), Protocol.HTTP, True),
        (http(503), Protocol.HTTP, False),
        (http(200), Protocol.HTTP, False),
        (grpc(8), Protocol.GRPC, True),
        (grpc(14), Protocol.GRPC, False),
        (FAILED, Protocol.HTTP, False),
    ],
)
def test_a_side_that_was_asked_too_often(reply: Reply, protocol: Protocol, refused: bool) -> None:
    """By HTTP's 429 or gRPC's RESOURCE_EXHAUSTED, and nothing else."""
    request = comparison(http(200), http(200), None, protocol=protocol).request
    assert is_refused_for_rate(request, reply) is refused
