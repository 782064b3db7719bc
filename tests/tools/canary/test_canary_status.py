"""crossfade canary status, once and again."""

import json
from typing import Any

import pytest

from crossfade.shadow.canary.control.status import PlaneStatus
from crossfade.tools.canary import canary_status


@pytest.mark.usefixtures("controller")
def test_status_shows_the_rollout(canary: Any) -> None:
    """Text for a person, JSON for a program."""
    result = canary("status")
    assert result.exit_code == 0
    assert "  canary, Progressing, step 3 of 10 (setWeight 5); weight 5 %\n" in result.output
    document = json.loads(canary("status", "--json").stdout)
    assert (document["schema_version"], document["routes"][0]["weight_pct"]) == (1, 5.0)


@pytest.mark.parametrize(
    ("phase", "code"), [("Paused", 0), ("Completed", 0), ("RollingBack", 1), ("Aborted", 1), ("Degraded", 4)]
)
def test_the_exit_code_tells_what_needs_a_person(canary: Any, controller: Any, phase: str, code: int) -> None:
    """1 rolled back, 4 not to be trusted."""
    controller.change(phase=phase)
    assert canary("status").exit_code == code


def test_a_plane_that_fails_is_exit_4(canary: Any, controller: Any) -> None:
    """Whatever the routes' phases are."""
    controller.planes = (PlaneStatus(name="engine", problem="engine: got no answer"),)
    assert canary("status").exit_code == 4


def test_watching_ends_when_nothing_moves_any_more(
    canary: Any, controller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody looks at a terminal, a status is printed when it changed."""
    monkeypatch.setattr(canary_status, "_EVERY_S", 0.0)

    def move(standing: Any) -> None:
        if standing.asked > 4:
            standing.change(phase="Completed")

    controller.each = move
    result = canary("status", "--watch")
    assert result.exit_code == 0
    assert result.output.count("GET /builds/{id}") == 2
    assert controller.asked == 5
