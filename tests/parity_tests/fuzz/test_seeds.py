"""Recorded requests to start from."""

import struct
from typing import Any

from hypothesis import find
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.fuzz.messages import no_slots
from crossfade.parity_tests.fuzz.operations import Operation, call_operations, http_operation
from crossfade.parity_tests.fuzz.seeds import Seeds, fields_of, json_tree, seeds_of
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Ref
from crossfade.shadow.exchange import Failure, FailureReason, Headers, Protocol, Request

NOBODY = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)


def _session(operation: Operation, target: str, headers: Headers, body: bytes) -> Session:
    request = Request(
        id="1", protocol=Protocol(operation.route.protocol), method=operation.verb, scheme="http", authority="", target=target,
        headers=headers, body=body, truncated=False, trailers=(), started_at=0.0,
    )  # fmt: skip
    return Session(id="s", calls=(Call(route=operation.route, request=request, reply=NOBODY, write=True),))


def _seed(operation: Operation, *call: Any, contract: Contract | None = None) -> Seeds:
    return seeds_of([_session(operation, *call)], [operation], contract)[operation.key]


def test_a_form() -> None:
    """Path, query and fields of the form, and the values seen under each name."""
    operation = http_operation("POST /notes/{id}", "web")
    seeds = _seed(
        operation, "/notes/n%201?dry=", (("Content-Type", "application/x-www-form-urlencoded"),), b"title=a+b"
    )
    fields = Fields(
        (("path", Fields((("id", "n 1"),))), ("query", Fields((("dry", ""),))), ("form", Fields((("title", "a b"),))))
    )
    assert list(seeds.inputs) == [(fields,)]
    assert find(seeds.known().body["title"], lambda _: True) == "a b"
    assert list(seeds.known().query) == ["dry"]


def test_json_and_what_cannot_be_read() -> None:
    """A body that is no JSON is left out."""
    operation = http_operation("PUT /notes", "web")
    kind = (("Content-Type", "application/json"),)
    assert list(_seed(operation, "/notes", kind, b'{"a": [1, {"b": null}]}').inputs) == [
        (Fields((("json", json_tree({"a": [1, {"b": None}]})),)),)
    ]
    assert seeds_of([_session(operation, "/notes", kind, b"{")], [operation], None) == {}


def test_messages(shop: Contract) -> None:
    """Each message of a stream, as its tree."""
    operation = next(item for item in call_operations(shop, "grpc") if item.is_streamed)
    kind: Any = shop.message_class("shop.v1.Chunk")
    data = kind(order_id="o1", data=b"x").SerializeToString()
    body = (struct.pack(">BI", 0, len(data)) + data) * 2
    seeds = _seed(operation, "/shop.v1.Shop/Upload", (("content-type", "application/grpc"),), body, contract=shop)
    chunk = Fields((("order_id", "o1"), ("data", b"x")))
    assert list(seeds.inputs) == [(chunk, chunk)]


def test_the_tree_of_a_message(shop: Contract) -> None:
    """Maps, lists and messages."""
    order: Any = shop.message_class("shop.v1.Order")
    built = order(counts={"b": 2, "a": 1}, by_number={7: {"id": "x"}}, labels=["l"], parts=[{"id": "p"}])
    tree = dict(fields_of(built).items)
    assert tree["counts"] == Entries((("a", 1), ("b", 2)))
    assert tree["by_number"] == Entries(((7, Fields((("id", "x"),))),))
    assert tree["labels"] == ("l",)
    assert tree["parts"] == (Fields((("id", "p"),)),)


def test_one_value_is_changed() -> None:
    """All else stays as it was recorded; a value that an answer gives may come from there."""
    inputs = (Fields((("a", "x"), ("n", 5), ("inner", Fields((("b", "y"),))))),)
    seeds = Seeds({inputs: None})
    drawn = seeds.strategy("", no_slots)
    assert find(drawn, lambda _: True) == inputs
    changed = find(drawn, lambda found: found[0].get("inner") not in (None, inputs[0].get("inner")))
    assert (changed[0].get("a"), changed[0].get("n")) == ("x", 5)
    ref = Ref("list", ("", "a"), 0)
    linked = seeds.strategy("", lambda _entity, name: st.just(ref) if name == "a" else None)
    assert find(linked, lambda found: found[0].get("a") == ref)[0].get("n") == 5
