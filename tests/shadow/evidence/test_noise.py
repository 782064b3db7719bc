"""What is noise, and what noise must not hide."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from crossfade.shadow.evidence.noise import noisy_places
from crossfade.shadow.evidence.records import NoiseCount

COUNTS = st.integers(0, 400)


def is_noise(both: int, candidate_only: int, secondary_only: int) -> bool:
    count = NoiseCount(both=both, candidate_only=candidate_only, secondary_only=secondary_only)
    return bool(noisy_places({("body/a", "value"): count}))


@pytest.mark.parametrize(
    ("both", "candidate_only", "secondary_only", "noise"),
    [
        (0, 0, 0, False),  # nothing was seen
        (0, 1, 0, False),
        (0, 10**6, 0, False),  # legacy agrees with itself
        (1, 0, 0, True),
        (0, 0, 1, True),
        (50, 0, 0, True),  # a clock
        (0, 30, 30, True),  # a coin
        (0, 40, 30, True),  # a coin, too few to tell
        (1, 19, 0, True),  # too few to tell
        (1, 20, 0, False),  # a bug in a noisy field
        (10**6, 20, 0, False),
        (0, 100, 20, False),
        (0, 20, 100, True),  # the candidate is steadier
    ],
)
def test_table(both: int, candidate_only: int, secondary_only: int, noise: bool) -> None:
    """Seen in legacy's second instance, and not more often in the candidate."""
    assert is_noise(both, candidate_only, secondary_only) is noise


@given(COUNTS, COUNTS, COUNTS)
def test_against_the_exact_test(both: int, candidate_only: int, secondary_only: int) -> None:
    """The level is one in a million, of McNemar's exact test on the pairs that differ in one of the two."""
    if both + secondary_only == 0:
        assert not is_noise(both, candidate_only, secondary_only)
        return
    n = candidate_only + secondary_only
    level = binomtest(candidate_only, n, alternative="greater").pvalue if n else 1.0
    if abs(level - 1e-6) > 1e-12:
        assert is_noise(both, candidate_only, secondary_only) == (candidate_only < 20 or level >= 1e-6)


@given(COUNTS, COUNTS, COUNTS)
def test_a_worse_candidate_is_never_more_excused(both: int, candidate_only: int, secondary_only: int) -> None:
    """Once it is no noise, another difference of the candidate's alone does not make it noise."""
    if not is_noise(both, candidate_only, secondary_only):
        assert not is_noise(both, candidate_only + 1, secondary_only)


@given(COUNTS, COUNTS, st.integers(1, 400))
def test_a_noisier_legacy_is_never_less_excused(both: int, candidate_only: int, secondary_only: int) -> None:
    """Once it is noise, another difference of the secondary's alone leaves it noise."""
    if is_noise(both, candidate_only, secondary_only):
        assert is_noise(both, candidate_only, secondary_only + 1)


def test_kinds_and_places_are_told_apart() -> None:
    """A noisy value excuses no other format, and no other field."""
    counts = {
        ("body/at", "value"): NoiseCount(both=9, candidate_only=0, secondary_only=0),
        ("body/at", "format"): NoiseCount(both=0, candidate_only=9, secondary_only=0),
        ("body/id", "value"): NoiseCount(both=0, candidate_only=9, secondary_only=0),
    }
    assert noisy_places(counts) == {("body/at", "value")}
    assert noisy_places({}) == frozenset()


def test_millions_are_no_long_work(cpu_time: Any) -> None:
    """A report asks this of hundreds of places each time it is made."""
    million = NoiseCount(both=0, candidate_only=10**7, secondary_only=10**7)
    counts = {(f"body/{n}", "value"): million for n in range(100)}
    with cpu_time(4):
        assert len(noisy_places(counts)) == 100
