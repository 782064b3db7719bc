"""What kinds of ids are called."""

import pytest

from crossfade.parity_tests.mining.naming import names_of, singular, word_for
from crossfade.shadow.bindings.edges import read_place

A, B, C, D = (
    read_place(text)
    for text in ("POST /orders body/id", "GET /orders/* path/orders/*", "POST /q body/number", "GET /s query/after")
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("POST /orders body/id", "order"),
        ("POST /refunds body/orderId", "order"),
        ("POST /refunds body/order/id", "order"),
        ("GET /v1/build-plans/* path/v1/build-plans/*", "build_plan"),
        ("p.S/GetBuild body/id", "build"),
        ("p.S/GetBuild body/build_id", "build"),
        ("GET /search query/after", ""),
    ],
)
def test_words(text: str, word: str) -> None:
    """From the place's own name, from what is around it, or from what is asked for."""
    assert word_for(read_place(text)) == word


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("orders", "order"),
        ("entries", "entry"),
        ("boxes", "box"),
        ("houses", "house"),
        ("status", "status"),
        ("a", "a"),
    ],
)
def test_singular(word: str, one: str) -> None:
    """Of most words."""
    assert singular(word) == one


def test_names() -> None:
    """Most places decide; the name of a producer where none says it; no name is given twice."""
    other = read_place("GET /old/orders/* path/old/orders/*")
    names = names_of({A: A, C: C, other: other}, {B: A, D: C, other: other})
    assert names == {A: "order_2", C: "number", other: "order"}
