"""What a claim counts, in words. Pure."""

from crossfade.reports.figures import count

_WORDS = {
    "request": "distinct request",
    "client": "client",
    "session": "session",
    "minute": "minute",
}


def of_units(number: int, unit: str) -> str:
    """A number of units: ``400 distinct requests``, ``1 client``."""
    return f"{count(number)} {units(number, unit)}"


def units(number: int, unit: str) -> str:
    """The word for so many units."""
    return f"{_WORDS.get(unit, unit)}{'' if number == 1 else 's'}"


def short_units(number: int, unit: str) -> str:
    """The same where it is plain that requests are meant: ``distinct``, ``clients``."""
    return "distinct" if unit == "request" else units(number, unit)


def of_requests(number: int) -> str:
    """A number of requests, distinct or not."""
    return "1 request" if number == 1 else f"{count(number)} requests"


def rate_of(unit: str) -> str:
    """What a rate is a share of: ``requests``, ``clients``."""
    return f"{unit}s"
