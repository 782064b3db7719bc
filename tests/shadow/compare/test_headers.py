"""Header fields: what is compared, and how."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.headers import DATE_LIKE, GRPC_TRANSPORT, HOP_BY_HOP, IGNORED, diff_fields, fields_of
from crossfade.shadow.exchange import Headers, Protocol


def found(
    legacy: Headers, candidate: Headers, protocol: Protocol = Protocol.HTTP, part: str = "header"
) -> list[tuple[str, str, Any, Any]]:
    differences = diff_fields(legacy, candidate, part, protocol)
    return [(item.path, item.kind.value, item.legacy, item.candidate) for item in differences]


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ((("X-A", "1"),), (("x-a", "1"),)),
        ((("x-a", "1"), ("x-b", "2")), (("x-b", "2"), ("x-a", "1"))),
        ((("x-a", " 1\t"),), (("x-a", "1"),)),
        ((("x-a", "1"), ("x-a", "2")), (("x-a", "1, 2"),)),
        ((("content-type", "application/json; charset=UTF-8"),), (("content-type", "Application/JSON;charset=utf-8"),)),
        ((("content-type", 'text/plain; a="b"'),), (("content-type", "text/plain;a=b"),)),
        ((("set-cookie", "a=1; Path=/; Secure"),), (("set-cookie", "a=1;secure; path=/"),)),
        ((("set-cookie", "a=1"), ("set-cookie", "b=2")), (("set-cookie", "b=2"), ("set-cookie", "a=1"))),
    ],
)
def test_the_same(legacy: Headers, candidate: Headers) -> None:
    """Letter case, the order of names, blanks and lists in one field or in several say nothing (RFC 9110 5)."""
    assert found(legacy, candidate) == []
    assert found(candidate, legacy) == []


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        ((("X-A", "1"),), (), [("header.x-a", "missing", "1", None)]),
        ((), (("X-A", ""),), [("header.x-a", "added", None, "")]),
        ((("x-a", "1"),), (("x-a", "2"),), [("header.x-a", "value", "1", "2")]),
        ((("x-a", "a"),), (("x-a", "A"),), [("header.x-a", "value", "a", "A")]),
        ((("x-a", "1"), ("x-a", "2")), (("x-a", "2"), ("x-a", "1")), [("header.x-a", "value", "1, 2", "2, 1")]),
        ((("x-a", "1"), ("x-a", "1")), (("x-a", "1"),), [("header.x-a", "format", "1, 1", "1")]),
        (
            (("content-type", "application/json"),),
            (("content-type", "application/json;charset=utf-8"),),
            [("header.content-type", "value", "application/json", "application/json;charset=utf-8")],
        ),
        (
            (("content-type", "text/plain; a=b"),),
            (("content-type", "text/plain; a=B"),),
            [("header.content-type", "value", "text/plain; a=b", "text/plain; a=B")],
        ),
        (
            (("content-type", "text/plain"),),
            (("content-type", "text/plain"), ("content-type", "text/html")),
            [("header.content-type", "value", "text/plain", "text/plain, text/html")],
        ),
        (
            (("expires", "Sun, 23 Nov 2025 01:00:00 GMT"),),
            (("expires", "2025-11-23T01:00:00Z"),),
            [("header.expires", "format", "Sun, 23 Nov 2025 01:00:00 GMT", "2025-11-23T01:00:00Z")],
        ),
        (
            (("content-encoding", "gzip"),),
            (),
            [("header.content-encoding", "missing", "gzip", None)],
        ),
        ((("x-a-bin", "QUI="),), (("x-a-bin", "QUI"),), [("header.x-a-bin", "value", "QUI=", "QUI")]),
    ],
)
def test_differences(legacy: Headers, candidate: Headers, expected: Any) -> None:
    """A field is one leaf, at its lower-case name."""
    assert found(legacy, candidate) == expected


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        (("sid=1; Path=/",), ("sid=2; Path=/",), [("header.set-cookie/sid/value", "value", "1", "2")]),
        (("sid=1; Secure",), ("sid=1",), [("header.set-cookie/sid/secure", "missing", "", None)]),
        (
            ("sid=1; Expires=Wed, 01 Jan 2025 00:00:00 GMT",),
            ("sid=1; Expires=Wed, 01 Jan 2025 00:00:01 GMT",),
            [
                (
                    "header.set-cookie/sid/expires",
                    "value",
                    "Wed, 01 Jan 2025 00:00:00 GMT",
                    "Wed, 01 Jan 2025 00:00:01 GMT",
                )
            ],
        ),
        (("a=1", "b=2"), ("a=1",), [("header.set-cookie/b", "missing", {"value": "2"}, None)]),
        ((), ("a=1",), [("header.set-cookie/a", "added", None, {"value": "1"})]),
        (("a=1", "a=2"), ("a=2",), [
            ("header.set-cookie/a/value", "value", "1", "2"),
            ("header.set-cookie/a#2", "missing", {"value": "2"}, None),
        ]),
        (("a=1; value=3",), ("a=2; value=3",), [("header.set-cookie/a/value", "value", "1", "2")]),
        (("a=1==",), ("a=1=",), [("header.set-cookie/a/value", "value", "1==", "1=")]),
    ],
)  # fmt: skip
def test_cookies(legacy: tuple[str, ...], candidate: tuple[str, ...], expected: Any) -> None:
    """Cookie by cookie, attribute by attribute; one that comes twice is kept twice."""
    sides = [tuple(("Set-Cookie", value) for value in values) for values in (legacy, candidate)]
    assert found(sides[0], sides[1]) == expected


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("name", sorted(HOP_BY_HOP | DATE_LIKE | {"x-crossfade-served-by"}))
def test_what_is_not_compared(name: str, protocol: Protocol) -> None:
    """What belongs to one connection, one moment or one server, in any letter case."""
    assert found(((name.title(), "a"),), ((name, "b"),), protocol) == []
    assert found(((name, "a"),), (), protocol) == []


@pytest.mark.parametrize("name", sorted(GRPC_TRANSPORT))
def test_what_belongs_to_one_call(name: str) -> None:
    """It is looked at elsewhere in a gRPC answer, and compared in an HTTP one."""
    assert found(((name, "a"),), (), Protocol.GRPC) == []
    assert [item[0] for item in found(((name, "a"),), ())] == [f"header.{name}"]


def test_nothing_else_is_left_out() -> None:
    """The lists are closed: a field that decides how a client acts is compared."""
    compared = ("etag", "location", "cache-control", "set-cookie", "vary", "retry-after", "www-authenticate", "x-node")
    assert not {*compared} & IGNORED[Protocol.HTTP]
    assert not {*compared} & IGNORED[Protocol.GRPC]


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        (("QUI=",), ("QUI",), []),
        (("QUI", "QUI="), ("QUI,QUI",), []),
        (("QUI=",), ("QUJD",), [("trailer.x-bin", "value", b"AB", b"ABC")]),
        (("QUI=",), ("QUI!",), [("trailer.x-bin", "type", b"AB", "QUI!")]),
        (("!!!",), ("QUI",), [("trailer.x-bin", "type", "!!!", b"AB")]),
        (("!!!",), ("!!",), [("trailer.x-bin", "value", "!!!", "!!")]),
        (("AAA,A",), ("AAAA",), [("trailer.x-bin", "type", "AAA,A", b"\0\0\0")]),
    ],
)
def test_binary_metadata(legacy: tuple[str, ...], candidate: tuple[str, ...], expected: Any) -> None:
    """By its bytes; what is not base64 is a difference and no error."""
    sides = [tuple(("X-Bin", value) for value in values) for values in (legacy, candidate)]
    assert found(sides[0], sides[1], Protocol.GRPC, "trailer") == expected


def test_fields() -> None:
    """Values by lower-case name, in order."""
    assert fields_of((("A", "1"), ("b", "x"), ("a", " 2 ")), frozenset({"b"})) == {"a": ("1", "2")}


_names = st.sampled_from(["x-a", "X-A", "set-cookie", "content-type", "x-bin", "etag", "date"]) | st.text(
    st.characters(), max_size=5
)
_fields = st.lists(st.tuples(_names, st.text(st.characters(), max_size=10)), max_size=5).map(tuple)


@given(_fields, _fields, st.sampled_from(Protocol))
def test_any_fields(legacy: Headers, candidate: Headers, protocol: Protocol) -> None:
    """Arbitrary fields are compared, equal ones are the same, and both ways find alike."""
    assert found(legacy, legacy, protocol) == []
    assert bool(found(legacy, candidate, protocol)) == bool(found(candidate, legacy, protocol))
