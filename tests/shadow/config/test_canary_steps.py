"""A step has exactly one key, and a gate has a URL where a webhook opens it."""

import pytest
from pydantic import ValidationError

from crossfade.shadow.config.canary_steps import CanaryGate, PauseStep, Step, default_steps


@pytest.mark.parametrize(
    ("keys", "got"), [({}, "none"), ({"setWeight": 5.0, "pause": PauseStep()}, "pause and setWeight")]
)
def test_a_step_has_one_key(keys: dict[str, object], got: str) -> None:
    """Two things at once have no order."""
    with pytest.raises(ValidationError, match=f"expected exactly one key, got {got}; make a step of each"):
        Step(**keys)


@pytest.mark.parametrize("keys", [{"kind": "webhook"}, {"url": "http://a:1/"}])
def test_a_webhook_has_a_url(keys: dict[str, str]) -> None:
    """And a person has none."""
    with pytest.raises(ValidationError, match="expected url with kind = 'webhook', and with no other"):
        CanaryGate(**keys)


def test_the_default_ends_at_all_clients() -> None:
    """With an analysis behind the last weight too."""
    assert [step.setWeight for step in default_steps()][-2:] == [100.0, None]
