"""Messages of trees."""

from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.building import build_message
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Leaf, Ref

ORDER = "shop.v1.Order"
REF = Ref("list", ("order", "id"), 0)


def _built(shop: Contract, fields: Fields, value: Leaf = None) -> Any:
    kind: Any = shop.message_class(ORDER)
    return kind.FromString(build_message(shop, ORDER, fields, lambda _: value))


def test_every_kind_of_field(shop: Contract) -> None:
    """Scalars, lists, maps, messages, an enum that nobody declared."""
    part = Fields((("id", "p"),))
    order = _built(
        shop,
        Fields(
            (
                ("quantity", 0),
                ("labels", ("a", "b")),
                ("counts", Entries((("x", -1),))),
                ("by_number", Entries(((7, part),))),
                ("parts", (part, part)),
                ("colour", 91),
                ("at", Fields()),
            )
        ),
    )
    assert order.HasField("quantity")
    assert order.HasField("at")
    assert list(order.labels) == ["a", "b"]
    assert dict(order.counts) == {"x": -1}
    assert order.by_number[7].id == "p"
    assert [item.id for item in order.parts] == ["p", "p"]
    assert order.colour == 91


def test_an_any_is_packed(shop: Contract) -> None:
    """Its tree names the type and has the message's fields."""
    packed = Fields((("type_url", f"type.googleapis.com/{ORDER}"), ("packed", Fields((("id", "p"),)))))
    order = _built(shop, Fields((("detail", packed),)))
    kind: Any = shop.message_class(ORDER)
    assert kind.FromString(order.detail.value).id == "p"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("id", 17, "17"),
        ("quantity", "17", 17),
        ("quantity", "seventeen", 0),
        ("quantity", 2**40, 0),
        ("raw", "ab", b"ab"),
        ("id", None, ""),
    ],
    ids=["number as text", "text as number", "no number", "out of range", "bytes", "nothing"],
)
def test_a_reference_becomes_what_the_field_holds(shop: Contract, name: str, value: Leaf, expected: object) -> None:
    """What does not fit leaves it unset."""
    assert getattr(_built(shop, Fields(((name, REF),)), value), name) == expected
