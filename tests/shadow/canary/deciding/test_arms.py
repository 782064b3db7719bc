"""The test of two sides: how often it is wrong where both are as good, and how soon it is right."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from crossfade.shadow.canary.deciding.arms import SHARES, TIMES, has_legacy, log_factors_above, log_factors_below
from crossfade.shadow.canary.deciding.records import Arms
from crossfade.shadow.evidence.excess import log_mean

Test = Callable[[Arms, float, Arms], tuple[float, ...]]


def _mean_factor(test: Test, *, candidate: int, legacy: int, rates: tuple[float, float], excess: float) -> float:
    """The mean of the evidence of one look over all that may happen in it, exactly."""
    total = Arms(candidate=candidate, legacy=legacy)
    mean = 0.0
    for bad in range(candidate + 1):
        for legacy_bad in range(legacy + 1):
            chance = _binomial(bad, candidate, rates[0]) * _binomial(legacy_bad, legacy, rates[1])
            look = Arms(candidate=candidate, candidate_bad=bad, legacy=legacy, legacy_bad=legacy_bad)
            mean += chance * math.exp(log_mean(list(test(look, excess, total))))
    return mean


def _binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


@pytest.mark.parametrize(("candidate", "legacy"), [(1, 9), (5, 5), (8, 2), (3, 20)])
@pytest.mark.parametrize("legacy_rate", [0.0, 0.01, 0.2, 0.6])
@pytest.mark.parametrize("excess", [0.001, 0.05, 0.3])
def test_a_look_is_fair(candidate: int, legacy: int, legacy_rate: float, excess: float) -> None:
    """At the edge of the hypothesis no bet wins on average: the evidence is a supermartingale."""
    rates = (legacy_rate + excess, legacy_rate)
    for test in (log_factors_above, log_factors_below):
        assert _mean_factor(test, candidate=candidate, legacy=legacy, rates=rates, excess=excess) <= 1 + 1e-12


def test_a_fault_is_found() -> None:
    """At ten times the budget, after a few errors."""
    look = Arms(candidate=100, candidate_bad=5, legacy=900)
    assert log_mean(list(log_factors_above(look, 0.005, look))) > math.log(100)


def test_what_both_sides_have_cancels_out() -> None:
    """Half of all fail, on both sides."""
    look = Arms(candidate=100, candidate_bad=50, legacy=900, legacy_bad=450)
    assert log_mean(list(log_factors_above(look, 0.005, look))) < 0


def test_health_is_shown() -> None:
    """A fault of 3 % is ruled out after some 200 requests without an error."""
    look = Arms(candidate=200, legacy=1800)
    assert log_mean(list(log_factors_below(look, 0.03, look))) > math.log(20)


def test_a_look_without_the_candidate_tells_nothing() -> None:
    """Whatever legacy does."""
    look = Arms(legacy=100, legacy_bad=50)
    assert log_factors_above(look, 0.01, look) == (0.0,) * len(TIMES)
    assert log_factors_below(look, 0.01, look) == (0.0,) * len(SHARES)


def test_alone_it_is_held_against_before() -> None:
    """Twice what legacy's rate may have been, and the budget."""
    before = Arms(candidate=1000, legacy=10_000, legacy_bad=10)
    good, bad = Arms(candidate=1000, candidate_bad=3), Arms(candidate=1000, candidate_bad=60)
    assert not has_legacy(good)
    assert log_mean(list(log_factors_above(good, 0.005, before))) < 0
    assert log_mean(list(log_factors_above(bad, 0.005, before))) > math.log(1000)


def test_alone_without_a_before_only_a_broken_one_is_found() -> None:
    """Nobody knows what legacy's rate was, but most requests were hardly errors."""
    bad, broken = Arms(candidate=100, candidate_bad=20), Arms(candidate=100, candidate_bad=90)
    assert log_mean(list(log_factors_above(bad, 0.005, Arms()))) < 0
    assert log_mean(list(log_factors_above(broken, 0.005, Arms()))) > math.log(1000)


def test_alone_errors_that_legacy_had_too_are_none() -> None:
    """Also where most of its requests were."""
    before = Arms(legacy=10_000, legacy_bad=7000)
    assert log_factors_above(Arms(candidate=1000, candidate_bad=700), 0.005, before) == (0.0,) * len(TIMES)


def test_false_alarms_over_a_whole_rollout() -> None:
    """Looked at every time, at the edge of the hypothesis, with rates and shares that change: at most as often as said."""
    rng, alarms, runs = np.random.default_rng(7), 0, 400
    for _ in range(runs):
        wealth = np.zeros(len(TIMES))
        for look in range(60):
            rate = 0.02 * (1 + math.sin(look / 5))
            candidate, legacy = int(rng.integers(5, 60)), int(rng.integers(20, 200))
            arms = Arms(
                candidate=candidate,
                candidate_bad=int(rng.binomial(candidate, rate + 0.02)),
                legacy=legacy,
                legacy_bad=int(rng.binomial(legacy, rate)),
            )
            wealth += log_factors_above(arms, 0.02, arms)
            if log_mean(wealth.tolist()) >= math.log(20):
                alarms += 1
                break
    assert alarms <= 0.05 * runs
