"""Causes of differing types, names and members."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crossfade.shadow.compare.causes import find_cause
from crossfade.shadow.exchange.difference import Difference, Kind, Value

TIME, TIME_S = "2024-01-02T03:04:05", 1704164645


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("F7", "STATUS_OK", 1),
        ("F7", 1, "STATUS_OK"),
        ("F8", 1921985592546, "1921985592546"),
        ("F8", "5", 5),
        ("G7", "1.10", Decimal("1.10")),
        ("G7", "100", Decimal("1E+2")),
        ("K3", None, 0),
        ("K3", None, Decimal("0.0")),
        ("A4", float("nan"), "NaN"),
        ("A4", float("-inf"), "-Infinity"),
        ("A4", float("inf"), None),
        ("G6", TIME, (2024, 1, 2, 3, 4, 5)),
        ("G6", "2024-01-02T03:04:05.123456", (2024, 1, 2, 3, 4, 5, 123456000)),
        ("G6", "Tue, 02 Jan 2024 03:04:05 GMT", TIME_S),
        ("G6", "2024-01-02T03:04:05.123456+00:00", Decimal("1704164645.123456000")),
        ("G6", TIME, TIME_S * 1000),
    ],
)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """The same value in another type names its entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize("name", ["id", "order_id", "orderId", "customerID"])
def test_ids_are_no_large_numbers(cause_of_pair: Callable[..., str], name: str) -> None:
    """A number against text is another form of ids there: what legacy calls an id stands for a UUID, too."""
    assert cause_of_pair(7, "7", name) == cause_of_pair("7", 7, name) == "K6"
    assert cause_of_pair(7, "8", name) == ""


@pytest.mark.parametrize("name", ["paid", "grid", "identity", "hidden_count"])
def test_other_names_are_no_ids(cause_of_pair: Callable[..., str], name: str) -> None:
    """However they end."""
    assert cause_of_pair(7, "7", name) == "F8"


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        (5, "6"),
        (5, "05"),
        (5, "5.0"),
        ("1.10", Decimal("1.11")),
        (Decimal("4.5"), "4.5"),
        (Decimal(100), "1E+2"),
        (None, 1),
        (None, False),  # one of two values
        ("XL", 3),
        ("B2", 3),
        (None, ""),
        (None, ()),
        (0, None),
        ("ok", 1),
        ("STATUS_OK", 99999),
        ("STATUS_OK", True),
        (float("nan"), "Infinity"),
        (TIME, (2024, 1, 2, 3, 4, 6)),
        (TIME, ({"a": 1},)),
        (TIME, TIME_S + 3600),
        (TIME, float("nan")),
        pytest.param(TIME, 10**5000, id="beyond str"),
        ("2024-01-02T03:04:05+05:00", TIME_S),
        ("Tue, 99 Jan 2024 03:04:05 GMT", TIME_S),
        ("", ()),
        ({}, ()),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """Another value stays unexplained."""
    assert cause_of_pair(legacy, candidate) == ""


def test_a_null_left_out_is_explained_both_ways(causes_of: Callable[..., dict[str, str]]) -> None:
    """Null on one side, no member on the other."""
    assert causes_of({"a": 1, "b": None}, {"a": 1}) == {"body/b": "F1"}
    assert causes_of({"a": 1}, {"a": 1, "b": None}) == {"body/b": "F1"}


def test_a_missing_value_is_no_null_left_out(causes_of: Callable[..., dict[str, str]]) -> None:
    """Only null is; an element of a list that is null is another matter."""
    assert causes_of({"a": 0}, {}) == {"body/a": ""}
    assert set(causes_of({"a": (1, None)}, {"a": (1,)}).values()) == {""}


def test_a_null_in_an_answer_of_another_status_is_not_explained(causes_at: Callable[..., dict[str, str]]) -> None:
    """An error has other members than an answer."""
    assert causes_at(("status", 200, 404), ("body/finished_at", None, None))["body/finished_at"] == ""


def test_a_renamed_member_is_explained_on_both_sides(causes_of: Callable[..., dict[str, str]]) -> None:
    """Snake case against camel case, and a getter's name."""
    assert causes_of({"user_name": "a"}, {"userName": "a"}) == {"body/user_name": "F9", "body/userName": "F9"}
    assert causes_of({"is_active": True}, {"active": True}) == {"body/is_active": "G9", "body/active": "G9"}


def test_a_getters_name_is_the_candidates(causes_of: Callable[..., dict[str, str]]) -> None:
    """Jackson drops an ``is``; nothing of Java adds one."""
    assert set(causes_of({"active": True}, {"is_active": True}).values()) == {""}
    assert set(causes_of({"is_active": True}, {"is_activ": True}).values()) == {""}


def test_a_member_renamed_elsewhere_is_not_explained(causes_of: Callable[..., dict[str, str]]) -> None:
    """The two names must stand in one object."""
    causes = causes_of({"a": {"user_name": 1}, "b": {}}, {"a": {}, "b": {"userName": 1}})
    assert set(causes.values()) == {""}
    assert set(causes_of({"user_id": 1}, {"userName": 1}).values()) == {""}


@pytest.mark.parametrize(("legacy", "candidate", "cause"), [(42, "STATUS_UNKNOWN", "F6"), ("STATUS_OK", 42, "")])
def test_a_number_and_a_name_in_a_message_are_an_unknown_enum(legacy: Value, candidate: Value, cause: str) -> None:
    """Messages are decoded by one contract, so only an enum can be a number here and a name there."""
    difference = Difference(
        path="message.status", template="message.status", kind=Kind.TYPE, legacy=legacy, candidate=candidate
    )
    assert find_cause(difference) == cause


WEEK = ((0, 1), (1, 2), (3, 4), (6, 7))


@pytest.mark.parametrize(
    ("name", "days", "cause"),
    [
        ("weekday", WEEK, "H18"),
        ("day_of_week", ((0, 2), (1, 3), (5, 7), (6, 1)), "H18"),
        ("start_dow", (*WEEK, (4, 6)), "H18"),
        ("weekday", WEEK[:3], ""),
        ("weekday", ((0, 1),) * 7, ""),
        ("weekday", (*WEEK, (2, 6)), ""),
        ("weekday", (*WEEK, (None, 3)), "H18"),
        ("day", WEEK, ""),
    ],
)
def test_weekdays_are_known_by_their_name_and_number(
    causes_of: Callable[..., dict[str, str]], name: str, days: Any, cause: str
) -> None:
    """One more than legacy is also the next day: four different days of one answer must fit, and all that differ."""
    ours, theirs = (tuple({"id": n, name: day[side]} for n, day in enumerate(days)) for side in (0, 1))
    causes = causes_of(ours, theirs)
    assert causes[f"body/0/{name}"] == cause


def test_one_weekday_is_not_explained(cause_of_pair: Callable[..., str]) -> None:
    """Two of seven days fit any day."""
    assert cause_of_pair(3, 4, "weekday") == ""
