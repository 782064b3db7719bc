"""Handles of gRPC calls: numbers and texts in messages, page tokens, metadata."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Request
from crossfade.shadow.exchange.outcome import Reason

PROTO = """
syntax = "proto3";
package shop.v1;
service Shop {
  rpc CreateOrder(CreateOrderRequest) returns (Order);
  rpc GetOrder(GetOrderRequest) returns (Order);
  rpc ListOrders(ListOrdersRequest) returns (Orders);
  rpc CreateUser(User) returns (User);
}
message User { int64 id = 1; string name = 2; }
message CreateOrderRequest { int64 user_id = 1; int32 quantity = 2; repeated string tags = 3; }
message Order { int64 id = 1; int64 user_id = 2; int32 quantity = 3; string key = 4; map<string, string> notes = 5; }
message GetOrderRequest { int64 order_id = 1; string key = 2; }
message ListOrdersRequest { string page_token = 1; }
message Orders { repeated Order orders = 1; string next_page_token = 2; }
"""
KEYS = ("8f3a9c21aa01", "7e2b8d10bb02", "6d1c7e0fcc03")
TYPE = (("content-type", "application/grpc"),)


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the shop."""
    path: Path = tmp_path_factory.mktemp("protos") / "shop.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,), includes=(path.parent,)))


class Calls:
    """Calls of one client."""

    def __init__(self, contract: Contract) -> None:
        self.bindings = Bindings(contract=contract, shared=False)
        self._contract = contract

    def message(self, kind: str, **values: Any) -> bytes:
        """A gRPC body of one message."""
        data: bytes = self._contract.message_class(f"shop.v1.{kind}")(**values).SerializeToString()
        return struct.pack(">BI", 0, len(data)) + data

    def request(self, method: str, body: bytes, headers: Headers = ()) -> Request:
        """A call."""
        return Request(
            id="1",
            protocol=Protocol.GRPC,
            method="POST",
            scheme="http",
            authority="shop",
            target=f"/shop.v1.Shop/{method}",
            headers=(*TYPE, *headers),
            body=body,
            truncated=False,
            trailers=(),
            started_at=0.0,
        )

    def answer(self, body: bytes = b"", code: int = 0, headers: Headers = ()) -> Answer:
        """Its answer."""
        trailers = (("grpc-status", str(code)),)
        return Answer(
            status=200, headers=(*TYPE, *headers), body=body, truncated=False, trailers=trailers, latency_ms=1.0
        )

    def resolve(self, request: Request, *answers: Answer, write: bool = False) -> tuple[Answer, ...]:
        """The answers of candidate and secondary, mapped."""
        legacy, candidate, secondary = (*answers, None)[:3]
        assert legacy is not None
        assert candidate is not None
        found = self.bindings.resolve(
            Comparison(
                request=request,
                route=request.target.lstrip("/"),
                legacy=legacy,
                candidate=candidate,
                secondary=secondary,
            ),
            write=write,
        )
        return tuple(item for item in (found.candidate, found.secondary) if isinstance(item, Answer))


@pytest.fixture
def calls(contract: Contract) -> Calls:
    """A client of the shop."""
    return Calls(contract)


@pytest.fixture
def ordered(calls: Calls) -> Callable[[], None]:
    """Makes a user, whose ids are 3, 5 and 8 on the three sides, and an order: 5, 7 and 3."""

    def order() -> None:
        user = [calls.answer(calls.message("User", id=key, name="Ann")) for key in (3, 5, 8)]
        request = calls.request("CreateUser", calls.message("User", name="Ann"))
        assert calls.resolve(request, *user, write=True) == (user[0], user[0])
        body = calls.message("CreateOrderRequest", user_id=3, quantity=5, tags=["a"])
        rendered = calls.bindings.render(calls.request("CreateOrder", body), Side.CANDIDATE).request
        assert rendered is not None
        assert rendered.body == calls.message("CreateOrderRequest", user_id=5, quantity=5, tags=["a"])
        pairs = zip((5, 7, 3), (3, 5, 8), KEYS, strict=True)
        order = [calls.answer(calls.message("Order", id=key, user_id=user, key=text)) for key, user, text in pairs]
        assert calls.resolve(calls.request("CreateOrder", body), *order, write=True) == (order[0], order[0])

    return order


