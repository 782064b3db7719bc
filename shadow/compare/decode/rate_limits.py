"""What header fields tell of a caller's rate limit: how much of it is left says how often somebody asked.

The limit itself and its policy belong to the service, and so does whether it tells them.
"""

import re

_LIMIT = re.compile(r"(?:.*-)?rate-?limit(?:-(.*))?", re.DOTALL)
_RESET = "reset"
_USAGE = frozenset({"remaining", _RESET, "used"})
_FIELD = "ratelimit"
# draft-ietf-httpapi-ratelimit-headers: parameters r and t; until -07 members of one list
_USED = re.compile(r'("(?:[^"\\]|\\.)*+")|(?<![\w-])(r|t|remaining|reset)[ \t]*=[ \t]*\d++', re.DOTALL)
_MOMENTS = (
    (re.compile(r"\d{10}(?:\.\d+)?"), "(a moment in seconds)"),
    (re.compile(r"\d{13}"), "(a moment in milliseconds)"),
    (re.compile(r"\d{4}-\d\d-\d\dT.*|[A-Z][a-z]{2}, \d.* GMT"), "(a date)"),
)
_FORMS = (
    (re.compile(r"\d+"), "(a number)"),
    (re.compile(r"\d+\.\d+"), "(a number with a fraction)"),
    (re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhd]))+"), "(a time with units)"),
)


def without_usage(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a field by its lower-case name, those that change with each request replaced by their form.

    A caller that waits until a moment must not be given a number of seconds.
    """
    if "limit" not in name:
        return values
    if name == _FIELD:
        return tuple(_USED.sub(_kept, value) for value in values)
    if not _is_usage(name):
        return values
    forms = (*_MOMENTS, *_FORMS) if _RESET in name else _FORMS
    return tuple(next((form for pattern, form in forms if pattern.fullmatch(value)), value) for value in values)


def _is_usage(name: str) -> bool:
    """Names as servers write them: x-ratelimit-remaining, x-rate-limit-reset-after, x-ratelimit-tokens-remaining."""
    match = _LIMIT.fullmatch(name)
    return match is not None and not _USAGE.isdisjoint((match[1] or "").split("-"))


def _kept(match: re.Match[str]) -> str:
    return match[1] or match[2]
