"""Faults behind noise are told within few requests, in JSON and in messages, and a right candidate is not accused."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.observations import Check, Judged
from crossfade.shadow.exchange.records import Again
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge

NOW = 1_700_000_000
Values = dict[str, Any]
Fault = Callable[[Values], Values]
CHANCE = 4.0
WORDS = ("the", "order", "was", "sent", "and", "will", "arrive", "soon", "Later", "today")
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def values(rng: random.Random, number: int) -> Values:
    """What legacy answers: each time something else, all of it right."""
    moment = NOW + number * 3 + rng.randrange(3)
    hour, rest = divmod(moment % 86_400, 3600)
    return {
        "at": f"2023-11-{14 + (moment - NOW) // 86_400:02}T{hour:02}:{rest // 60:02}:{rest % 60:02}Z",
        "ms": rng.choice((0, 0, 0, 1, 2, 5, 9)),
        "mostly": 0 if rng.random() < 0.99 else rng.randrange(1, 9),
        "trace": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "token": "".join(rng.choice(LETTERS) for _ in range(8)),
        "note": " ".join(rng.choice(WORDS) for _ in range(rng.randrange(3, 9))),
        "price": Decimal(f"{40 + number % 50 + rng.uniform(-0.04, 0.04):.4f}"),
    }


def _hours_off(seen: Values) -> Values:
    hour = (int(seen["at"][11:13]) + 5) % 24
    return {**seen, "at": f"{seen['at'][:11]}{hour:02}{seen['at'][13:]}"}


FAULTS: dict[str, tuple[str, Fault]] = {
    "five hours off": ("at", _hours_off),
    "1970": ("at", lambda seen: {**seen, "at": "1970-01-01T00:00:00Z"}),
    "no milliseconds": ("ms", lambda seen: {**seen, "ms": 0}),
    "nil uuid": ("trace", lambda seen: {**seen, "trace": "00000000-0000-0000-0000-000000000000"}),
    "one uuid": ("trace", lambda seen: {**seen, "trace": "7f30116a-cd6a-42de-8ef0-dd270b92b597"}),
    "one token": ("token", lambda seen: {**seen, "token": "AAAAAAAA"}),
    "an exception": ("note", lambda seen: {**seen, "note": "java.lang.NullPointerException"}),
    "cents": ("price", lambda seen: {**seen, "price": seen["price"] * 100}),
}


def as_json(seen: Values) -> Answer:
    body = json.dumps({name: float(value) if name == "price" else value for name, value in seen.items()}).encode()
    headers = (("content-type", "application/json"),)
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=3.0)


def as_message(contract: Contract) -> Callable[[Values], Answer]:
    kind: Any = contract.message_class("t.v1.Thing")

    def build(seen: Values) -> Answer:
        data = kind(
            s=seen["at"],
            i32=seen["ms"],
            i64=seen["mostly"],
            by_name={"x": {"name": seen["trace"]}},
            text=seen["token"],
            leaves=[{"name": seen["note"]}],
            d=float(seen["price"]),
        ).SerializeToString()
        headers = (("content-type", "application/grpc"),)
        body = b"\0" + len(data).to_bytes(4, "big") + data
        trailers = (("grpc-status", "0"),)
        return Answer(status=200, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=3.0)

    return build


PLACES = {
    "at": ".s",
    "ms": ".i32",
    "mostly": ".i64",
    "trace": "].name",
    "token": ".text",
    "note": "].name",
    "price": ".d",
}


def excess(
    build: Callable[[Values], Answer],
    protocol: Protocol,
    fault: Fault,
    *,
    n: int,
    secondary: float,
    seed: int = 3,
    chosen: bool = False,
) -> dict[tuple[str, Check], float]:
    """By place and check how much more often the candidate failed than the control, in standard errors of chance."""
    rng = random.Random(seed)
    judge = Judge(contract=CONTRACT[0] if protocol is Protocol.GRPC else None)
    name = "t.v1.Things/Get" if protocol is Protocol.GRPC else "GET /a"
    route = RouteInfo(route=name, protocol=protocol.value, call_type="unary", stage="shadow")
    failed: dict[tuple[str, Check], list[int]] = {}
    for number in range(n):
        request = Request(
            id=f"c-{number}",
            protocol=protocol,
            method="POST",
            scheme="http",
            authority="x",
            target="/t.v1.Things/Get" if protocol is Protocol.GRPC else f"/a?{number}",
            headers=(),
            body=str(number).encode(),
            truncated=False,
            trailers=(),
            started_at=NOW + number * 3.0,
        )
        legacy, candidate, other = (values(rng, number) for _ in range(3))
        seen = Comparison(
            request=request,
            route=route.route,
            legacy=build(legacy),
            candidate=build(fault(candidate)),
            secondary=build(other) if rng.random() < secondary else None,
            chosen=chosen,
        )
        if number % 5 == 0 and not chosen:
            again, once_more = (build(side(values(rng, number))) for side in (fault, lambda each: each))
            seen = replace(seen, again=Again(candidate=again, secondary=once_more))
        observation = judge.observe(seen, route).observation
        assert isinstance(observation, Judged)
        for item in observation.checks:
            counts = failed.setdefault((item.template, item.check), [0, 0])
            counts[0] += item.candidate
            counts[1] += item.control
    return {key: (ours - theirs) / max(1, ours + theirs) ** 0.5 for key, (ours, theirs) in failed.items()}


CONTRACT: list[Contract] = []


@pytest.fixture(autouse=True)
def known_contract(contract: Contract) -> None:
    """For the judge of messages."""
    CONTRACT[:] = [contract]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(("n", "secondary"), [(120, 1.0), (300, 0.2)])
def test_a_fault_behind_noise_is_told(name: str, n: int, secondary: float) -> None:
    """By one check at least, far beyond chance, and at its own place alone."""
    field, fault = FAULTS[name]
    found = excess(as_json, Protocol.HTTP, fault, n=n, secondary=secondary)
    assert max(more for (template, _), more in found.items() if template == f"body/{field}") >= CHANCE
    assert all(more < CHANCE for (template, _), more in found.items() if template != f"body/{field}")


@pytest.mark.parametrize("name", FAULTS)
def test_so_it_is_where_the_secondary_was_chosen(name: str) -> None:
    """Because legacy and candidate differ: it is held against both."""
    field, fault = FAULTS[name]
    found = excess(as_json, Protocol.HTTP, fault, n=120, secondary=1.0, chosen=True)
    assert max(more for (template, _), more in found.items() if template == f"body/{field}") >= CHANCE
    assert all(more < CHANCE for (template, _), more in found.items() if template != f"body/{field}")


@pytest.mark.parametrize("name", FAULTS)
def test_so_it_is_in_a_message(name: str, contract: Contract) -> None:
    """Of a call."""
    field, fault = FAULTS[name]
    found = excess(as_message(contract), Protocol.GRPC, fault, n=120, secondary=1.0)
    assert max(more for (template, _), more in found.items() if template.endswith(PLACES[field])) >= CHANCE


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_right_candidate_is_not_accused(seed: int, *, chosen: bool) -> None:
    """Its excess is what chance gives."""
    found = excess(as_json, Protocol.HTTP, lambda seen: seen, n=200, secondary=1.0, seed=seed, chosen=chosen)
    assert found
    assert all(more < CHANCE for more in found.values())
