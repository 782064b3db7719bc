"""What stays, and what moved."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff.alignment import align, gaps, rising

_sequences = st.lists(st.integers(0, 5), max_size=10)


@pytest.mark.parametrize(
    ("ours", "theirs", "kept", "moved"),
    [
        ("ab", "ba", 1, 1),
        ("abcde", "eabcd", 4, 1),
        ("aabb", "bbaa", 2, 2),  # the same elements: they have moved, though they repeat
        ("abcx", "cabY", 2, 1),
        ("abab1", "aaab2", 3, 0),  # a b comes again: the second element has changed
        ("1aaaa2", "2aaaa3", 4, 0),  # as many differences with a move: without one
        ("aabbabba" * 4 + "x", "bbaabaab" * 4 + "y", 16, 16),  # nearly all is found elsewhere
        ("abcdef", "uvwxyz", 0, 0),
        ("", "ab", 0, 0),
    ],
)
def test_moves_are_told_where_they_explain_more(ours: str, theirs: str, kept: int, moved: int) -> None:
    """All moves are one difference; a repeated element has rather changed than moved."""
    found = align([*map(ord, ours)], [*map(ord, theirs)])
    assert (len(found.kept), len(found.moved)) == (kept, moved)


def test_what_stands_once_is_kept_rather_than_changed() -> None:
    """As many differences either way: nobody takes the c for the f."""
    assert align([1, 2, 3], [5, 3, 6]).kept == [(2, 1)]


@given(_sequences, _sequences)
def test_pairs_are_equal_and_each_element_is_in_one(ours: list[int], theirs: list[int]) -> None:
    """The kept ones rise; the other way round there are as many."""
    found = align(ours, theirs)
    pairs = [*found.kept, *found.moved]
    assert all(ours[one] == theirs[two] for one, two in pairs)
    assert len({one for one, _ in pairs}) == len({two for _, two in pairs}) == len(pairs)
    assert rising(found.kept) == found.kept
    other = align(theirs, ours)
    assert (len(other.kept), len(other.moved)) == (len(found.kept), len(found.moved))


def test_the_most_that_rise() -> None:
    """One element that went from the end to the start leaves all others where they are."""
    assert rising([(0, 1), (1, 2), (2, 3), (3, 0)]) == [(0, 1), (1, 2), (2, 3)]
    assert rising([]) == []


def test_gaps_are_what_lies_between() -> None:
    """Before the first, between, behind the last."""
    assert list(gaps([(1, 0)], 2, 3)) == [(range(1), range(0)), (range(2, 2), range(1, 3))]


@pytest.mark.parametrize("values", [2, 10**6])
def test_long_sequences_take_no_square(values: int) -> None:
    """Of few values and of many."""
    rng = random.Random(1)
    ours, theirs = ([rng.randrange(values) for _ in range(50_000)] for _ in range(2))
    started = time.process_time()
    align(ours, theirs + ours[:1000])
    assert time.process_time() - started < 10
