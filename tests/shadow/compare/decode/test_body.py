"""A body means what its headers say."""

import contextlib
import gzip
from decimal import Decimal
from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import EMPTY, decode_body, is_opaque, json_value, plain_value
from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.exchange import Headers

FORM = "application/x-www-form-urlencoded"


def typed(kind: str, *more: tuple[str, str]) -> Headers:
    return (("Content-Type", kind), *more)


def document(name: str) -> Element:
    return Element("", (Element(name),))


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        ("application/json", b'{"a": [1, 1.50, null]}', {"a": (1, Decimal("1.50"), None)}),
        ("application/problem+json; charset=utf-8", b"[]", ()),
        ("application/json; charset=iso-8859-1", '"é"'.encode(), "é"),
        ("application/json", b"\xef\xbb\xbf1", 1),
        (FORM, b"a=1&b=2&a=3&c", {"a": ("1", "3"), "b": "2", "c": ""}),
        (FORM, b"a=%C3%A9+x", {"a": "é x"}),
        (FORM, b"a=%ff", {"a": "\udcff"}),
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=latin-1", b"\xe9", "é"),
        ("text/html; charset='utf-8'", "é".encode(), "é"),
        ("text/plain; charset=nonsense", b"a", b"a"),
        ("text/plain", b"\xff", b"\xff"),
        ("image/svg+xml", b"<svg/>", document("svg")),
        ("application/xml", b"<a/>", document("a")),
        ("application/xml", b"<a>", "<a>"),
        ("application/xml", b"<a>\xff", b"<a>\xff"),
        ("text/html", b"plain", "plain"),
        ("application/octet-stream", b"{}", {}),
        ("application/x-protobuf", b"\x08\x01", b"\x08\x01"),
        ("", b"{}", {}),
        ("text/html; charset=latin-1", b'["\xe9"]', ("\xe9",)),
        ("text/plain", b"[2024-01-02] started", "[2024-01-02] started"),
        ("text/plain", b"[1] [2]\n", ((1,), (2,))),
        ("text/plain", b"1", "1"),
        ("text/html", b"[1, 2] <b>x</b> [3]", ANY),
    ],
)
def test_values(kind: str, body: bytes, value: Any) -> None:
    """Structures for JSON, forms and markup, text for text, bytes for the rest; JSON also where no type says so."""
    assert decode_body(typed(kind), body) == value


def test_without_looking_at_the_other_side() -> None:
    """A body is what its type says; as JSON it is read where the other side's is JSON too."""
    for kind in ("", "text/plain", "application/octet-stream"):
        assert plain_value(typed(kind), b"{}") in {"{}", b"{}"}
    assert json_value(typed("text/html"), b" [1]\n") == (1,)
    assert json_value(typed("text/html"), b"{} x") is None
    assert json_value(typed("text/html"), b"null") is None
    assert json_value(typed("text/event-stream"), b"{}") is None
    assert json_value(typed("image/png"), b"{}") is None


def test_several_json_texts() -> None:
    """A watch that came as a whole; a single one is itself."""
    assert decode_body(typed("application/json"), b'{"a":1}\n{"a":2}') == ({"a": 1}, {"a": 2})
    assert decode_body(typed("application/json"), b'{"a":1}\n') == {"a": 1}
    for body in (b"1 2", b"{} x", b"{} {", b'{}, {"a": 1}'):
        with pytest.raises(UndecodableError):
            decode_body(typed("application/json"), body)


def test_what_means_its_bytes() -> None:
    """Text and bytes, unless they are coded or begin as JSON does."""
    assert is_opaque(typed("text/plain"), b"a")
    assert is_opaque((), b"\x00")
    assert is_opaque(typed("image/png"), b"{}")
    for headers, body in (
        (typed("text/plain"), b" {"),
        (typed("text/plain", ("content-encoding", "gzip")), b"a"),
        (typed("application/json"), b"1"),
        (typed("text/html"), b"a"),
        (typed("multipart/mixed"), b"a"),
    ):
        assert not is_opaque(headers, body)


def test_an_empty_body_is_not_null() -> None:
    """Nothing at all, JSON's null and an empty text in quotes are three things."""
    values = [decode_body(typed("application/json"), body) for body in (b"", b"null", b'""')]
    assert values == [EMPTY, None, ""]
    assert decode_body(typed("application/json", ("content-encoding", "gzip")), gzip.compress(b"")) == EMPTY


def test_content_encoding_comes_off_first() -> None:
    """The coding is around the type."""
    headers = typed("application/json", ("Content-Encoding", "gzip"))
    assert decode_body(headers, gzip.compress(b'{"a":1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (typed("application/json"), b"{"),
        (typed("application/json"), b"\xff"),
        (typed("application/json; charset=utf-16"), '"a"'.encode("utf-16")),
        (typed("application/json", ("content-encoding", "gzip")), b"{}"),
        (typed("text/plain", ("content-encoding", "compress")), b"a"),
        (typed(FORM), b"\xff"),
        (typed(FORM), b"&".join([b"a=1"] * 10_001)),
    ],
)
def test_what_is_not_what_it_says(headers: Headers, body: bytes) -> None:
    """It is refused."""
    with pytest.raises(UndecodableError, match="expected"):
        decode_body(headers, body)


def test_form_bytes_are_told_apart() -> None:
    """Two bytes that are both no UTF-8 are not one replacement character."""
    assert decode_body(typed(FORM), b"a=%ff") != decode_body(typed(FORM), b"a=%fe")


_TYPES = [
    "application/json",
    "text/plain",
    "text/plain; charset=utf-16",
    FORM,
    "image/png",
    "a+json",
    "text/x;charset=hz",
]


@given(
    st.sampled_from(_TYPES) | st.text(max_size=20),
    st.sampled_from(["", "gzip", "deflate", "br", "zstd", "identity"]) | st.text(max_size=8),
    st.binary(max_size=100),
)
def test_any_bytes(kind: str, coding: str, body: bytes) -> None:
    """Arbitrary bytes under arbitrary headers are read or refused."""
    with contextlib.suppress(UndecodableError):
        decode_body(typed(kind, ("content-encoding", coding)), body)
