"""Bounds against an oracle, against closed forms, and against simulated runs that are looked at again and again."""

import math
import random
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc
from scipy.stats import binomtest

from crossfade.shadow.evidence.statistics import Bounds, beta_cdf, finished_bounds, live_bounds, needed_n

CONFIDENCES = st.sampled_from([0.6, 0.9, 0.95, 0.99, 0.999])
COUNTS = st.one_of(st.integers(1, 60), st.integers(1, 2**20)).flatmap(
    lambda n: st.tuples(st.one_of(st.integers(0, min(n, 5)), st.integers(0, n)), st.just(n))
)
BOTH = pytest.mark.parametrize("bounds", [finished_bounds, live_bounds])
BoundsOf = Callable[[int, int, float], Bounds]


@settings(max_examples=50)
@given(COUNTS, CONFIDENCES)
def test_clopper_pearson(counts: tuple[int, int], confidence: float) -> None:
    """Both bounds are those of scipy."""
    k, n = counts
    found = finished_bounds(k, n, confidence)
    upper = binomtest(k, n, alternative="less").proportion_ci(confidence, "exact").high
    lower = binomtest(k, n, alternative="greater").proportion_ci(confidence, "exact").low
    assert found.upper == pytest.approx(upper, rel=1e-6, abs=1e-12)
    assert found.lower == pytest.approx(lower, rel=1e-6, abs=1e-12)
    assert (found.point, found.confidence, found.method) == (k / n, confidence, "Clopper-Pearson")


@given(st.floats(0, 1), st.integers(1, 2**20), st.integers(1, 2**20))
def test_the_beta_function(x: float, a: int, b: int) -> None:
    """As in scipy, at the ends too."""
    assert beta_cdf(x, a, b) == pytest.approx(betainc(a, b, x), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("n", "confidence"), [(1, 0.95), (299, 0.95), (29_956, 0.95), (2**20, 0.99)])
def test_nothing_diverged_finished(n: int, confidence: float) -> None:
    """The closed form 1 - alpha^(1/n), of which the rule of three is the approximation."""
    found = finished_bounds(0, n, confidence)
    assert found.upper == pytest.approx(1 - (1 - confidence) ** (1 / n), rel=1e-9)
    assert (found.point, found.lower) == (0.0, 0.0)


@pytest.mark.parametrize("n", [1, 10, 315, 31_649, 2**20])
def test_nothing_diverged_live(n: int) -> None:
    """At the bound the bets, 3/4 on a rate of 0 and 1/16 on each of p/1.5, p/2, p/4 and p/10, have won 1 / alpha."""
    p = live_bounds(0, n, 0.95).upper
    some = [((1 - p / r) / (1 - p)) ** n for r in (1.5, 2, 4, 10)]
    assert 3 / 4 * (1 / (1 - p)) ** n + sum(some) / 16 == pytest.approx(20, rel=1e-6)


@BOTH
def test_without_data(bounds: BoundsOf) -> None:
    """Nothing is known: all rates are possible, and none was seen."""
    found = bounds(0, 0, 0.95)
    assert (found.point, found.lower, found.upper) == (None, 0.0, 1.0)


@BOTH
@pytest.mark.parametrize("n", [1, 7, 1000])
def test_when_all_diverge(bounds: BoundsOf, n: int) -> None:
    """Every rate up to 1 stays possible; the lower bound grows with n."""
    found = bounds(n, n, 0.95)
    assert found.upper == pytest.approx(1)
    assert 0 < found.lower < 1
    assert bounds(n + 1, n + 1, 0.95).lower > found.lower


@BOTH
@pytest.mark.parametrize(("k", "n"), [(-1, 1), (2, 1), (0, -1), (1, 0)])
def test_wrong_counts(bounds: BoundsOf, k: int, n: int) -> None:
    """A bug of the caller, never a bound."""
    with pytest.raises(ValueError, match=f"expected 0 <= k <= n, got k={k}, n={n}"):
        bounds(k, n, 0.95)


@BOTH
@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, -0.1, math.nan])
def test_wrong_confidence(bounds: BoundsOf, confidence: float) -> None:
    """Percent for a probability is a bug of the caller too."""
    with pytest.raises(ValueError, match="expected a confidence between 0 and 1"):
        bounds(1, 10, confidence)


@settings(max_examples=50)
@given(COUNTS, CONFIDENCES)
def test_live_bounds_are_wider(counts: tuple[int, int], confidence: float) -> None:
    """That they hold at every look has its price; the rate that was seen is always inside."""
    live, finished = live_bounds(*counts, confidence), finished_bounds(*counts, confidence)
    point = counts[0] / counts[1]
    assert live.lower <= point <= live.upper
    assert finished.lower <= point <= finished.upper
    assert live.upper >= finished.upper - 1e-9
    assert live.lower <= finished.lower + 1e-9


