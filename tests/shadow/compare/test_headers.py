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
        ((("set-cookie", "a=1; Path=/;"),), (("set-cookie", "a=1;; Path=/"),)),
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
        ((("x-a", "a\xa0"),), (("x-a", "a"),), [("header.x-a", "value", "a\xa0", "a")]),
        ((("x-a", "a"),), (("x-a", "A"),), [("header.x-a", "value", "a", "A")]),
        ((("x-a", "1"), ("x-a", "2")), (("x-a", "2"), ("x-a", "1")), [("header.x-a", "value", "1, 2", "2, 1")]),
        ((("x-a", "1"), ("x-a", "1")), (("x-a", "1"),), [("header.x-a", "format", "1, 1", "1")]),
        (
            (("content-type", "application/json"),),
            (("content-type", "application/json;charset=utf-8"),),
            [("header.content-type.charset", "value", "application/json", "application/json;charset=utf-8")],
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
    """A field is one leaf, at its lower-case name; JSON's charset, which means nothing, has a place of its own."""
    assert found(legacy, candidate) == expected


# Each is the same both ways round, by the grammar of its field.
_SAME = [
    ("Vary", "Accept, Origin", "Origin,Accept"),
    ("Vary", "Accept-Encoding", "accept-encoding"),
    ("Vary", "Accept,, Origin", "Accept, Origin"),
    ("Allow", "GET, HEAD, OPTIONS", "OPTIONS,GET,HEAD"),
    ("Cache-Control", "no-cache, no-store", "No-Store, NO-CACHE"),
    ("Cache-Control", 'private="set-cookie, x-a", max-age=60', 'max-age="60", private="X-A,Set-Cookie"'),
    ("Access-Control-Allow-Methods", "GET,POST", "POST, GET"),
    ("Access-Control-Allow-Headers", "X-A, x-b", "X-B,x-a"),
    ("Access-Control-Expose-Headers", "ETag", "etag"),
    ("Accept-Ranges", "bytes", "Bytes"),
    ("Content-Type", 'text/html; charset="utf-8"', "text/html;charset=UTF-8"),
    ("Content-Type", "multipart/mixed; boundary=a", "multipart/mixed; boundary=b"),
    ("Link", "</a>; rel=next", '</a>;rel="next"'),
    ("Link", '</a>; rel="next", </b>; rel=prev', '</a>;rel=NEXT,</b>;rel="prev"'),
    ("Content-Disposition", "attachment; filename=a.txt", 'Attachment;filename="a.txt"'),
    ("Strict-Transport-Security", "max-age=1; includeSubDomains", 'includesubdomains ; max-age="1"'),
    ("Content-Security-Policy", "default-src 'self'; img-src *", "img-src  *;default-src 'self';"),
    ("WWW-Authenticate", 'Bearer realm="a", error="b"', 'bearer error="b",realm="a"'),
    ("Content-Language", "en-US, de", "EN-us,de"),
    ("Content-Encoding", "gzip", "X-GZip"),
    ("X-Frame-Options", "DENY", "deny"),
    ("X-Content-Type-Options", "nosniff", "NoSniff"),
    ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT", "0"),
    ("Expires", "-1", "0"),
    ("Expires", "Sun, 06 Nov 2044 08:49:37 GMT", "Sunday, 06-Nov-44 08:49:37 GMT"),
    ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"),
    ("Set-Cookie", "sid=1; Path=/; HttpOnly; SameSite=Lax", "sid=1; httponly=; path=/; samesite=lax"),
    ("Set-Cookie", "sid=1; Domain=.Example.com", "sid=1; domain=example.com"),
    ("Set-Cookie", "sid=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "sid=1; expires=Thu, 01-Jan-2026 00:00:00 GMT"),
    ("Connection", "keep-alive", "close"),
    ("Keep-Alive", "timeout=5", "timeout=60"),
]


@pytest.mark.parametrize(("name", "legacy", "candidate"), _SAME)
def test_spellings_of_one_meaning(name: str, legacy: str, candidate: str) -> None:
    """Order, case, quotes and blanks where the grammar gives them no meaning."""
    assert found(((name, legacy),), ((name.lower(), candidate),)) == []
    assert found(((name, candidate),), ((name, legacy),)) == []


_OTHERS = [
    ("Vary", "Accept", "Accept, Origin", "header.vary[origin]", "added"),
    ("Vary", "*", "Accept", "header.vary[*]", "missing"),
    ("Allow", "GET, PUT", "GET, put", "header.allow[PUT]", "missing"),
    ("Cache-Control", "max-age=60", "max-age=60, public", "header.cache-control.public", "added"),
    ("Cache-Control", "max-age=60", "max-age=61", "header.cache-control.max-age", "value"),
    ("Cache-Control", "no-cache", 'no-cache="x-a"', "header.cache-control.no-cache", "format"),
    ("Cache-Control", "no-cache", 'no-cache=""', "header.cache-control.no-cache", "format"),
    ("Cache-Control", "max-age=1, max-age=2", "max-age=2, max-age=1", "header.cache-control.max-age", "value"),
    ("Cache-Control", "max-age=1", 'max-age="1', "header.cache-control", "value"),
    ("Access-Control-Allow-Methods", "GET", "get", "header.access-control-allow-methods[GET]", "missing"),
    ("Access-Control-Allow-Origin", "https://a", "https://A", "header.access-control-allow-origin", "value"),
    ("Content-Type", "application/json", "application/json;charset=UTF-8", "header.content-type.charset", "value"),
    ("Content-Type", "text/html", "text/html;charset=UTF-8", "header.content-type", "value"),
    ("Content-Type", "application/json", "application/problem+json", "header.content-type", "value"),
    ("Content-Type", "multipart/mixed; boundary=a", "multipart/related; boundary=a", "header.content-type", "value"),
    ("ETag", 'W/"abc"', '"abc"', "header.etag", "value"),
    ("ETag", '"abc"', '"ABC"', "header.etag", "value"),
    ("Link", "</a>; rel=next", "</A>; rel=next", "header.link[0].target", "value"),
    ("Link", "</a>; rel=next, </b>; rel=prev", "</b>; rel=prev, </a>; rel=next", "header.link", "order"),
    ("Set-Cookie", "sid=1; Max-Age=60", "sid=1; Max-Age=60; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
     "header.set-cookie/sid/expires", "added"),
    ("Set-Cookie", "sid=1; Path=/", "sid=1; Path=/A", "header.set-cookie/sid/path", "value"),
    ("Set-Cookie", "sid=1; SameSite=Lax", "sid=1; SameSite=None", "header.set-cookie/sid/samesite", "value"),
    ("Set-Cookie", 'sid="1"', "sid=1", "header.set-cookie/sid/value", "format"),
    ("Expires", "Thu, 01 Jan 2099 00:00:00 GMT", "0", "header.expires", "format"),
    ("Expires", "Thu, 01 Jan 2099 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:01 GMT", "header.expires", "value"),
    ("Content-Disposition", "attachment; filename=a.txt", 'attachment; filename="A.txt"',
     "header.content-disposition.filename", "value"),
    ("Content-Disposition", "attachment", "inline", "header.content-disposition.(type)", "value"),
    ("Strict-Transport-Security", "max-age=1; includeSubDomains", "max-age=1",
     "header.strict-transport-security.includesubdomains", "missing"),
    ("Content-Language", "en", "en-US", "header.content-language", "value"),
    ("Content-Language", "en, de", "de, en", "header.content-language", "value"),
    ("Content-Security-Policy", "script-src 'nonce-a'", "script-src 'nonce-b'",
     "header.content-security-policy.script-src", "value"),
    ("WWW-Authenticate", 'Basic realm="a"', 'Basic realm="A"', "header.www-authenticate.realm", "value"),
    ("Retry-After", "5", "05", "header.retry-after", "value"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "legacy", "candidate", "path", "kind"), _OTHERS)
def test_spellings_of_two_meanings(name: str, legacy: str, candidate: str, path: str, kind: str) -> None:
    """What a caller can tell is a difference, at the very element that differs."""
    assert found(((name, legacy),), ((name, candidate),))[0][:2] == (path, kind)
    assert found(((name, candidate),), ((name, legacy),))


def test_stale_when_it_was_sent() -> None:
    """Expires is over or not by the answer's own date (RFC 9111 5.3)."""
    date = ("Date", "Sun, 06 Nov 2044 08:49:37 GMT")
    stale = ("Expires", "Sun, 06 Nov 2044 08:49:37 GMT")
    assert found((date, stale), (date, ("Expires", "0"))) == []
    assert found((stale,), (date, ("Expires", "0"))) != []


@given(st.sampled_from([name for name, *_ in _SAME]), st.text('ab,;="\\<> *\n1/', max_size=30), st.text(max_size=9))
def test_any_field_of_a_grammar(name: str, one: str, two: str) -> None:
    """Whatever stands in it is the same as itself, and nothing is raised."""
    assert found(((name, one),), ((name, f" {one}"),)) == []
    assert bool(found(((name, one),), ((name, two),))) == bool(found(((name, two),), ((name, one),)))


@pytest.mark.parametrize("name", sorted({name for name, *_ in _SAME}))
@pytest.mark.parametrize("part", ['"', "a=", ",", ";", "<", '\\"', "a b ", '="', "a;b,"])
def test_a_hostile_field_is_no_long_work(name: str, part: str, cpu_time: Any) -> None:
    """64 KB of anything cost no square."""
    text = (part * 65_536)[:65_536]
    with cpu_time(2):
        found(((name, text),), ((name, f"{text}x"),))


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


@pytest.mark.parametrize("protocol", Protocol)
def test_what_is_left_of_a_rate_limit(protocol: Protocol) -> None:
    """It depends on how often somebody asked; that a side tells it, and the limit, are compared."""
    legacy = (("X-RateLimit-Remaining", "41"), ("X-RateLimit-Limit", "100"), ("RateLimit", '"a";r=41;t=9'))
    candidate = (("x-ratelimit-remaining", "17"), ("x-ratelimit-limit", "50"), ("ratelimit", '"a";r=17;t=9'))
    assert found(legacy, candidate, protocol) == [("header.x-ratelimit-limit", "value", "100", "50")]
    assert [item[0] for item in found(legacy[:1], (), protocol)] == ["header.x-ratelimit-remaining"]


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


def test_very_many_fields_of_one_name(cpu_time: Any) -> None:
    """They take no time in the square of their number."""
    fields = tuple(("x-a", "") for _ in range(80_000))
    with cpu_time(3):
        assert len(found(fields, fields[1:])) == 1


@pytest.mark.parametrize(
    ("name", "legacy", "candidate"),
    [
        ("www-authenticate", ("Negotiate", 'Basic realm="Admin"'), ("Negotiate", 'Basic realm="admin"')),
        ("www-authenticate", ('NTLM,Digest nonce="AbC"',), ('NTLM,Digest nonce="aBc"',)),
        ("www-authenticate", ("Negotiate YWJj",), ("Negotiate ywjj",)),
        ("www-authenticate", ("Negotiate YWI=",), ("Negotiate ywi=",)),
        ("content-type", ("text/plain; a=B; a=C",), ("text/plain; a=B; a=c",)),
        ("set-cookie", ("a",), ("a=",)),
    ],
)
def test_what_has_case_or_no_value(name: str, legacy: tuple[str, ...], candidate: tuple[str, ...]) -> None:
    """Several challenges, credentials in base64, a parameter that comes twice, what is no cookie (RFC 6265 5.2)."""
    ours, theirs = (tuple((name, value) for value in side) for side in (legacy, candidate))
    assert found(ours, theirs)
    assert found(theirs, ours)
