"""Makes one place of a decoded value another one: a leaf, a field more or less, the order of a list."""

import copy
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice

from crossfade.shadow.compare.decode.markup import CHILDREN, NAME, Element
from crossfade.shadow.compare.decode.texts import Marked
from crossfade.shadow.exchange.difference import Scalar, Value

_MAX_PLACES = 5000
"""Of a larger value only so many leaves, and fields, are looked at."""

_ADDED = "crossfade-added"
Steps = tuple[str | int, ...]
"""The keys and indexes that lead to a place."""


def with_other_leaf(value: Value, number: int) -> Value | None:
    """A copy in which one leaf differs, chosen by any number; None where there is no leaf."""
    found = leaves(value)
    return with_other_leaf_at(value, found[number % len(found)]) if found else None


def without_a_field(value: Value, number: int) -> Value | None:
    """A copy in which one member, field or attribute is missing, chosen by any number; None where there is none."""
    found = fields(value)
    return without_field_at(value, found[number % len(found)]) if found else None


def leaves(value: Value) -> list[Steps]:
    """Where its leaves are."""
    return [steps for steps, item in _first_places(value) if not isinstance(item, dict | tuple)]


def fields(value: Value) -> list[Steps]:
    """Where its members, fields and attributes are."""
    return [steps for steps, _ in _first_places(value) if steps and _is_field(steps[-1])]


def objects(value: Value) -> list[Steps]:
    """Where objects, messages and elements are."""
    return [steps for steps, item in _first_places(value) if isinstance(item, dict)]


def lists(value: Value) -> list[Steps]:
    """Where lists are that hold something besides copies of one element."""
    return [steps for steps, item in _first_places(value) if isinstance(item, tuple) and _unequal(item) is not None]


def with_other_leaf_at(value: Value, leaf: Steps) -> Value:
    """A copy in which this leaf differs."""
    return _changed(value, leaf, _other)


def without_field_at(value: Value, field: Steps) -> Value:
    """A copy in which this field is missing."""
    *outer, last = field

    def left_out(item: Value) -> Value:
        copied = copy.copy(item)
        if isinstance(copied, dict):
            del copied[str(last)]
        return copied

    return _changed(value, tuple(outer), left_out)


def with_field_in(value: Value, place: Steps) -> Value:
    """A copy in which this object has a field more."""

    def added(item: Value) -> Value:
        copied = copy.copy(item)
        if isinstance(copied, dict):
            copied[_ADDED] = "x"
        return copied

    return _changed(value, place, added)


def with_swap_in(value: Value, place: Steps) -> Value:
    """A copy in which two elements of this list, that are not the same, have changed places."""

    def swapped(item: Value) -> Value:
        at = _unequal(item) if isinstance(item, tuple) else None
        if not isinstance(item, tuple) or at is None:
            return item
        return type(item)((item[at], *item[1:at], item[0], *item[at + 1 :]))

    return _changed(value, place, swapped)


def _unequal(items: tuple[Value, ...]) -> int | None:
    """The first element that is not the same as the very first one."""
    return next((at for at, item in enumerate(items) if _differ(item, items[0])), None)


def _differ(one: Value, other: Value) -> bool:
    try:
        return one != other
    except InvalidOperation:  # a signalling NaN equals nothing
        return True


def _first_places(value: Value) -> Iterator[tuple[Steps, Value]]:
    return islice(_walk(value), _MAX_PLACES)


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
