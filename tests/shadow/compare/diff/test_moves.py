"""What moved, as a person knows it."""

from typing import Any

import pytest

from crossfade.shadow.compare.diff.keys import Key
from crossfade.shadow.compare.diff.moves import MOST_TOLD, moves_of
from crossfade.shadow.exchange.difference import Move


@pytest.mark.parametrize(
    ("items", "configured", "what"),
    [
        (("a", "b"), None, "a"),
        (({"id": 7, "n": 1}, {"id": 8, "n": 1}), None, {"id": 7}),
        (({"item": {"id": 7}, "n": 1}, {"item": {"id": 8}, "n": 1}), None, {"item": {"id": 7}}),
        (({"n": 1}, {"n": 2}), None, {"n": 1}),
        (({"n": 1, "m": 3, "id": 4}, {"n": 2, "m": 3, "id": 5}), Key((("n",), ("m",))), {"n": 1, "m": 3}),
        (({"a": {"b": 1, "c": 2}}, {"a": {"b": 2, "c": 2}}), Key((("a", "b"), ("a", "c"))), {"a": {"b": 1, "c": 2}}),
        (({"n": 1}, {"n": 2}), Key((("id",),)), {"n": 1}),
    ],
)
def test_by_its_key_where_it_has_one(items: Any, configured: Key | None, what: Any) -> None:
    """The configured one, or the one that the elements show; else the element itself."""
    moves = moves_of(items, items[::-1], [(0, 1)], configured)
    assert moves.first == (Move(what, 0, 1),)


def test_the_first_few() -> None:
    """And how many there are in all."""
    items = tuple(f"n{number}" for number in range(20))
    moves = moves_of(items, items[::-1], [(index, 19 - index) for index in range(19)], None)
    assert len(moves.first) == MOST_TOLD
    assert moves.count == 19
