"""Drops items."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.shrink.subsets import at_most, fewest, mapped

NEEDED = st.sets(st.integers(0, 30), max_size=6)


@given(count=st.integers(0, 30), needed=NEEDED)
def test_what_is_needed_is_left(drive: Any, count: int, needed: set[int]) -> None:
    """Where some items are needed each for itself, they and no others are left."""
    needed = {item for item in needed if item < count}
    found = drive(fewest(tuple(range(count))), lambda items: needed <= set(items))
    assert set(found.result) == needed


@given(needed=st.sets(st.frozensets(st.integers(0, 19), min_size=1, max_size=3), min_size=1, max_size=4))
def test_one_by_one_nothing_more_can_go(drive: Any, needed: set[frozenset[int]]) -> None:
    """Any of several groups suffices: what is left still does, and without any one item it does not."""

    def does(items: Any) -> bool:
        return any(group <= set(items) for group in needed)

    left = drive(fewest(tuple(range(20))), does).result
    assert does(left)
    assert not any(does(set(left) - {item}) for item in left)


@given(needed=NEEDED, needs=st.dictionaries(st.integers(1, 30), st.integers(0, 29), max_size=20))
def test_closure_holds(drive: Any, needed: set[int], needs: dict[int, int]) -> None:
    """No candidate has an item without the earlier one that it needs."""

    def closed(items: Any) -> tuple[int, ...]:
        there: list[int] = []
        for item in items:
            if item not in needs or needs[item] >= item or needs[item] in there:
                there.append(item)
        return tuple(there)

    items = closed(tuple(range(31)))
    found = drive(fewest(items, closed), lambda kept: needed.intersection(items) <= set(kept))
    assert all(closed(candidate) == candidate for candidate in found.tried)
    assert all(len(candidate) < len(items) for candidate in found.tried)
    assert needed.intersection(items) <= set(found.result)


def test_few_tries(drive: Any) -> None:
    """Three of 200 are found in a few dozen tries."""
    found = drive(fewest(tuple(range(200))), lambda items: {3, 99, 180} <= set(items))
    assert found.result == (3, 99, 180)
    assert len(found.tried) < 60


def test_mapped(drive: Any) -> None:
    """Candidates are made of those of another reduction, whose result comes back."""
    found = drive(
        mapped(fewest((0, 1, 2)), lambda items: "".join("abc"[item] for item in items)), lambda text: "b" in text
    )
    assert found.result == (1,)
    assert set(found.tried) <= {"", "a", "b", "c", "ab", "bc", "ac"}


def test_at_most(drive: Any) -> None:
    """After so many tries, what was reached is taken."""
    items = tuple(range(64))
    found = drive(at_most(fewest(items), items, 5), lambda kept: 40 in kept)
    assert len(found.tried) == 5
    assert 40 in found.result
    assert len(found.result) < 64
    assert drive(at_most(fewest(items), items, 500), lambda kept: 40 in kept).result == (40,)
