"""Faults that are put into real answers are found, unless rules or noise hide them."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.observations import Mutation, Proof
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.proofs.prover import is_sampled
from crossfade.shadow.judging.rules import Rules

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
JSON = (("content-type", "application/json"),)


def reply(body: Any, headers: tuple[tuple[str, str], ...] = JSON, status: int = 200) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers=headers, body=data, truncated=False, trailers=(), latency_ms=1.0)


def comparison(legacy: Answer, secondary: Answer | None = None, number: int = 0, **request: Any) -> Comparison:
    values = {
        "id": f"c-{number}",
        "protocol": Protocol.HTTP,
        "method": "GET",
        "scheme": "http",
        "authority": "x",
        "target": "/a",
        "headers": (),
        "body": b"",
        "truncated": False,
        "trailers": (),
        "started_at": 1.0,
        **request,
    }
    return Comparison(
        request=Request(**values), route=ROUTE.route, legacy=legacy, candidate=replace(legacy), secondary=secondary
    )


def proofs(judge: Judge, seen: Comparison) -> dict[Mutation, list[str]]:
    made: tuple[Proof, ...] = judge.observe(seen, ROUTE).proofs
    return {proof.mutation: [f"{item.template} {item.kind}" for item in proof.signature] for proof in made}


def test_each_fault_is_found() -> None:
    """A value, a missing field, a status; the observation itself knows nothing of them."""
    judge = Judge(contract=None)
    seen = comparison(reply({"a": 1}))
    assert proofs(judge, seen) == {
        Mutation.VALUE: ["body/a value"],
        Mutation.MISSING: ["body/a missing"],
        Mutation.STATUS: ["status value"],
    }
    verdict = judge.observe(seen, ROUTE)
    assert getattr(verdict.observation, "signature", None) == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'<p class="a">text</p>', "text/html"),
        (b"<a><b c='1'>x</b></a>", "application/xml"),
        (b"a=1&b=2", "application/x-www-form-urlencoded"),
        (b"just text", "text/plain"),
        (b"one line\nand another\n", "text/plain"),
        (b"\x89PNG", "image/png"),
        (b'{"a": 1}', "text/html"),
        (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson"),
    ],
)
def test_each_kind_of_body_can_be_made_wrong(body: bytes, kind: str) -> None:
    """Whatever it is read as, another value is found."""
    found = proofs(Judge(contract=None), comparison(reply(body, (("content-type", kind),))))
    assert found[Mutation.VALUE]
    assert found.get(Mutation.MISSING, ["none has a field"])


@pytest.mark.parametrize(
    ("answer", "request_values"),
    [
        (reply(b""), {}),
        (reply(b"x", status=304), {}),
        (reply({"a": 1}), {"method": "HEAD"}),
        (replace(reply({"a": 1}), truncated=True, windows=b"12345678"), {}),
        (reply({"a": "x" * 300_000}), {}),
    ],
)
def test_what_no_caller_sees_is_not_made_wrong(answer: Answer, request_values: dict[str, Any]) -> None:
    """No body, one that is not read, or one that is too long to be taken apart: the status alone."""
    assert list(proofs(Judge(contract=None), comparison(answer, **request_values))) == [Mutation.STATUS]


def test_a_rule_that_is_too_broad_hides_the_fault() -> None:
    """The proof is there and was not seen."""
    for path, hidden in (("body/*", {Mutation.VALUE, Mutation.MISSING}), ("*", set(Mutation) - {Mutation.CONSTANT})):
        judge = Judge(contract=None, rules=Rules(ignore=(IgnoreRule(route="*", path=path, reason="test"),)))
        found = proofs(judge, comparison(reply({"a": 1})))
        assert {mutation for mutation, signature in found.items() if not signature} == hidden


def test_noise_is_not_where_values_are_proven() -> None:
    """A leaf at which the secondary differs is passed over; what always varies is proven by a constant."""
    judge = Judge(contract=None)
    found: Counter[str] = Counter()
    for number in range(20):
        answers = [{"at": f"t{number}{side}", "name": "n"} for side in ("a", "b", "c")]
        seen = comparison(reply(answers[0]), reply(answers[1]), number, target=f"/a?{number}")
        seen = replace(seen, candidate=reply(answers[2]))
        for proof in judge.observe(seen, ROUTE).proofs:
            if proof.mutation is Mutation.VALUE:
                found.update(item.template for item in proof.signature)
            if proof.mutation is Mutation.CONSTANT:
                assert [item.candidate for item in proof.checks] == [True]
                found["constant"] += 1
    assert found == {"body/name": 20, "constant": 10}


def test_the_first_of_a_route_and_a_share_of_all_are_proofs() -> None:
    """By the id of the request, so that it is the same in a rediff."""
    judge = Judge(contract=None)
    made = [bool(proofs(judge, comparison(reply({"a": 1}), number=number))) for number in range(1000)]
    assert made[:20] == [True] * 20
    assert made[20:] == [is_sampled(f"c-{number}") for number in range(20, 1000)]
    assert 1 <= sum(made[20:]) <= 30


def test_a_message_is_made_wrong(contract: Contract) -> None:
    """A field with another value, one that is missing, another code; of an error the code alone."""
    kind: Any = contract.message_class("t.v1.Thing")
    data = kind(s="a").SerializeToString()
    route = replace(ROUTE, route="t.v1.Things/Get", protocol="grpc", call_type="unary")
    for code, expected in (("0", {Mutation.VALUE, Mutation.MISSING, Mutation.STATUS}), ("5", {Mutation.STATUS})):
        answer = Answer(
            status=200,
            headers=(("content-type", "application/grpc"),),
            body=b"\0" + len(data).to_bytes(4, "big") + data,
            truncated=False,
            trailers=(("grpc-status", code),),
            latency_ms=1.0,
        )
        seen = comparison(answer, protocol=Protocol.GRPC, method="POST", target="/t.v1.Things/Get")
        found = {proof.mutation: proof.signature for proof in Judge(contract=contract).observe(seen, route).proofs}
        assert set(found) == expected
        assert all(found.values())


def test_a_fault_has_its_transition() -> None:
    """So a rule accepts it where it would accept such a fault of the candidate's."""
    judge = Judge(contract=None, rules=Rules(shows=lambda _, __: True))
    made = judge.observe(comparison(reply({"state": "open"}, status=404)), ROUTE).proofs
    told = {proof.mutation: [item.transition for item in proof.signature] for proof in made}
    assert told == {Mutation.VALUE: ["open -> apen"], Mutation.MISSING: [""], Mutation.STATUS: ["404 -> 500"]}
