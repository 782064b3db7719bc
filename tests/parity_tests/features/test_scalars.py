"""The classes of values."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.features.scalars import classes_of, length_class


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, {"null"}),
        (True, {"true"}),
        (0, {"0"}),
        (7, {"set"}),
        (-7, {"set", "neg"}),
        (-1, {"set", "neg", "boundary"}),
        (2**31 - 1, {"set", "boundary"}),
        (2**31, {"set", "boundary", ">i32"}),
        (2**53 + 2, {"set", ">i32", ">2^53"}),
        (Decimal("-0.0"), {"-0"}),
        (0.0, {"0"}),
        (Decimal("2.5"), {"set", "fraction", "half"}),
        (Decimal("-2.25"), {"set", "neg", "fraction"}),
        (float("nan"), {"not a number"}),
        (float("-inf"), {"infinite"}),
        (b"", {"empty"}),
        (b"x" * 256, {"set", "long"}),
        ("é".encode(), {"set", "non-ASCII"}),
        ("é".encode()[:1], {"set", "not UTF-8"}),
        (" -7", {"set", "blank edge", "neg"}),
        ("a\tb", {"set", "control"}),
        ("", {"empty"}),
        ("PENDING", {"set", "=PENDING"}),
        ("two words", {"set"}),
        ("é", {"set", "non-ASCII"}),
        ("😀", {"set", "non-ASCII", "astral"}),
        ("x y" * 100, {"set", "long"}),
        ("-3", {"set", "neg"}),
        ("9007199254740993", {"set", "boundary", ">i32", ">2^53"}),
        ("1.50", {"set", "fraction", "half"}),
        ("2026-01-02T03:04:05Z", {"set", "time T  Z"}),
    ],
)
def test_classes(value: Any, expected: set[str]) -> None:
    """Each value has the classes at which implementations part."""
    assert set(classes_of(value)) == expected


def test_lengths() -> None:
    """None, one, two and more elements."""
    assert [length_class(count) for count in (0, 1, 2, 3, 99)] == ["len 0", "len 1", "len 2", "len many", "len many"]


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text() | st.binary())
def test_any_value(value: Any) -> None:
    """Every value has at least one class, and none twice."""
    found = classes_of(value)
    assert found
    assert len(set(found)) == len(found)
