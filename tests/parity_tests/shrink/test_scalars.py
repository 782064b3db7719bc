"""Makes values plainer."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.shrink.scalars import plainer

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=40)
    | st.binary(max_size=40)
)


@pytest.mark.parametrize(
    ("value", "does", "expected"),
    [
        (5000, lambda value: value > 20, 21),
        (-5000, lambda value: value < -20, -21),
        (2**62, lambda value: value > 2**53, 2**53 + 1),
        (17, lambda _: True, 0),
        (17, lambda value: value % 17 == 0 and value, 17),
        (True, lambda _: True, False),
        (True, lambda value: value, True),
        (None, lambda _: True, None),
        (Decimal("17.50"), lambda value: value % 1 == Decimal("0.5"), Decimal("0.5")),
        (Decimal("-17.5"), lambda value: value < -2, Decimal("-17.0")),
        (-12.375, lambda value: value < 0, -1.0),
        (float("nan"), lambda _: True, float("nan")),
        ("hello 😀 world", lambda value: "😀" in value, "😀"),
        ("Some Title", lambda value: len(value) > 3, "itle"),
        (b"\x00\xff\x01", lambda value: b"\xff" in value, b"\xff"),
    ],
)
def test_plainest(drive: Any, value: Any, does: Any, expected: Any) -> None:
    """Nearest to zero, shortest, of plain letters."""
    found = drive(plainer(value), does).result
    if isinstance(value, str) and value.isascii():
        assert does(found)
        assert len(found) == len(expected)
    else:
        assert repr(found) == repr(expected)


@given(value=SCALARS, seed=st.randoms(use_true_random=False))
def test_whatever_is_told(drive: Any, value: Any, seed: Any) -> None:
    """The result is the value itself or one that was told to do, of the same type, in a bounded number of tries."""
    told = [repr(value)]

    def does(candidate: Any) -> bool:
        answer = bool(seed.random() < 0.3)
        if answer:
            told.append(repr(candidate))
        return answer

    found = drive(plainer(value), does)
    assert repr(found.result) in told
    assert type(found.result) is type(value)
    assert len(found.tried) <= 85


@given(value=st.integers(), limit=st.integers(min_value=0, max_value=2**40))
def test_no_number_goes_away_from_zero(drive: Any, value: int, limit: int) -> None:
    """No try is farther from zero than the value."""
    found = drive(plainer(value), lambda candidate: abs(candidate) >= limit)
    assert all(abs(candidate) <= abs(value) for candidate in found.tried)
