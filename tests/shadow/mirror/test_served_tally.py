"""Clients are counted under one weight, and within a bound."""

import pytest

from crossfade.shadow.exchange.served import Served
from crossfade.shadow.mirror import served_tally
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.serving.weights import Choice


def choice(place: float | None, pct: float) -> Choice:
    """Whose turn it is by the place."""
    served = Served.CANDIDATE if place is not None and place < pct else Served.LEGACY
    return Choice(served=served, route="GET /a", place=place, candidate_pct=pct)


def clients(tally: ServedTally) -> tuple[float, int, int]:
    """The expected share, and how many clients each side has."""
    (route,) = tally.counts(0.0).routes
    return route.expected_pct, route.legacy.clients, route.candidate.clients


def test_a_client_is_one_however_often_it_comes() -> None:
    tally = ServedTally("e")
    for place in (1.0, 1.0, 80.0, 80.0, 90.0):
        tally.begun(choice(place, 5.0))
    assert clients(tally) == (5.0, 2, 1)


def test_another_weight_has_its_own_clients() -> None:
    """Those of both together would have no share that anybody could expect."""
    tally = ServedTally("e")
    for place in (1.0, 20.0, 80.0):
        tally.begun(choice(place, 5.0))
    tally.begun(choice(20.0, 25.0))
    assert clients(tally) == (25.0, 0, 1)


def test_a_client_without_a_key_is_nobody() -> None:
    tally = ServedTally("e")
    tally.begun(choice(1.0, 5.0))
    tally.begun(choice(None, 5.0))
    assert clients(tally) == (5.0, 0, 1)


def test_the_bound_is_of_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the larger side would stop first, and the share would be wrong."""
    monkeypatch.setattr(served_tally, "MOST_CLIENTS", 10)
    tally = ServedTally("e")
    for number in range(40):
        tally.begun(choice(number * 2.5, 50.0))
        tally.begun(choice(99.0 - number * 2.5, 50.0))
    _, legacy, candidate = clients(tally)
    assert legacy + candidate == 10
    assert legacy == candidate


def test_the_epoch_is_the_processes() -> None:
    assert (ServedTally("e").counts(7.0).epoch, ServedTally("e").counts(7.0).at) == ("e", 7.0)
