"""The fields of protos."""

from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.features.messages import message_classes
from crossfade.shadow.compare.decode import UndecodableError


@pytest.fixture
def classes(contract: Contract) -> Any:
    """The classes of an order's fields, by field."""

    def read(**fields: Any) -> dict[str, set[str]]:
        kind: Any = contract.message_class("t.Order")
        data = fields.pop("data", None)
        data = kind(**fields).SerializeToString() if data is None else data
        found: dict[str, set[str]] = {}
        for path, name in message_classes(data, "t.Order", contract, "message"):
            found.setdefault(path, set()).add(name)
        return found

    return read


def test_nothing_is_set(classes: Any) -> None:
    """What has no presence has its default, what has one is absent."""
    found = classes()
    assert found["message.note"] == {"default"}
    assert found["message.count"] == {"absent"}
    assert found["message.color"] == {"=NONE"}
    assert found["message.items"] == {"len 0"}
    assert found["message.stock"] == {"len 0"}
    assert found["message.(pay)"] == {"=none"}
    assert found["message.at"] == {"absent"}
    assert "message.card" not in found
    assert "message.(_count)" not in found


def test_values(classes: Any) -> None:
    """Presence, enums known and not, lists, maps, oneofs."""
    found = classes(count=0, color=9, items=[{"size": -3}], stock={"17": 2**31 - 1}, voucher={"name": "é"}, at={})
    assert found["message.count"] == {"0"}
    assert found["message.color"] == {"unknown enum"}
    assert found["message.items"] == {"len 1"}
    assert found["message.items[*].size"] == {"set", "neg"}
    assert found["message.stock[*]"] == {"set", "boundary"}
    assert found["message.(pay)"] == {"=voucher"}
    assert found["message.voucher.name"] == {"set", "non-ASCII"}
    assert found["message.at"] == {"set"}
    assert found["message.at.seconds"] == {"default"}


def test_negative_zero_is_no_default(classes: Any) -> None:
    """It is on the wire."""
    assert classes(price=-0.0)["message.price"] == {"-0"}


def test_packed_message(classes: Any, contract: Contract) -> None:
    """An Any has the fields of what is packed in it."""
    item: Any = contract.message_class("t.Item")
    more = AnyMessage(type_url="x/t.Item", value=item(size=1).SerializeToString())
    found = classes(data=b"\x4a" + bytes([more.ByteSize()]) + more.SerializeToString())
    assert found["message.more.@type"] == {"=x/t.Item"}
    assert found["message.more.size"] == {"set", "boundary"}


def test_unknown_field(classes: Any) -> None:
    """It is one, whatever it holds."""
    assert classes(data=b"\xb8\x06\x01")["message.#103"] == {"unknown field"}


def test_deep_message(classes: Any) -> None:
    """Recursion goes as far as protobuf reads it."""
    data = b""
    for _ in range(30):
        data = b"\x52" + bytes([len(data)]) + data
    assert "message" + ".parent" * 30 + ".note" in classes(data=data)


def test_no_message(contract: Contract) -> None:
    """Bytes that are none are refused."""
    with pytest.raises(UndecodableError):
        list(message_classes(b"\xff", "t.Order", contract, "message"))
