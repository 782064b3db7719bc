"""Calls and frames as a recording sees them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import RequestFrame

ROUTE = RouteInfo(route="GET /builds/{id}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")


@pytest.fixture(scope="session")
def make_call() -> Callable[..., Call]:
    """Builds a call: ``headers`` are the request's, ``cookies`` are set by the answer."""

    def build(at: float = 0.0, *, headers: Any = (), cookies: Any = (), body: bytes = b"{}", **values: Any) -> Call:
        request = Request(
            id=f"r{at}",
            protocol=Protocol.HTTP,
            method="GET",
            scheme="http",
            authority="svc.test",
            target="/builds/1",
            headers=headers,
            body=b"",
            truncated=False,
            trailers=(),
            started_at=at,
            peer="192.0.2.1",
        )
        request = replace(request, **values)
        answer_headers = (("content-type", "application/json"), *(("set-cookie", cookie) for cookie in cookies))
        reply = Answer(status=200, headers=answer_headers, body=body, truncated=False, trailers=(), latency_ms=1.0)
        return Call(route=ROUTE, request=request, reply=reply, write=False)

    return build


@pytest.fixture(scope="session")
def make_frame(make_call: Callable[..., Call]) -> Callable[..., RequestFrame]:
    """Builds the frame of a request."""

    def build(request_id: str, *, at: float = 100.0, live: bool = False, write: bool = False, **values: Any) -> Any:
        call = make_call(**values)
        return RequestFrame(
            route=call.route,
            listener="web",
            write=write,
            ask_secondary=False,
            live=live,
            request=replace(call.request, id=request_id),
            at=at,
        )

    return build
