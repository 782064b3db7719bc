"""One moment in each of the forms of HTTP."""

import datetime

import pytest

from crossfade.shadow.compare.decode.dates import read_date, same_date

FIXED = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    "text",
    [
        FIXED,
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        f" {FIXED.lower()}",
    ],
)
def test_forms(text: str) -> None:
    """RFC 9110 5.6.7, and the form with dashes that cookies have (RFC 6265 5.1.1)."""
    assert read_date(text) == datetime.datetime(1994, 11, 6, 8, 49, 37, tzinfo=datetime.UTC)
    assert same_date(text) == FIXED


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "2025-11-23T01:00:00Z", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", f"{FIXED}+1",
     "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    """It stays as it is."""
    assert read_date(text) is None
    assert same_date(text) == text


def test_years_of_two_digits() -> None:
    """Of this century up to 69."""
    assert same_date("Sunday, 06-Nov-44 08:49:37 GMT").startswith("Sun, 06 Nov 2044")
