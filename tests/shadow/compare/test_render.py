"""Values as text for a person."""

import math
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.render import each_moved, read_moves, render, render_sides


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (2**64, "18446744073709551616"),
        (Decimal("0.10"), "0.10"),
        (Decimal("1e400"), "1E+400"),
        (-0.0, "-0.0"),
        (math.nan, "NaN"),
        ("1", '"1"'),
        ('é\n"', '"é\\n\\""'),
        ("\ud800", '"\\ud800"'),
        (b"\x00\xff", "00ff (2 bytes)"),
        (b"", " (0 bytes)"),
        ((), "[]"),
        ({}, "{}"),
        ((1, "a", (None,)), '[1, "a", [null]]'),
        ({"a": 1, "é": {"\ud800": b"\x01"}}, '{"a": 1, "é": {"\\ud800": 01 (1 bytes)}}'),
    ],
)  # fmt: skip
def test_values(value: Any, text: str) -> None:
    """One line, in which types are told apart."""
    assert render(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abcdefgh", '"abcdefgh"'),
        ("abcdefghi", '"abcdefghi…'),
        ("abcdefghijklmnop", '"abcdefghi…'),
        ((1, 2, 3), "[1, 2, 3]"),
        ((1, 2, 3, 4), "[1, 2, 3, …"),
        (b"abcd", "61626364 (…"),
    ],
)
def test_a_long_one_is_cut(value: Any, text: str) -> None:
    """The cut is seen."""
    assert render(value, 10) == text


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000_000,
        b"x" * 10_000_000,
        (1,) * 1_000_000,
        {str(n): n for n in range(500_000)},
        (("x" * 1000,) * 9999,),
    ],
    ids=["text", "bytes", "list", "object", "texts"],
)
def test_a_huge_one_costs_nothing(value: Any) -> None:
    """Only what is shown is written."""
    started = time.process_time()
    for _ in range(20):
        assert len(render(value)) == 201
    assert time.process_time() - started < 1


def test_a_deep_one() -> None:
    """As deep as values are."""
    value: Any = 1
    for _ in range(200):
        value = {"a": (value,)}
    assert len(render(value, 10_000)) > 1000


_leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(st.characters()) | st.binary()
)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(st.characters()), inner), max_leaves=10
)


@given(_values, st.integers(1, 300))
def test_any_value(value: Any, limit: int) -> None:
    """One line that can be encoded, within the limit."""
    text = render(value, limit)
    assert len(text) <= limit + 1
    assert text.encode()
    assert "\n" not in text


def test_an_order_is_what_moved() -> None:
    """A line for each of the first few on either side, with its key or itself; then how many more."""
    ours = tuple({"id": number, "name": "n\n"} for number in range(9))
    (item,) = diff(ours, (ours[8], *ours[:8]), Place.at("body"))
    assert render_sides(item) == ('at 8: {"id": 8}', 'at 0: {"id": 8}')
    (item,) = diff(tuple(range(9)), tuple(range(8, -1, -1)), Place.at("body"))
    legacy, candidate = render_sides(item)
    assert legacy.splitlines() == ["at 0: 0", "at 1: 1", "at 2: 2", "at 3: 3", "at 4: 4", "3 more"]
    assert candidate.splitlines()[:2] == ["at 8: 0", "at 7: 1"]
    assert read_moves(legacy)[:2] == ((0, "0"), (1, "1"))
    assert read_moves("[1, 2]") == ()


def test_each_that_moved_is_kept_by_itself() -> None:
    """Its place stays; a text that is no order is kept as a whole."""
    assert each_moved(str.upper, 'at 1: "a"\n2 more') == 'at 1: "A"\n2 more'
    assert each_moved(str.upper, '["a"]') == '["A"]'


@given(st.lists(st.text(st.characters()), min_size=2, max_size=6, unique=True))
def test_any_texts_that_moved(items: list[str]) -> None:
    """Each is on its own line, whatever characters it has."""
    found = diff(tuple(items), tuple(reversed(items)), Place.at("body"))
    assert all(len(read_moves(text)) == len(text.split("\n")) for text in render_sides(found[0]) if " more" not in text)
