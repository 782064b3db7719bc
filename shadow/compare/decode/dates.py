"""Dates of header fields: the forms in which one moment may be written (RFC 9110 5.6.7, RFC 6265 5.1.1)."""

import datetime
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
_TIME = r"(\d\d):(\d\d):(\d\d)"
_FORMS = (
    re.compile(rf"{_DAY}, (\d\d)[ -]([a-z]{{3}})[ -](\d{{4}}|\d\d) {_TIME} gmt", re.ASCII),  # IMF-fixdate, RFC 850
    re.compile(rf"{_DAY} ([a-z]{{3}}) ([ \d]\d) {_TIME} (\d{{4}})", re.ASCII),  # asctime
)
_TWO_DIGITS = 2
_LAST_CENTURY = 70  # RFC 6265 5.1.1: 70 to 99 are of the last century


def read_date(text: str) -> datetime.datetime | None:
    """The moment, in UTC; None where the text is no date in one of the forms."""
    lower = text.strip().lower()
    if match := _FORMS[0].fullmatch(lower):
        day, month, year, *time = match.groups()
    elif match := _FORMS[1].fullmatch(lower):
        month, day, *time, year = match.groups()
    else:
        return None
    century = 0 if len(year) > _TWO_DIGITS else 1900 if int(year) >= _LAST_CENTURY else 2000
    try:
        numbers = (int(year) + century, _MONTHS.index(month) + 1, int(day), *map(int, time))
        return datetime.datetime(*numbers, tzinfo=datetime.UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def same_date(text: str) -> str:
    """A date in the preferred form (IMF-fixdate); any other text as it is."""
    moment = read_date(text)
    if moment is None:
        return text
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1].title()
    return f"{day}, {moment.day:02} {month} {moment.year:04} {moment.time().isoformat()} GMT"
