"""Calls as they were played, of answers in JSON and of messages."""

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.selftest.tester import SelfTest, SelfTestResult
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """JSON, or bytes as they are."""

    def make(value: Any, status: int = 200, *, kind: str = "application/json") -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        headers = (("content-type", kind),)
        return Answer(status=status, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)

    return make


@pytest.fixture
def message() -> Callable[..., Answer]:
    """Messages of a call that went well."""

    def make(*parts: bytes) -> Answer:
        body = b"".join(struct.pack(">BI", 0, len(part)) + part for part in parts)
        headers, trailers = (("content-type", "application/grpc"),), (("grpc-status", "0"),)
        return Answer(status=200, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=1.0)

    return make


@pytest.fixture
def played_of() -> Callable[..., Played]:
    """A call on a route with these answers; without a candidate's both are the same."""

    def make(
        route: str, legacy: Reply, candidate: Reply | None = None, secondary: Reply | None = None, **values: Any
    ) -> Played:
        is_call = "/" in route and " " not in route
        info = RouteInfo(
            route=route,
            protocol="grpc" if is_call else "http",
            call_type=values.get("call_type", "unary" if is_call else "http"),
            stage="shadow",
        )
        request = Request(
            id="c-1",
            protocol=Protocol.GRPC if is_call else Protocol.HTTP,
            method="POST" if is_call else "GET",
            scheme="http",
            authority="x",
            target=f"/{route}" if is_call else f"/a?{values.get('number', 0)}",
            headers=(),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=1.0,
        )
        comparison = Comparison(
            request=request, route=route, legacy=legacy, candidate=candidate or legacy, secondary=secondary
        )
        observation = Judge(contract=values.get("contract")).observe(comparison, info).observation
        call = Call(route=info, request=request, reply=legacy, write=False)
        return Played(call=call, comparison=comparison, observation=observation)

    return make


@pytest.fixture
def tested_of() -> Callable[..., SelfTestResult]:
    """The result of some calls under rules; ``ignore`` and ``accept`` are globs of paths."""

    def make(
        *played: Played, ignore: str = "", accept: str = "", noise: Any = lambda _: frozenset(), **values: Any
    ) -> SelfTestResult:
        contract: Contract | None = values.get("contract")
        rules = Rules(ignore=(IgnoreRule(route="*", path=ignore, reason="they move"),) if ignore else ())
        test = SelfTest(contract, rules)
        test.add(PlayedSession(session=Session(id="s-1", calls=()), played=played))
        accepted = AcceptRule(route="*", path=accept, kind="value", reason="agreed", expires=values.get("expires"))
        return test.result([accepted] if accept else [], values.get("today"), noise)

    return make
