"""Times and durations written as text (group H)."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime

from crossfade.shadow.compare.causes.rule import Rule

_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ])([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?(\[[^\]]{1,40}\])?"
)
_PYTHON_DURATION = re.compile(r"(?:(-?[0-9]{1,9}) days?, )?([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{6}))?")
_JAVA_DURATION = re.compile(r"PT(?=.)(?:(-?[0-9]{1,12})H)?(?:(-?[0-9]{1,2})M)?(?:(-?[0-9]{1,2}(?:\.[0-9]{1,9})?)S)?")
_HTTP_DATE = re.compile(r"([A-Z][a-z]{2}), ([0-9]{1,2}) ([A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT)")
_HOUR = re.compile(r"((?:.*?[^0-9])??)([0-9]{2})(:[0-9]{2}(?:[^0-9].*)?)", re.DOTALL)
_ON_THE_HALF_HOUR = re.compile(r":[03]0(?::00)?(?![:.0-9])")
_DATED = re.compile(r"([0-9]{4})(-([0-9]{2})-([0-9]{2})(?:[T ].*)?)", re.DOTALL)
_HALF_DAY = re.compile(r"(?<=[0-9])[ \u202f\u00a0]?([ap])\.?m\b\.?", re.IGNORECASE)
_PYTHON_HALF_DAY = re.compile(r"(?<=[0-9]) ?[AP]M\b(?!\.)")
_SEPT = re.compile(r"\bSept(?=\.? [0-9]|-[0-9])|(?<=[0-9][ -])Sept\b")
_MAX_TIME_TEXT = 100

NEAR_S = 60
"""Two clocks that are read for the same request show times no further apart than this."""

_MAX_ZONE_S = 14 * 3600
_HALF_HOUR_S, _MINUTE_S = 1800, 60
_PYTHON_PLACES = 6
_UTC = frozenset({"Z", "+00:00", "+0000", "-00:00"})
_NOON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A date and time as written; ``wall_s`` counts seconds on its own clock, ``offset_s`` is 0 without a zone."""

    separator: str
    seconds: bool
    fraction: str
    zone: str
    region: str
    wall_s: Decimal
    offset_s: int

    @property
    def instant_s(self) -> Decimal:
        """Seconds on the clock of UTC; without a zone the wall's."""
        return self.wall_s - self.offset_s


def read_stamp(text: str) -> Stamp | None:
    """A text such as ``2024-01-02T03:04:05.123456+00:00``, or None where it is no such time."""
    match = _STAMP.fullmatch(text) if len(text) <= _MAX_TIME_TEXT else None
    return None if match is None else _stamp(match)


def _stamp(match: re.Match[str]) -> Stamp | None:
    date, separator, hour, minute, second, fraction, zone, region = match.groups()
    try:
        day = datetime.date.fromisoformat(date).toordinal()
        datetime.time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    whole = day * 86_400 + int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    return Stamp(
        separator=separator,
        seconds=second is not None,
        fraction=fraction or "",
        zone=zone or "",
        region=region or "",
        wall_s=whole + Decimal(f"0.{fraction or 0}"),
        offset_s=_offset_s(zone),
    )


