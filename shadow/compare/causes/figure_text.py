"""Numbers written as text (group A)."""

import re
from decimal import Decimal

from crossfade.shadow.compare.causes.figures import (
    PRECISION_RULES,
    WIDTH_RULES,
    Figure,
    read_figure,
    rounded_half_up,
)
from crossfade.shadow.compare.causes.rule import Rule, first_cause

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,39})")
_NUMBER = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?")
_PLAIN = re.compile(r"-?[0-9]{1,60}\.([0-9]{1,60})")
_JAVA_SCIENTIFIC = re.compile(r"-?[0-9]\.[0-9]{1,17}E-?[0-9]{1,3}")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?|-?[0-9]+\.[0-9]+")
_PERCENT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?%")
_HEX = re.compile(r"-0x([0-9a-f]{1,16})")
_JAVA_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{8}|[0-9a-fA-F]{16})")
# Separators of thousands and of the fraction, by locale: de, fr (both spaces in use), de_CH (both quotes in use)
_LOCALES = ((".", ","), ("\u202f", ","), ("\u00a0", ","), ("\u2019", "."), ("'", "."))
_MIN_PLACES = 2


def text_figures(ours: str, theirs: str) -> str:
    """The cause for two texts that are both integers or both fractions, or ""."""
    if _WHOLE.fullmatch(ours) and _WHOLE.fullmatch(theirs):
        return first_cause(WIDTH_RULES, Figure(Decimal(ours), whole=True), Figure(Decimal(theirs), whole=True))
    one, two = _number(ours), _number(theirs)
    return "" if one is None or two is None else first_cause(PRECISION_RULES, one, two)


def _number(text: str) -> Figure | None:
    return read_figure(Decimal(text)) if _NUMBER.fullmatch(text) else None


def _same_number(ours: str, theirs: str) -> bool:
    one, two = _number(ours), _number(theirs)
    return one is not None and two is not None and one.value == two.value


def _not_finite(ours: str, theirs: str) -> bool:
    """Python's spelling on one side, Java's on the other."""
    return ours in {"nan", "inf", "-inf"} and theirs == {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[ours]


def _sign_of_zero(ours: str, theirs: str) -> bool:
    return (
        ours != theirs and _same_number(ours, theirs) and Decimal(ours) == 0 and ours.lstrip("-") == theirs.lstrip("-")
    )


def _padded_g(ours: str, theirs: str) -> bool:
    """What ``%g`` gives for the same number in Python, and in Java with its zeros kept."""
    number = _number(ours)
    if number is None or "." not in theirs:
        return False
    double = float(number.value)
    return ours == f"{double:g}" != theirs == f"{double:#g}"


def _java_scientific(ours: str, theirs: str) -> bool:
    return bool(_JAVA_SCIENTIFIC.fullmatch(theirs)) and "E" not in ours and _same_number(ours, theirs)


def _other_scale(ours: str, theirs: str) -> bool:
    """The same decimal, of which the candidate dropped zeros or the exponent. ``5.0`` to ``5`` may be an int."""
    if not _same_number(ours, theirs):
        return False
    number = Decimal(ours)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -_MIN_PLACES < exponent <= 0 or str(number) != ours:
        return False
    stripped = number.normalize()
    return theirs in {f"{number:f}", f"{stripped:f}", str(stripped)}


def _other_locale(ours: str, theirs: str) -> bool:
    """Legacy with the separators or the digits of another locale."""
    if ours == theirs or not _GROUPED.fullmatch(ours):
        return False
    if any(theirs == _relocated(ours, *marks) for marks in _LOCALES):
        return True
    return not theirs.isascii() and _ascii_digits(theirs) == ours


def _relocated(text: str, thousands: str, fraction: str) -> str:
    return text.translate({ord(","): thousands, ord("."): fraction})


def _ascii_digits(text: str) -> str:
    marks = {"\u066b": ".", "\u066c": ","}  # of Arabic
    return "".join(str(int(char)) if char.isdecimal() else marks.get(char, char) for char in text)


def _twos_complement(ours: str, theirs: str) -> bool:
    match, java = _HEX.fullmatch(ours), _JAVA_HEX.fullmatch(theirs)
    if not match or not java:
        return False
    return int(java[1], 16) == -int(match[1], 16) % (1 << (4 * len(java[1])))


def _rounded_text(ours: str, theirs: str) -> bool:
    one, two = _PLAIN.fullmatch(ours), _PLAIN.fullmatch(theirs)
    if not one or not two or len(one[1]) != len(two[1]):
        return False
    return rounded_half_up(Decimal(ours), Decimal(theirs), len(one[1]))


def _whole_percent(ours: str, theirs: str) -> bool:
    """The candidate is legacy's percentage without its decimals."""
    if not (_PERCENT.fullmatch(ours) and _PERCENT.fullmatch(theirs)) or "." not in ours or "." in theirs:
        return False
    return round(Decimal(ours[:-1])) == Decimal(theirs[:-1])


FIGURE_TEXT_RULES: tuple[Rule[str, str], ...] = (
    Rule(cause="A4", fits=_not_finite),
    Rule(cause="A5", fits=_sign_of_zero),
    Rule(cause="A6", fits=_padded_g),
    Rule(cause="A1", fits=_java_scientific),
    Rule(cause="A7", fits=_other_scale),
    Rule(cause="A9", fits=_twos_complement),
    Rule(cause="A11", fits=_whole_percent),
    Rule(cause="A8", fits=_other_locale),
    Rule(cause="A10", fits=_rounded_text),
)
