"""Makes one value plainer: nearer to zero, shorter, of plain letters. Pure."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from crossfade.parity_tests.shrink.subsets import Items, Reduction, T, at_most, fewest, mapped
from crossfade.shadow.exchange.difference import Scalar

_MAX_TRIES = 80
"""For the length of one text, or for one number."""
_LETTER, _DIGIT = re.compile(r"[a-z]"), re.compile(r"[1-9]")


def plainer(value: Scalar) -> Reduction[Scalar]:  # noqa: PLR0911 - one for each type
    """The plainest value of the same type that was told to do."""
    match value:
        case None:
            return value
        case bool():
            return (yield from _first(value, (False,)))
        case int():
            return (yield from at_most(_nearer(value), value, _MAX_TRIES))
        case float():
            return (yield from _first(value, _floats(value)))
        case Decimal():
            return (yield from _first(value, _decimals(value)))
        case bytes():
            return (yield from _bytes(value))
        case str():
            return (yield from _text(value))
        case _:
            assert_never(value)


def _first(value: T, plainer_ones: Iterable[T]) -> Reduction[T]:
    """The first that does, of those that come before the value itself."""
    for candidate in plainer_ones:
        if repr(candidate) == repr(value):
            break
        if (yield candidate):
            return candidate
    return value


def _nearer(value: int) -> Reduction[int]:
    """The number nearest to zero that does, where all beyond it do; of the same sign."""
    sign = -1 if value < 0 else 1
    too_near, does = -1, abs(value)
    candidate = 0
    while does - too_near > 1:
        if (yield sign * candidate):
            does = candidate
        else:
            too_near = candidate
        candidate = (too_near + does) // 2 if too_near > 0 else too_near + 1
    return sign * does


def _decimals(value: Decimal) -> Iterable[Decimal]:
    if not value.is_finite():
        return
    sign = "-" if value.is_signed() else ""
    yield from (Decimal("0.0"), Decimal(f"{sign}1.0"), Decimal(f"{sign}0.5"))
    if abs(value.adjusted()) < _MAX_TRIES:
        whole = int(value)
        yield from (Decimal(f"{whole}.{digits}") for digits in ("0", "5", "25") if whole)
        yield round(value, 2)


def _floats(value: float) -> Iterable[float]:
    if not math.isfinite(value):
        return
    sign = math.copysign(1.0, value)
    yield from (0.0, sign, sign * 0.5)
    yield from (float(int(value)), int(value) + sign * 0.5, round(value, 2))


def _bytes(value: bytes) -> Reduction[bytes]:
    def made(kept: Items) -> bytes:
        return bytes(value[index] for index in kept)

    return made((yield from mapped(_shorter(len(value)), made)))


def _text(value: str) -> Reduction[str]:
    """Shorter, then of the letter a and the digit 0 where those do."""

    def made(kept: Items) -> str:
        return "".join(value[index] for index in kept)

    text = made((yield from mapped(_shorter(len(value)), made)))
    return (yield from _first(text, (_DIGIT.sub("0", _LETTER.sub("a", text)),)))


def _shorter(count: int) -> Reduction[Items]:
    everything = tuple(range(count))
    return at_most(fewest(everything), everything, _MAX_TRIES)