def _offset_s(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _stamps(fits: Callable[[Stamp, Stamp], bool]) -> Callable[[str, str], bool]:
    """A rule for two texts that are times."""

    def check(ours: str, theirs: str) -> bool:
        one, two = read_stamp(ours), read_stamp(theirs)
        return one is not None and two is not None and fits(one, two)

    return check


def _near(ours: Stamp, theirs: Stamp) -> bool:
    """The same instant, or what two clocks show for one request; both with a zone or both without."""
    return bool(ours.zone) == bool(theirs.zone) and abs(ours.instant_s - theirs.instant_s) <= NEAR_S


def _t_for_space(ours: Stamp, theirs: Stamp) -> bool:
    return ours.separator == " " and theirs.separator == "T" and _near(ours, theirs)


def _region_added(ours: Stamp, theirs: Stamp) -> bool:
    return not ours.region and bool(theirs.region) and _near(ours, theirs)


def _seconds_dropped(ours: Stamp, theirs: Stamp) -> bool:
    return ours.seconds and not theirs.seconds and _near(ours, theirs) and ours.instant_s == theirs.instant_s


def _z_for(zone: str) -> Callable[[Stamp, Stamp], bool]:
    return lambda ours, theirs: ours.zone == zone and theirs.zone == "Z" and _near(ours, theirs)


def _naive(ours: Stamp, theirs: Stamp) -> bool:
    """Legacy has no zone, the candidate names UTC, and both show the same time."""
    return not ours.zone and theirs.zone in _UTC and abs(ours.wall_s - theirs.wall_s) <= NEAR_S


def _nanoseconds(ours: Stamp, theirs: Stamp) -> bool:
    """More digits than a Python datetime has."""
    return len(theirs.fraction) > _PYTHON_PLACES >= len(ours.fraction) and _near(ours, theirs)


def _fraction_digits(ours: Stamp, theirs: Stamp) -> bool:
    """The same instant with Python's six digits, and with fewer zeros behind it."""
    shorter = len(ours.fraction) == _PYTHON_PLACES > len(theirs.fraction)
    return shorter and _near(ours, theirs) and ours.instant_s == theirs.instant_s


def _skipped_hour(ours: Stamp, theirs: Stamp) -> bool:
    """The same instant with the offset of an hour later, and neither of them is UTC."""
    if not ours.zone or not theirs.zone or ours.instant_s != theirs.instant_s:
        return False
    return theirs.offset_s - ours.offset_s == 3600 and 0 not in (ours.offset_s, theirs.offset_s)  # noqa: PLR2004


def _other_time_zone(ours: Stamp, theirs: Stamp) -> bool:
    """Off by whole half hours, to the last digit. On a whole minute times of a plan stand, which are few."""
    if (ours.zone, ours.fraction) != (theirs.zone, theirs.fraction) or ours.wall_s % _MINUTE_S == 0:
        return False
    apart = abs(ours.wall_s - theirs.wall_s)
    return apart % _HALF_HOUR_S == 0 and 0 < apart <= _MAX_ZONE_S


def _week_year(ours: str, theirs: str) -> bool:
    """The year to which the week of legacy's day belongs, where that is another one."""
    one, two = _DATED.fullmatch(ours), _DATED.fullmatch(theirs)
    if not one or not two or one[2] != two[2] or one[1] == two[1]:
        return False
    try:
        day = datetime.date(int(one[1]), int(one[3]), int(one[4]))
    except ValueError:
        return False
    return int(two[1]) in {day.isocalendar().year, _american_week_year(day)}


def _american_week_year(day: datetime.date) -> int:
    """Of Locale.US: weeks begin on Sunday, and the week of 1 January is the first."""
    saturday = day.toordinal() + (5 - day.weekday()) % 7
    return datetime.date.fromordinal(min(saturday, datetime.date.max.toordinal())).year


def _twelve_hours(ours: str, theirs: str) -> bool:
    """The hour of a clock of 12 in the place of legacy's of 24. On the half hour are times of a plan, which are few."""
    if len(ours) > _MAX_TIME_TEXT:
        return False
    one, two = _HOUR.fullmatch(ours), _HOUR.fullmatch(theirs)
    if not one or not two or (one[1], one[3]) != (two[1], two[3]):
        return False
    if _ON_THE_HALF_HOUR.match(one[3]):
        return False
    hour = int(one[2])
    return (hour == 0 or _NOON < hour < 2 * _NOON) and int(two[2]) == (hour - 1) % _NOON + 1


def _half_day_text(ours: str, theirs: str) -> bool:
    """Python's PM in another spelling, or behind another space; or Sept for Sep."""
    if ours == theirs or len(theirs) > _MAX_TIME_TEXT:
        return False
    if ours == _SEPT.sub("Sep", theirs):
        return True
    return bool(_PYTHON_HALF_DAY.search(ours)) and _plain_half_day(ours) == _plain_half_day(theirs)


def _plain_half_day(text: str) -> str:
    return _HALF_DAY.sub(lambda match: f" {match[1].upper()}M", text)


def read_http_date(text: str) -> datetime.datetime | None:
    """The moment of a text such as ``Tue, 02 Jan 2024 03:04:05 GMT``, or None."""
    if not _HTTP_DATE.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _http_day(ours: str, theirs: str) -> bool:
    one, two = _HTTP_DATE.fullmatch(ours), _HTTP_DATE.fullmatch(theirs)
    return bool(one and two and (one[1], one[3]) == (two[1], two[3]) and one[2] == f"0{two[2]}")


def _duration_text(ours: str, theirs: str) -> bool:
    seconds = _python_duration_s(ours)
    return seconds is not None and seconds == _java_duration_s(theirs)


def _python_duration_s(text: str) -> Decimal | None:
    match = _PYTHON_DURATION.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds + Decimal(f"0.{match[5] or 0}")


def _java_duration_s(text: str) -> Decimal | None:
    match = _JAVA_DURATION.fullmatch(text)
    if match is None:
        return None
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + Decimal(match[3] or 0)


TIME_RULES: tuple[Rule[str, str], ...] = (
    Rule(cause="H11", fits=_duration_text),
    Rule(cause="H20", fits=_http_day),
    Rule(cause="H4", fits=_stamps(_t_for_space)),
    Rule(cause="H5", fits=_stamps(_region_added)),
    Rule(cause="H3", fits=_stamps(_seconds_dropped)),
    Rule(cause="H17", fits=_stamps(_z_for("+0000"))),
    Rule(cause="H1", fits=_stamps(_z_for("+00:00"))),
    Rule(cause="H7", fits=_stamps(_naive)),
    Rule(cause="H6", fits=_stamps(_nanoseconds)),
    Rule(cause="H2", fits=_stamps(_fraction_digits)),
    Rule(cause="H10", fits=_stamps(_skipped_hour)),
    Rule(cause="H13", fits=_week_year),
    Rule(cause="H14", fits=_twelve_hours),
    Rule(cause="H8", fits=_stamps(_other_time_zone)),
    Rule(cause="H15", fits=_half_day_text),
)
