"""The packages of the canary's controller, which come with an extra."""

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.tools.canary.packages import controller_packages


def test_a_missing_package_is_one_line() -> None:
    """It says which, and how to get it."""
    with pytest.raises(ShadowError) as raised, controller_packages():
        raise ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp")
    assert raised.value.exit_code == 4
    assert str(raised.value) == (
        "canary: expected the packages of the controller, got no module named aiohttp; pip install 'crossfade[canary]'"
    )


def test_with_all_packages_nothing_happens() -> None:
    """What is imported is there."""
    with controller_packages():
        imported = __import__("json")
    assert imported.__name__ == "json"
