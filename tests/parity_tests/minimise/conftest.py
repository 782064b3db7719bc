"""Sessions of calls that send a size and a note."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage


@pytest.fixture(scope="session")
def session_of() -> Callable[..., Session]:
    """A session whose calls send these bodies."""

    def make(session_id: str, *bodies: Any) -> Session:
        calls = (_call(f"{session_id}.{index}", body) for index, body in enumerate(bodies))
        return Session(id=session_id, calls=tuple(calls))

    return make


def _call(request_id: str, body: Any) -> Call:
    kind = (("content-type", "application/json"),)
    request = Request(
        id=request_id,
        protocol=Protocol.HTTP,
        method="POST",
        scheme="http",
        authority="notes.test",
        target="/notes",
        headers=kind,
        body=json.dumps(body).encode(),
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    reply = Answer(status=200, headers=kind, body=b"{}", truncated=False, trailers=(), latency_ms=1.0)
    route = RouteInfo(route="POST /notes", protocol="http", call_type="http", stage=Stage.SHADOW)
    return Call(route=route, request=request, reply=reply, write=True)
