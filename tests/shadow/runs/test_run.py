"""A run that is written: opened by the config, committed, and ended."""

import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crossfade.shadow.compare.fingerprint import request_hash
from crossfade.shadow.compare.units import Units
from crossfade.shadow.config import Config, Unit, parse_config
from crossfade.shadow.evidence import EvidenceError, store_in
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.evidence.recordings import recording_folder
from crossfade.shadow.evidence.stores.sqlite import run as sqlite_run
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.runs.recorder import RecordingJudge
from crossfade.shadow.runs.run import RunWriter, open_run
from crossfade.shadow.runs.setup import units_of

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
TEXT = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:1"
legacy = "http://127.0.0.1:2"
candidate = "http://127.0.0.1:3"
[evidence]
keep_runs = 1
"""


def _config(folder: Path, more: str = "") -> Config:
    return parse_config(TEXT + more, folder / "crossfade.toml")


def _locked(*_: object) -> None:
    raise sa.exc.OperationalError("update", None, Exception("database is locked"))


def test_a_run_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    """It names its engine, is live until it is finished, and holds what was counted."""
    config = _config(tmp_path)
    run = open_run(config, store_in(config.evidence.dir), "run-1", engine="ingest")
    run.writer.add(Settled(route=ROUTE, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL, count=3))
    run.writer.flush({ROUTE: 5})
    live = store_in(config.evidence.dir).read()
    assert (live.info.engine, live.ended_at, live.routes[0].entered) == ("ingest", None, 5)
    assert dict(live.routes[0].settled) == {(Outcome.SHED, Reason.QUEUE_FULL): 3}
    run.writer.finish({ROUTE: 6})
    ended = store_in(config.evidence.dir).read()
    assert ended.ended_at is not None
    assert ended.routes[0].entered == 6


def test_old_runs_go_when_one_begins(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As many stay as the config says, and the log names what went; the new one is one more."""
    config = _config(tmp_path)
    for number in range(3):
        with caplog.at_level(logging.WARNING):
            open_run(config, store_in(config.evidence.dir), f"run-{number}", engine="ingest").writer.finish({})
    assert "evidence.pruned 1 runs, oldest run-0" in caplog.text
    with pytest.raises(EvidenceError):
        store_in(config.evidence.dir).read("run-0")


def test_without_a_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No example is stored and nothing recorded; the log says both."""
    with caplog.at_level(logging.WARNING):
        config = _config(tmp_path, "[record]\nsample_pct = 100\n")
        run = open_run(config, store_in(config.evidence.dir), "run-1", engine="ingest")
    run.writer.finish({})
    assert not isinstance(run.judge, RecordingJudge)
    assert "evidence.no_key" in caplog.text
    assert "recording.no_key" in caplog.text


def test_with_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged is recorded beside the evidence."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 32)
    config = _config(tmp_path, "[record]\nsample_pct = 100\n")
    run = open_run(config, store_in(config.evidence.dir), "run-1", engine="ingest")
    assert isinstance(run.judge, RecordingJudge)
    run.writer.finish({})
    assert recording_folder(config.evidence.dir, "run-1").is_dir()


def test_a_store_that_is_not_writable(caplog: pytest.LogCaptureFixture) -> None:
    """A flush is a line in the log and is not taken for one; the end raises."""

    class Broken:
        def __getattr__(self, name: str) -> Any:
            def fail(*_: object, **__: object) -> None:
                raise EvidenceError("disk full")

            return fail

    writer = RunWriter(Broken())  # type: ignore[arg-type]
    before = writer.flushed_at
    writer.flush({})
    assert writer.flushed_at == before
    assert "evidence.flush_failed disk full" in caplog.text
    with pytest.raises(EvidenceError):
        writer.finish({})


@pytest.mark.parametrize("locked", [False, True])
def test_a_claimed_rpc_that_never_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> None:
    """It stands in the run with no request, so that a gate can't pass it over; what nobody claims does not.

    A store that is locked at the beginning holds nothing up: the next flush tells it.
    """
    (tmp_path / "a.proto").write_text(
        'syntax = "proto3"; package p; message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }'
    )
    config = _config(tmp_path, '[contract]\nprotos = ["a.proto"]\n[gate]\nroutes = ["*/A"]\n')
    with monkeypatch.context() as patch:
        if locked:
            patch.setattr(sqlite_run, "_statements", _locked)
        run = open_run(config, store_in(config.evidence.dir), "run-1", engine="ingest")
    run.writer.finish({})
    assert [(route.info.route, route.entered) for route in store_in(config.evidence.dir).read().routes] == [
        ("p.S/A", 0)
    ]


def test_a_claim_of_one_port(tmp_path: Path) -> None:
    """The RPC stands under that port; under none where the claim names none."""
    (tmp_path / "a.proto").write_text(
        'syntax = "proto3"; package p; message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }'
    )
    config = _config(
        tmp_path, '[contract]\nprotos = ["a.proto"]\n[gate]\nroutes = ["web p.S/A", "p.S/B", "web p.S/B"]\n'
    )
    names = [listen.name for listen in config.listen]
    run = open_run(config, store_in(config.evidence.dir), "run-1", engine="mitmproxy")
    run.writer.finish({})
    found = [(route.info.route, route.info.listener) for route in store_in(config.evidence.dir).read().routes]
    assert (names, found) == (["web"], [("p.S/A", "web"), ("p.S/B", ""), ("p.S/B", "web")])


@pytest.mark.parametrize("more", ["", "[record]\nsample_pct = 100.0\n"])
def test_what_is_counted(tmp_path: Path, more: str, request_to: Any, answer_of: Any) -> None:
    """A run counts the units of its config, recorded or not; of services it takes their own requests."""
    config = _config(tmp_path, f'{more}[gate]\nunit = "minute"\n')
    comparison = Comparison(
        request=request_to(), route="GET /a", legacy=answer_of(), candidate=answer_of(), secondary=None
    )
    hashes, named = [], []
    for number, units in enumerate((units_of(config), None)):
        run = open_run(config, store_in(config.evidence.dir), f"run-{number}", engine="x", units=units)
        observed = run.judge.observe(comparison, ROUTE).observation
        run.writer.finish({})
        assert isinstance(observed, Judged)
        hashes.append(observed.request_hash)
        named.append(store_in(config.evidence.dir).read(f"run-{number}").info.unit)
    assert named == ["minute", "request"]
    assert hashes == [Units(unit=Unit.MINUTE).hash(comparison.request), request_hash(comparison.request)]


def test_a_claimed_template_that_never_comes(tmp_path: Path) -> None:
    """A declared route of HTTP is no less claimed than an RPC; what nobody claims is not there."""
    config = _config(
        tmp_path, '[routes]\nhttp = ["GET /a/{id}", "POST /a", "GET /b"]\n[gate]\nroutes = ["GET *", "web GET /b"]\n'
    )
    run = open_run(config, store_in(config.evidence.dir), "run-1", engine="mitmproxy")
    run.writer.finish({})
    found = [(route.info.key, route.entered) for route in store_in(config.evidence.dir).read().routes]
    assert found == [("GET /a/{id}", 0), ("GET /b", 0), ("web GET /b", 0)]
