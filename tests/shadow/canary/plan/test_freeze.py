"""Windows in UTC, also over midnight."""

from datetime import UTC, datetime

import pytest

from crossfade.shadow.canary.plan.freeze import frozen
from crossfade.shadow.canary.plan.records import Freeze
from crossfade.shadow.config.canary_settings import Day

NIGHT = Freeze(days=(Day.FRI,), start_minute=22 * 60, end_minute=6 * 60, reason="night")
NOON = Freeze(days=(), start_minute=12 * 60, end_minute=13 * 60, reason="noon")
WEEKEND = Freeze(days=(Day.SAT, Day.SUN), start_minute=0, end_minute=24 * 60, reason="weekend")


@pytest.mark.parametrize(
    ("window", "moment", "reason"),
    [
        (NIGHT, "2026-11-27 21:59", ""),  # a Friday
        (NIGHT, "2026-11-27 22:00", "night"),
        (NIGHT, "2026-11-28 05:59", "night"),
        (NIGHT, "2026-11-28 06:00", ""),
        (NIGHT, "2026-11-28 22:00", ""),
        (NIGHT, "2026-11-27 05:00", ""),
        (NOON, "2026-11-25 12:00", "noon"),
        (NOON, "2026-11-25 13:00", ""),
        (WEEKEND, "2026-11-28 00:00", "weekend"),
        (WEEKEND, "2026-11-29 23:59", "weekend"),
        (WEEKEND, "2026-11-30 00:00", ""),
    ],
)
def test_a_window(window: Freeze, moment: str, reason: str) -> None:
    """It holds from its first minute until before its last."""
    assert frozen([window], datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) == reason


def test_no_window() -> None:
    """Everything moves."""
    assert frozen([], 0.0) == ""
