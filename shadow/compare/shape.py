"""How a value looks, apart from its content: noise in a field may hide its value, but not its shape.

A shape must be the same for all values that one implementation writes into a field, so lengths of free text and digits
of fractions that vary are left out of it.

========================================  ==========================================================
text                                      shape
========================================  ==========================================================
""                                        empty
2f1c...-... (RFC 9562)                    uuid, uuid upper, uuid mixed (letter case)
32, 40, 64, 96, 128 hex digits            hex32 ..., hex32 upper ...
2024-01-02T03:04:05.123456+00:00          time T .6 offset   (separator, fraction digits, zone)
2024-01-02                                date
Tue, 02 Jan 2024 03:04:05 GMT             http-date
PT26H3M4S                                 iso-duration
1 day, 2:03:04                            clock-duration
True, true, None, null                    Python bool, bool, Python null, null
-12                                       integer
1.0E7, 1e-05                              exponent E, exponent e+0
12.5                                      decimal
http://...                                url
anything else                             text
========================================  ==========================================================
Integers near a clock's seconds, milliseconds, microseconds or nanoseconds have those as their shapes.
"""

import re
from decimal import Decimal

from crossfade.shadow.exchange.difference import Value

_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d(:\d\d)?(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?(\[.+\])?", re.ASCII)
_PATTERNS = tuple(
    (name, re.compile(pattern, re.ASCII))
    for name, pattern in (
        ("uuid", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
        ("uuid upper", r"[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}"),
        ("uuid mixed", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
        ("date", r"\d{4}-\d\d-\d\d"),
        ("http-date", r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"),
        ("iso-duration", r"-?P(?=[\dT])(?:\d+D)?(?:T(?=[-\d])(?:-?\d+H)?(?:-?\d+M)?(?:-?[\d.]+S)?)?"),
        ("clock-duration", r"(?:-?\d+ days?, )?\d{1,2}:\d\d:\d\d(?:\.\d+)?"),
        ("integer", r"[+-]?\d+"),
        ("exponent E", r"[+-]?\d+(?:\.\d+)?E[+-]?\d+"),
        ("exponent e", r"[+-]?\d+(?:\.\d+)?e[+-]\d\d+"),
        ("decimal", r"[+-]?\d+\.\d+"),
        ("url", r"[a-z][a-z0-9+.-]*://\S*"),
    )
)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_HEX_LENGTHS = frozenset({32, 40, 64, 96, 128})
_WORDS = {
    "True": "Python bool",
    "False": "Python bool",
    "true": "bool",
    "false": "bool",
    "None": "Python null",
    "null": "null",
}
_CLOCKS = (("epoch-s", 1e9), ("epoch-ms", 1e12), ("epoch-us", 1e15), ("epoch-ns", 1e18))
_CLOCK_SPAN = 2.5  # 2001 to 2049
_MAX_LOOKED_AT = 300


def shape(value: Value) -> str:
    """The shape of a scalar; for anything else the name of its type."""
    if isinstance(value, str):
        return _text_shape(value)
    if isinstance(value, bool) or value is None:
        return "bool" if value is not None else "null"
    if isinstance(value, int):
        return next((name for name, start in _CLOCKS if start <= value < start * _CLOCK_SPAN), "int")
    if isinstance(value, float | Decimal):
        return "number"
    return type(value).__name__


def _text_shape(text: str) -> str:
    if not text:
        return "empty"
    if len(text) > _MAX_LOOKED_AT:
        return "text"
    if text in _WORDS:
        return _WORDS[text]
    if match := _TIME.fullmatch(text):
        return _time_shape(match)
    if len(text) in _HEX_LENGTHS and _HEX.fullmatch(text):
        return f"hex{len(text)}{' upper' if text.isupper() else ''}"
    return next((name for name, pattern in _PATTERNS if pattern.fullmatch(text)), "text")


def _time_shape(match: re.Match[str]) -> str:
    separator, seconds, fraction, zone, region = match.groups()
    digits = f".{len(fraction)}" if fraction else ("" if seconds else "-seconds")
    zone_shape = {None: "naive", "Z": "Z"}.get(zone, "offset")
    return f"time {separator} {digits} {zone_shape}{' region' if region else ''}"
