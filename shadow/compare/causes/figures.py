"""Numbers: overflow, rounding, division, precision (groups A, B and H of the catalogue)."""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from crossfade.shadow.compare.causes.rule import Rule

_MAX_EXPONENT = 330  # beyond that a double is 0 or infinite
_MAX_DIGITS = 400
_LIMITS = frozenset({2**31 - 1, -(2**31), 2**63 - 1, -(2**63)})
_EXACT_INT = 2**53
_PYTHON_CONTEXT = Context(prec=28, rounding=ROUND_HALF_EVEN)
_PYTHON_DIGITS, _DECIMAL128_DIGITS = 28, 34
_WIDENED_DIGITS, _FLOAT_DIGITS = 10, 9
_DOUBLE_DIGITS = 17
_MANY_DIGITS = 15
_MANY_WHOLES = 100
_FLOAT_MAX = 3.4e38
_ULPS = 8
_ROUNDED_PLACES = range(2, 7)  # with one place neighbours are too common, beyond six nobody rounds
_CLOCK_S = range(10**9, 25 * 10**8)  # 2001 to 2049
_SECOND_UNITS = (10**3, 10**6, 10**9)
_DAY_S, _MINUTE_S = 86_400, 60


@dataclass(frozen=True, slots=True)
class Figure:
    """A finite number, and whether it was written as an integer."""

    value: Decimal
    whole: bool

    @property
    def number(self) -> int:
        """The integer; only for whole figures."""
        return int(self.value)


Rules = tuple[Rule[Figure, Figure], ...]


def read_figure(value: float | Decimal) -> Figure | None:
    """A number as a figure; None for a bool, NaN, infinity and what is far beyond a double."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if value.bit_length() > _MAX_EXPONENT * 3 else Figure(Decimal(value), whole=True)
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT or len(number.as_tuple().digits) > _MAX_DIGITS:
        return None
    return Figure(number, whole=False)


def _wholes(fits: Callable[[int, int], bool]) -> Callable[[Figure, Figure], bool]:
    """A rule for two integers."""
    return lambda ours, theirs: ours.whole and theirs.whole and fits(ours.number, theirs.number)


def _wrap(number: int, bits: int) -> int:
    """The low bits as a signed number, as a cast in Java keeps them."""
    half = 1 << (bits - 1)
    return ((number + half) & ((1 << bits) - 1)) - half


def _saturated(ours: Figure, theirs: Figure) -> bool:
    """The candidate stands at an end of int or long, legacy lies beyond it."""
    if theirs.value not in _LIMITS:
        return False
    return ours.value > theirs.value if theirs.value > 0 else ours.value < theirs.value


def _unsigned_64(ours: int, theirs: int) -> bool:
    """2^63 itself is left to overflow: a sum reaches it more often than an id."""
    return 2**63 < ours < 2**64 and theirs == ours - 2**64


def _overflowed(bits: int) -> Callable[[int, int], bool]:
    """The candidate is legacy wrapped; 0 is left out, because it is also a default."""
    return lambda ours, theirs: ours != theirs != 0 and _wrap(ours, bits) == theirs


def _shifted(ours: int, theirs: int) -> bool:
    """A power of two, 32 or a multiple of it too small."""
    if theirs <= 0 or ours <= theirs or ours % theirs:
        return False
    factor = ours // theirs
    shift = factor.bit_length() - 1
    return factor == 1 << shift and shift % 32 == 0


def _through_double(ours: Figure, theirs: Figure) -> bool:
    """The candidate is the double next to legacy's integer, exactly or as its shortest text has it."""
    if not ours.whole or abs(ours.number) <= _EXACT_INT or ours.value == theirs.value:
        return False
    double = float(ours.number)
    return theirs.value in {Decimal(double), Decimal(repr(double))}


def _signed_byte(ours: int, theirs: int) -> bool:
    return ours in range(128, 256) and theirs == ours - 256


def _whole_days_more(ours: int, theirs: int) -> bool:
    """timedelta.seconds is the rest below a day; whole minutes are left out: people set such limits."""
    return 0 < ours < _DAY_S <= theirs and ours % _MINUTE_S != 0 and (theirs - ours) % _DAY_S == 0


