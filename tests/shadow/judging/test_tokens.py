"""Which values only legacy can know, and where a request may carry one."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.judging.tokens import (
    MIN_CHARS,
    answer_tokens,
    handle_values,
    minted_values,
    possible_tokens,
    request_tokens,
)

Build = Callable[..., Answer]
Ask = Callable[..., Request]
JSON = (("content-type", "application/json"),)
GRPC = (("content-type", "application/grpc"),)


def difference(legacy: Any, candidate: Any, kind: Kind = Kind.VALUE, template: str = "body/id") -> Difference:
    return Difference(path=template, template=template, kind=kind, legacy=legacy, candidate=candidate)


@pytest.mark.parametrize(
    ("found", "handles"),
    [
        (difference("build-17", "build-99"), {"build-17"}),
        (difference("short", "other"), set()),
        (difference("x" * 5000, "y"), set()),
        (difference(12345678, 87654321), {"12345678"}),
        (difference(1234567, 87654321), set()),
        (difference(b"\xff" * 8, b"a"), {"\xff" * 8}),
        (difference(legacy=True, candidate=False), set()),
        (difference("2024-01-02", "2024-01-02T00:00:00Z", Kind.FORMAT), {"2024-01-02"}),
        (difference(12345678, "12345678", Kind.TYPE), set()),
        (difference(12345678, "2f1c7a00-uuid", Kind.TYPE), {"12345678"}),
        (difference({"id": "build-17"}, b"<html>", Kind.TYPE), set()),
        (difference("build-17", None, Kind.MISSING), set()),
        (difference(("build-17",), ("build-18",), Kind.ORDER), set()),
        (
            difference("/projects/build-17", "/projects/build-18", template="header.location"),
            {"/projects/build-17", "build-17"},
        ),
    ],
)
def test_what_legacy_minted(found: Difference, handles: set[str]) -> None:
    """A value that the candidate answered otherwise; not one that both know, nor one too short to be told from chance."""
    assert handle_values([found]) == handles


@pytest.mark.parametrize(
    ("target", "headers", "body", "tokens"),
    [
        ("/builds/build-17", (), b"", {"build-17"}),
        ("/builds/a%2Fbuild%2017?page=token-123&x=1", (), b"", {"a/build 17", "token-123"}),
        ("/a", (("If-Match", '"etag-123", W/"etag-456"'),), b"", {'"etag-123"', 'W/"etag-456"'}),
        ("/a", (("If-None-Match", '"etag-123"'),), b"", {'"etag-123"'}),
        ("/a", (("Cookie", "sid=session-1; b=2"),), b"", {"session-1"}),
        ("/a", (("authorization", "Bearer build-17"),), b"", set()),
        (
            "/a",
            JSON,
            b'{"id": "build-17", "of": [12345678, "short", {"x": "build-18"}]}',
            {"build-17", "12345678", "build-18"},
        ),
        ("/a", (("content-type", "application/x-www-form-urlencoded"),), b"id=build-17", {"build-17"}),
        ("/a", (*JSON, ("content-encoding", "gzip")), gzip.compress(b'["build-17"]', mtime=0), {"build-17"}),
        ("/a", JSON, b'{"id": "build-17"', set()),
        ("/a?" + "a=build-17&" * 2000, (), b"", set()),
    ],
)
def test_what_a_request_carries(request_to: Ask, target: str, headers: Headers, body: bytes, tokens: set[str]) -> None:
    """Segments, query values, cookies, validators and leaves of the body."""
    assert request_tokens(request_to(target, headers=headers, body=body), None) == tokens


def framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


def test_what_a_message_carries(request_to: Ask, contract: Contract) -> None:
    """The leaves of the request's message, unknown fields too; without a contract there are none."""
    body = framed(b"\x12\x08build-17\x18\xce\xc2\xf1\x05")
    ask = request_to("/t.v1.Things/Get?x=1", protocol=Protocol.GRPC, headers=GRPC, body=body)
    assert request_tokens(ask, contract) == {"build-17", "12345678"}
    assert request_tokens(ask, None) == frozenset()
    assert request_tokens(request_to("/x/Y", protocol=Protocol.GRPC, body=body), contract) == frozenset()
    assert request_tokens(request_to("/t.v1.Things/Get", protocol=Protocol.GRPC, body=b"\0"), contract) == frozenset()


def test_what_an_unseen_write_minted(answer: Build, request_to: Ask, contract: Contract) -> None:
    """Values that look like ids and that the request did not bring."""
    headers = (*JSON, ("location", "/builds/build-17"), ("etag", '"etag-123"'), ("set-cookie", "sid=session-1; Path=/"))
    reply = answer(
        b'{"id": "build-17", "name": "nightly run", "parent": "build-16", "state": "queued!!"}', headers=headers
    )
    ask = request_to("/builds/build-16", method="POST")
    assert minted_values(ask, reply, None) == {"build-17", '"etag-123"', "session-1"}
    message = contract.message_class("t.v1.Thing")(s="build-17", i64=12345678)  # type: ignore[call-arg]
    reply = answer(framed(message.SerializeToString()), headers=GRPC)
    ask = request_to("/t.v1.Things/Get", protocol=Protocol.GRPC, headers=GRPC, body=framed(b""))
    assert minted_values(ask, reply, contract) == {"build-17", "12345678"}


_fields = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "cookie", "if-match", "content-encoding"]),
        st.text(st.characters(), max_size=20),
    )
)


@given(st.text(st.characters(), max_size=40), _fields, st.binary(max_size=60))
def test_any_request(contract: Contract, request_to: Ask, target: str, headers: Any, body: bytes) -> None:
    """Hostile requests have tokens or none, and raise nothing."""
    for protocol in Protocol:
        tokens = request_tokens(request_to(target, headers=tuple(headers), body=body, protocol=protocol), contract)
        assert all(len(token) >= MIN_CHARS for token in tokens)


@pytest.mark.parametrize(
    ("headers", "body", "tokens"),
    [
        (
            JSON,
            b'{"id-of-it": "build-17", "other-id" : ["x-y-z-17"], "n": -1234567.25}',
            {"build-17", "x-y-z-17", "-1234567"},
        ),
        ((("ETag", "etag-123"), *JSON), b"{}", {"etag-123"}),
        (JSON, b'{"id": "build\\u002d17"}', {"build-17"}),
        (JSON, b'{"id": "build-17\xff"}', set()),
        ((("content-encoding", "gzip"), *JSON), gzip.compress(b'{"id": "build-17"}', mtime=0), {"build-17"}),
        ((("content-type", "application/x-www-form-urlencoded"),), b"id=build%2D17", {"build-17"}),
    ],
)
def test_possible_tokens(answer: Build, request_to: Ask, headers: Headers, body: bytes, tokens: set[str]) -> None:
    """Names of fields are none, a part of a number may be; what is escaped or coded is decoded."""
    assert possible_tokens(request_to(), answer(body, headers=headers), None) == tokens


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=8,
    ),
    st.booleans(),
)
def test_every_value_of_an_answer_is_possible(answer: Build, request_to: Ask, value: Any, escaped: bool) -> None:
    """Else a foreign handle would be missed."""
    text = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    asked = (request_to(), answer(text, headers=JSON), None)
    assert answer_tokens(*asked) <= possible_tokens(*asked)
