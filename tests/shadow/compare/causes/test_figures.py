"""Causes of differing numbers."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from crossfade.shadow.exchange.difference import Value

PAIRS = [
    ("A2", Decimal("2e+23"), Decimal("1.9999999999999998E23")),
    ("A2", Decimal("5e-324"), Decimal("4.9E-324")),
    ("A3", Decimal("0.10000000149011612"), Decimal("0.1")),
    ("A3", Decimal("0.1"), Decimal("0.10000000149011612")),
    ("A5", 0, Decimal("-0.0")),
    ("A5", -0.0, 0.0),
    ("B1", 2147483648, -2147483648),
    ("B1", 10000000000, 1410065408),
    ("B1", -2147483650, 2147483646),
    ("B2", 9223372036854775808, -9223372036854775808),
    ("B3", 10**20, 9223372036854775807),
    ("B3", Decimal("1e20"), 2147483647),
    ("B3", -(3**40), -(2**31)),
    ("B3", -2147483649, -2147483648),
    ("B4", 79792266297612001, 79792266297612000),
    ("B4", 9007199254740993, 9007199254740992),
    ("B4", 9223372036854775805, 9223372036854776000),
    ("B4", 79792266297612001, Decimal("7.9792266297612E16")),
    ("B5", 18446744073709551615, -1),
    ("B6", -4, -3),
    ("B6", -10, -9),
    ("B8", Decimal("3.5"), 3),
    ("B8", Decimal("191.625"), 191),
    ("B8", Decimal("0.5"), 0),
    ("B8", 191.625, 191.0),
    ("B8", Decimal("191.6"), Decimal("191.0")),
    ("B8", Decimal("-3.5"), -3),
    ("B11", 3.62, 3.63),
    ("B11", Decimal("2.67"), Decimal("2.68")),
    ("B11", Decimal("2.99"), Decimal("3.0")),
    ("B11", -2.62, -2.63),
    ("B11", -3.62, -3.61),
    ("B13", Decimal("0." + "3" * 28), Decimal("0." + "3" * 34)),
    ("B14", Decimal("12345678901234567890.12345679"), Decimal("12345678901234567890.123456789001")),
    ("B16", Decimal("0.9999999999999999"), Decimal("1.0")),
    ("B16", 0.1, 0.10000000000000002),
    ("B18", 1 << 32, 1),
    ("B18", 5 << 64, 5),
    ("B19", 200, -56),
    ("B24", True, 1),
    ("B24", 0, False),
    ("G4", 1, Decimal("1.0")),
    ("H12", 5, 86405),
    ("H23", Decimal("1704164645.123456"), 1704164645123),
    ("H23", 1704164645, 1704164645000),
    ("H23", 1704164645, 1704164645123456789),
]


@pytest.mark.parametrize(("cause", "legacy", "candidate"), PAIRS)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """What Java makes of Python's number names its entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        (7, 8),  # off by one
        (-1, 0),  # -1 marks "none" more often than it is a quotient
        (-3, -4),
        (4294967296, 0),  # 0 is also a default
        (200, -57),
        (300, 44),
        (0, 86400),  # a limit of one day
        (90000, 176400),
        (3600, 90000),  # limits that people set
        (Decimal("3.5"), Decimal("3.0")),  # a fraction with one place is that often
        (5, 5000),  # no clock
        (1704164645, 1704164646),
        (1704164645123, 1704164645),  # Python's in milliseconds: no fault of the entry
        (Decimal("0.5"), Decimal("0.0")),  # 0.0 is also a default
        (Decimal("191.625"), 192),
        (Decimal("3.5"), Decimal("3.6")),  # neighbours with one place are common
        (0.0, 0.01),
        (3.63, 3.62),  # half up never rounds down
        (3.62, 3.64),
        (Decimal("5.0"), 5),
        (9007199254740994, 9007199254740993),
        (0.5, 0.50000001),
        (0.1, 0.12),
        (float("nan"), 1.0),
        (float("inf"), 1e308),
        pytest.param(10**5000, 0, id="beyond str"),
        (Decimal("1e999"), Decimal("1e998")),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """What several causes could explain, or none, stays unexplained."""
    assert cause_of_pair(legacy, candidate) == ""


def test_truth_is_no_number(cause_of_pair: Callable[..., str]) -> None:
    """True against 2 is no bool written as a number."""
    truth: Value = True
    assert cause_of_pair(truth, 2) == ""