def _other_unit(seconds: Figure, small: Figure) -> bool:
    """Legacy is a clock in seconds, the candidate the same instant in a smaller unit, cut to whole ones."""
    if int(seconds.value) not in _CLOCK_S:
        return False
    if seconds.whole:
        return any(int(small.value) // unit == seconds.number for unit in _SECOND_UNITS)
    return any(abs(seconds.value * unit - small.value) < 1 for unit in _SECOND_UNITS)


def _floor_division(ours: int, theirs: int) -> bool:
    """Rounded towards zero, not down. -1 is left out: it is a mark for "none" more often than a quotient."""
    return ours < -1 and theirs == ours + 1


def _negative_zero(ours: Figure, theirs: Figure) -> bool:
    return ours.value == 0 == theirs.value and ours.value.is_signed() != theirs.value.is_signed()


def _became_double(ours: Figure, theirs: Figure) -> bool:
    return ours.whole and not theirs.whole and ours.value == theirs.value


def _fraction_dropped(ours: Figure, theirs: Figure) -> bool:
    """The candidate is legacy's whole part, as an integer, or as a fraction that is that by chance in under 1 %.

    A 0 that is no integer is left out, because it is also a default.
    """
    if ours.whole or ours.value == (whole := int(ours.value)) or theirs.value != whole:
        return False
    return theirs.whole or (whole != 0 and (_places(ours.value) > 1 or abs(whole) >= _MANY_WHOLES))


def _digits(number: Decimal) -> int:
    return len(number.normalize(Context(prec=_MAX_DIGITS)).as_tuple().digits)


def _widened(ours: Figure, theirs: Figure) -> bool:
    """Both are one float of 32 bits: one with the digits of its double, the other with its own short ones."""
    one, two = float(ours.value), float(theirs.value)
    if one == two or not max(abs(one), abs(two)) < _FLOAT_MAX or ours.whole or theirs.whole:
        return False
    wide, short = (ours, theirs) if _digits(ours.value) > _digits(theirs.value) else (theirs, ours)
    if _digits(wide.value) < _WIDENED_DIGITS or _digits(short.value) > _FLOAT_DIGITS:
        return False
    narrow = _narrow(float(short.value))
    return narrow != 0 and narrow == float(wide.value) != float(short.value)


def _narrow(double: float) -> float:
    (narrow,) = struct.unpack("f", struct.pack("f", double))
    return float(narrow)


def _is_double_text(number: Decimal) -> bool:
    return Decimal(repr(float(number))) == number


def _other_digits(ours: Figure, theirs: Figure) -> bool:
    """The same double: legacy with its shortest digits, the candidate with others."""
    if ours.whole or theirs.whole or ours.value == theirs.value or float(ours.value) != float(theirs.value):
        return False
    return _is_double_text(ours.value) and _digits(theirs.value) <= _DOUBLE_DIGITS


def _last_bits(ours: Figure, theirs: Figure) -> bool:
    """Two doubles at most 8 units in the last place apart, and one shows it by its many digits."""
    one, two = float(ours.value), float(theirs.value)
    if one == two or not (math.isfinite(one) and math.isfinite(two)) or ours.whole or theirs.whole:
        return False
    if abs(one - two) > _ULPS * math.ulp(max(abs(one), abs(two))):
        return False
    many = max(_digits(ours.value), _digits(theirs.value)) >= _MANY_DIGITS
    return many and _is_double_text(ours.value) and _is_double_text(theirs.value)


def _context_rounded(ours: Figure, theirs: Figure, *, digits: Callable[[int], bool]) -> bool:
    """Legacy is the candidate, rounded to the 28 digits of Python's decimal context."""
    found = len(theirs.value.as_tuple().digits)
    if len(ours.value.as_tuple().digits) != _PYTHON_DIGITS or found <= _PYTHON_DIGITS or not digits(found):
        return False
    return _PYTHON_CONTEXT.plus(theirs.value) == ours.value


def rounded_half_up(ours: Decimal, theirs: Decimal, places: int) -> bool:
    """The candidate is legacy's neighbour in the last of 2 to 6 places, on the side where half up goes.

    From 0 it is no sign of rounding, because 0 is also a default.
    """
    if places not in _ROUNDED_PLACES or ours == 0 or max(_digits(ours), _digits(theirs)) > _MANY_DIGITS:
        return False
    step = (theirs - ours) * (Decimal(10) ** places)
    return step == 1 or (ours < 0 and step == -1)


def _rounded(ours: Figure, theirs: Figure) -> bool:
    if ours.whole or theirs.whole:
        return False
    return rounded_half_up(ours.value, theirs.value, max(_places(ours.value), _places(theirs.value)))


def _places(number: Decimal) -> int:
    exponent = number.normalize(Context(prec=_MAX_DIGITS)).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


WIDTH_RULES: Rules = (
    Rule(cause="B3", fits=_saturated),
    Rule(cause="B5", fits=_wholes(_unsigned_64)),
    Rule(cause="B1", fits=_wholes(_overflowed(32))),
    Rule(cause="B2", fits=_wholes(_overflowed(64))),
    Rule(cause="B4", fits=_through_double),
)
"""Also for integers written as text."""

PRECISION_RULES: Rules = (
    Rule(cause="B13", fits=lambda ours, theirs: _context_rounded(ours, theirs, digits=_DECIMAL128_DIGITS.__eq__)),
    Rule(cause="B14", fits=lambda ours, theirs: _context_rounded(ours, theirs, digits=_DECIMAL128_DIGITS.__ne__)),
    Rule(cause="A3", fits=_widened),
    Rule(cause="A2", fits=_other_digits),
    Rule(cause="B16", fits=_last_bits),
)
"""Also for fractions written as text."""

FIGURE_RULES: Rules = (
    Rule(cause="A5", fits=_negative_zero),
    Rule(cause="G4", fits=_became_double),
    *WIDTH_RULES,
    Rule(cause="H23", fits=_other_unit),
    Rule(cause="B18", fits=_wholes(_shifted)),
    Rule(cause="B19", fits=_wholes(_signed_byte)),
    Rule(cause="H12", fits=_wholes(_whole_days_more)),
    Rule(cause="B6", fits=_wholes(_floor_division)),
    *PRECISION_RULES,
    Rule(cause="B8", fits=_fraction_dropped),
    Rule(cause="B11", fits=_rounded),
)
