"""Comparisons of JSON of any size, and the rules of a run without any."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW)
JSON: Headers = (("content-type", "application/json"),)


def answer_of(body: bytes, headers: Headers = JSON) -> Answer:
    """An answer with this body."""
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


def request_of(request_id: str = "1", body: bytes = b"", target: str = "/a") -> Request:
    """A request for it."""
    return Request(
        id=request_id,
        protocol=Protocol.HTTP,
        method="POST" if body else "GET",
        scheme="http",
        authority="a",
        target=target,
        headers=JSON if body else (),
        body=body,
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def rows(count: int, price: float = 1.5) -> bytes:
    """A list of so many objects."""
    found = [{"name": f"n{number}", "price": number + price, "tags": ["a", "b"]} for number in range(count)]
    return json.dumps(found).encode()


@pytest.fixture(scope="session")
def route() -> RouteInfo:
    """The route of all comparisons."""
    return ROUTE


@pytest.fixture(scope="session")
def setup() -> Setup:
    """No rule, no contract, no key."""
    return Setup()


@pytest.fixture(scope="session")
def comparison_of() -> Callable[..., Comparison]:
    """Builds a comparison of bodies, or of replies."""

    def build(legacy: Any, candidate: Any, secondary: Any = None, request: Request | None = None) -> Comparison:
        def reply(side: Any) -> Reply:
            return answer_of(side) if isinstance(side, bytes) else side  # type: ignore[no-any-return]

        return Comparison(
            request=request or request_of(),
            route=ROUTE.route,
            legacy=reply(legacy),
            candidate=reply(candidate),
            secondary=None if secondary is None else reply(secondary),
        )

    return build


@pytest.fixture(scope="session")
def make() -> Any:
    """The builders."""

    class Make:
        answer, request, rows = staticmethod(answer_of), staticmethod(request_of), staticmethod(rows)

    return Make
