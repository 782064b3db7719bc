"""Verdicts on pairs whose secondary is asked only where they differ: from lines to the gate, on simulated services."""

import asyncio
import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.capture.source import Match, Pair
from crossfade.shadow.evidence import EvidenceWriter, open_store
from crossfade.shadow.evidence.claims import Claim, judge_claim
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.view import RouteView, view_route
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.ingest.answers import build_request, frames
from crossfade.shadow.ingest.intake import Intake, PairJudge
from crossfade.shadow.ingest.secondary import Secondary, SecondaryLimits
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.routes.table import RouteTable

FIELDS = 20
GET = "w.v1.Wides/Get"
TODAY = datetime.date(2026, 1, 1)
GATE = GateSettings(routes=("*",))
PROTO = f"""
syntax = "proto3";
package w.v1;
service Wides {{ rpc Get(Wide) returns (Wide) {{ option idempotency_level = NO_SIDE_EFFECTS; }} }}
message Wide {{ {" ".join(f"string f{number} = {number};" for number in range(1, FIELDS + 1))} }}
"""
Fields = dict[str, str]
Fault = Callable[[random.Random, Fields], Fields]


@dataclass(slots=True, kw_only=True)
class Services:
    """Three instances of one implementation, each answer of which is unlike the others with some chance in each field.

    ``fault`` makes the candidate's answers wrong. ``lacks``: an odd answer has no such field. ``refuses``: with this
    chance an instance does not find what is asked for. It stands for the secondary's upstream too.
    """

    contract: Contract
    rng: random.Random
    noise: float
    fields: int = FIELDS
    lacks: bool = False
    odd: int = 10**9
    refuses: float = 0.0
    fault: Fault | None = None
    deadline_s: float = 10.0
    body_limit_bytes: int = 10_000
    wide: Any = field(init=False)

    def __post_init__(self) -> None:
        self.wide = self.contract.message_class("w.v1.Wide")

    def values(self) -> Fields:
        """One answer."""
        found = {f"f{number}": f"usual {number}" for number in range(1, FIELDS + 1)}
        for number in range(1, self.fields + 1):
            if self.rng.random() < self.noise:
                found[f"f{number}"] = "" if self.lacks else f"odd {self.rng.randrange(self.odd)}"
        return found

    def answer(self, values: Fields) -> Answer:
        """As an instance sends it."""
        is_refused = self.rng.random() < self.refuses
        return Answer(
            status=200,
            headers=(("content-type", "application/grpc"),),
            body=b"" if is_refused else frames([self.wide(**values).SerializeToString()]),
            truncated=False,
            trailers=(("grpc-status", "5" if is_refused else "0"),),
            latency_ms=2.0,
        )

    def legacy(self) -> Answer:
        return self.answer(self.values())

    def candidate(self) -> Answer:
        values = self.values()
        return self.answer(values if self.fault is None else self.fault(self.rng, values))

    def new_answer(self, framing_of: Any, copy_bytes: int) -> AnswerInProgress:
        """What collects an answer; nothing goes into it."""
        return AnswerInProgress(limit_bytes=self.body_limit_bytes, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(self, *_: Any, **__: Any) -> Answer:
        """The secondary's answer."""
        return self.legacy()


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A service whose answer has many fields."""
    path: Path = tmp_path_factory.mktemp("proto") / "wide.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,), includes=()))


def intake_of(services: Services, pct: float, record: Callable[[Any], None]) -> Intake:
    methods = services.contract.methods
    limits = SecondaryLimits(pct=pct, in_flight=2, held_bytes=10**6, is_off=lambda: False)
    secondary = Secondary(services, "127.0.0.1:1", methods, limits)  # type: ignore[arg-type]
    judge = PairJudge(
        judge=Judge(contract=services.contract),
        bindings=Bindings(contract=services.contract, shared=True),
        safe=frozenset(methods),
        secondary=secondary,
    )
    return Intake(routes=RouteTable((), 2, methods), judge=judge, record=record, now=lambda: 1000.0)


def asked(services: Services, number: int) -> Request:
    """A request that was not seen before."""
    body = frames([services.wide(f1=str(number)).SerializeToString()])
    return build_request(GET, (), body, request_id=f"{services.rng.random()}", at=1000.0)


def info() -> RunInfo:
    return RunInfo(
        run_id="r",
        service="s",
        engine="ingest",
        legacy_build="",
        candidate_build="",
        rules_digest="",
        contract_digest="",
        started_at=1000.0,
        secondary=True,
    )


async def run(services: Services, n: int, pct: float) -> tuple[RouteView, Claim]:
    """What becomes of so many requests."""
    store = open_store("memory:")
    with EvidenceWriter.begin(store, info(), None) as writer:
        intake = intake_of(services, pct, writer.add)
        sender = intake.begin()
        route = sender.route(Protocol.GRPC, "POST", f"/{GET}")
        for number in range(n):
            legacy, candidate = services.legacy(), services.candidate()
            sender.entered(route, 1)
            if (legacy.body, legacy.trailers) == (candidate.body, candidate.trailers):
                sender.matched(route, Match(request_hash=number, legacy_ms=2.0, candidate_ms=2.0))
            else:
                sender.pair(route, Pair(request=asked(services, number), legacy=legacy, candidate=candidate))
                await intake.drain()
        writer.flush({route: n})
        (found,) = store.read().routes
        view = view_route(found, (), TODAY, info())
        return view, judge_claim(view, GATE, claimed=True, finished=True)


def verdict(contract: Contract, seed: int, n: int, pct: float = 100.0, **values: Any) -> tuple[RouteView, Claim]:
    services = Services(contract=contract, rng=random.Random(seed), **values)
    return asyncio.run(run(services, n, pct))


def wrong(rate: float, **values: str) -> Fault:
    """So many answers have these values."""
    return lambda rng, seen: {**seen, **values} if rng.random() < rate else seen


@pytest.mark.parametrize(
    ("n", "values"),
    [
        (300, {"noise": 0.01}),
        (120, {"noise": 0.05}),
        (40, {"noise": 0.7}),
        (300, {"noise": 0.1, "fields": 2, "lacks": True}),
        (150, {"noise": 0.4, "fields": 2, "odd": 1, "pct": 50.0}),
        (100, {"noise": 0.0, "refuses": 0.2}),
    ],
    ids=["seldom", "now and then", "mostly", "a field that is lacking", "one other value", "a status"],
)
def test_a_right_candidate_does_not_fail(wide: Contract, n: int, values: dict[str, Any]) -> None:
    """Whatever legacy's noise is, no place is told to be worse than it."""
    for seed in range(2):
        view, claim = verdict(wide, seed, n, **values)
        assert claim.verdict != "fail"
        assert view.secondary_asked > 0
        assert not [place for place in view.places if place.decided or any(check.flagged for check in place.checks)]


@pytest.mark.parametrize("value", ["wrong", ""])
def test_a_fault_beside_noise_is_open_and_decided(wide: Contract, value: str) -> None:
    """A twentieth of 2,000 answers, in one of few fields that legacy changes by itself, too."""
    view, claim = verdict(wide, 1, 2000, noise=0.01, fields=4, fault=wrong(0.05, f3=value))
    (place,) = (place for place in view.places if place.decided)
    assert (place.template, place.status) == ("message.f3", "open")
    assert claim.verdict != "pass"


def test_a_fault_that_legacy_never_shows_is_certain(wide: Contract) -> None:
    """Then each unit that differs counts."""
    view, claim = verdict(wide, 1, 300, noise=0.05, fields=2, fault=wrong(0.1, f9="wrong"))
    assert (claim.verdict, view.certain) == ("fail", view.divergent)
    assert view.certain > 15


def test_noise_within_the_budget_passes(wide: Contract) -> None:
    """As many pairs agree with the candidate as with legacy: what that is nobody can tell, but it is little enough."""
    view, claim = verdict(wide, 2, 4000, noise=0.003, fields=1)
    (place,) = view.places
    assert (place.status, place.always, claim.verdict) == ("undecided", False, "pass")


def test_a_fault_inside_noise_does_not_pass(wide: Contract) -> None:
    """Above the budget, though legacy differs from itself at the place as often."""
    _, claim = verdict(wide, 2, 2500, noise=0.01, fields=1, fault=wrong(0.02, f1="wrong"))
    assert claim.verdict != "pass"
