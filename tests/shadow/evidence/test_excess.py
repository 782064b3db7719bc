"""Evidence of an excess: right on average, whenever it is looked at, and of use."""

import math
import random
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.excess import (
    discoveries,
    log_e_excess_above,
    log_e_excess_below,
    log_mean,
    needed_pairs,
)

RATES = st.floats(-0.5, 0.5)
COUNTS = st.integers(0, 300)


@pytest.mark.parametrize("log_e", [log_e_excess_above, log_e_excess_below])
@pytest.mark.parametrize("rate", [0.0, 0.01, 0.3])
@pytest.mark.parametrize("n", [1, 3, 5])
def test_no_evidence_comes_of_nothing(log_e: object, rate: float, n: int) -> None:
    """At the very rate its mean is 1, over all that can come: an exact sum."""
    assert callable(log_e)
    one = Fraction(1, 2) + Fraction(rate) / 2
    mean = 0.0
    for steps in product((1, -1), repeat=n):
        up = steps.count(1)
        chance = float(one**up * (1 - one) ** (n - up))
        mean += chance * math.exp(log_e(up, n - up, n, rate))
    assert mean == pytest.approx(1.0)


@given(COUNTS, COUNTS, COUNTS, RATES)
def test_more_differences_are_more_evidence(candidate: int, control: int, same: int, rate: float) -> None:
    """Of the candidate's for an excess, of the control's against it."""
    n = candidate + control + same + 1
    above, below = log_e_excess_above(candidate, control, n, rate), log_e_excess_below(candidate, control, n, rate)
    assert log_e_excess_above(candidate + 1, control, n, rate) >= above
    assert log_e_excess_above(candidate, control + 1, n, rate) <= above
    assert log_e_excess_below(candidate + 1, control, n, rate) <= below
    assert log_e_excess_below(candidate, control + 1, n, rate) >= below


@given(COUNTS, COUNTS, COUNTS, RATES)
def test_one_is_the_mirror_of_the_other(candidate: int, control: int, same: int, rate: float) -> None:
    """A mean below a rate is, with the sides exchanged, one above its negative."""
    n = candidate + control + same
    assert log_e_excess_below(candidate, control, n, rate) == pytest.approx(
        log_e_excess_above(control, candidate, n, -rate)
    )


def test_figures() -> None:
    """How much it takes: nine differences of the candidate alone, and 447 pairs without one for a budget of 1 %."""
    assert log_e_excess_above(9, 0, 9, 0) > math.log(100) > log_e_excess_above(8, 0, 8, 0)
    assert log_e_excess_below(0, 0, 447, 0.01) > math.log(20) > log_e_excess_below(0, 0, 446, 0.01)


def test_impossible_counts() -> None:
    """More discordant pairs than pairs are a bug of the caller."""
    for log_e in (log_e_excess_above, log_e_excess_below):
        with pytest.raises(ValueError, match="expected 0 <= candidate"):
            log_e(3, 3, 5, 0.1)
    assert log_e_excess_above(3, 0, 5, 1.0) == -math.inf


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 2000), st.floats(0.005, 0.3))
def test_the_needed_pairs_are_enough(candidate: int, control: int, same: int, rate: float) -> None:
    """If they are as those before; where none are, the rate is not below."""
    n = candidate + control + same
    more = needed_pairs(candidate, control, n, rate, 0.05)
    if more is None:
        assert n == 0 or (candidate - control) / n > rate - 0.1
        return
    times = (n + more) / n
    grown = [round(count * times * 1.05) for count in (candidate, control, n)]
    assert log_e_excess_below(grown[0], grown[1], max(grown[2], grown[0] + grown[1]), rate) > math.log(20) - 3
    if not more:
        assert log_e_excess_below(candidate, control, n, rate) >= math.log(20)


@given(st.dictionaries(st.integers(), st.floats(-10, 30), max_size=12), st.sampled_from([0.01, 0.05, 0.2]))
def test_discoveries(evidence: dict[int, float], level: float) -> None:
    """The largest set in which each has as much evidence as its size asks for."""
    found = discoveries(evidence, level)
    for count in range(len(evidence) + 1):
        limit = math.log(len(evidence) / (level * count)) if count else math.inf
        passing = {name for name, value in evidence.items() if value >= limit}
        assert (count > len(found)) <= (len(passing) < count)
        if count == len(found):
            assert passing >= found
    assert all(evidence[one] >= min((evidence[name] for name in found), default=math.inf) for one in found)


def test_a_look_after_each_pair() -> None:
    """Two sides that are alike are called unequal in at most one of a hundred runs, however often one looks."""
    rng = random.Random(11)
    alarms = 0
    for _ in range(400):
        candidate = control = 0
        for n in range(1, 301):
            if rng.random() < 0.3:
                candidate, control = (candidate + 1, control) if rng.random() < 0.5 else (candidate, control + 1)
                if log_e_excess_above(candidate, control, n, 0) >= math.log(100):
                    alarms += 1
                    break
    assert alarms <= 8


def test_log_mean() -> None:
    """Also of numbers that no float holds."""
    assert log_mean([5000.0, -math.inf]) == pytest.approx(5000 - math.log(2))
    assert log_mean([-math.inf]) == -math.inf
