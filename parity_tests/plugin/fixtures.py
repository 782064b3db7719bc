"""What parity tests written by hand take. Nothing of crossfade is imported before one of these is used."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from crossfade.parity_tests.plugin.both_sides import Both
    from crossfade.parity_tests.plugin.one_side import OneSide


@pytest.fixture
def both(request: pytest.FixtureRequest) -> "Both":
    """Both services: what is sent goes to each, and ``.same()`` holds their answers against each other."""
    found: Both = _given(lambda: _room("both_sides").both_for(_pair(request), request.node))
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
    found: OneSide = _given(lambda: _room("one_side").OneSide(_pair(request), name))
    return found


def _pair(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - as _room
    return _room("running").pair_of(request.config)


def _room(name: str) -> Any:  # noqa: ANN401 - a module that is imported here, at its first use
    return import_module(f"crossfade.parity_tests.plugin.{name}")


def _given(make: Callable[[], Any]) -> Any:  # noqa: ANN401 - as _room
    """A person's mistake is one line, without the way that led to it."""
    try:
        return make()
    except import_module("crossfade.shadow.errors").ShadowError as error:
        mistake = str(error)
    pytest.fail(mistake, pytrace=False)
