"""crossfade gate: an exit code for a pipeline, sentences for a person, JSON for a program."""

import json
import signal
import sqlite3
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest


@pytest.mark.parametrize(
    ("matched", "flags", "expected"),
    [
        (400, (), (0, "PASS GET /ok diverges in less than 1 % of requests")),
        (20, (), (3, "INCONCLUSIVE GET /ok: ")),
        (20, ("--allow-inconclusive",), (0, "INCONCLUSIVE GET /ok: ")),
        (0, (), (3, "INCONCLUSIVE ")),
    ],
)
def test_exit_codes(invoke: Any, service: Any, matched: int, flags: tuple[str, ...], expected: tuple[int, str]) -> None:
    """Proven is 0, too little is 3 unless that is allowed; nothing at all is never 0."""
    service.compared(matched)
    result = invoke("gate", "--config", service.config, *flags)
    code, begins = expected
    assert (result.exit_code, result.output[: len(begins)]) == (code, begins)


def test_json(invoke: Any, service: Any) -> None:
    """The verdict stays what it is when inconclusive is allowed to pass."""
    service.compared(20)
    result = invoke("gate", "--config", service.config, "--json", "--allow-inconclusive")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["exit_code"], told["verdict"]) == (0, 0, "inconclusive")
    assert told["sentences"][-1] == "inconclusive claims were allowed by --allow-inconclusive"


def test_a_run_by_id(invoke: Any, service: Any) -> None:
    """An older run is judged when it is named."""
    service.compared(400, run_id="old", started_at=1.0)
    service.compared(20, run_id="new", started_at=2.0)
    assert invoke("gate", "--config", service.config).exit_code == 3
    assert invoke("gate", "--config", service.config, "--run", "old").exit_code == 0


def test_it_names_the_findings_of_the_report(invoke: Any, service: Any) -> None:
    """The very ids, so that what a gate shows can be accepted; a store with broken examples is an error for both."""
    service.diverged(3)
    told = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    shown = invoke("gate", "--config", service.config).output
    assert [finding["id"] in shown for finding in told["findings"]] == [True]
    with sqlite3.connect(service.store) as connection:
        assert connection.execute("UPDATE clusters SET examples = '[1]'").rowcount == 1
    connection.close()
    assert invoke("report", "--config", service.config).exit_code == 4
    assert invoke("gate", "--config", service.config).exit_code == 4


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("html", "<!doctype html>"), ("terminal", "pass get /ok")])
def test_a_file(invoke: Any, service: Any, tmp_path: Path, form: str, begins: str) -> None:
    """--output takes what would be shown; the exit code stays that of the gate."""
    service.compared(400)
    path = tmp_path / "out"
    result = invoke("gate", "--config", service.config, "--format", form, "--output", path)
    assert (result.exit_code, result.output) == (0, f"wrote {path}\n")
    assert path.read_text(encoding="utf-8").lower().startswith(begins)


def test_a_page_of_a_gate_has_examples(invoke: Any, service: Any) -> None:
    """A format without a gate of its own shows the whole report, and the exit code says the rest."""
    service.diverged(400)
    result = invoke("gate", "--config", service.config, "--format", "html")
    assert result.exit_code == 1
    assert "curl -sS" in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_is_served_until_it_is_ended(command: Any, service: Any, number: signal.Signals) -> None:
    """With the token of the environment."""
    service.compared(400)
    env = {"CROSSFADE_CANARY_TOKEN": "t0ken"}
    child = command("gate", "--config", service.config, "--serve", "127.0.0.1:0", env=env)
    address = child.stdout.readline().strip().removeprefix("the gate is served at ")
    asked = Request(f"{address}/GET%20%2Fok", headers={"Authorization": "Bearer t0ken"}, method="POST")
    with urlopen(asked, timeout=30) as answer:
        assert (answer.status, json.load(answer)["verdict"]) == (200, "pass")
    child.send_signal(number)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output, errors) == (130 if number == signal.SIGINT else 0, "", "")


def test_it_is_not_served_without_a_token(invoke: Any, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2 and one line, as for an address that is none."""
    monkeypatch.delenv("CROSSFADE_CANARY_TOKEN", raising=False)
    result = invoke("gate", "--config", service.config, "--serve", "127.0.0.1:0")
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert result.output.startswith("error: CROSSFADE_CANARY_TOKEN: expected a token")
    assert invoke("gate", "--config", service.config, "--serve", "nowhere").exit_code == 2
