"""What is recorded of a run: a share, some of each result, and nothing that a fault could spread from."""

import dataclasses
import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config import Config, parse_config
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import Recorded, result_of
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.recording.scribe import Scribe
from crossfade.shadow.runs.recorder import MAX_UNSAMPLED, Recorder, RecordingJudge, open_recorder
from crossfade.shadow.runs.setup import rules_of, secrecy_of

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
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
CONFIG = """
[service]
name = "x"
[[listen]]
name = "x"
address = "127.0.0.1:1"
legacy = "http://127.0.0.1:2"
candidate = "http://127.0.0.1:3"
"""
REDACTOR = Redactor(b"k" * 32)


def _answer(body: Any, **values: Any) -> Answer:
    defaults: dict[str, Any] = {"status": 200, "truncated": False, "trailers": (), "latency_ms": 1.0}
    headers = (("content-type", "application/json"),)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(**(defaults | {"headers": headers, "body": data} | values))


def _comparison(number: int, legacy: Any, candidate: Any, **values: Any) -> Comparison:
    request = Request(
        id=f"c-{number}",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="x",
        target=f"/a?n={number}",
        headers=(("authorization", "Bearer secret-token"),),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1000.0 + number,
    )
    sides = {"legacy": _answer(legacy), "candidate": _answer(candidate), "secondary": None}
    return Comparison(request=request, route=ROUTE.route, **(sides | values))


class Run:
    """A run that records; ``read`` is what is in its recording."""

    def __init__(
        self, folder: Path, *, more: str = "", redactor: Redactor | None = REDACTOR, pct: float = 100.0
    ) -> None:
        text = f"{CONFIG}[record]\nsample_pct = {pct:f}\n{more}"
        self.config: Config = parse_config(text, folder / "crossfade.toml")
        self.folder = self.config.evidence.dir / "recordings" / "run-1"
        self.rules = rules_of(self.config, secrecy_of(self.config, None).shows)
        self.recorder = open_recorder(self.config, RUN, None, redactor, self.rules)

    @property
    def open(self) -> Recorder:
        assert self.recorder is not None
        return self.recorder

    def judge(self, *comparisons: Comparison) -> None:
        judge = RecordingJudge(contract=None, rules=self.rules, recorder=self.open)
        for comparison in comparisons:
            judge.observe(comparison, ROUTE)

    def read(self) -> list[Recorded]:
        self.open.finish()
        return list(RecordingReader(self.folder).comparisons())

    def end(self) -> Any:
        reader = RecordingReader(self.folder)
        list(reader.comparisons())
        return reader.end


def test_what_was_judged_is_recorded(tmp_path: Path) -> None:
    """Both answers, the route and what was found in the originals; without the client's token."""
    run = Run(tmp_path)
    comparisons = [_comparison(1, {"a": 1}, {"a": 1}), _comparison(2, {"a": 1}, {"a": 2})]
    run.judge(*comparisons)
    same, other = run.read()
    assert (same.result.signature, same.altered, same.route) == ((), False, ROUTE)
    assert [item.template for item in other.result.signature or ()] == ["body/a"]
    assert other.comparison.legacy == comparisons[1].legacy
    assert same.comparison.request.target == "/a?n=1"
    assert "secret-token" not in repr(same)
    assert run.end().recorded == 2


def test_what_was_written_down_elsewhere_is_recorded(tmp_path: Path) -> None:
    """As if it had been written down here; a bound is kept, and nothing is raised."""
    run = Run(tmp_path)
    comparison = _comparison(1, {"a": 1}, {"a": 2})
    judge = Judge(contract=None)
    result = result_of(judge.observe(comparison, ROUTE).observation)
    scribe = Scribe(ComparisonRedactor(REDACTOR, None).events, judge)
    assert run.open.chooses("c-1", ROUTE, result)
    run.open.take(scribe.frame(comparison, ROUTE, result), ROUTE)
    run.judge(_comparison(2, {"a": 1}, {"a": 1}))
    first, second = run.read()
    assert (first.result, first.comparison.candidate) == (result, comparison.candidate)
    assert second.result.signature == ()
    assert (run.end().recorded, run.end().left_out) == (2, 0)


def test_what_was_written_down_elsewhere_keeps_to_the_bound(tmp_path: Path) -> None:
    """The recording stops there."""
    run = Run(tmp_path, more="max_mb = 1")
    result = result_of(Judge(contract=None).observe(_comparison(1, 1, 2), ROUTE).observation)
    run.open.take(b"x" * 1_000_001, ROUTE)
    assert not run.open.chooses("c-1", ROUTE, result)


def test_a_share_and_some_of_each_result(tmp_path: Path) -> None:
    """Of the matched the share that the id says; of one result beyond it at most so many."""
    run = Run(tmp_path, pct=10.0)
    run.judge(*(_comparison(number, 1, 1) for number in range(1000)))
    run.judge(*(_comparison(number, 1, 2) for number in range(1000, 3000)))
    run.judge(_comparison(3000, {"a": 1}, {"a": 2}))
    found = Counter(item.result.signature for item in run.read())
    matched = found.pop(())
    once, often = sorted(found.values())
    assert 60 < matched < 140
    assert once == 1
    assert MAX_UNSAMPLED + 140 < often < MAX_UNSAMPLED + 260


def test_the_same_share_in_every_run(tmp_path: Path) -> None:
    """It is fixed by the id."""
    ids = []
    for name in ("a", "b"):
        run = Run(tmp_path / name, pct=20.0)
        run.judge(*(_comparison(number, 1, 1) for number in range(100)))
        ids.append([item.comparison.request.id for item in run.read()])
    assert ids[0] == ids[1]
    assert 5 < len(ids[0]) < 40


