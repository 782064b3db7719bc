"""What an answer gives to later calls."""

import json
import struct
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.answers import given_by
from crossfade.parity_tests.fuzz.operations import Operation, call_operations, http_operation
from crossfade.shadow.exchange import Answer


def _answer(body: bytes, headers: Any, *, status: int = 200, trailers: Any = ()) -> Answer:
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=1.0)


def _json(value: Any, status: int = 200) -> Answer:
    return _answer(json.dumps(value).encode(), (("Content-Type", "application/json"),), status=status)


def test_values_of_json() -> None:
    """By their names and the entity around them; neither fractions, nothing, nor a word that is empty."""
    value = {"notes": [{"id": 1, "owner": "a", "share": 0.5}, {"id": 2, "owner": "a", "text": ""}], "next": None}
    given = given_by(http_operation("GET /notes", "web"), _json(value), None)
    assert given == {("not", "id"): (1, 2), ("", "owner"): ("a",)}


def test_an_error_gives_nothing() -> None:
    """Its id is that of what is not there."""
    assert given_by(http_operation("GET /notes/{id}", "web"), _json({"id": 1}, 404), None) == {}


@pytest.mark.parametrize("code", ["0", "5"])
def test_values_of_messages(shop: Contract, code: str) -> None:
    """Those of a call that went well."""
    operation = _of(shop, "shop.v1.Shop/ListOrders")
    order: Any = shop.message_class("shop.v1.ListOrdersResponse")
    message = order(
        orders=[{"id": "o1", "customer": "c", "colour": 1, "price": 2.0}], next_page_token="t"
    ).SerializeToString()
    body = struct.pack(">BI", 0, len(message)) + message
    answer = _answer(body, (("content-type", "application/grpc"),), trailers=(("grpc-status", code),))
    expected = {("order", "id"): ("o1",), ("", "customer"): ("c",), ("", "page_token"): ("t",)}
    assert given_by(operation, answer, shop) == (expected if code == "0" else {})


def test_what_cannot_be_read_gives_nothing(shop: Contract) -> None:
    """Bytes that are no message."""
    answer = _answer(b"\0\0\0\0\1\xff", (), trailers=(("grpc-status", "0"),))
    assert given_by(_of(shop, "shop.v1.Shop/GetOrder"), answer, shop) == {}


def _of(shop: Contract, name: str) -> Operation:
    return next(item for item in call_operations(shop, "grpc") if item.route.route == name)
