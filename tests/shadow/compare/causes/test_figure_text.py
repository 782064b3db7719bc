"""Causes of differing numbers that are written as text."""

from collections.abc import Callable

import pytest

from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("A1", "10000000.0", "1.0E7"),
        ("A1", "0.0001", "1.0E-4"),
        ("A1", "1e+16", "1.0E16"),
        ("A1", "1e-05", "1.0E-5"),
        ("A2", "2e+23", "1.9999999999999998E23"),
        ("A3", "0.10000000149011612", "0.1"),
        ("A4", "nan", "NaN"),
        ("A4", "-inf", "-Infinity"),
        ("A5", "-0.0", "0.0"),
        ("A6", "123", "123.000"),
        ("A6", "1e+06", "1.00000e+06"),
        ("A6", "0.0001", "0.000100000"),
        ("A7", "1E+2", "100"),
        ("A7", "1.10", "1.1"),
        ("A7", "2.00", "2"),
        ("A8", "1,234,567.89", "1.234.567,89"),
        ("A8", "1,234,567.89", "1\u202f234\u202f567,89"),
        ("A8", "1,234,567.89", "1\u2019234\u2019567.89"),
        ("A8", "1.5", "1,5"),
        ("A8", "123", "\u0661\u0662\u0663"),
        ("A9", "-0xff", "ffffff01"),
        ("A9", "-0xff", "0xffffffffffffff01"),
        ("A10", "2.67", "2.68"),
        ("A10", "1.00", "1.01"),
        ("A11", "12.3%", "12%"),
        ("B1", "2147483648", "-2147483648"),
        ("B4", "9007199254740993", "9007199254740992"),
        ("B5", "18446744073709551615", "-1"),
        ("B13", "0." + "3" * 28, "0." + "3" * 34),
        ("B16", "0.9999999999999999", "1.0"),
    ],
)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """The same number, or Java's form of it, names its entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("5.0", "5"),  # a float or a decimal
        ("1.1", "1.10"),
        ("2.7", "2.8"),
        ("0.00", "0.01"),
        ("12.3%", "13%"),
        ("12%", "13%"),
        ("-0xff", "ffffff02"),
        ("nan", "Infinity"),
        ("1,234", "1.235"),
        ("7", "8"),
        ("-4", "-3"),  # as text it may be anything
        ("1.0.0", "1.0.1"),
        ("1e999", "1e998"),
        ("0x10", "16"),
        ("\u00b2", "2"),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """Another number, or no number, stays unexplained."""
    assert cause_of_pair(legacy, candidate) == ""
