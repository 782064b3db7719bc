"""Messages of any type, drawn so that they shrink."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.building import build_message
from crossfade.parity_tests.fuzz.messages import Messages
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Node, Ref

ORDER = "shop.v1.Order"
QUIET = settings(max_examples=1000, database=None)
SLOW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _depth(node: Node) -> int:
    match node:
        case Fields(items) | Entries(items):
            return 1 + max((_depth(value) for _, value in items), default=0)
        case tuple():
            return max(map(_depth, node), default=0)
    return 0


@SLOW
@given(data=st.data())
def test_each_message_can_be_sent(shop: Contract, data: st.DataObject) -> None:
    """What is drawn fits its type: no number is out of range, no text is half a letter."""
    fields = data.draw(Messages(shop).strategy(ORDER))
    kind: Any = shop.message_class(ORDER)
    built = kind.FromString(build_message(shop, ORDER, fields, lambda _: None))
    assert len([name for name in ("card", "cash", "voucher") if fields.get(name) is not None]) <= 1
    assert built.IsInitialized()
    assert _depth(fields) <= 9  # a message in a map, and in it a struct in a struct


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    [
        ("colour", lambda value: value not in (None, 0, 1, 5)),  # enums are open
        ("quantity", lambda value: value is not None and value < 0),
        ("big", lambda value: value is not None and value > 2**63),
        ("voucher", lambda value: value is not None),
        ("parts", lambda value: value is not None),
        ("gift", lambda value: value is True),
    ],
    ids=["unknown enum", "negative", "above int64", "oneof", "recursion", "bool"],
)
def test_what_is_wanted_shrinks_to_itself(shop: Contract, name: str, is_wanted: Any) -> None:
    """Nothing else is set in the smallest message."""
    small = Messages(shop).strategy("shop.v1.Small")
    found = find(small, lambda fields: is_wanted(fields.get(name)), settings=QUIET, random=Random(1))
    assert [key for key, _ in found.items] == [name]


def test_references_stand_where_an_answer_gives_a_value(shop: Contract) -> None:
    """Of the call's entity or the message's own; all else is drawn."""
    ref = Ref("list", ("order", "id"), 0)

    def slots(entity: str, name: str) -> Any:
        return st.just(ref) if (entity, name) == ("order", "id") else None

    found = find(Messages(shop, slots).strategy("shop.v1.GetOrderRequest", "order"), lambda fields: bool(fields.items))
    assert isinstance(found.get("id"), str)  # a value is simpler than a reference
    asked = Messages(shop, slots).strategy("shop.v1.GetOrderRequest", "order")
    assert find(asked, lambda fields: fields.get("id") == ref) == Fields((("id", ref),))


def test_streamed_messages_share_their_other_fields(shop: Contract) -> None:
    """Several chunks that belong to one thing: the usual stream."""
    found = find(
        Messages(shop).stream("shop.v1.Chunk"),
        lambda sent: len(sent) > 1 and len({fields.get("order_id") for fields in sent}) == 1 and bool(sent[0].items),
    )
    assert len(found) == 2
