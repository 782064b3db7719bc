"""crossfade canary promote, pause, resume and retry, as the controller gets them."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        (["promote"], "promote"),
        (["promote", "--full"], "promote_full"),
        (["pause"], "pause"),
        (["resume"], "resume"),
        (["retry"], "retry"),
    ],
)
def test_a_verb_reaches_the_controller(canary: Any, controller: Any, words: list[str], verb: str) -> None:
    """Who asks is the system's user, and what came of it is a line a route."""
    result = canary(*words, "GET /builds/*", "--reason", "why not")
    assert result.output == "GET /builds/{id}: Progressing, weight 5 %\n"
    assert result.exit_code == 0
    ((given, order),) = controller.orders
    assert (given, order.routes, order.reason, order.actor) == (verb, "GET /builds/*", "why not", "jo")


def test_without_routes_it_is_all_of_them(canary: Any, controller: Any) -> None:
    """And another may be named as the one who asks."""
    document = json.loads(canary("pause", "--actor", "a pipeline", "--json").stdout)
    assert document["routes"][0]["route"] == "GET /builds/{id}"
    ((_, order),) = controller.orders
    assert (order.routes, order.actor) == ("*", "a pipeline")


def test_no_controller_is_one_line(canary: Any) -> None:
    """Exit 4."""
    result = canary("pause")
    assert result.exit_code == 4
    assert result.output.endswith("expected a controller that runs, got none; start it with `crossfade canary start`\n")


def test_a_controller_elsewhere_is_asked_at_the_address_of_the_config(canary: Any, config: Path) -> None:
    """One that left its address here does not run any more."""
    config.write_text(config.read_text() + '[canary]\naddress = "127.0.0.1:9"\n')
    result = canary("pause")
    assert result.exit_code == 4
    assert result.output.startswith("error: 127.0.0.1:9: expected the controller, got ")


def test_no_token_is_one_line(canary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the variable, and who needs it."""
    monkeypatch.delenv("CROSSFADE_CANARY_TOKEN")
    result = canary("resume")
    assert result.exit_code == 2
    assert "canary.token_env: expected a token in the variable CROSSFADE_CANARY_TOKEN, got none" in result.output