@settings(max_examples=50)
@given(COUNTS, CONFIDENCES, st.sampled_from([finished_bounds, live_bounds]))
def test_monotone(counts: tuple[int, int], confidence: float, bounds: BoundsOf) -> None:
    """Another divergence raises both bounds, another match lowers them, more confidence widens them."""
    k, n = counts
    here, worse, better = (bounds(*pair, confidence) for pair in ((k, n), (k + 1, n + 1), (k, n + 1)))
    tiny = 1e-9
    assert better.upper <= here.upper + tiny
    assert here.upper <= worse.upper + tiny
    assert better.lower <= here.lower + tiny
    assert here.lower <= worse.lower + tiny
    sure = bounds(k, n, 0.9999)
    assert sure.lower <= here.lower + tiny
    assert here.upper <= sure.upper + tiny


RATE, RUNS, ALPHA = 0.05, 400, 0.05
LOOKS = tuple(sorted({round(20 * 1.2**step) for step in range(20)}))


@pytest.fixture(scope="module")
def histories() -> list[list[tuple[int, int]]]:
    """Runs at one true rate, as (k, n) at each look."""
    rng = random.Random(20_240_117)
    found = []
    for _ in range(RUNS):
        k, at, looks = 0, 0, []
        for n in LOOKS:
            k += sum(rng.random() < RATE for _ in range(n - at))
            at = n
            looks.append((k, n))
        found.append(looks)
    return found


def wrong_share(histories: list[list[tuple[int, int]]], bounds: BoundsOf, side: str) -> float:
    """The share of runs in which the bound excluded the true rate at one look at least."""

    @lru_cache(None)
    def excludes(k: int, n: int) -> bool:
        found = bounds(k, n, 1 - ALPHA)
        return found.upper < RATE if side == "upper" else found.lower > RATE

    return sum(any(excludes(k, n) for k, n in looks) for looks in histories) / len(histories)


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_live_bounds_hold_at_every_look(histories: list[list[tuple[int, int]]], side: str) -> None:
    """In at most alpha of the runs, however often they are looked at; and they are not so wide as to say nothing."""
    assert 0.003 < wrong_share(histories, live_bounds, side) <= ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / RUNS)


@pytest.mark.parametrize(("rate", "alpha"), [(0.01, 0.05), (0.05, 0.05), (0.05, 0.01)])
def test_a_look_at_each_unit_proves_no_budget_falsely(rate: float, alpha: float) -> None:
    """The exact share of runs at the budget itself in which any of 2,000 looks is below it: nearly alpha, never more."""

    @lru_cache(None)
    def least(k: int) -> int:
        return needed_n(k, rate, 1 - alpha, live_bounds)

    shares, wrong = {0: 1.0}, 0.0
    for n in range(1, 2001):
        reached: dict[int, float] = defaultdict(float)
        for k, share in shares.items():
            reached[k] += share * (1 - rate)
            reached[k + 1] += share * rate
        wrong += sum(share for k, share in reached.items() if n >= least(k))
        shares = {k: share for k, share in reached.items() if n < least(k) and share > 1e-12}
    assert 0.8 * alpha < wrong <= alpha


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_finished_bounds_hold_at_one_look(histories: list[list[tuple[int, int]]], side: str) -> None:
    """And not at many: that is why a live run has others."""
    last = [looks[-1:] for looks in histories]
    assert wrong_share(last, finished_bounds, side) <= ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / RUNS)
    assert wrong_share(histories, finished_bounds, side) > 2.5 * ALPHA


@pytest.mark.parametrize(
    ("k", "budget", "finished", "live"),
    [
        (0, 0.01, 299, 315),
        (1, 0.01, 473, 817),
        (3, 0.01, 773, 1235),
        (10, 0.01, 1693, 2423),
        (0, 0.0001, 29_956, 31_649),
    ],
)
def test_the_needed_number(k: int, budget: float, finished: int, live: int) -> None:
    """The smallest one: of one look by exact figures, of every look by the bets on the rates that are written out."""
    for bounds, expected in ((finished_bounds, finished), (live_bounds, live)):
        found = needed_n(k, budget, 0.95, bounds)
        assert found == expected
        assert bounds(k, found, 0.95).upper < budget <= bounds(k, found - 1, 0.95).upper


@pytest.mark.parametrize("budget", [0.0, -1.0, math.nan])
def test_no_number_is_enough_for_no_budget(budget: float) -> None:
    """It is said, not sought for ever."""
    with pytest.raises(ValueError, match="expected a budget above 0"):
        needed_n(0, budget, 0.95, finished_bounds)


@settings(max_examples=50)
@given(st.integers(0, 300), st.sampled_from([0.001, 0.01, 0.2, 1.5]), CONFIDENCES)
def test_the_needed_number_is_that_of_the_bounds(k: int, budget: float, confidence: float) -> None:
    """It is found without them, and they agree: enough there, and one less is not."""
    for bounds in (finished_bounds, live_bounds):
        found = needed_n(k, budget, confidence, bounds)
        assert bounds(k, found, confidence).upper < budget
        assert found == max(k, 1) or bounds(k, found - 1, confidence).upper >= budget
