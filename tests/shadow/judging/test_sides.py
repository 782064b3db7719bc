"""Whose side a secondary takes is told by the same rule from either side, and only where that is sure."""

from typing import Any

import pytest

from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.observations import Sighting
from crossfade.shadow.judging.differ import Look
from crossfade.shadow.judging.sides import BothSides, sided

HERE = ("body/a", "value")


def look(*keys: tuple[str, str], **values: Any) -> Look:
    return Look(**{"differences": (), "keys": frozenset(keys), "full": False, "other_status": False, **values})


SAME = look()
SURELY_NOT = [
    look(HERE),
    look(("body/a", "type")),
    look(("body", Kind.MISSING.value)),
    look(("body/a/b", "value")),
    look(full=True),
    look(other_status=True),
    None,
]


def taken(from_legacy: Look | None, from_candidate: Look | None, **values: Any) -> bool | None:
    seen = Sighting(**{"template": HERE[0], "kind": HERE[1], "candidate": True, **values})
    (found,) = sided((seen,), BothSides(legacy=from_legacy, candidate=from_candidate))
    return found.with_candidate


@pytest.mark.parametrize("other", SURELY_NOT)
def test_it_takes_one_side(other: Look | None) -> None:
    """Where it agrees with one of the two alone."""
    assert taken(SAME, other) is False
    assert taken(other, SAME) is True


@pytest.mark.parametrize("other", SURELY_NOT)
def test_it_takes_none(other: Look | None) -> None:
    """Where it surely agrees with neither."""
    assert taken(other, other) is None


def test_where_the_two_agree() -> None:
    """There is no side to take."""
    assert taken(look(HERE), SAME, candidate=False) is None


def test_a_status_is_told_where_statuses_differ() -> None:
    """Of all else nothing is known then."""
    other = look(("status", "value"), other_status=True)
    assert taken(SAME, other, template="status") is False
    assert taken(other, SAME, template="status") is True


def test_elsewhere_nothing_differs() -> None:
    """A difference at another place does not matter."""
    assert taken(look(("body/b", "value")), look(HERE)) is False
