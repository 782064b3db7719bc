"""The tables of [canary] that need no other table to be wrong, and what they are where a file says nothing."""

from pathlib import Path

import pytest

from crossfade.shadow.config import parse_config
from crossfade.shadow.config.canary_settings import CanarySettings, Day
from crossfade.shadow.errors import ShadowError

TEXT = """
canary.key = ["header:x-user"]
[service]
name = "x"
state = "shared"
[ingest]
address = "unix:x"
[[canary.route]]
name = "reads"
routes = ["GET *"]
[[canary.freeze]]
days = ["sat", "sun"]
reason = "nobody is here"
[[canary.plane]]
name = "pods"
kind = "mode_file"
file = "modes.properties"
read_back = ["http://a:1"]
"""


def _canary() -> CanarySettings:
    return parse_config(TEXT, Path("/srv/crossfade.toml")).canary


def test_steps_by_default() -> None:
    """Five weights, each with an analysis behind it."""
    (group,) = _canary().route
    assert [step.setWeight for step in group.steps[::2]] == [1, 5, 25, 50, 100]
    assert all(step.analysis is not None for step in group.steps[1::2])


def test_a_budget_of_nothing_is_none() -> None:
    """No number of requests proves that there is never an error."""
    with pytest.raises(ShadowError, match="error_budget_pct"):
        parse_config(
            TEXT.replace('routes = ["GET *"]', 'routes = ["GET *"]\nerror_budget_pct = 0'), Path("/srv/a.toml")
        )


def test_days_of_a_freeze() -> None:
    """Are of a closed list."""
    assert _canary().freeze[0].days == (Day.SAT, Day.SUN)


def test_the_mode_file_is_beside_the_config() -> None:
    """As all paths of the file."""
    assert _canary().plane[0].file == Path("/srv/modes.properties")


def test_nothing_moves_by_default() -> None:
    """Without a group there is no canary."""
    assert CanarySettings().route == ()


@pytest.mark.parametrize("more", ['url = "http://a:1/"\nurl_env = "A"', ""])
def test_a_notification_has_one_address(more: str) -> None:
    """In the file or in the environment."""
    with pytest.raises(ShadowError, match=r"canary.notify: expected url or url_env; name one"):
        parse_config(f"{TEXT}[[canary.notify]]\n{more}\n", Path("crossfade.toml"))
