"""crossfade canary abort, with a controller."""

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(("phase", "code"), [("RollingBack", 0), ("Aborted", 0), ("Completed", 0), ("Degraded", 4)])
def test_abort_reaches_the_controller(canary: Any, controller: Any, phase: str, code: int) -> None:
    """Exit 4 where a route does not go back."""
    controller.change(phase=phase)
    result = canary("abort", "--reason", "tickets")
    assert result.output == f"GET /builds/{{id}}: {phase}, weight 5 %\n"
    assert result.exit_code == code
    ((verb, order),) = controller.orders
    assert (verb, order.reason, order.routes) == ("abort", "tickets", "*")


def test_a_controller_that_runs_and_does_not_answer_is_told(canary: Any, config: Path, controller: Any) -> None:
    """It holds the journal, so nothing is done behind its back; its lease ends by itself once it is stopped."""
    (config.parent / ".crossfade" / "canary" / "controller.json").write_text('{"pid": 7, "address": "127.0.0.1:9"}')
    result = canary("abort")
    assert result.exit_code == 4
    assert result.output.startswith("error: 127.0.0.1:9: expected the controller, got ")
    assert controller.orders == []
