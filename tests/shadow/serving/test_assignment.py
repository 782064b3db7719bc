"""Which side answers a client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crossfade.shadow.exchange.served import Served
from crossfade.shadow.serving.assignment import place_of, served_by

_CLIENTS = [f"user-{number}" for number in range(10_000)]


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_who_is_the_candidates_at_a_weight_is_at_each_higher_one(client: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if served_by(client, "shop", low) is Served.CANDIDATE:
        assert served_by(client, "shop", high) is Served.CANDIDATE


@pytest.mark.parametrize("pct", [1, 5, 25, 50])
def test_the_share_of_clients_is_the_weight_within_sampling_error(pct: int) -> None:
    found = sum(served_by(client, "shop", pct) is Served.CANDIDATE for client in _CLIENTS)
    assert stats.binomtest(found, len(_CLIENTS), pct / 100).pvalue > 0.001


def test_nobody_is_the_candidates_at_0_and_everybody_at_100() -> None:
    assert {served_by(client, "shop", 0) for client in _CLIENTS} == {Served.LEGACY}
    assert {served_by(client, "shop", 100) for client in _CLIENTS} == {Served.CANDIDATE}


def test_services_do_not_begin_with_the_same_clients() -> None:
    both = sum(place_of(client, "shop") < 10 and place_of(client, "stock") < 10 for client in _CLIENTS)
    assert stats.binomtest(both, len(_CLIENTS), 0.01).pvalue > 0.001


def test_a_place_is_the_same_in_every_version() -> None:
    assert place_of("user-1", "shop") == pytest.approx(87.55041212317857)
