"""Lists of each kind: how an element is drawn, and how a leaf of it is changed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carriers import ENTRIES, JSON, XML, Carrier, proto

WORDS = ("amber", "birch", "cedar", "delta", "ember", "frost", "grove", "haven", "iris", "jade", "kite", "lotus")
STATES = ("open", "closed", "held")
Draw = Callable[[random.Random], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind:
    """``has_key``: an element that stands in another's place is known to be another one.

    ``has_order``: an element can be moved.
    """

    name: str
    draw: Draw
    carrier: Carrier = JSON
    has_key: bool = False
    has_order: bool = True


def changed_leaf(value: Any, rng: random.Random) -> Any:  # noqa: ANN401 - what JSON holds
    """The value with one leaf changed, wherever it lies; a scalar becomes another one of its kind."""
    match value:
        case dict():
            name = rng.choice(list(value))
            return {**value, name: changed_leaf(value[name], rng)}
        case list() | tuple() if value:
            at = len(value) - 1 if isinstance(value, tuple) else rng.randrange(len(value))  # the key of an entry stays
            return type(value)((*value[:at], changed_leaf(value[at], rng), *value[at + 1 :]))
        case bool():
            return not value
        case int() | float():
            return value + rng.choice((-1, 1)) * rng.randrange(1, 9)
        case _:
            return f"{value} {rng.choice(WORDS)}"


def _text(rng: random.Random) -> str:
    return f"{rng.choice(WORDS)} {rng.choice(WORDS)} {rng.randrange(10**6)}"


def _id(rng: random.Random) -> int:
    return rng.randrange(10**9)


def _fields(rng: random.Random) -> dict[str, Any]:
    return {"title": _text(rng), "price": rng.randrange(10**5) / 100, "state": rng.choice(STATES), "on": _bool(rng)}


def _bool(rng: random.Random) -> bool:
    return rng.choice((True, False))


def _keyless(rng: random.Random) -> dict[str, Any]:
    return {"a": rng.randrange(5), "b": _bool(rng), "c": rng.randrange(9)}


def _id_inside(rng: random.Random) -> dict[str, Any]:
    return {"count": rng.randrange(9), "item": {"id": _id(rng), "title": _text(rng)}, "state": rng.choice(STATES)}


def _row(rng: random.Random) -> dict[str, Any]:
    return {"title": _text(rng), "price": rng.randrange(10**5)}


def _message(rng: random.Random) -> dict[str, Any]:
    return {"sku": _text(rng), "size": 1 + rng.randrange(9), "note": rng.choice(STATES), "tags": rng.sample(WORDS, 2)}


KINDS = (
    ListKind(name="small ints", draw=lambda rng: rng.randrange(3)),
    ListKind(name="bools", draw=_bool),
    ListKind(name="floats", draw=lambda rng: rng.choice((0.5, 1.0, 2.25, rng.random()))),
    ListKind(name="strings, repeated", draw=lambda rng: rng.choice(WORDS[:4])),
    ListKind(name="strings, each once", draw=_text),
    ListKind(name="objects with an id", draw=lambda rng: {"id": _id(rng), **_fields(rng)}, has_key=True),
    ListKind(name="objects with an id inside", draw=_id_inside, has_key=True),
    ListKind(
        name="objects, a rank before the id",
        draw=lambda rng: {"rank": rng.randrange(10**6), "id": _id(rng), **_fields(rng)},
        has_key=True,
    ),
    ListKind(name="objects without a key", draw=_keyless),
    ListKind(name="lists", draw=lambda rng: [rng.randrange(5) for _ in range(rng.randrange(1, 4))]),
    ListKind(
        name="XML, an id as attribute", draw=lambda rng: {"@id": _id(rng), **_row(rng)}, carrier=XML, has_key=True
    ),
    ListKind(name="XML, an id as child", draw=lambda rng: {**_row(rng), "id": _id(rng)}, carrier=XML, has_key=True),
    ListKind(name="XML, without a key", draw=_row, carrier=XML),
    ListKind(name="proto messages", draw=_message, carrier=proto("rows"), has_key=True),
    ListKind(name="proto scalars", draw=lambda rng: rng.randrange(4), carrier=proto("numbers")),
    ListKind(
        name="proto map entries",
        draw=lambda rng: (_text(rng), rng.randrange(9)),
        carrier=ENTRIES,
        has_key=True,
        has_order=False,
    ),
)