def test_each_side_gets_its_own_ids(calls: Calls, ordered: Callable[[], None]) -> None:
    """Of two kinds whose numbers are the same, beside quantities that are, too."""
    ordered()
    request = calls.request("GetOrder", calls.message("GetOrderRequest", order_id=5, key=KEYS[0]))
    for side, key, text in ((Side.CANDIDATE, 7, KEYS[1]), (Side.SECONDARY, 3, KEYS[2])):
        rendered = calls.bindings.render(request, side).request
        assert rendered is not None
        assert rendered.body == calls.message("GetOrderRequest", order_id=key, key=text)
    assert {"5", KEYS[0]} <= calls.bindings.carried(request)


def test_answers_are_mapped(calls: Calls, ordered: Callable[[], None]) -> None:
    """Lists, too; an order that is another one's is none of legacy's."""
    ordered()
    request = calls.request("ListOrders", b"")

    def orders(key: int, user: int, text: str) -> Answer:
        return calls.answer(calls.message("Orders", orders=[{"id": key, "user_id": user, "key": text, "quantity": 5}]))

    legacy = orders(5, 3, KEYS[0])
    assert calls.resolve(request, legacy, orders(7, 5, KEYS[1])) == (legacy,)
    (wrong,) = calls.resolve(request, legacy, orders(5, 5, KEYS[1]))
    assert wrong == orders(900_000_000_000_000_005, 3, KEYS[0])


def test_page_tokens(calls: Calls) -> None:
    """Each side gets its own back."""
    request = calls.request("ListOrders", b"")
    legacy, candidate = (calls.answer(calls.message("Orders", next_page_token=text)) for text in ("p2", "xx"))
    assert calls.resolve(request, legacy, candidate) == (legacy,)
    following = calls.request("ListOrders", calls.message("ListOrdersRequest", page_token="p2"))
    rendered = calls.bindings.render(following, Side.CANDIDATE).request
    assert rendered is not None
    assert rendered.body == calls.message("ListOrdersRequest", page_token="xx")


def test_metadata_and_unknown_bytes(calls: Calls, ordered: Callable[[], None]) -> None:
    """Whole values of metadata are mapped; what is no message of its type stays as it is."""
    ordered()
    request = calls.request("GetOrder", b"\x00\x00\x00\x00\x02\xff\xff", headers=(("x-order-key", KEYS[0]),))
    rendered = calls.bindings.render(request, Side.CANDIDATE).request
    assert rendered is not None
    assert rendered.headers[-1] == ("x-order-key", KEYS[1])
    assert rendered.body == request.body


def test_a_call_that_failed(calls: Calls) -> None:
    """What legacy minted for it is blocked."""
    request = calls.request("CreateOrder", calls.message("CreateOrderRequest", quantity=1))
    calls.resolve(request, calls.answer(calls.message("Order", id=4, key=KEYS[0])), calls.answer(code=13), write=True)
    for body in (calls.message("GetOrderRequest", order_id=4), calls.message("GetOrderRequest", key=KEYS[0])):
        assert calls.bindings.render(calls.request("GetOrder", body), Side.CANDIDATE).refused is Reason.BLOCKED


def test_one_message_of_a_stream(calls: Calls, ordered: Callable[[], None]) -> None:
    """Messages are rendered and mapped by their type."""
    ordered()
    ours, theirs = (calls.message("Order", id=key, key=text)[5:] for key, text in zip((5, 7), KEYS[:2], strict=True))
    assert calls.bindings.map_message(theirs, "shop.v1.Order", Side.CANDIDATE) == ours
    asked = [calls.message("GetOrderRequest", order_id=key)[5:] for key in (5, 7)]
    assert calls.bindings.render_message(asked[0], "shop.v1.GetOrderRequest", Side.CANDIDATE) == asked[1]
