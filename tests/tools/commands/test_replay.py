"""crossfade replay --rediff: a recording, a config, an exit code."""

import json
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.config.settings import RecordSettings
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.runs.recorder import RecordingJudge, open_recorder
from crossfade.shadow.runs.setup import build_run_info, rules_of

ROUTE = RouteInfo(route="GET /ok", protocol="http", call_type="http", stage="shadow")
IGNORE = '[[compare.ignore]]\npath = "body/a"\nreason = "test"\n'


def _answer(body: Any) -> Answer:
    return Answer(
        status=200,
        headers=(("content-type", "application/json"),),
        body=json.dumps(body).encode(),
        truncated=False,
        trailers=(),
        latency_ms=1.0,
    )


@pytest.fixture
def record(service: Any) -> Any:
    """Records a run of these pairs of bodies."""

    def record(*pairs: tuple[Any, Any], run_id: str = "run-1") -> Path:
        config = load_config(service.config)
        config = config.model_copy(update={"record": RecordSettings(sample_pct=100.0)})
        redactor = Redactor(b"k" * 32)
        rules = rules_of(config, redactor.shows)
        info = build_run_info(config, None, run_id, 1000.0, engine="mitmproxy")
        recorder = open_recorder(config, info, None, redactor, rules)
        assert recorder is not None
        judge = RecordingJudge(contract=None, rules=rules, recorder=recorder)
        for number, (legacy, candidate) in enumerate(pairs):
            request = Request(
                id=f"c-{number}",
                protocol=Protocol.HTTP,
                method="GET",
                scheme="http",
                authority="x",
                target=f"/ok?n={number}",
                headers=(),
                body=b"",
                truncated=False,
                trailers=(),
                started_at=1000.0 + number,
            )
            sides = {"legacy": _answer(legacy), "candidate": _answer(candidate), "secondary": None}
            judge.observe(Comparison(request=request, route=ROUTE.route, **sides), ROUTE)
        recorder.finish()
        folder: Path = config.evidence.dir / "recordings" / run_id
        return folder

    return record


def test_the_same_rules(invoke: Any, service: Any, record: Any) -> None:
    """Exit 0, with and without --check; the report is that of the recording, and claims nothing."""
    record(({"a": 1}, {"a": 1}), ({"a": 1}, {"a": 2}))
    for flags in ((), ("--check",)):
        result = invoke("replay", "--config", service.config, "--rediff", "run-1", *flags)
        assert result.exit_code == 0
    assert "2 recorded = 2 the same" in result.output
    assert "body/a" in result.output
    assert "verdict: inconclusive" in result.output
    assert "\x1b" not in result.output


def test_words_are_told_again(invoke: Any, service: Any, record: Any) -> None:
    """As when they were recorded, though a replay has no key: what was secret then is a pseudonym."""
    record(({"a": "open"}, {"a": "closed"}), ({"token": "open"}, {"token": "closed"}))
    result = invoke("replay", "--config", service.config, "--rediff", "run-1", "--check", "--json")
    assert result.exit_code == 0
    told = {item["path"]: item["transition"] for item in json.loads(result.stdout)["report"]["clusters"]}
    assert told == {"body/a": "open -> closed", "body/token": ""}


def test_other_rules(invoke: Any, service: Any, record: Any) -> None:
    """What comes out otherwise is exit 1 with --check only."""
    record(({"a": 1}, {"a": 1}), ({"a": 1}, {"a": 2}))
    service.add(IGNORE)
    result = invoke("replay", "--config", service.config, "--rediff", "run-1")
    assert (result.exit_code, "1 the same + 1 newly matched" in result.output) == (0, True)
    assert "1 -> 0  GET /ok  body/a  value" in result.output
    assert invoke("replay", "--config", service.config, "--rediff", "run-1", "--check").exit_code == 1


@pytest.mark.parametrize("flags", [("--json",), ("--format", "json")], ids=str)
def test_json(invoke: Any, service: Any, record: Any, flags: tuple[str, ...]) -> None:
    """One document: what changed, and the report."""
    record(({"a": 1}, {"a": 2}))
    told = json.loads(invoke("replay", "--config", service.config, "--rediff", "run-1", *flags).stdout)
    assert told["rediff"]["changes"]["same"] == 1
    assert (told["report"]["run_id"], told["report"]["entered"]) == ("run-1", 1)


@pytest.mark.parametrize("form", ["json", "html", "terminal"])
def test_a_file(invoke: Any, service: Any, record: Any, tmp_path: Path, form: str) -> None:
    """--output writes the form that was asked for."""
    record(({"a": 1}, {"a": 2}))
    path = tmp_path / "out"
    words = ("replay", "--config", service.config, "--rediff", "run-1", "--format", form, "--output", path)
    assert invoke(*words).output == f"wrote {path}\n"
    begins = {"json": "{", "html": "<!doctype html>", "terminal": "run run-1"}[form]
    assert path.read_text(encoding="utf-8").lower().startswith(begins)


def test_a_recording_somewhere_else(invoke: Any, service: Any, record: Any, tmp_path: Path) -> None:
    """A folder that was copied is read as it is."""
    folder = record(({"a": 1}, {"a": 1}))
    copied = folder.rename(tmp_path / "copied")
    assert "1 the same" in invoke("replay", "--config", service.config, "--rediff", copied).output


def test_no_recording(invoke: Any, service: Any) -> None:
    """One line; exit 4 for a run that was not recorded, 2 for one that is not there."""
    service.compared(1)
    for run, code, told in (
        ("run-1", 4, "expected a recording, got none; make one with `crossfade record`"),
        ("gone", 2, "expected run gone, got none; the newest are run-1"),
    ):
        result = invoke("replay", "--config", service.config, "--rediff", run)
        assert (result.exit_code, result.output.startswith("error: ")) == (code, True)
        assert told in result.output


def test_a_check_of_nothing_does_not_pass(invoke: Any, service: Any, record: Any) -> None:
    """An empty recording proves nothing."""
    record()
    assert invoke("replay", "--config", service.config, "--rediff", "run-1").exit_code == 0
    assert invoke("replay", "--config", service.config, "--rediff", "run-1", "--check").exit_code == 3


def test_the_same_bytes(invoke: Any, service: Any, record: Any) -> None:
    """The same recording and rules give the same output."""
    record(({"a": 1}, {"a": 2}))
    first, second = (
        invoke("replay", "--config", service.config, "--rediff", "run-1", "--json").output for _ in range(2)
    )
    assert first == second


def test_a_new_format(record: Any, with_fake: Any) -> None:
    """One that the registry has shows the report of a recording too."""
    record(({"a": 1}, {"a": 2}))
    assert with_fake("replay", "--rediff", "run-1", "--format", "fake").stdout == "fake builds 1 1\n"


def test_two_formats(invoke: Any, service: Any, record: Any) -> None:
    """--json beside another --format is wrong usage, as it is for a report."""
    record(({"a": 1}, {"a": 1}))
    result = invoke("replay", "--config", service.config, "--rediff", "run-1", "--json", "--format", "html")
    assert (result.exit_code, "expected --json or --format html, got both" in result.output) == (2, True)
