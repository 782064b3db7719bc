"""crossfade accept: a finding of a run becomes rules, and nothing else is accepted."""

import json
import tomllib
from typing import Any

import pytest


def _finding(invoke: Any, service: Any) -> dict[str, Any]:
    told = json.loads(invoke("report", "--config", service.config, "--json").output)
    (finding,) = told["findings"]
    return dict(finding)


def test_a_finding(invoke: Any, service: Any) -> None:
    """Its rule stands in the config with reason and day; the run has nothing open any more, and the gate passes."""
    service.diverged(400)
    finding = _finding(invoke, service)
    before = service.config.read_text(encoding="utf-8")
    assert invoke("gate", "--config", service.config).exit_code == 1
    told = invoke("accept", finding["id"], "--config", service.config, "--reason", "agreed", "--expires", "2999-01-31")
    assert (told.exit_code, told.output) == (
        0,
        f"accepted GET /ok  body/a  value\n1 cluster of the run accepted; wrote {service.config}\n",
    )
    text = service.config.read_text(encoding="utf-8")
    assert text.startswith(before)
    (entry,) = tomllib.loads(text)["accept"]
    assert (entry["route"], entry["reason"], entry["expires"].year) == ("GET /ok", "agreed", 2999)
    assert _finding(invoke, service) | {"status": "open"} == finding
    assert invoke("gate", "--config", service.config).exit_code == 0


def test_a_cluster_by_its_id(invoke: Any, service: Any) -> None:
    """A part can be accepted alone."""
    service.diverged(3)
    (part,) = _finding(invoke, service)["parts"]
    assert invoke("accept", part, "--config", service.config, "--reason", "agreed").exit_code == 0
    assert _finding(invoke, service)["status"] == "accepted"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("f-000000000000",), "expected the id of a finding or cluster of run run-1, got f-000000000000"),
        (("{id}", "--expires", "2020-01-01"), "expected a day that is not over, got 2020-01-01"),
        (("{id}", "--reason", " "), "expected who agreed to it, and why, got nothing"),
    ],
)
def test_mistakes(invoke: Any, service: Any, words: tuple[str, ...], error: str) -> None:
    """One line, exit code 2, and the config as it was."""
    service.diverged(3)
    before = service.config.read_bytes()
    given = [word.format(id=_finding(invoke, service)["id"]) for word in words]
    reason = () if "--reason" in given else ("--reason", "agreed")
    result = invoke("accept", *given, *reason, "--config", service.config)
    assert (result.exit_code, error in result.output) == (2, True), result.output
    assert service.config.read_bytes() == before


def test_twice(invoke: Any, service: Any) -> None:
    """The second time it is accepted already."""
    service.diverged(3)
    words = ("accept", _finding(invoke, service)["id"], "--config", service.config, "--reason", "agreed")
    assert invoke(*words).exit_code == 0
    again = invoke(*words)
    assert (again.exit_code, "accepted already" in again.output) == (2, True)


def test_no_run(invoke: Any, service: Any) -> None:
    """Without a run there is nothing to accept."""
    result = invoke("accept", "f-1", "--config", service.config, "--reason", "agreed")
    assert result.exit_code == 4
    assert result.output.startswith("error: ")
