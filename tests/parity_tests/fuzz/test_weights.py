"""Strategies that are drawn more often than others."""

from collections import Counter
from random import Random

from hypothesis import find, given, seed, settings
from hypothesis import strategies as st

from crossfade.parity_tests.fuzz.weights import weighted


def test_a_weight_is_a_share() -> None:
    """Of a thousand draws about three quarters."""
    counts: Counter[str] = Counter()

    @seed(1)
    @settings(max_examples=400, database=None)
    @given(st.lists(weighted((1, st.just("a")), (3, st.just("b"))), min_size=5, max_size=5))
    def draw(found: list[str]) -> None:
        counts.update(found)

    draw()
    assert 0.5 < counts["b"] / counts.total() < 0.9


def test_it_shrinks_to_the_first() -> None:
    """However rare that is."""
    assert find(weighted((1, st.just("a")), (9, st.just("b"))), lambda _: True, random=Random(1)) == "a"
