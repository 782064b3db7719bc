"""Windows in which nothing moves on. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from crossfade.shadow.canary.plan.records import Freeze
from crossfade.shadow.config.canary_settings import Day

_DAYS = tuple(Day)


def frozen(windows: Iterable[Freeze], at: float) -> str:
    """Why nothing moves on at a moment (seconds since 1970), "" where it does."""
    now = datetime.fromtimestamp(at, UTC)
    return next((window.reason for window in windows if _holds(window, now)), "")


def _holds(window: Freeze, now: datetime) -> bool:
    minute = 60 * now.hour + now.minute
    if window.start_minute < window.end_minute:
        return _is_on(window, now) and window.start_minute <= minute < window.end_minute
    since_yesterday = minute < window.end_minute and _is_on(window, now - timedelta(days=1))
    return since_yesterday or (minute >= window.start_minute and _is_on(window, now))


def _is_on(window: Freeze, day: datetime) -> bool:
    """Whether the window begins on this day."""
    return not window.days or _DAYS[day.weekday()] in window.days
