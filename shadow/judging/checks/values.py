"""What one value looks like, and how far two are apart."""

import datetime
import hashlib
import math
import re
from dataclasses import dataclass
from decimal import Decimal

from crossfade.shadow.compare.causes.times import read_http_date, read_stamp
from crossfade.shadow.compare.diff.equality import scalar_key
from crossfade.shadow.compare.shape import shape
from crossfade.shadow.exchange.difference import Value

Form = tuple[str, ...]
"""How a value looks: its shape, and for a text its length class and alphabet, for a number its sign and magnitude."""

_EPOCHS_S = {"epoch-s": 1.0, "epoch-ms": 1e-3, "epoch-us": 1e-6, "epoch-ns": 1e-9}
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_.~+/=:-]{8,}|[A-Za-z0-9_~+/=-]{16,}", re.DOTALL)
_ALPHABETS = (
    ("lower", re.compile(r"[a-z]")),
    ("upper", re.compile(r"[A-Z]")),
    ("digit", re.compile(r"[0-9]")),
    ("blank", re.compile(r"\s")),
    ("mark", re.compile(r"[!-/:-@\[-`{-~]")),
    ("other", re.compile(r"[^\x00-\x7f]")),
)
_SIZED = ("text", "url", "integer", "decimal")
_MAX_LOOKED_AT = 300
_UUID_VERSION = 14
_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Slack:
    """How far two values may be apart for nothing: times by so many seconds, numbers by a share of the first."""

    seconds: float
    share: float


CLOSE = Slack(1.0, 1e-9)
"""That of two answers of the same moment."""


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a value is from legacy's, and how much of that means nothing, in the same unit."""

    size: float
    floor: float

    def exceeds(self, other: "Distance") -> bool:
        """Whether it is more than twice as far as another one, floor included."""
        return self.size > 2 * other.size + max(self.floor, other.floor)


def is_scalar(value: Value) -> bool:
    """Whether it is one value, neither a structure nor none."""
    return value is not None and not isinstance(value, dict | tuple)


def digest(value: Value) -> bytes:
    """8 bytes that are equal where two scalars are the same."""
    text = repr(scalar_key(value)).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(text, digest_size=8).digest()


def form(value: Value) -> Form:
    """How a scalar looks; values that one implementation writes into one field have few forms."""
    if isinstance(value, bytes):
        return ("bytes", *_sized(value.decode("latin-1")))
    if isinstance(value, str):
        found = shape(value)
        if found.startswith("uuid"):
            return (found, value[_UUID_VERSION])
        return (found, *_sized(value)) if found.startswith(_SIZED) else (found,)
    number = _number(value)
    if number is None or not number:
        return (shape(value), str(number))
    return (shape(value), "-" if number < 0 else "+", str(math.floor(math.log10(abs(number)))))


def is_id(value: Value) -> bool:
    """Whether it looks as if no two should be the same: a uuid, a hash, a token."""
    if not isinstance(value, str) or len(value) > _MAX_LOOKED_AT:
        return False
    return shape(value).startswith(("uuid", "hex")) or (shape(value) == "text" and _ID.fullmatch(value) is not None)


def moment_s(value: Value) -> float | None:
    """Seconds since 1970 of a value that is a time or a date, as text or as a number near a clock's; else None."""
    if isinstance(value, str):
        return _text_moment_s(value)
    number = _number(value)
    scale = _EPOCHS_S.get(shape(int(number))) if number is not None else None
    return None if number is None or scale is None else number * scale


def count(value: Value) -> float | None:
    """A number, also one written as a text, that is no clock's; else None."""
    number = _as_number(value)
    return None if number is None or shape(int(number)) in _EPOCHS_S else number


def distance(legacy: Value, other: Value, slack: Slack = CLOSE) -> Distance | None:
    """How far another value is from legacy's, where both are times or both numbers; else None.

    What is a clock's number in legacy is in seconds, whatever the other number is.
    """
    ours, theirs = _as_number(legacy), _as_number(other)
    if ours is not None and theirs is not None:
        scale = _EPOCHS_S.get(shape(int(ours)))
        if scale is not None:
            return Distance(abs(ours - theirs) * scale, slack.seconds)
        return Distance(abs(ours - theirs), abs(ours) * slack.share)
    if not isinstance(legacy, str) or not isinstance(other, str):
        return None
    moment, another = _text_moment_s(legacy), _text_moment_s(other)
    return None if moment is None or another is None else Distance(abs(moment - another), slack.seconds)


NEAR = Distance(0.0, 0.0)
"""That of a value which is legacy's."""


def _sized(text: str) -> Form:
    looked_at = text[:_MAX_LOOKED_AT]
    return (str(len(text).bit_length()), *(name for name, pattern in _ALPHABETS if pattern.search(looked_at)))


def _number(value: Value) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _as_number(value: Value) -> float | None:
    """As ``_number``, and a text that is one."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return _number(value)


def _text_moment_s(text: str) -> float | None:
    stamp = read_stamp(text)
    if stamp is not None:
        return float(stamp.instant_s) - _EPOCH_DAY * 86_400
    if _DATE.fullmatch(text):
        try:
            return (datetime.date.fromisoformat(text).toordinal() - _EPOCH_DAY) * 86_400.0
        except ValueError:
            return None
    moment = read_http_date(text)
    return None if moment is None else moment.timestamp()
