"""Makes one leaf of a decoded value another one, or leaves one field out."""

import copy
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice

from crossfade.shadow.compare.decode.markup import CHILDREN, NAME, Element
from crossfade.shadow.compare.decode.texts import Marked
from crossfade.shadow.exchange.difference import Scalar, Value

_MAX_PLACES = 5000
"""Of a larger value only so many leaves, and fields, are looked at."""

Steps = tuple[str | int, ...]
"""The keys and indexes that lead to a place."""


def with_other_leaf(value: Value, number: int) -> Value | None:
    """A copy in which one leaf differs, chosen by any number; None where there is no leaf."""
    found = [steps for steps, item in islice(_walk(value), _MAX_PLACES) if not isinstance(item, dict | tuple)]
    return None if not found else _changed(value, found[number % len(found)], _other)


def without_a_field(value: Value, number: int) -> Value | None:
    """A copy in which one member, field or attribute is missing, chosen by any number; None where there is none."""
    found = [steps for steps, _ in islice(_walk(value), _MAX_PLACES) if steps and _is_field(steps[-1])]
    if not found:
        return None
    *outer, last = found[number % len(found)]

    def left_out(item: Value) -> Value:
        copied = copy.copy(item)
        if isinstance(copied, dict):
            del copied[str(last)]
        return copied

    return _changed(value, tuple(outer), left_out)


def _is_field(step: str | int) -> bool:
    return isinstance(step, str) and step != CHILDREN


def _walk(value: Value) -> Iterator[tuple[Steps, Value]]:
    """All places in the order of the value, itself first; an element's name is none."""
    waiting: list[tuple[Steps, Value]] = [((), value)]
    while waiting:
        steps, item = waiting.pop()
        yield steps, item
        inner: list[tuple[Steps, Value]] = []
        if isinstance(item, dict):
            is_element = isinstance(item, Element)
            inner = [((*steps, key), part) for key, part in item.items() if not (is_element and key == NAME)]
        elif isinstance(item, tuple):
            inner = [((*steps, index), part) for index, part in enumerate(item)]
        waiting += reversed(inner)


def _changed(value: Value, steps: Steps, change: Callable[[Value], Value]) -> Value:
    """A copy with one place changed; what is not on the way to it is shared."""
    if not steps:
        return change(value)
    first, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        copied = copy.copy(value)
        copied[str(first)] = _changed(value[str(first)], rest, change)
        return copied
    if isinstance(value, tuple):
        items = (_changed(item, rest, change) if index == first else item for index, item in enumerate(value))
        return type(value)(items)
    return value


def _other(value: Value) -> Scalar:  # noqa: PLR0911 - one for each type
    """Another scalar of the same type; of a text or bytes as long, with another beginning."""
    match value:
        case bool():
            return not value
        case str():
            other = _other_text(value)
            return type(value)(other) if isinstance(value, Marked) else other
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
        case int():
            return value + 1
        case float():
            return 8.5 if value == 7.5 else 7.5  # noqa: PLR2004 - any number
        case Decimal():
            return Decimal("8.5") if value.is_finite() and value == Decimal("7.5") else Decimal("7.5")
        case _:
            return "x"


def _other_text(text: str) -> str:
    if not text:
        return "x"
    first = text[0]
    if first.isdigit():
        return ("2" if first == "1" else "1") + text[1:]
    return ("b" if first in "aA" else "a") + text[1:]
