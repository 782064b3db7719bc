"""A mutant differs from its value in one place."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.html_text import read_html
from crossfade.shadow.compare.decode.json_text import Documents
from crossfade.shadow.compare.decode.proto import ProtoMap, ProtoMessage
from crossfade.shadow.compare.decode.texts import Text, Url
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.exchange.difference import Deep, Kind, Value
from crossfade.shadow.judging.proofs.mutations import (
    fields,
    leaves,
    lists,
    objects,
    with_field_in,
    with_other_leaf,
    with_other_leaf_at,
    with_swap_in,
    without_a_field,
    without_field_at,
)

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.decimals(), st.text(), st.binary())
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def found(value: Value, mutant: Value | None) -> list[tuple[str, str]]:
    assert mutant is not None
    return [(item.path, item.kind.value) for item in diff(value, mutant, Place.at("body"))]


@given(VALUES, st.integers(0, 2**64))
def test_a_mutant_differs_and_its_value_does_not_change(value: Value, number: int) -> None:
    """Whatever the value is: in one leaf, or by one field."""
    before = repr(value)
    for mutant in (with_other_leaf(value, number), without_a_field(value, number)):
        if mutant is not None:
            assert diff(value, mutant, Place.at("body")) != ()
    assert repr(value) == before


@pytest.mark.parametrize(
    "leaf",
    [True, 1, 1.5, 7.5, Decimal("7.5"), Decimal("1E+400"), Decimal("sNaN"), "", "1970", "Ann", b"", b"\x00", None],
)
def test_each_type_of_leaf_has_another_value(leaf: Value) -> None:
    """Of the same type, where it has another one."""
    kinds = [item.kind for item in diff({"a": leaf}, with_other_leaf({"a": leaf}, 0) or {}, Place.at("body"))]
    assert kinds in ([Kind.VALUE], [Kind.FORMAT]) if leaf is not None else kinds == [Kind.TYPE]


def test_a_text_of_a_kind_stays_one() -> None:
    """So that its mutant is compared as it is; what is too deep for a path is canonical, and its mutant is none."""
    for leaf in (Text("a b"), Url("/a?b=1")):
        assert type(with_other_leaf(leaf, 0)) is type(leaf)
    assert found(Deep('{"a":1}'), with_other_leaf(Deep('{"a":1}'), 0)) == [("body", "type")]


def test_every_leaf_and_every_field_may_be_chosen() -> None:
    """By the number, however deep it lies."""
    value: Value = {"a": 1, "b": ({"c": "x"}, {"c": "y"})}
    leaves = {tuple(found(value, with_other_leaf(value, number))) for number in range(3)}
    assert leaves == {(("body/a", "value"),), (("body/b/0/c", "value"),), (("body/b/1/c", "value"),)}
    fields = {tuple(found(value, without_a_field(value, number))) for number in range(4)}
    assert {path for ((path, _),) in fields} == {"body/a", "body/b", "body/b/0/c", "body/b/1/c"}


def test_types_of_structures_are_kept() -> None:
    """The diff tells them apart: messages from maps, several documents from a list, elements from objects."""
    message = ProtoMessage(name="a", by_id=ProtoMap({"1": "x"}))
    mutant = with_other_leaf(message, 1)
    assert isinstance(mutant, ProtoMessage)
    assert isinstance(mutant["by_id"], ProtoMap)
    assert isinstance(with_other_leaf(Documents((1, 2)), 0), Documents)
    page = read_html('<p class="a">text</p>')
    mutants = [with_other_leaf(page, number) for number in range(5)]
    assert all(mutant != page for mutant in mutants)
    assert {type(mutant) for mutant in mutants} == {type(page)}


def test_a_value_without_parts_has_no_such_mutant() -> None:
    """A text has no field, an empty list no leaf."""
    assert without_a_field("text", 1) is None
    assert with_other_leaf((), 1) is None


@given(VALUES)
def test_each_place_can_be_made_wrong(value: Value) -> None:
    """One after the other, each in a copy that differs."""
    before = repr(value)
    for places, change in (
        (leaves, with_other_leaf_at),
        (fields, without_field_at),
        (objects, with_field_in),
        (lists, with_swap_in),
    ):
        for steps in places(value):
            assert repr(change(value, steps)) != before
    assert repr(value) == before


def test_what_is_added_and_swapped() -> None:
    """A field of a name that no service has; the first element with the next one that is another."""
    value = {"of": {"a": 1}, "tags": ("a", "a", "b"), "same": (1, 1)}
    assert objects(value) == [(), ("of",)]
    assert lists(value) == [("tags",)]
    assert found(value, with_field_in(value, ("of",))) == [("body/of/crossfade-added", "added")]
    assert with_swap_in(value, ("tags",)) == value | {"tags": ("b", "a", "a")}
    assert with_swap_in(value, ("same",)) == value
