"""The fewest edits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff.edits import MOST_EDITS, same_by_edits

_few = st.lists(st.integers(0, 3), max_size=9)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("", "", []),
        ("", "ab", []),
        ("ab", "ab", [(0, 0), (1, 1)]),
        ("abc", "axc", [(0, 0), (2, 2)]),
        ("abc", "ac", [(0, 0), (2, 1)]),
        ("ac", "abc", [(0, 0), (1, 2)]),
        ("ab", "ba", []),
        ("abcd", "bcde", [(1, 0), (2, 1), (3, 2)]),
    ],
)
def test_what_stays(ours: str, theirs: str, expected: list[tuple[int, int]]) -> None:
    """Two changes in place rather than a removal and an addition, where that is as many edits."""
    assert same_by_edits([*map(ord, ours)], [*map(ord, theirs)]) == expected


def _fewest(ours: list[int], theirs: list[int]) -> int:
    row = list(range(len(theirs) + 1))
    for i, one in enumerate(ours, 1):
        before, row = row, [i]
        for j, two in enumerate(theirs, 1):
            row.append(min(before[j - 1] + (one != two), before[j] + 1, row[j - 1] + 1))
    return row[-1]


@given(_few, _few)
def test_no_other_way_takes_fewer(ours: list[int], theirs: list[int]) -> None:
    """The pairs rise, are equal, and leave as few edits between them as the table of all ways has."""
    kept = same_by_edits(ours, theirs)
    assert kept is not None
    assert all(ours[one] == theirs[two] for one, two in kept)
    edits, last = 0, (-1, -1)
    for one, two in (*kept, (len(ours), len(theirs))):
        assert one > last[0]
        assert two > last[1]
        edits += max(one - last[0], two - last[1]) - 1
        last = (one, two)
    assert edits == _fewest(ours, theirs)


def test_too_many_edits_are_not_looked_for() -> None:
    """Neither where each element is another one, nor where they are only found by trying."""
    assert same_by_edits([*range(100)], [*range(100, 200)]) is None
    ours = [0, 1] * 200
    assert same_by_edits(ours, [0] * (MOST_EDITS + 1) + ours[::-1]) is None


def test_long_sequences_take_bounded_time() -> None:
    """Two long ones of few values, which have much and nothing in common."""
    ours, theirs = [n % 2 for n in range(200_000)], [n % 3 % 2 for n in range(200_000)]
    started = time.process_time()
    same_by_edits(ours, theirs)
    assert time.process_time() - started < 5
