"""Weights hold as long as their controller is heard of."""

import pytest

from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.lease import NONE, Lease, StaleError
from crossfade.shadow.serving.weights import RouteWeight, Weights

CANARY = RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=25.0)
COMPLETE = RouteWeight(route="GET /b", stage=Stage.COMPLETE, candidate_pct=100.0)
WEIGHTS = Weights(generation=3, lease_s=10.0, routes=(CANARY, COMPLETE))


def test_before_anybody_set_something_all_is_legacys() -> None:
    assert Lease().weights(0.0) == NONE
    assert Lease().remaining_s(0.0) == 0.0


def test_weights_end_when_their_controller_is_silent() -> None:
    lease = Lease()
    lease.set(WEIGHTS, 100.0)
    assert lease.weights(109.9) == WEIGHTS
    assert lease.weights(110.0).routes == (COMPLETE,)
    assert not lease.is_held(110.0)


def test_each_sign_of_the_controller_begins_the_lease_anew() -> None:
    lease = Lease()
    lease.set(WEIGHTS, 100.0)
    lease.renew(3, 109.0)
    assert lease.remaining_s(110.0) == 9.0
    assert lease.weights(118.9) == WEIGHTS


def test_a_lease_that_has_ended_is_not_renewed() -> None:
    """Else the controller would believe in weights that nobody is served by."""
    lease = Lease()
    lease.set(WEIGHTS, 100.0)
    with pytest.raises(StaleError, match="set the weights again"):
        lease.renew(3, 110.0)
    assert lease.weights(110.0).routes == (COMPLETE,)
    lease.set(WEIGHTS, 111.0)
    assert lease.weights(111.0) == WEIGHTS


def test_a_controller_that_is_behind_can_neither_set_nor_renew() -> None:
    lease = Lease()
    lease.set(WEIGHTS, 100.0)
    with pytest.raises(StaleError, match="at least 3, got 2"):
        lease.set(Weights(generation=2, lease_s=10.0), 101.0)
    with pytest.raises(StaleError, match="expected generation 3, got 2"):
        lease.renew(2, 101.0)
    assert lease.weights(109.9) == WEIGHTS


def test_after_a_restart_only_what_needs_no_controller_holds() -> None:
    lease = Lease(WEIGHTS)
    assert lease.weights(0.0).routes == (COMPLETE,)
    assert lease.weights(0.0).generation == 3
    with pytest.raises(StaleError):
        lease.renew(3, 1.0)
