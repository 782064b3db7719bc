"""Recordings as the compare process writes them."""

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.observations import Judged, Observation
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.records import Again
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import Header
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.recording.writer import RecordingWriter
from crossfade.shadow.runs.recorder import Recorder, RecordingJudge

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
CALL = RouteInfo(route="t.S/Get", protocol="grpc", call_type="unary", stage="shadow")
PROTO = """
syntax = "proto3";
package t;
message M { string name = 1; string password = 2; int64 size = 3; }
service S { rpc Get(M) returns (M); }
"""
RUN = RunInfo(
    run_id="run-1",
    service="x",
    engine="mitmproxy",
    legacy_build="py",
    candidate_build="java",
    rules_digest="r",
    contract_digest="",
    started_at=1000.0,
)


class Tape:
    """Judges and records; ``observations`` are what evidence got."""

    def __init__(self, folder: Path, contract: Contract | None = None) -> None:
        self.folder = folder
        self.observations: list[Observation] = []
        redact = ComparisonRedactor(Redactor(b"k" * 32), contract).events
        run = replace(RUN, contract_digest="" if contract is None else contract.digest)
        writer = RecordingWriter.create(folder, Header(run=run, sample_pct=100.0), contract, max_bytes=10**7)
        self._recorder = Recorder(writer=writer, redact=redact, judge=Judge(contract=contract), pct=100.0)
        self._judge = RecordingJudge(contract=contract, recorder=self._recorder)

    def add(self, legacy: Any, candidate: Any, secondary: Any = None, *, again: Any = None, **values: Any) -> None:
        """Compares answers: a body, a reply, or None for none; ``again``: the candidate's and the secondary's second."""
        number = len(self.observations)
        request = Request(
            id=f"c-{number}",
            protocol=Protocol.HTTP,
            method="GET",
            scheme="http",
            authority="x",
            target=f"/a?n={number}&token=secret-{number}",
            headers=(),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=1001.0 + number,
        )
        comparison = Comparison(
            request=request,
            route=ROUTE.route,
            legacy=_reply(legacy),
            candidate=_reply(candidate),
            secondary=None if secondary is None else _reply(secondary),
            again=None if again is None else Again(candidate=_reply(again[0]), secondary=_reply(again[1])),
            **values,
        )
        self.observations.append(self._judge.observe(comparison, ROUTE).observation)

    def stream(self, legacy: Answer, candidate: Answer, cut: Reason | None = None) -> None:
        """Compares two answers that were followed as streams."""
        self.add(legacy, candidate, followed=True, cut=cut)

    def call(self, target: str, legacy: bytes, candidate: bytes) -> None:
        """Compares the messages of a call."""
        request = Request(
            id=f"c-{len(self.observations)}",
            protocol=Protocol.GRPC,
            method="POST",
            scheme="http",
            authority="x",
            target=target,
            headers=(("content-type", "application/grpc"),),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=1001.0,
        )
        sides = {"legacy": _called(legacy), "candidate": _called(candidate), "secondary": None}
        comparison = Comparison(request=request, route=target.lstrip("/"), **sides)
        self.observations.append(self._judge.observe(comparison, CALL).observation)

    def finish(self) -> RecordingReader:
        """Ends the recording and opens it."""
        self._recorder.finish()
        return RecordingReader(self.folder)


def _reply(value: Any) -> Reply:
    if isinstance(value, Answer | Failure):
        return value
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = (("content-type", "application/json"), ("set-cookie", "sid=abc123; Path=/"))
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=2.0)


def _called(message: bytes) -> Answer:
    return Answer(
        status=200,
        headers=(("content-type", "application/grpc"),),
        body=struct.pack(">BI", 0, len(message)) + message,
        truncated=False,
        trailers=(("grpc-status", "0"),),
        latency_ms=2.0,
    )


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """A new recording."""
    return Tape(tmp_path / "run-1")


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """One call with a secret in its message."""
    path = tmp_path / "t.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def calls(tmp_path: Path, contract: Contract) -> Tape:
    """Calls: matched, diverged at a secret and beside it, of a method that the contract does not have."""
    kind: Any = contract.message_class("t.M")
    one, secret, size = (
        kind(name="Ann", password=password, size=size).SerializeToString()
        for password, size in (("hunter2", 1), ("hunter3", 1), ("hunter2", 2))
    )
    tape = Tape(tmp_path / "calls", contract)
    for other in (one, secret, size):
        tape.call("/t.S/Get", one, other)
        tape.call("/t.S/Gone", one, other)
    return tape


@pytest.fixture
def mixed(tape: Tape) -> Tape:
    """Matched, diverged, with noise, failed, uncomparable, and one whose result redaction hides."""
    for number in range(30):
        tape.add({"id": number, "email": f"a{number}@example.org"}, {"id": number, "email": f"a{number}@example.org"})
    for number in range(5):
        tape.add({"at": number, "password": "a1"}, {"at": -1, "password": "b2"}, {"at": 100 + number, "password": "a1"})
    tape.add({"a": 1}, Failure(reason=FailureReason.RESET, detail="reset", latency_ms=1.0))
    tape.add(b"{", {"a": 1})
    tape.add({"session_end": "2026-01-02T03:04:05Z"}, {"session_end": "2026-01-02T03:04:05+00:00"})
    return tape


@pytest.fixture
def judge() -> Callable[..., Any]:
    """A judge with these paths ignored."""

    def judge(*paths: str) -> Any:
        rules = tuple(IgnoreRule(route="*", path=path, reason="test") for path in paths)
        return lambda contract: Judge(contract=contract, rules=Rules(ignore=rules))

    return judge


@pytest.fixture
def judged() -> Callable[..., list[Judged]]:
    """The judged ones of observations."""
    return lambda observations: [item for item in observations if isinstance(item, Judged)]
