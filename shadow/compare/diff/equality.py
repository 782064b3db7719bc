"""What is the same to a caller: the only definition of it, for single values and for whole lists."""

import decimal
from collections.abc import Hashable
from decimal import Decimal

from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.compare.decode.texts import Marked
from crossfade.shadow.exchange.difference import Value

_EXACT = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_PLAIN = frozenset({str, int, bool, bytes, type(None)})
"""Types of which two values are the same where Python says that they are equal."""
_FEW = 2**60  # below, two integers have two hashes


def family(value: Value) -> str:
    """The type of a value as a caller sees it: bool, int, number (with a fraction), str, bytes, object, list, null."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case float() | Decimal():
            return "number"
        case dict():
            return "object"
        case tuple():
            return "list"
        case _:
            return "str" if isinstance(value, Marked) else type(value).__name__


def same_scalar(legacy: Value, candidate: Value) -> bool:
    """Whether two values that are neither objects nor lists are the same."""
    kind = type(legacy)
    if kind in _PLAIN and type(candidate) is kind:
        return legacy == candidate
    if kind is Decimal and type(candidate) is Decimal and str(legacy) == str(candidate):
        return True
    return scalar_key(legacy) == scalar_key(candidate)


class Equality:
    """Says of values whether they are the same, and gives them class numbers: one where they are, two where not.

    Each object and list is looked at once, however deep it lies, so that a walk stays linear. The values must live as
    long as this does.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[int, int] = {}
        self._pairs: dict[tuple[int, int], bool] = {}

    def same(self, legacy: Value, candidate: Value) -> bool:
        """Whether two values are the same to a caller."""
        if legacy is candidate:
            return True
        if not isinstance(legacy, dict | tuple):
            return not isinstance(candidate, dict | tuple) and same_scalar(legacy, candidate)
        pair = (id(legacy), id(candidate))
        known = self._pairs.get(pair)
        if known is None:
            known = self._pairs[pair] = self._same_parts(legacy, candidate)
        return known

    def _same_parts(self, legacy: dict[str, Value] | tuple[Value, ...], candidate: Value) -> bool:
        if isinstance(legacy, dict):
            if not isinstance(candidate, dict) or len(legacy) != len(candidate):
                return False
            if isinstance(legacy, Element) != isinstance(candidate, Element):
                return False
            for key, item in legacy.items():  # a frame less for each level than by all()
                if key not in candidate or not self.same(item, candidate[key]):
                    return False
            return True
        return isinstance(candidate, tuple) and len(legacy) == len(candidate) and all(map(self.same, legacy, candidate))

    def number(self, value: Value) -> int:
        """The class of a value."""
        if not isinstance(value, dict | tuple):
            return self._numbers.setdefault(scalar_key(value), len(self._numbers))
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = self._numbers.setdefault(self._key(value), len(self._numbers))
        return known

    def _key(self, value: dict[str, Value] | tuple[Value, ...]) -> Hashable:
        if isinstance(value, dict):
            if isinstance(value, Element):
                return ("element", value.name, frozenset(value.attributes.items()), *map(self.number, value.children))
            return ("object", frozenset(zip(value, map(self.number, value.values()), strict=True)))
        return ("list", tuple(map(self.number, value)))


def scalar_key(value: Value) -> Hashable:
    """Numbers by their value and sign; every NaN is one. Others by type, so that True is not 1.

    Long numbers are texts here: whoever writes them can give many of them one hash, and a text's hash nobody knows.
    """
    if isinstance(value, float | Decimal):
        number = Decimal(value)
        return ("NaN",) if number.is_nan() else (Decimal, str(_EXACT.normalize(number)))
    if isinstance(value, int) and not -_FEW < value < _FEW:
        return (int, hex(value))
    if isinstance(value, Marked):
        return (str, value)
    return (type(value), value)
