"""crossfade accept: a finding of a run becomes rules, and nothing else is accepted."""

import json
import tomllib
from typing import Any

import pytest


def _finding(invoke: Any, service: Any) -> dict[str, Any]:
    told = json.loads(invoke("report", "--config", service.config, "--json").stdout)
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
        f"accepted GET /ok  body/a  value  any transition\n1 cluster of the run accepted; wrote {service.config}\n",
    )
    text = service.config.read_text(encoding="utf-8")
    assert text.startswith(before)
    (entry,) = tomllib.loads(text)["accept"]
    assert (entry["route"], entry["reason"], entry["expires"].year) == ("GET /ok", "agreed", 2999)
    assert _finding(invoke, service) | {"status": "open"} == finding
    assert invoke("gate", "--config", service.config).exit_code == 0


def _body_diverges(service: Any) -> None:
    """A newer run of the real judge, in which the body differs and no status does."""
    service.judged("run-2", 2000.0, *[({"on": True, "n": 1}, {"on": False, "n": 2}, (200, 200))] * 400)


def test_a_finding_whose_head_is_a_status(invoke: Any, service: Any) -> None:
    """What follows from another status is accepted beside this one: a fault of the same places is still found."""
    service.judged("run-1", 1000.0, *[({"on": True, "n": 1}, {"on": False, "n": 2}, (404, 410))] * 400)
    finding = _finding(invoke, service)
    assert len(finding["parts"]) == 3
    told = invoke("accept", finding["id"], "--config", service.config, "--reason", "agreed")
    assert told.output.splitlines()[:-1] == [
        "accepted GET /ok  status  value  404 -> 410",
        "accepted GET /ok  body/n  value  beside 404 -> 410",
        "accepted GET /ok  body/on  value  true -> false beside 404 -> 410",
    ]
    assert _finding(invoke, service)["status"] == "accepted"
    assert invoke("gate", "--config", service.config).exit_code == 0
    _body_diverges(service)
    found = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    assert {(one["path"], one["transition"], one["status"]) for one in found["clusters"]} == {
        ("body/n", "", "open"),
        ("body/on", "true -> false", "open"),
    }
    assert invoke("gate", "--config", service.config).exit_code == 1


def test_both_in_one_run(invoke: Any, service: Any) -> None:
    """The units with a difference of their own count, and no others: k is theirs alone."""
    gone = ({"n": 1}, {"n": 2}, (404, 410))
    service.judged("run-1", 1000.0, *[gone] * 300, *[({"n": 1}, {"n": 2}, (200, 200))] * 7)
    told = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    (status,) = [one["id"] for one in told["findings"] if "404 becomes 410" in one["title"]]
    assert invoke("accept", status, "--config", service.config, "--reason", "agreed").exit_code == 0
    after = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    assert {one["title"]: one["status"] for one in after["findings"]} == {
        "404 becomes 410 on GET /ok": "accepted",
        "body/n differs on GET /ok": "open",
    }
    assert after["routes"][0]["divergent"] == 7


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
