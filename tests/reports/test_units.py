"""Units in words."""

import pytest

from crossfade.reports import units


@pytest.mark.parametrize(
    ("number", "unit", "text", "short"),
    [
        (1, "request", "1 distinct request", "distinct"),
        (1200, "request", "1,200 distinct requests", "distinct"),
        (1, "client", "1 client", "client"),
        (0, "minute", "0 minutes", "minutes"),
        (2, "newer", "2 newers", "newers"),
    ],
)
def test_numbers_of_units(number: int, unit: str, text: str, short: str) -> None:
    """Requests are distinct ones; one of each is one."""
    assert (units.of_units(number, unit), units.short_units(number, unit)) == (text, short)


def test_rates_and_requests() -> None:
    """A rate is of requests or clients; requests that are merely counted are not called distinct."""
    assert (units.rate_of("request"), units.rate_of("session")) == ("requests", "sessions")
    assert (units.of_requests(1), units.of_requests(1000)) == ("1 request", "1,000 requests")
