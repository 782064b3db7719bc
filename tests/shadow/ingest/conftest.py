"""A contract with the four types of calls, lines as a service writes them, and an intake that keeps what it observed."""

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange.observations import Observation, Proof, Settled
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.heavy import Heavy
from crossfade.shadow.ingest.intake import Intake, PairJudge
from crossfade.shadow.ingest.protocol import Counts, Pair, Unreadable, read_line
from crossfade.shadow.ingest.secondary import Secondary
from crossfade.shadow.ingest.service import Service, TimeAndIds
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.routes.table import RouteTable

PROTO = """
syntax = "proto3";
package t.v1;
service Things {
  rpc Get(Ask) returns (Thing) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc List(Ask) returns (stream Thing) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Sum(stream Ask) returns (Thing);
  rpc Talk(stream Ask) returns (stream Thing);
}
message Ask { string id = 1; }
message Thing { string name = 1; int64 size = 2; }
"""
GET = "t.v1.Things/Get"
_LENGTH = struct.Struct(">I")


class Lines:
    """Lines as a generated service writes them."""

    get = GET

    @staticmethod
    def message(name: str = "", size: int = 0) -> bytes:
        """A Thing on the wire; an Ask with ``name`` as its id looks the same."""
        encoded = name.encode()
        return (b"\x0a" + bytes([len(encoded)]) + encoded if name else b"") + (b"\x10" + bytes([size]) if size else b"")

    @staticmethod
    def answer(*messages: bytes, status: int = 0, **more: Any) -> dict[str, Any]:
        """One side."""
        return {
            "headers": [],
            "messages": [base64.b64encode(message).decode() for message in messages],
            "status": status,
            "message": "",
            "trailers": [],
            "latency_ms": 2.0,
            "truncated": False,
            **more,
        }

    @staticmethod
    def hello(service: str = "builds", build: str | None = None, **more: Any) -> bytes:
        """The first line."""
        builds = {} if build is None else {"candidate": build}
        return Lines.line(kind="hello", service=service, builds=builds, **more)

    @staticmethod
    def counts(entered: int, *hashes: str, route: str = GET, **more: Any) -> bytes:
        """Figures of some seconds."""
        columns = {"hashes": list(hashes), "legacy_ms": [4.0] * len(hashes), "candidate_ms": [2.0] * len(hashes)}
        told = {"route": route, "entered": entered, "equal": len(hashes), **columns, "shed": {}}
        return Lines.line(kind="counts", **{**told, **more})

    @staticmethod
    def pair(legacy: Any, candidate: Any, *asks: bytes, route: str = GET, headers: Any = (), **more: Any) -> bytes:
        """A pair of answers that differ."""
        messages = [base64.b64encode(ask).decode() for ask in asks or (Lines.message("a-1"),)]
        request = {"headers": list(headers), "messages": messages}
        return Lines.line(kind="pair", route=route, request=request, legacy=legacy, candidate=candidate, **more)

    @staticmethod
    def line(**told: Any) -> bytes:
        """One line, with its end."""
        return json.dumps({"v": 1, **told}).encode() + b"\n"


class Bench:
    """An intake; ``seen`` is what it observed, ``clock`` what both its clocks say."""

    def __init__(
        self,
        contract: Contract | None,
        *,
        shared: bool,
        ignore: tuple[IgnoreRule, ...],
        secondary: Secondary | None = None,
        heavy: Heavy | None = None,
    ) -> None:
        self.seen: list[Observation] = []
        self.proofs: list[Proof] = []
        self.clock = 1000.0
        self.complaints = Complaints(lambda: self.clock)
        methods = {} if contract is None else contract.methods
        judge = PairJudge(
            judge=Judge(contract=contract, rules=Rules(ignore=ignore)),
            bindings=Bindings(contract=contract, shared=shared),
            safe=frozenset(name for name, method in methods.items() if method.safe),
            secondary=secondary,
            heavy=heavy,
        )
        ids = iter(range(10**6))
        self.time_and_ids = TimeAndIds(now=lambda: self.clock, new_id=lambda: f"id-{next(ids)}")
        self.intake = Intake(
            routes=RouteTable((), 2, methods),
            judge=judge,
            record=self._record,
            now=self.time_and_ids.now,
        )
        self.service = self.begin()

    def _record(self, found: Observation | Proof) -> None:
        if isinstance(found, Proof):
            self.proofs.append(found)
        else:
            self.seen.append(found)

    def begin(self) -> Service:
        """One more service."""
        return Service(self.intake.begin(), self.time_and_ids, self.complaints)

    def take(self, *lines: bytes) -> "Bench":
        """Takes lines as a connection would."""
        for text in lines:
            line = read_line(text)
            if isinstance(line, Counts):
                list(self.service.take_counts(line))
            elif isinstance(line, Pair):
                self.service.take_pair(line)
            elif isinstance(line, Unreadable):
                self.service.take_unreadable(line)
        return self

    @property
    def ends(self) -> list[str]:
        """What became of the requests: same, differs, or outcome(reason), each as often as it counts."""
        return [_end(item) for item in self.seen for _ in range(item.count if isinstance(item, Settled) else 1)]

    def balance(self) -> tuple[int, int, int]:
        """Entered, outcomes, in flight."""
        entered, still_open = self.intake.books.entered().total(), self.intake.books.open().total()
        return entered, len(self.ends), still_open


def _end(observation: Observation) -> str:
    if isinstance(observation, Settled):
        return f"{observation.outcome.value}({observation.reason.value})"
    if observation.drift and not observation.signature:
        return "skipped(state_drift)"
    return "differs" if observation.signature else "same"


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the service that sends."""
    path: Path = tmp_path_factory.mktemp("proto") / "things.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,), includes=()))


@pytest.fixture
def lines() -> type[Lines]:
    """What a service writes."""
    return Lines


@pytest.fixture
def bench_of(contract: Contract) -> Callable[..., Bench]:
    """Makes intakes."""

    def bench_of(
        *,
        known: bool = True,
        shared: bool = True,
        ignore: tuple[IgnoreRule, ...] = (),
        secondary: Secondary | None = None,
        heavy: Heavy | None = None,
    ) -> Bench:
        return Bench(contract if known else None, shared=shared, ignore=ignore, secondary=secondary, heavy=heavy)

    return bench_of


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    """An intake that knows the contract."""
    return bench_of()
