"""What values look like, and how far apart they are."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.judging.checks.values import NEAR, Distance, digest, distance, form, is_id, is_scalar, moment_s

UUID = "7f30116a-cd6a-42de-8ef0-dd270b92b597"
SCALARS = st.one_of(st.text(), st.integers(), st.floats(), st.decimals(), st.binary(), st.booleans())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (UUID, "698aed65-686c-4c9f-9364-b7706b3d75a2", True),
        (UUID, "00000000-0000-0000-0000-000000000000", False),
        ("x8F3k2Qp", "q1Zr77Ab", True),
        ("x8F3k2Qp", "AAAAAAAA", False),
        ("order was sent to you", "java.lang.NullPointerException", False),
        ("open", "done", True),
        ("open", "OPEN", False),
        ("2024-01-02T03:04:05Z", "1970-01-01T00:00:00Z", True),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00", False),
        (Decimal("99.5"), Decimal("95.1"), True),
        (Decimal("99.5"), Decimal("9950.0"), False),
        (5, -5, False),
        (0, 7, False),
        (b"\x01\x02", b"\x03\x04", True),
    ],
)
def test_a_form_is_what_values_of_one_field_share(one: Value, other: Value, same: bool) -> None:
    """Not the content, but shape, length class, alphabet, sign and magnitude."""
    assert (form(one) == form(other)) is same


@pytest.mark.parametrize(
    ("legacy", "other", "size", "floor"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02T08:04:05Z", 18000.0, 1.0),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z", 0.0, 1.0),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "Tue, 02 Jan 2024 03:04:06 GMT", 1.0, 1.0),
        ("2024-01-02", "2024-01-03", 86400.0, 1.0),
        (1_700_000_000, 1_700_000_009, 9.0, 1.0),
        (1_700_000_000_000, 0, 1.7e9, 1.0),
        (Decimal("1700000000.5"), Decimal("1700000000.0"), 0.5, 1.0),
        (Decimal("10.0"), Decimal("12.5"), 2.5, 1e-8),
        ("10", "12.5", 2.5, 1e-8),
        (3, Decimal("3.5"), 0.5, 3e-9),
    ],
)
def test_times_and_numbers_have_a_distance(legacy: Value, other: Value, size: float, floor: float) -> None:
    """In seconds where legacy's is a time, also as a clock's number; with what means nothing."""
    found = distance(legacy, other)
    assert found is not None
    assert (found.size, found.floor) == (pytest.approx(size), pytest.approx(floor))


@pytest.mark.parametrize(
    ("legacy", "other"),
    [
        ("a", "b"),
        ("2024-01-02T03:04:05Z", "late"),
        (UUID, UUID),
        (True, 1),
        (1, float("nan")),
        (10**400, 1),
        ("9" * 99, 1),
    ],
)
def test_other_values_have_none(legacy: Value, other: Value) -> None:
    """Nor have numbers that are none, or too large."""
    assert distance(legacy, other) is None


def test_a_distance_exceeds_another_from_twice_as_much_on() -> None:
    """Beyond the floor, which is that of either."""
    assert Distance(5.1, 1.0).exceeds(Distance(2.0, 1.0))
    assert not Distance(5.0, 1.0).exceeds(Distance(2.0, 1.0))
    assert not Distance(0.5, 1.0).exceeds(NEAR)
    assert Distance(0.5, 0.0).exceeds(NEAR)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(UUID, True), ("d41d8cd98f00b204e9800998ecf8427e", True), ("x8F3k2Qp", True), ("QWJDZGVmZ2hpamts", True)]
    + [(item, False) for item in ("pending", "AAAAAAAA", "12345678", "2024-01-02", "two words 2", 12345678, "x" * 400)],
)
def test_ids_look_random(value: Value, expected: bool) -> None:
    """A word, a number, a date is no id."""
    assert is_id(value) is expected


def test_a_moment_is_the_same_in_each_format() -> None:
    """Also as the numbers of a clock; what is none has none."""
    wanted = 1_704_164_645.0
    for value in ("2024-01-02T03:04:05Z", "Tue, 02 Jan 2024 03:04:05 GMT", 1_704_164_645, 1_704_164_645_000):
        assert moment_s(value) == pytest.approx(wanted)
    assert moment_s("2024-01-02") == 1_704_153_600.0
    assert [moment_s(value) for value in ("2024-99-99", "soon", 7, True, None, 10**400)] == [None] * 6


@given(SCALARS, SCALARS)
def test_no_value_is_too_odd(one: Value, other: Value) -> None:
    """Whatever a server answers; a digest is the same for the same."""
    assert digest(one) == digest(one)
    assert form(one) == form(one)
    distance(one, other)
    moment_s(one)
    is_id(one)


def test_scalars_are_no_structures() -> None:
    """Nor is nothing."""
    assert [is_scalar(value) for value in ("", 0, False, {}, (), None)] == [True, True, True, False, False, False]
