"""A secondary that was asked once shows noise only where checks can judge it."""

import pytest

from crossfade.shadow.evidence.asked_once import excused_units, is_on_both_sides, is_seen_twice, is_unjudged
from crossfade.shadow.evidence.records import Place, PlaceCount, Sort, Units

A, B = ("body/a", "value"), ("body/b", "value")


def units(**sizes: int) -> dict[tuple[Place, Sort], Units]:
    """So many units of each sort at A."""
    return {(A, Sort(name)): Units(hashes=frozenset(range(size))) for name, size in sizes.items() if size}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, False),
        ({"other": 1}, True),
        ({"above": 40}, True),
        ({"above": 40, "below": 2}, True),
        ({"above": 40, "below": 3}, False),
        ({"above": 40, "below": 3, "other": 1}, True),
        ({"persistent": 9, "unchecked": 9}, False),
    ],
)
def test_what_nobody_can_judge(sizes: dict[str, int], expected: bool) -> None:
    """Words, and numbers on one side of legacy's."""
    assert is_unjudged(units(**sizes), A, PlaceCount(once=50)) is expected
    assert not is_unjudged(units(**sizes), B, PlaceCount(once=50))


@pytest.mark.parametrize("count", [PlaceCount(once=50, self_differs=1), PlaceCount(once=50, drift=1)])
def test_a_second_look_tells(count: PlaceCount) -> None:
    """One is enough that the place is judged by second looks alone."""
    assert is_seen_twice(count)
    assert not is_unjudged(units(other=50), A, count)


def test_what_is_past_the_bound_still_counts() -> None:
    """Of units that are not kept, the first comparisons of each."""
    found = {
        (A, Sort.ABOVE): Units(hashes=frozenset({1}), first=5),
        (A, Sort.BELOW): Units(hashes=frozenset({2, 3, 4})),
    }
    assert not is_unjudged(found, A, PlaceCount(once=9))


def test_the_units_that_are_excused() -> None:
    """Of the places that are asked for, whatever sort they have."""
    assert sum(len(item.hashes) for item in excused_units(units(other=2, above=3, persistent=9), [A, B])) == 5


def test_numbers_on_both_sides() -> None:
    """Three of each."""
    assert is_on_both_sides({Sort.ABOVE: 3, Sort.BELOW: 3})
    assert not is_on_both_sides({Sort.ABOVE: 300, Sort.BELOW: 2})
    assert not is_on_both_sides({})
