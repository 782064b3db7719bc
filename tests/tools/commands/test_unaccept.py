"""crossfade unaccept: what was accepted is open again."""

import json
from typing import Any

import pytest


@pytest.fixture
def accepted(invoke: Any, service: Any) -> str:
    """The id of a finding that was accepted; what the config was before stands in ``crossfade.before``."""
    service.diverged(400)
    (finding,) = json.loads(invoke("report", "--config", service.config, "--json").stdout)["findings"]
    (service.folder / "crossfade.before").write_bytes(service.config.read_bytes())
    assert invoke("accept", finding["id"], "--config", service.config, "--reason", "agreed").exit_code == 0
    return str(finding["id"])


@pytest.mark.parametrize("how", [(), ("--path", "body/a"), ("--route", "GET /ok", "--kind", "value")])
def test_by_id_or_by_what_is_written(invoke: Any, service: Any, accepted: str, how: tuple[str, ...]) -> None:
    """The config is as it was, the finding is open, and what changed is named."""
    result = invoke("unaccept", *(how or (accepted,)), "--config", service.config)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "no longer accepted: GET /ok  body/a  value  any transition"
    assert lines[1].startswith("open again: ")
    assert lines[2] == f"removed 1 [[accept]] entry; wrote {service.config}"
    assert service.config.read_bytes() == (service.folder / "crossfade.before").read_bytes()
    assert invoke("gate", "--config", service.config).exit_code == 1


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--path", "body/*"), "these globs: expected an [[accept]] entry that matches, got none in"),
        (("f-0",), "f-0: expected the id of a finding or cluster of run run-1, got f-0"),
        ((), "expected ids, or one of --route, --path and --kind, got neither"),
    ],
)
def test_mistakes(invoke: Any, service: Any, accepted: str, words: tuple[str, ...], error: str) -> None:
    """One line, exit code 2, and the rule stays."""
    result = invoke("unaccept", *words, "--config", service.config)
    assert (result.exit_code, error in result.output) == (2, True), result.output
    assert accepted
    assert "[[accept]]" in service.config.read_text(encoding="utf-8")
