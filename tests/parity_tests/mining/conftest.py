"""A session of JSON calls, answered twice."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.traces import Twice
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

Asked = tuple[str, str, Any]
"""Method, target and JSON."""


def request_of(number: int, method: str, target: str, body: Any) -> Request:
    """A request with JSON."""
    return Request(
        id=f"c{number}",
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="shop.test",
        target=target,
        headers=(("Content-Type", "application/json"), ("traceparent", f"00-{number:032x}-0102030405060708-01")),
        body=b"" if body is None else json.dumps(body).encode(),
        truncated=False,
        trailers=(),
        started_at=float(number),
    )


def answer_of(body: Any, status: int = 200) -> Answer:
    """An answer with JSON."""
    data = json.dumps(body).encode()
    headers = (("Content-Type", "application/json"),)
    return Answer(status=status, headers=headers, body=data, truncated=False, trailers=(), latency_ms=1.0)


def twice_of(session_id: str, calls: Sequence[tuple[Asked, Any, Any, Any]]) -> Twice:
    """``calls``: each request with what was recorded, what legacy answers now, and the candidate; None: nothing."""
    kept = []
    for number, ((method, target, body), reply, _, _) in enumerate(calls):
        info = RouteInfo(route=f"{method} {target}", protocol="http", call_type="http", stage=Stage.SHADOW)
        request = request_of(number, method, target, body)
        kept.append(Call(route=info, request=request, reply=answer_of(reply), write=method != "GET"))
    again = [None if reply is None else answer_of(reply) for _, _, reply, _ in calls]
    candidate = [None if reply is None else answer_of(reply) for _, _, _, reply in calls]
    return Twice(session=Session(id=session_id, calls=tuple(kept)), again=again, candidate=candidate)


@pytest.fixture(scope="session")
def twice() -> Callable[..., Twice]:
    """Makes a session."""
    return twice_of


@pytest.fixture(scope="session")
def ask() -> Callable[..., Request]:
    """Makes a request."""
    return request_of


@pytest.fixture(scope="session")
def answer() -> Callable[..., Answer]:
    """Makes an answer."""
    return answer_of
