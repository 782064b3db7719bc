"""Requests of operations."""

from urllib.parse import parse_qs

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.operations import Operation, call_operations, http_operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.requests import request_of
from crossfade.parity_tests.fuzz.trees import Fields, Leaf, Node, Ref
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Request

REF = Ref("list", ("note", "id"), 0)


def _request(operation: Operation, *inputs: Fields, value: Leaf = None, contract: Contract | None = None) -> Request:
    step = Step(operation.key, inputs)
    return request_of(operation, step, lambda _: value, contract=contract, request_id="c1", now=5.0)


def _http(template: str, *, value: Leaf = None, **parts: Node) -> Request:
    return _request(http_operation(template, "web"), Fields(tuple(parts.items())), value=value)


def test_a_stream_of_messages(shop: Contract) -> None:
    """One frame for each."""
    upload = next(item for item in call_operations(shop, "grpc") if item.is_streamed)
    request = _request(upload, Fields((("data", b"a"),)), Fields((("data", b"b"),)), contract=shop)
    assert request.target == "/shop.v1.Shop/Upload"
    kind = shop.message_class("shop.v1.Chunk")
    assert [kind.FromString(frame).data for frame in split_frames(request.body, ())] == [b"a", b"b"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "target"), [("n/1 ä", "/notes/n%2F1%20%C3%A4/log"), (7, "/notes/7/log"), (None, "/notes/-/log")], ids=str
)
def test_a_parameter_of_the_path(value: Leaf, target: str) -> None:
    """Whatever it is, it is one segment, and not an empty one."""
    assert _http("GET /notes/{id}/log", path=Fields((("id", REF),)), value=value).target == target


def test_a_query_and_a_form() -> None:
    """A list is a name that comes several times; what has no value is left out."""
    request = _http(
        "POST /notes",
        query=Fields((("a", ("x", "y z")), ("b", REF))),
        form=Fields((("on", True), ("text", "+&é"))),
    )
    assert request.target == "/notes?a=x&a=y+z"
    assert parse_qs(request.body.decode()) == {"on": ["true"], "text": ["+&é"]}
    assert ("Content-Type", "application/x-www-form-urlencoded") in request.headers


def test_json_text_and_files() -> None:
    """Each with its type."""
    assert (
        _http("POST /n", json=Fields((("a", (1, None)), ("b", REF))), value="x").body == b'{"a": [1, null], "b": "x"}'
    )
    assert _http("PUT /n", text="é").body == "é".encode()
    upload = _http("POST /n", upload=Fields((("tags", "a,"), ("file", b"\xff\r\n"))))
    assert b'name="file"; filename=' in upload.body
    assert b"\r\n\r\n\xff\r\n\r\n" in upload.body
    assert b'name="tags"\r\n\r\na,\r\n' in upload.body


def test_a_read_has_no_body() -> None:
    """Nor a length."""
    request = _http("GET /notes")
    assert request.body == b""
    assert [name for name, _ in request.headers] == ["Host"]
