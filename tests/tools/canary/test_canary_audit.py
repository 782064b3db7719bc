"""crossfade canary audit: what follows, and the first line that does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from crossfade.shadow.canary.journal.journal import FILE, Journal
from crossfade.shadow.canary.plan.records import Bake, Plan, Prove, Rampdown, RoutePlan, SetWeight
from crossfade.shadow.canary.reading import PlaneReading, Reading, Standing
from crossfade.shadow.canary.states.controller import decide
from crossfade.shadow.serving.weights import Weights

Canary = Callable[..., Result]
PLAN = Plan(
    service="builds",
    routes=(
        RoutePlan(
            route="GET /a",
            group="g",
            plane="engine",
            steps=(Prove(), SetWeight(pct=100.0), Bake(duration_s=60.0), Rampdown(duration_s=0.0)),
            error_budget=0.01,
            mirror_pct=20.0,
        ),
    ),
)


@pytest.fixture
def journal(config: Path) -> Path:
    """A journal of three decisions."""
    folder = config.parent / ".crossfade" / "canary"
    with Journal(folder) as opened:
        state, weights = opened.begin(PLAN, 1.0), ()
        for second in (2.0, 3.0, 4.0):
            reading = Reading(
                at=second,
                planes=(
                    PlaneReading(
                        name="engine", weights=Weights(generation=state.generation, lease_s=10.0, routes=weights)
                    ),
                ),
                evidence=(Standing(route="GET /a", verdict="pass"),),
            )
            decision = decide(PLAN, state, reading)
            opened.write(reading, decision)
            state, weights = decision.state, decision.weights
    return folder / FILE


@pytest.mark.usefixtures("journal")
def test_a_journal_as_it_was_written(canary: Canary) -> None:
    """Exit code 0, and the hash that shows later that nothing was rewritten."""
    result = canary("audit")
    lines = result.output.splitlines()
    assert (result.exit_code, lines[0]) == (0, "4 lines, 2 decisions, 3 changes: each follows from its inputs")
    assert lines[-1].startswith("hash of the last line: ")


def test_a_journal_that_was_changed(canary: Canary, journal: Path) -> None:
    """Exit code 1, and the first line that does not follow."""
    journal.write_bytes(journal.read_bytes().replace(b'"weight_pct":100.0', b'"weight_pct":50.0', 1))
    result = canary("audit")
    assert result.exit_code == 1
    assert "journal.jsonl: line 1: its inputs give another decision; before it 1 lines, 0 decisions" in result.output


@pytest.mark.usefixtures("journal")
def test_json(canary: Canary) -> None:
    """For a program."""
    told: dict[str, Any] = json.loads(canary("audit", "--json").output)
    assert (told["decisions"], told["problem"]) == (2, None)
    assert told["routes"][0]["phase"] == "Promoted"


def test_no_journal(canary: Canary) -> None:
    """One line that says what writes it."""
    result = canary("audit")
    assert result.exit_code == 2
    assert "expected a journal, got none; crossfade canary start writes it" in result.output


@pytest.mark.usefixtures("journal")
def test_a_hash_that_was_kept_and_is_gone(canary: Canary) -> None:
    """Exit code 1: the end of the journal was written anew, or is missing."""
    head = json.loads(canary("audit", "--json").output)["head"]
    assert canary("audit", "--head", head).exit_code == 0
    assert canary("audit", "--head", "0" * 64).exit_code == 1
