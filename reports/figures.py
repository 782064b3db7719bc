"""Figures as text: shares that never look better than they are, counts, times. Pure."""

import datetime
import math

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_LEAST_DECIMALS = 2
_SHOWN_AS_MS = 999.5  # above, three digits would be 1e+03


def at_most(rate: float, budget: float) -> str:
    """An upper bound (0-1) in percent, rounded up, with decimals enough for the budget (0-1)."""
    scale = 10 ** _decimals(budget)
    return f"{min(100.0, math.ceil(_cleaned(100 * rate * scale)) / scale):.{_decimals(budget)}f} %"


def at_least(rate: float, budget: float) -> str:
    """A lower bound (0-1) in percent, rounded down."""
    scale = 10 ** _decimals(budget)
    return f"{math.floor(_cleaned(100 * rate * scale)) / scale:.{_decimals(budget)}f} %"


def share(pct: float) -> str:
    """A share (0-100) in percent with one decimal, rounded down: 100 % only means all, 0 % only none."""
    if 0 < pct < 0.1:  # noqa: PLR2004 - the last decimal
        return "under 0.1 %"
    return f"{math.floor(_cleaned(10 * pct)) / 10:g} %"


def share_at_most(pct: float) -> str:
    """A share (0-100) in percent with one decimal, rounded up: 0 % only means none."""
    return f"{min(100.0, math.ceil(_cleaned(10 * pct)) / 10):g} %"


def count(number: int) -> str:
    """A count with a comma at each thousand."""
    return f"{number:,}"


def ratio(value: float | None) -> str:
    """How many times as long, ``-`` where nothing was measured."""
    return "-" if value is None else f"{value:.2f}\N{MULTIPLICATION SIGN}"


def milliseconds(value: float | None) -> str:
    """Three digits are enough to compare."""
    if value is None:
        return "-"
    return f"{value:.3g} ms" if value < _SHOWN_AS_MS else f"{value / 1000:.3g} s"


def moment(rfc3339: str) -> str:
    """A time for a person, in UTC."""
    return f"{_utc(rfc3339):%-d %b %Y, %H:%M:%S} UTC"


def clock(rfc3339: str, day_of: str) -> str:
    """The time of day; with its day where that is not the day of ``day_of``."""
    at = _utc(rfc3339)
    return f"{at:%H:%M:%S}" if at.date() == _utc(day_of).date() else f"{at:%-d %b %H:%M:%S}"


def period(start: str, end: str) -> str:
    """How long it took, in its two largest units."""
    seconds = (_utc(end) - _utc(start)).total_seconds()
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {int(seconds % _MINUTE)} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"
    return f"{seconds // _DAY:.0f} d {seconds % _DAY // _HOUR:.0f} h"


def _utc(rfc3339: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(rfc3339).astimezone(datetime.UTC)


def _decimals(budget: float) -> int:
    """Two more than the budget's first digit: 1 % -> 2, 0.01 % -> 4."""
    return max(_LEAST_DECIMALS, _LEAST_DECIMALS - math.floor(math.log10(100 * budget))) if budget > 0 else 4


def _cleaned(value: float) -> float:
    """Without the last digits of a double, so that 1.1 * 10 is 11 and rounds to itself."""
    return round(value, 6)
