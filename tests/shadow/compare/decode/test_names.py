"""A name that comes twice is two keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.names import keep_repeated

_names = st.sampled_from(["a", "a#1", "a#2", "a#2#1", "a#", "#1", "b\n#3", ""])
_pairs = st.lists(st.tuples(_names, st.integers(0, 3)), max_size=6)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        ([("a", 1), ("b", 2)], {"a": 1, "b": 2}),
        ([("a", 1), ("a", 2), ("a", 3)], {"a": 1, "a#2": 2, "a#3": 3}),
        ([("a", 1), ("a#2", 2)], {"a": 1, "a#2#1": 2}),
        ([("a#b", 1), ("#", 2)], {"a#b": 1, "#": 2}),
    ],
)
def test_keys(pairs: list[tuple[str, int]], expected: dict[str, int]) -> None:
    """The first keeps its name, unless that is how a repeated one is named."""
    assert keep_repeated(pairs) == expected


@given(_pairs)
def test_nothing_is_dropped(pairs: list[tuple[str, int]]) -> None:
    """There are as many keys as pairs."""
    assert len(keep_repeated(pairs)) == len(pairs)


@given(_pairs, _pairs)
def test_no_two_are_confused(one: list[tuple[str, int]], two: list[tuple[str, int]]) -> None:
    """The dicts are equal exactly where each name has the same values in the same order."""

    def values(pairs: list[tuple[str, int]]) -> dict[str, list[int]]:
        return {name: [value for other, value in pairs if other == name] for name, _ in pairs}

    assert (keep_repeated(one) == keep_repeated(two)) == (values(one) == values(two))
