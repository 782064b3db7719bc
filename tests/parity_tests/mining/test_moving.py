"""A time that legacy keeps is kept, and one that it changes is changed."""

from typing import Any

import pytest

from crossfade.parity_tests.mining import moving
from crossfade.parity_tests.mining.moving import Moment, Moving

ROUTE, PLACE = "GET /orders/{id}", "body/updated_at"


def seen(ask: Any, *pairs: tuple[float, float], moving_: Moving | None = None) -> Moving:
    """The times of one order, as both sides have them in one read after the other."""
    found = moving_ or Moving()
    for number, (legacy_s, candidate_s) in enumerate(pairs):
        moment = Moment(path=PLACE, template=PLACE, legacy_s=legacy_s, candidate_s=candidate_s)
        found.see(ROUTE, ask(number, "GET", "/orders/7", None), [moment])
    return found


def test_times_that_move_together_are_each_sides_own(ask: Any) -> None:
    """However far they are apart."""
    found = seen(ask, (100.25, 7000.5), (100.25, 7000.5), (160.75, 7060.5), (160.75, 7060.5))
    assert (found.moves(), found.stays()) == ({}, {})


def test_a_time_that_is_made_anew_in_each_read(ask: Any) -> None:
    """Though legacy keeps it."""
    found = seen(ask, (100.25, 100.5), (100.25, 100.51), (100.25, 100.53))
    assert (found.moves(), found.stays()) == ({(ROUTE, PLACE): 2}, {})


def test_a_time_that_never_changes(ask: Any) -> None:
    """Though legacy changes it."""
    found = seen(ask, (100.25, 100.5), (160.25, 100.5), (220.25, 100.5))
    assert (found.moves(), found.stays()) == ({}, {(ROUTE, PLACE): 2})


def test_once_may_be_chance(ask: Any) -> None:
    """Something that runs beside the requests has changed it."""
    assert seen(ask, (100.25, 100.5), (100.25, 160.5)).moves() == {}
    often = [(100.25 + at, 100.5 + at) for at in range(9)]
    assert seen(ask, *often, (108.25, 110.5), (108.25, 111.5)).moves() == {}


def test_whole_seconds_show_long_steps_alone(ask: Any) -> None:
    """The next second may have begun between the two sides."""
    assert seen(ask, (100.0, 100.0), (100.0, 101.0), (100.0, 102.0)).moves() == {}
    assert seen(ask, (100.0, 100.0), (100.0, 160.0), (100.0, 220.0)).moves() == {(ROUTE, PLACE): 2}
    assert seen(ask, (100.0, 100.0), (160.0, 100.0), (220.0, 100.0)).stays() == {(ROUTE, PLACE): 2}


def test_each_thing_is_held_against_itself(ask: Any) -> None:
    """Two orders were made at two times."""
    found = Moving()
    for number, (target, legacy_s) in enumerate((("/orders/1", 1.25), ("/orders/2", 2.25)) * 2):
        moment = Moment(path=PLACE, template=PLACE, legacy_s=legacy_s, candidate_s=legacy_s + 1)
        found.see(ROUTE, ask(number, "GET", target, None), [moment])
    assert (found.moves(), found.stays()) == ({}, {})


def test_what_is_kept_is_bounded(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten."""
    monkeypatch.setattr(moving, "_MAX_KNOWN", 1)
    found = Moving()
    for number in range(6):
        moment = Moment(path=PLACE, template=PLACE, legacy_s=1.25, candidate_s=2.5 + number)
        found.see(ROUTE, ask(number, "GET", f"/orders/{number % 2}", None), [moment])
    assert found.moves() == {}
