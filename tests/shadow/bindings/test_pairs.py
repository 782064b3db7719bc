"""Which leaf stands for which: by content, never by position alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.pairs import Partner, differing, leaves, text_of

A, B, C, D = (f"{digit * 8}a1" for digit in "1234")


def found(legacy: Any, other: Any, *known: str) -> dict[str, Any]:
    """Legacy's leaves that differ, with what stands for them."""
    return {str(leaf.legacy): leaf.other for leaf in differing(legacy, other, known.__contains__)}


def test_the_same_has_no_differing_leaf() -> None:
    """In any order."""
    assert found(({"a": A}, {"a": B}), ({"a": B}, {"a": A})) == {}


def test_elements_belong_together_by_their_content() -> None:
    """Ids and times are no content."""
    ours = ({"id": A, "n": "x", "at": "2026-03-10T10:00:00Z"}, {"id": B, "n": "y", "at": "2026-03-10T10:00:00Z"})
    theirs = ({"id": C, "n": "y", "at": "2026-03-10T10:00:01Z"}, {"id": D, "n": "x", "at": "2026-03-10T10:00:01Z"})
    assert found(ours, theirs) == {A: D, B: C, "2026-03-10T10:00:00Z": "2026-03-10T10:00:01Z"}


def test_elements_that_are_alike() -> None:
    """Nobody can tell which is which; one that is known is told by that."""
    ours, theirs = ({"id": A}, {"id": B}), ({"id": C}, {"id": D})
    assert found(ours, theirs) == {A: Partner.UNCLEAR, B: Partner.UNCLEAR}
    assert found(({"id": A}, {"id": B}), ({"id": A}, {"id": D})) == {B: D}
    assert found(({"id": 1, "of": A}, {"id": 2, "of": B}), ({"id": 3, "of": B}, {"id": 4, "of": A}), A, B) == {
        "1": 4,
        "2": 3,
    }


def test_an_element_is_told_by_a_token_of_its_own() -> None:
    """Whatever else of it differs; the order of a list in it is no content either."""
    ours = ({"id": A, "n": 1, "of": C}, {"id": B, "n": 2, "of": D})
    theirs = ({"id": B, "n": 9, "of": D}, {"id": A, "n": 8, "of": C})
    assert found(ours, theirs) == {"1": 8, "2": 9}
    assert found(({"id": A, "in": ("x", "y")}, {"id": B}), ({"id": C, "in": ("y", "x")}, {"id": B})) == {A: C}


def test_what_is_not_there() -> None:
    """A member that is missing, a list that is shorter, another type."""
    assert found({"a": A, "b": {"c": B}}, {"b": 1}) == {A: Partner.MISSING, B: Partner.MISSING}
    assert found((A,), ()) == {A: Partner.MISSING}
    assert found({"a": A}, {"a": {"b": 1}}) == {A: Partner.MISSING}


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (17, "17"), (True, None), (b"a", "a"), (b"\xff", None), (None, None), (10**40, None)],
)
def test_texts(value: Any, text: str | None) -> None:
    """Texts, whole numbers, bytes that are text."""
    assert text_of(value) == text


VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([A, B, "x"]),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.sampled_from("abi"), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_each_leaf_is_found_once_and_at_its_place(one: Any, two: Any) -> None:
    """Whatever the values are; the same values have none."""
    places = [leaf.path for leaf in differing(one, two, lambda _: False)]
    assert len(places) == len(set(places))
    assert set(places) <= {path for path, _, _ in leaves(one)}
    assert list(differing(one, one, lambda _: False)) == []


def test_deep_values_take_no_longer() -> None:
    """Lists in lists, many times."""
    value: Any = A
    other: Any = B
    for _ in range(150):
        value, other = (value, "x" * 50), (other, "y" * 50)
    assert len(list(differing(value, other, lambda _: False))) <= 10_000
