"""Calls that were played, with the answers of the sides."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge

KIND = (("content-type", "application/json"),)
FAILED = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)


def _answer(value: Any, status: int) -> Answer:
    body = json.dumps(value).encode()
    return Answer(status=status, headers=KIND, body=body, truncated=False, trailers=(), latency_ms=1.0)


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """A call with this body: legacy's answer, the candidate's (None: it fails), and the secondary's."""

    def make(body: Any, legacy: Any, candidate: Any, secondary: Any = None, *, status: int = 200) -> Played:
        request = Request(
            id="1",
            protocol=Protocol.HTTP,
            method="POST",
            scheme="http",
            authority="notes.test",
            target="/notes",
            headers=KIND,
            body=json.dumps(body).encode(),
            truncated=False,
            trailers=(),
            started_at=1.0,
        )
        route = RouteInfo(route="POST /notes", protocol="http", call_type="http", stage=Stage.SHADOW)
        call = Call(route=route, request=request, reply=_answer(legacy, status), write=True)
        comparison = Comparison(
            request=request,
            route=route.route,
            legacy=_answer(legacy, status),
            candidate=FAILED if candidate is None else _answer(candidate, status),
            secondary=None if secondary is None else _answer(secondary, status),
        )
        observation = Judge(contract=None).observe(comparison, route).observation
        return Played(call=call, comparison=comparison, observation=observation, legacy=comparison.legacy)

    return make


@pytest.fixture(scope="session")
def skipped(play: Any) -> Callable[..., Played]:
    """A call that legacy alone answered."""

    def make(body: Any, legacy: Any) -> Played:
        played = play(body, legacy, legacy)
        settled = Settled(route=played.call.route, outcome=Outcome.SKIPPED, reason=Reason.BLOCKED)
        return Played(call=played.call, comparison=None, observation=settled, legacy=played.legacy)

    return make
