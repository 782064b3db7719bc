"""crossfade canary start, which does not come as far as a controller; how that runs is in test_canary_run.py."""

import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("verb", ["start", "abort"])
def test_without_the_packages_of_the_controller(canary: Any, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """One line says what to install; abort needs them as well where no controller runs."""
    monkeypatch.setitem(sys.modules, "crossfade.tools.canary_run", None)
    result = canary(verb)
    assert result.exit_code == 4
    assert result.output.startswith("error: canary: expected the packages of the controller, got no module named ")
    assert result.output.endswith("; pip install 'crossfade[canary]'\n")


def test_abort_reaches_a_controller_without_them(canary: Any, controller: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not the one who sets the weights, a plain install does."""
    monkeypatch.setitem(sys.modules, "crossfade.tools.canary_run", None)
    controller.change(phase="Aborted")
    assert canary("abort").exit_code == 0


def test_without_a_token(canary: Any, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API would be open to all."""
    monkeypatch.delenv("CROSSFADE_CANARY_TOKEN")
    result = canary("start")
    assert result.exit_code == 2
    assert "expected a token in the variable CROSSFADE_CANARY_TOKEN, got none" in result.output
    assert not (config.parent / ".crossfade").exists()
