"""Well-known types within their ranges: each can be shown as JSON, which checks them."""

from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.building import build_message
from crossfade.parity_tests.fuzz.messages import Messages
from crossfade.parity_tests.fuzz.trees import Fields
from crossfade.parity_tests.fuzz.wellknown import draw_well_known

FIELDS = {"Timestamp": "at", "Duration": "took", "Struct": "more", "Any": "detail", "FieldMask": "mask"}


@pytest.mark.parametrize("name", FIELDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_is_valid(name: str, shop: Contract, data: st.DataObject) -> None:
    """The JSON printer refuses what is out of range, signs that disagree, and an Any of no known type."""
    fields = draw_well_known(data.draw, f"google.protobuf.{name}", Messages(shop))
    assert fields is not None
    kind: Any = shop.message_class("shop.v1.Order")
    built = build_message(shop, "shop.v1.Order", Fields(((FIELDS[name], fields),)), lambda _: None)
    json_format.MessageToJson(kind.FromString(built), descriptor_pool=kind.DESCRIPTOR.file.pool)


def test_moments_before_the_epoch_are_drawn() -> None:
    """And none of them is out of range."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Fields:
        return draw_well_known(draw, "google.protobuf.Timestamp", None) or Fields()  # type: ignore[arg-type]

    assert find(drawn(), lambda at: isinstance(at.get("seconds"), int) and at.get("seconds") < 0)  # type: ignore[operator]


def test_other_messages_are_none() -> None:
    """Neither one of ours, nor a wrapper, which is drawn as any message is."""
    assert draw_well_known(None, "shop.v1.Timestamp", None) is None  # type: ignore[arg-type]
    assert draw_well_known(None, "google.protobuf.Int64Value", None) is None  # type: ignore[arg-type]
