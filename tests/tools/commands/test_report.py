"""crossfade report: one report, three forms, to the terminal or to a file."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def reported(service: Any) -> Any:
    """A service with a run to report on."""
    service.compared(400)
    return service


def test_the_terminal(invoke: Any, reported: Any) -> None:
    """A table by default, without control characters where no terminal is; exit 0 whatever the verdict."""
    result = invoke("report", "--config", reported.config)
    assert result.exit_code == 0
    assert "GET /ok" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("flags", [("--json",), ("--format", "json")])
def test_json(invoke: Any, reported: Any, flags: tuple[str, ...]) -> None:
    """Nothing but one JSON document on standard output."""
    told = json.loads(invoke("report", "--config", reported.config, *flags).stdout)
    assert (told["service"], told["entered"], told["verdict"]) == ("builds", 400, "pass")


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("html", "<!doctype html>"), ("terminal", "")], ids=str)
def test_a_file(invoke: Any, reported: Any, tmp_path: Path, form: str, begins: str) -> None:
    """--output writes the form that was asked for, without colours, and says so."""
    path = tmp_path / "out"
    result = invoke("report", "--config", reported.config, "--format", form, "--output", path)
    assert (result.exit_code, result.output) == (0, f"wrote {path}\n")
    text = path.read_text(encoding="utf-8")
    assert text.lower().startswith(begins)
    assert "GET /ok" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("form", ["json", "html", "terminal"])
def test_a_missing_folder(invoke: Any, reported: Any, tmp_path: Path, form: str) -> None:
    """Exit 2 and one line."""
    path = tmp_path / "gone" / "report"
    result = invoke("report", "--config", reported.config, "--format", form, "--output", path)
    expected = f"error: {path}: expected a file to write, got No such file or directory; choose another --output\n"
    assert (result.exit_code, result.output) == (2, expected)


def test_a_list_of_the_runs(invoke: Any, service: Any) -> None:
    """The newest first, with when it began, when it ended and how much came in."""
    service.compared(1400)
    service.compared(3, run_id="run-2", started_at=2000.0)
    lines = invoke("report", "--config", service.config, "--list").output.splitlines()
    assert [line.split() for line in lines] == [
        ["run", "started", "ended", "entered"],
        ["run-2", *["1", "Jan", "1970,", "00:33:20", "UTC", "1", "Jan", "1970,", "00:33:23", "UTC", "3"]],
        ["run-1", *["1", "Jan", "1970,", "00:16:40", "UTC", "1", "Jan", "1970,", "00:40:00", "UTC", "1,400"]],
    ]


@pytest.mark.parametrize("flags", [("--json",), ("--format", "json")])
def test_a_list_for_a_program(invoke: Any, reported: Any, flags: tuple[str, ...]) -> None:
    """The same as one JSON document."""
    assert json.loads(invoke("report", "--config", reported.config, "--list", *flags).stdout) == [
        {
            "run_id": "run-1",
            "started_at": "1970-01-01T00:16:40.000+00:00",
            "ended_at": "1970-01-01T00:23:20.000+00:00",
            "entered": 400,
        }
    ]


@pytest.mark.parametrize(
    "flags",
    [
        ("--json", "--format", "html"),
        ("--format", "terminal", "--json"),
        ("--list", "--run", "run-1"),
        ("--list", "--format", "html"),
        ("--list", "--output", "x"),
    ],
)
def test_options_that_do_not_go_together(invoke: Any, reported: Any, flags: tuple[str, ...]) -> None:
    """Are wrong usage: none of them is passed over in silence."""
    result = invoke("report", "--config", reported.config, *flags)
    assert result.exit_code == 2
    assert "Error: expected --" in result.output


def test_the_schema(invoke: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the JSON report, without a config or a store."""
    monkeypatch.chdir(tmp_path)
    told = json.loads(invoke("report", "--schema").stdout)
    assert told["$id"] == "urn:crossfade:report:3"
    assert "clusters" in told["properties"]


def test_the_same_bytes(invoke: Any, reported: Any) -> None:
    """The same store and rules give the same report."""
    first, second = (invoke("report", "--config", reported.config, "--json").output for _ in range(2))
    assert first == second


def test_a_line_for_the_candidate(invoke: Any, service: Any) -> None:
    """It has the fields that the candidate gets by the config's rules, and says so; the others have the client's."""
    service.diverged(1)
    service.add('\n[[mirror.header]]\nname = "cookie"\naction = "drop"\n')
    told = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    (example,) = told["clusters"][0]["examples"]
    lines = [example[name] for name in ("repro", "repro_legacy", "repro_candidate")]
    assert ["a=b" in line for line in lines] == [True, True, False]
    note = "for the candidate, by the present config: without Cookie'; curl "
    assert [note in line for line in lines] == [False, False, True]
