"""The classes of one value: those at which two implementations part, not what it says. Pure."""

import re
from decimal import Decimal
from typing import assert_never

from crossfade.parity_tests.features.records import word
from crossfade.shadow.compare.shape import shape
from crossfade.shadow.exchange.difference import Deep, Scalar

SET = "set"
_LONG = 256
_LOOKED_AT = 65_536
_ASTRAL = "\U00010000"
_INT32 = 2**31
_EXACT = 2**53
_BOUNDARIES = frozenset(
    {1, -1} | {sign * 2**bits + step for bits in (31, 32, 53, 63, 64) for step in (-1, 0, 1) for sign in (1, -1)}
)
_INTEGER = re.compile(r"-?\d{1,40}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,40}\.\d{1,40}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z_.+/-]{0,39}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FREE = ("text", "empty", "integer", "decimal")
_MANY = 3
_HALF = Decimal("0.5")


def classes_of(value: Scalar) -> tuple[str, ...]:
    """All classes of a value, the plainest first."""
    match value:
        case None:
            return ("null",)
        case bool():
            return ("true" if value else "false",)
        case int():
            return _integer(value)
        case Decimal() | float():
            return _fraction(Decimal(value))
        case bytes():
            return _bytes(value)
        case str():
            return _text(value)
        case _:
            assert_never(value)


def length_class(count: int) -> str:
    """The class of a list by the number of its elements."""
    return f"len {count}" if count < _MANY else "len many"


def _integer(value: int) -> tuple[str, ...]:
    if value == 0:
        return ("0",)
    found = [SET]
    if value < 0:
        found.append("neg")
    if value in _BOUNDARIES:
        found.append("boundary")
    if not -_INT32 <= value < _INT32:
        found.append(">i32")
    if abs(value) > _EXACT:
        found.append(">2^53")
    return tuple(found)


def _fraction(value: Decimal) -> tuple[str, ...]:
    if not value.is_finite():
        return ("not a number" if value.is_nan() else "infinite",)
    if value == 0:
        return ("-0",) if value.is_signed() else ("0",)
    found = [SET]
    if value < 0:
        found.append("neg")
    if abs(value) > _EXACT:
        found.append(">2^53")
    elif value != int(value):
        found += ("fraction", "half") if abs(value) % 1 == _HALF else ("fraction",)
    return tuple(found)


def _text(value: str) -> tuple[str, ...]:
    if isinstance(value, Deep):
        return ("deep",)
    text = value[:_LOOKED_AT]
    found = [*_sized(len(value)), *_edges(text)]
    if not text.isascii():
        found.append("non-ASCII")
        if max(text) >= _ASTRAL:
            found.append("astral")
    elif _WORD.fullmatch(text):
        return (*found, word(text))
    elif _INTEGER.fullmatch(text.strip()):
        found += (name for name in _integer(int(text)) if name != SET)
    elif _DECIMAL.fullmatch(text.strip()):
        found += (name for name in _fraction(Decimal(text.strip())) if name != SET)
    if len(text) <= _LONG and (looks := shape(text)) not in _FREE:
        found.append(looks)
    return tuple(found)


def _edges(text: str) -> tuple[str, ...]:
    """What a reader of words or numbers may trip over: blanks around, control characters in between."""
    found = ("blank edge",) if text != text.strip() else ()
    return (*found, "control") if _CONTROL.search(text) else found


def _bytes(value: bytes) -> tuple[str, ...]:
    """Bytes may be text, all of it or a part that begins or ends within a letter."""
    found = _sized(len(value))
    if value[:_LOOKED_AT].isascii():
        return found
    try:
        value.decode()
    except UnicodeDecodeError:
        return (*found, "not UTF-8")
    return (*found, "non-ASCII")


def _sized(count: int) -> tuple[str, ...]:
    if not count:
        return ("empty",)
    return (SET, "long") if count >= _LONG else (SET,)
