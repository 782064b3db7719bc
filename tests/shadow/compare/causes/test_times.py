"""Causes of differing times and durations."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.causes import find_cause
from crossfade.shadow.compare.causes.times import read_stamp
from crossfade.shadow.exchange.difference import Difference, Kind, Value


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("H1", "2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05Z"),
        ("H1", "2024-01-02T03:04:05.120000+00:00", "2024-01-02T03:04:05.120Z"),
        ("H1", "2026-11-24T14:16:06.492199+00:00", "2026-11-24T14:16:07.170858938Z"),  # a clock, read twice
        ("H2", "2024-01-02T03:04:05.120000", "2024-01-02T03:04:05.120"),
        ("H3", "2024-01-02T03:04:00+00:00", "2024-01-02T03:04Z"),
        ("H4", "2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("H5", "2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05Z[UTC]"),
        ("H6", "2024-01-02T03:04:05.123457Z", "2024-01-02T03:04:05.123456789Z"),
        ("H7", "2024-01-02T03:04:05", "2024-01-02T03:04:05Z"),
        ("H8", "2024-01-02T03:04:05", "2024-01-01T22:04:05"),
        ("H10", "2024-03-10T02:30:00-05:00", "2024-03-10T03:30:00-04:00"),
        ("H11", "1 day, 2:03:04", "PT26H3M4S"),
        ("H11", "-1 day, 23:59:59", "PT-1S"),
        ("H11", "0:00:01.500000", "PT1.5S"),
        ("H11", "0:00:00", "PT0S"),
        ("H11", "0:55:30", "PT55M30S"),
        ("H13", "2024-12-30", "2025-12-30"),
        ("H13", "2024-12-30T03:04:05Z", "2025-12-30T03:04:05Z"),
        ("H13", "2023-01-01", "2022-01-01"),
        ("H14", "00:05", "12:05"),
        ("H14", "2024-01-02T15:04:05", "2024-01-02T03:04:05"),
        ("H15", "03:04 PM", "03:04 pm"),
        ("H15", "3:04 PM", "3:04\u202fPM"),
        ("H15", "02 Sep 2024", "02 Sept 2024"),
        ("H17", "2024-01-02T03:04:05+0000", "2024-01-02T03:04:05Z"),
        ("H20", "Tue, 02 Jan 2024 03:04:05 GMT", "Tue, 2 Jan 2024 03:04:05 GMT"),
    ],
)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """The same time as Java writes it names its entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:06Z"),
        ("2024-01-02T03:04:05+00:00", "2024-01-09T03:04:05Z"),  # the form differs, and so does the time
        ("2024-01-02T03:00:00", "2024-01-02T08:00:00"),  # on the hour by nature
        ("2026-03-10T09:15:00", "2026-03-10T10:15:00"),  # of a plan
        ("15:30", "03:30"),
        ("2024-12-26", "2025-12-26"),  # in no week of the next year
        ("2024-12-99", "2025-12-99"),
        ("2024-01-02T03:04:05.1", "2024-01-02T08:04:05.2"),
        ("2024-01-02", "2024-01-03"),
        ("2024-06-30", "2025-06-30"),
        ("10:05", "12:05"),
        ("12:05", "00:05"),
        ("15:04", "03:05"),
        ("1:00:00", "PT1H1S"),
        ("1:00:00", "PT"),
        ("I am late", "i am late"),
        ("Septimus", "Sepimus"),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "Wed, 2 Jan 2024 03:04:05 GMT"),
        ("2024-13-02T03:04:05Z", "2024-13-02T03:04:05+00:00"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z"),  # the same instant, as it was meant perhaps
        # What Java would write in legacy, and what Python would write in the candidate:
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05"),
        ("2024-01-02T03:04:05.120", "2024-01-02T03:04:05.120000"),
        ("2024-01-02T03:04:05", "2024-01-02T03:04:05.000000"),
        ("2024-03-10T03:30:00-04:00", "2024-03-10T02:30:00-05:00"),
        ("03:04 pm", "03:04 PM"),
        ("3:04\u202fPM", "3:04 PM"),
        ("02 Sept 2024", "02 Sep 2024"),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """Another time stays unexplained, and so does what is no time."""
    assert cause_of_pair(legacy, candidate) == ""


@given(
    st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999)),
    st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999)),
)
def test_durations_are_explained_where_they_are_equal(ours: datetime.timedelta, theirs: datetime.timedelta) -> None:
    """Every timedelta against Java's text of the same length is H11, against that of another none."""
    for delta, cause in ((ours, "H11"), (theirs, "H11" if ours == theirs else "")):
        difference = Difference(
            path="body/took", template="body/took", kind=Kind.FORMAT, legacy=str(ours), candidate=java_duration(delta)
        )
        assert find_cause(difference) == cause


def java_duration(delta: datetime.timedelta) -> str:
    """java.time.Duration.toString."""
    micros = delta // datetime.timedelta(microseconds=1)
    sign = -1 if micros < 0 else 1
    seconds, fraction = divmod(abs(micros), 10**6)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    text = f"{sign * hours}H" if hours else ""
    text += f"{sign * minutes}M" if minutes else ""
    if seconds or fraction or not text:
        digits = f".{fraction:06}".rstrip("0") if fraction else ""
        text += f"{'-' if sign < 0 else ''}{seconds}{digits}S"
    return f"PT{text}"


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_reads_what_isoformat_writes(moment: datetime.datetime) -> None:
    """The instant is that of the datetime, to the microsecond."""
    stamp = read_stamp(moment.isoformat())
    assert stamp is not None
    since = moment - datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
    assert (stamp.instant_s - 86_400) * 10**6 == since // datetime.timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["", "2024", "2024-02-30T00:00:00Z", "2024-01-02T24:00:00Z", "2024-01-02T03:04:05 Z"])
def test_reads_no_other_text(text: str) -> None:
    """What is no date and time is none."""
    assert read_stamp(text) is None
