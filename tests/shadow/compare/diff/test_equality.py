"""What is the same to a caller."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff.equality import Equality, family, same_scalar

CLASSES: list[list[Any]] = [
    [None],
    [True],
    [False],
    [0],
    [1],
    [2**64],
    [2**64 + 1],
    [Decimal(1), Decimal("1.0"), Decimal("10e-1"), 1.0],
    [Decimal(0), Decimal("0.00"), Decimal("0e9"), 0.0],
    [Decimal("-0"), Decimal("-0.0"), -0.0],
    [Decimal("0.1"), Decimal("0.10"), Decimal("1e-1")],
    [0.1],
    [0.1 + 2**-56],
    [Decimal("0.12345678901234567890")],
    [Decimal("0.12345678901234567899")],
    [Decimal("1e400"), Decimal("10e399")],
    [math.inf],
    [-math.inf],
    [math.nan, -math.nan, Decimal("NaN"), float("nan")],
    [""],
    ["a"],
    ["1"],
    ["NaN"],
    ["\u00e9"],
    ["e\u0301"],
    ["\ud800"],
    [b""],
    [b"a"],
    [()],
    [{}],
    [((),)],
    [(1, 2)],
    [(2, 1)],
    [(1,), (1,)],
    [(Decimal(1),), (1.0,)],
    [(True,)],
    [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
    [{"a": 1}],
    [{"a": None}],
    [{"a": Decimal(1)}, {"a": Decimal("1.00")}],
    [{"a": ({"b": math.nan},)}, {"a": ({"b": Decimal("NaN")},)}],
    [("a", 1)],
    [(("a", 1),)],
]


@pytest.mark.parametrize("one", range(len(CLASSES)))
def test_classes(one: int) -> None:
    """Values of one line are the same, those of two lines are not."""
    equality = Equality()
    for two, values in enumerate(CLASSES):
        for left in CLASSES[one]:
            for right in values:
                assert equality.same(left, right) == (one == two), (left, right)


def test_scalars_without_classes() -> None:
    """The quick way says the same."""
    for one, lefts in enumerate(CLASSES[:28]):
        for two, rights in enumerate(CLASSES[:28]):
            assert all(same_scalar(a, b) == (one == two) for a in lefts for b in rights)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "bool"),
        (1, "int"),
        (1.5, "number"),
        (Decimal(1), "number"),
        ("", "str"),
        (b"", "bytes"),
        ((), "list"),
        ({}, "object"),
    ],
)
def test_family(value: Any, expected: str) -> None:
    """Bool is no int, and a number with a fraction is none either."""
    assert family(value) == expected


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(_values, _values)
def test_one_rule(left: Any, right: Any) -> None:
    """It is reflexive and symmetric."""
    equality = Equality()
    assert equality.same(left, left)
    assert equality.same(left, right) == equality.same(right, left)
