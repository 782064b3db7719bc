"""What header fields tell of a caller's rate limit: how much of it is left says how often somebody asked.

The limit itself and its policy belong to the service, and so does whether it tells them.
"""

import re

_LIMIT = re.compile(r"(?:.*-)?rate-?limit(?:-(.*))?", re.DOTALL)
_USAGE = frozenset({"remaining", "reset", "used"})
_FIELD = "ratelimit"
# draft-ietf-httpapi-ratelimit-headers: parameters r and t; until -07 members of one list
_USED = re.compile(r'("(?:[^"\\]|\\.)*+")|(?<![\w-])(r|t|remaining|reset)[ \t]*=[ \t]*\d++', re.DOTALL)
_FORMS = (
    (re.compile(r"\d{1,9}"), "(a number)"),
    (re.compile(r"\d{10}"), "(a moment in seconds)"),
    (re.compile(r"\d{13}"), "(a moment in milliseconds)"),
    (re.compile(r"\d{1,10}\.\d+"), "(a number with a fraction)"),
    (re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhd]))+"), "(a time with units)"),
    (re.compile(r"\d{4}-\d\d-\d\dT.*|[A-Z][a-z]{2}, \d.* GMT"), "(a date)"),
)


def without_usage(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a field by its lower-case name, those that change with each request replaced by their form.

    A caller that waits until a moment must not be given a number of seconds.
    """
    if "limit" not in name:
        return values
    if name == _FIELD:
        return tuple(_USED.sub(_kept, value) for value in values)
    return tuple(map(_form, values)) if _is_usage(name) else values


def _form(value: str) -> str:
    return next((form for pattern, form in _FORMS if pattern.fullmatch(value)), value)


def _is_usage(name: str) -> bool:
    """Names as servers write them: x-ratelimit-remaining, x-rate-limit-reset-after, x-ratelimit-tokens-remaining."""
    match = _LIMIT.fullmatch(name)
    return match is not None and not _USAGE.isdisjoint((match[1] or "").split("-"))


def _kept(match: re.Match[str]) -> str:
    return match[1] or match[2]
