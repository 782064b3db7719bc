"""What must hold of times and tokens that are each side's own."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.mining.relations import TimeRelations, broken_times
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Comparison, Failure, FailureReason
from crossfade.shadow.judging.checks.relations import Window
from crossfade.shadow.judging.judgement import judge

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z
WINDOW = Window(started_at=NOON, latency_ms=100.0)


def times(ask: Any, answer: Any, legacy: Any, candidate: Any) -> list[tuple[str, str]]:
    """What is broken of two answers to one request at noon."""
    comparison = Comparison(
        request=ask(0, "GET", "/orders/7", None),
        route="GET /orders/{id}",
        legacy=answer(legacy),
        candidate=answer(candidate),
        secondary=None,
    )
    found = broken_times(judge(comparison, contract=None).differences, WINDOW, replace(WINDOW, started_at=NOON + 1))
    return [(item.template, item.relation.value) for item in found]


def at(second: float) -> str:
    """A time after noon."""
    return f"2026-01-01T12:00:{second:06.3f}Z"


def test_each_sides_own_time(ask: Any, answer: Any) -> None:
    """Is right where it is of the side's own request."""
    assert times(ask, answer, {"created_at": at(0.02)}, {"created_at": at(1.05)}) == []


def test_a_time_of_another_moment(ask: Any, answer: Any) -> None:
    """Such as one in local time, or of the year before; where legacy's is not of the request, nothing is said."""
    found = times(ask, answer, {"created_at": at(0.02)}, {"created_at": "2026-01-01T13:00:00.020Z"})
    assert found == [("body/created_at", "another moment than its request")]
    old = {"created_at": "2025-01-01T13:00:00Z"}
    assert times(ask, answer, old, {"created_at": "2025-01-01T14:00:00Z"}) == []


def test_the_order_of_two_times(ask: Any, answer: Any) -> None:
    """What is created before it is updated stays so; times of one moment may be taken in either order."""
    legacy = {"created_at": at(0.02), "updated_at": at(0.04)}
    wrong = {"created_at": at(1.9), "updated_at": at(1.1)}
    assert times(ask, answer, legacy, wrong) == [("body/updated_at", "before a time behind which legacy has it")]
    assert times(ask, answer, legacy, {"created_at": at(1.105), "updated_at": at(1.1)}) == []


def test_times_of_different_elements(ask: Any, answer: Any) -> None:
    """Need not be in any order."""
    legacy = {"all": [{"name": "a", "created_at": at(0.01)}, {"name": "b", "created_at": at(0.09)}]}
    other = {"all": [{"name": "a", "created_at": at(1.9)}, {"name": "b", "created_at": at(1.1)}]}
    assert times(ask, answer, legacy, other) == []


def test_counted_by_route(ask: Any, answer: Any) -> None:
    """The worst first; of one route no more than 200 answers are looked at."""
    relations = TimeRelations(None)
    for second in range(250):
        comparison = Comparison(
            request=replace(ask(0, "GET", "/orders/7", None), started_at=NOON),
            route="GET /orders/{id}",
            legacy=answer({"created_at": at(0.02)}),
            candidate=answer({"created_at": f"2027-01-01T12:{second // 60:02}:{second % 60:02}Z"}),
            secondary=None,
        )
        relations.see("web GET /orders/{id}", comparison)
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    relations.see("web GET /orders", replace(comparison, candidate=failed))
    lines = relations.lines()
    assert lines[0] == "web GET /orders/{id} body/created_at 200, another moment than its request"
    assert lines[1:] == ["web GET /orders/{id} body/created_at 199, moves between two reads, and legacy's stays"]
    assert len(relations.restless) == 1


def token(**claims: Any) -> str:
    """A JWT whose signature is that of its claims."""
    parts = [json.dumps(part).encode() for part in ({"alg": "x"}, claims)]
    parts.append(f"signed {claims}".encode())
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    ("claims", "differs"),
    [
        ({"sub": "ann", "iat": 1060, "exp": 4660, "jti": "b"}, False),
        ({"sub": "ann", "iat": 1060, "exp": 9999, "jti": "b"}, True),
        ({"sub": "bob", "iat": 1060, "exp": 4660, "jti": "b"}, True),
        ({"sub": "ann", "iat": 1060, "exp": 4660, "jti": "b", "admin": True}, True),
    ],
)
def test_the_claims_of_tokens(ask: Any, answer: Any, claims: dict[str, Any], differs: bool) -> None:
    """Those of the live judge: all but issue, end and own id are the same, and the token lasts as long."""
    legacy = token(sub="ann", iat=1000, exp=4600, jti="a")
    comparison = Comparison(
        request=ask(0, "POST", "/login", {}),
        route="POST /login",
        legacy=answer({"access_token": legacy}),
        candidate=answer({"access_token": token(**claims)}),
        secondary=None,
    )
    resolved = Bindings(contract=None, shared=False).resolve(comparison, write=True)
    assert bool(judge(resolved, contract=None).differences) is differs
