"""Figures as text never look better than they are."""

import pytest

from crossfade.reports import figures


@pytest.mark.parametrize(
    ("rate", "budget", "most", "least"),
    [
        (0.01, 0.01, "1.00 %", "1.00 %"),
        (0.010001, 0.01, "1.01 %", "1.00 %"),
        (0.00999, 0.01, "1.00 %", "0.99 %"),
        (0.0000998, 0.0001, "0.0100 %", "0.0099 %"),
        (0.0001001, 0.0001, "0.0101 %", "0.0100 %"),
        (1.0, 0.01, "100.00 %", "100.00 %"),
        (0.0, 0.01, "0.00 %", "0.00 %"),
        (0.07, 0.5, "7.00 %", "7.00 %"),
    ],
)
def test_bounds(rate: float, budget: float, most: str, least: str) -> None:
    """Upper bounds are rounded up and lower ones down, with decimals enough to hold them against the budget."""
    assert (figures.at_most(rate, budget), figures.at_least(rate, budget)) == (most, least)


@pytest.mark.parametrize(
    ("pct", "text"),
    [(100.0, "100 %"), (99.99, "99.9 %"), (57.3, "57.3 %"), (1.1, "1.1 %"), (0.04, "under 0.1 %"), (0.0, "0 %")],
)
def test_shares(pct: float, text: str) -> None:
    """100 % is said of all only, 0 % of none only."""
    assert figures.share(pct) == text


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ("2026-01-01T00:00:07+00:00", "7 s"),
        ("2026-01-01T00:00:59.700+00:00", "59 s"),
        ("2026-01-01T00:59:59.900+00:00", "59 min 59 s"),
        ("2026-01-01T03:05:00+00:00", "3 h 5 min"),
        ("2026-01-03T04:00:00+00:00", "2 d 4 h"),
    ],
)
def test_periods(end: str, text: str) -> None:
    """The two largest units say how long it took, rounded down."""
    assert figures.period("2026-01-01T00:00:00+00:00", end) == text


def test_times_are_utc() -> None:
    """A time is said in UTC, with its day where that is another one."""
    assert figures.moment("2026-11-04T01:30:00+02:00") == "3 Nov 2026, 23:30:00 UTC"
    assert figures.clock("2026-11-04T01:30:00+02:00", "2026-11-03T10:00:00+00:00") == "23:30:00"
    assert figures.clock("2026-11-04T01:30:00+00:00", "2026-11-03T10:00:00+00:00") == "4 Nov 01:30:00"


def test_small_words() -> None:
    """Counts have thousands, ratios a sign, times a unit; what was not measured is a dash."""
    assert figures.count(1234567) == "1,234,567"
    assert (figures.ratio(0.479), figures.ratio(None)) == ("0.48\N{MULTIPLICATION SIGN}", "-")
    assert [figures.milliseconds(at) for at in (1.234, 999.4, 999.6, 2500.0, None)] == [
        "1.23 ms",
        "999 ms",
        "1 s",
        "2.5 s",
        "-",
    ]