def test_uncomparable_ones_are_kept_too(tmp_path: Path) -> None:
    """With the reason."""
    run = Run(tmp_path, pct=0.000001)
    run.judge(_comparison(1, b"{", 1))
    (item,) = run.read()
    assert (item.result.signature, item.result.reason, item.altered) == (None, "undecodable", False)


def test_what_redaction_hides_is_marked(tmp_path: Path) -> None:
    """A format that the pseudonyms no longer have: judged again it would be another result."""
    run = Run(tmp_path)
    times = ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00")
    secret = [{"session_end": time} for time in times]
    run.judge(_comparison(1, *secret), _comparison(2, *({"end": time} for time in times)))
    hidden, plain = run.read()
    assert (hidden.altered, plain.altered) == (True, False)
    assert [item.kind for item in hidden.result.signature or ()] == ["format"]
    judged = Judge(contract=None).observe(hidden.comparison, ROUTE).observation
    assert judged.signature != hidden.result.signature  # type: ignore[union-attr]


def test_transitions_tell_what_may_be_told(tmp_path: Path) -> None:
    """A word that redaction hides is in no transition, so it is in no file; and judged again it is in none either."""
    run = Run(tmp_path)
    pairs = ({"state": "open"}, {"state": "closed"}), ({"password": "Hunter"}, {"password": "Secret"})
    run.judge(*(_comparison(number, *pair) for number, pair in enumerate(pairs)))
    told, hidden = run.read()
    assert [item.transition for item in told.result.signature or ()] == ["open -> closed"]
    assert [item.transition for item in hidden.result.signature or ()] == [""]
    assert (told.altered, hidden.altered) == (False, False)
    assert "Hunter" not in repr(hidden)
    for item in (told, hidden):
        judged = Judge(contract=None, rules=run.rules).observe(item.comparison, ROUTE).observation
        assert judged.signature == item.result.signature  # type: ignore[union-attr]


def test_a_long_body_is_judged_again_by_its_digests(tmp_path: Path) -> None:
    """Keyed, they are equal where they were, and other where they were other."""
    run = Run(tmp_path)
    headers = (("content-type", "application/octet-stream"),)
    one, other = (_answer(b"abc", headers=headers, truncated=True, windows=end * 8) for end in (b"1", b"2"))
    run.judge(*(dataclasses.replace(_comparison(2, 1, 1), legacy=one, candidate=answer) for answer in (one, other)))
    same, differs = run.read()
    assert (same.result.signature, same.altered, differs.altered) == ((), False, False)
    for item in (same, differs):
        judged = Judge(contract=None).observe(item.comparison, ROUTE).observation
        assert judged.signature == item.result.signature  # type: ignore[union-attr]
        assert b"1" * 8 not in item.comparison.legacy.windows  # type: ignore[union-attr]
    assert [found.template for found in differs.result.signature or ()] == ["body"]


def test_without_a_key_nothing_is_recorded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And the log says so; nor at 0 %, which needs no word."""
    assert Run(tmp_path, redactor=None).recorder is None
    assert "recording.no_key" in caplog.text
    caplog.clear()
    assert Run(tmp_path, pct=0.0).recorder is None
    assert caplog.text == ""
    assert not Run(tmp_path, pct=0.0).folder.exists()


def test_the_bound(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log; what was left out is counted, what was recorded stays."""
    run = Run(tmp_path, more="max_mb = 1\n")
    noise = [REDACTOR.scrambled(b"%06d" % n * 20_000).hex() for n in range(20)]
    with caplog.at_level(logging.INFO):
        run.judge(*(_comparison(number, text, text) for number, text in enumerate(noise)))
        count = len(run.read())
    assert 1 < count < 20
    assert caplog.text.count("recording.full") == 1
    assert (run.end().recorded, run.end().left_out) == (count, 20 - count)
    assert f"recorded={count} left_out={20 - count}" in caplog.text
    assert sum(path.stat().st_size for path in run.folder.iterdir()) < 1_001_000


def test_a_folder_that_can_not_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No recording, one line, and the run goes on."""
    run = Run(tmp_path)
    again = open_recorder(run.config, RUN, None, REDACTOR, run.rules)
    assert again is None
    assert "recording.stopped" in caplog.text


def test_a_full_disk_stops_the_recording_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line; the judge goes on, and the end counts what is missing."""
    run = Run(tmp_path)
    run.judge(_comparison(1, 1, 1))
    run.open.flush()
    with monkeypatch.context() as patched:
        patched.setattr("os.write", _no_space)
        run.judge(_comparison(2, 1, 1))
        run.open.flush()
        run.judge(_comparison(3, 1, 1))
        run.open.flush()
    assert caplog.text.count("recording.stopped No space left") == 1
    assert [item.comparison.request.id for item in run.read()] == ["c-1"]
    assert (run.end().recorded, run.end().left_out) == (1, 2)


def _no_space(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_fault_of_the_recorder_reaches_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said with its place, counted as left out, and the next one is recorded."""
    run = Run(tmp_path)
    broken = dataclasses.replace(_comparison(1, 1, 1), secondary=object())  # type: ignore[arg-type]
    run.open.record(broken, ROUTE, Judge(contract=None).observe(_comparison(1, 1, 1), ROUTE).observation)
    run.judge(_comparison(2, 1, 1))
    assert [item.comparison.request.id for item in run.read()] == ["c-2"]
    assert "recording.failed route=GET /a" in caplog.text
    assert run.end().left_out == 1
