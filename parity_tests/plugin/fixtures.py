"""What parity tests written by hand take. Nothing of crossfade is imported before one of these is used."""

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from crossfade.parity_tests.plugin.hooks import runtime

if TYPE_CHECKING:
    from crossfade.parity_tests.plugin.both_sides import Both
    from crossfade.parity_tests.plugin.one_side import OneSide


@pytest.fixture
def both(request: pytest.FixtureRequest) -> "Both":
    """Both services: what is sent goes to each, and ``.same()`` holds their answers against each other."""
    found: Both = import_module("crossfade.parity_tests.plugin.both_sides").both_for(
        runtime(request.config), request.node
    )
    return found


@pytest.fixture
def legacy(request: pytest.FixtureRequest) -> "OneSide":
    """Legacy alone."""
    return _one_side(request, "legacy")


@pytest.fixture
def candidate(request: pytest.FixtureRequest) -> "OneSide":
    """The candidate alone."""
    return _one_side(request, "candidate")


def _one_side(request: pytest.FixtureRequest, name: str) -> "OneSide":
    found: OneSide = import_module("crossfade.parity_tests.plugin.one_side").OneSide(runtime(request.config), name)
    return found
