"""The copy is what the client sent: legacy and candidate get the same request, apart from the two marks.

Left out of the comparison is what speaks of a connection and not of the request (RFC 9110 7.6.1): each side has its own.
A body goes with its length where it is known, whether or not the client sent it in chunks; what is compared is the body.
"""

from dataclasses import replace
from typing import Any

import pytest

pytestmark = pytest.mark.slow

_CONNECTION = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "upgrade", "http2-settings"}
_FRAMING = {"content-length", "transfer-encoding"}
_NOT_COPIED = _CONNECTION | _FRAMING | {"expect", "x-crossfade-role", "x-crossfade-id"}
_MIRROR_ALL = '[[mirror.rule]]\nroute = "*"\naction = "mirror"\nreason = "own store"\n'
HOST = "Host: svc.test"


def _text(line: str, *fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join((line, *fields, "", "")).encode("latin-1") + body


HTTP1 = {
    "plain": _text("GET /a HTTP/1.1", HOST),
    "a query": _text("GET /a?b=c&&d=%20+x&d HTTP/1.1", HOST),
    "absolute": _text("GET http://svc.test/abs?x=1 HTTP/1.1", HOST),
    "absolute, another host": _text("GET http://other.test/abs HTTP/1.1", HOST),
    "absolute, with a port": _text("GET http://svc.test:8080/abs HTTP/1.1", "Host: svc.test:8080"),
    "absolute, POST": _text("POST http://svc.test/abs HTTP/1.1", HOST, "Content-Length: 2", body=b"{}"),
    "OPTIONS *": _text("OPTIONS * HTTP/1.1", HOST),
    "OPTIONS": _text("OPTIONS /a HTTP/1.1", HOST),
    "HEAD": _text("HEAD /a HTTP/1.1", HOST),
    "DELETE": _text("DELETE /a/1 HTTP/1.1", HOST),
    "PUT": _text("PUT /a/1 HTTP/1.1", HOST, "Content-Length: 2", body=b"{}"),
    "PATCH": _text("PATCH /a/1 HTTP/1.1", HOST, "Content-Length: 2", body=b"{}"),
    "PROPFIND": _text("PROPFIND /dav HTTP/1.1", HOST, "Depth: 1"),
    "QUERY": _text("QUERY /q HTTP/1.1", HOST, "Content-Length: 2", body=b"{}"),
    "TRACE": _text("TRACE /t HTTP/1.1", HOST),
    "an invented method": _text("M-SEARCH! /t HTTP/1.1", HOST),
    "dot segments": _text("GET /a/../b/./c HTTP/1.1", HOST),
    "doubled slashes": _text("GET //two//slashes HTTP/1.1", HOST),
    "escapes": _text("GET /p/%zz%2f%2F%41%00 HTTP/1.1", HOST),
    "a fragment": _text("GET /x#frag HTTP/1.1", HOST),
    "parameters": _text("GET /s;a=1/2;b HTTP/1.1", HOST),
    "unwise characters": _text('GET /x/|{}^`"<>\\ HTTP/1.1', HOST),
    "empty values": _text("GET /a HTTP/1.1", HOST, "X-Empty:", "Y: "),
    "an empty Host": _text("GET /a HTTP/1.1", "Host:"),
    "duplicates": _text("GET /a HTTP/1.1", HOST, "B: 2", "a: 1", "b: 3", "A: 4", "x-UPPER: V"),
    "two lines of cookies": _text("GET /a HTTP/1.1", HOST, "Cookie: a=1", "X: 1", "Cookie: b=2"),
    "Latin-1 and UTF-8 values": _text("GET /a HTTP/1.1", HOST, "X: caf\xe9", "Y: \xc3\xa9"),
    "fields of the connection": _text("GET /a HTTP/1.1", HOST, "Connection: keep-alive", "Keep-Alive: 5", "X: 1"),
    "the end of the connection": _text("GET /a HTTP/1.1", HOST, "Connection: close"),
    "TE": _text("GET /a HTTP/1.1", HOST, "TE: trailers", "Connection: TE"),
    "Expect": _text("POST /a HTTP/1.1", HOST, "Expect: 100-continue", "Content-Length: 2", body=b"{}"),
    "a body": _text("POST /a HTTP/1.1", HOST, "Content-Length: 2", "Content-Type: application/json", body=b"{}"),
    "a body of nothing": _text("POST /a HTTP/1.1", HOST, "Content-Length: 0"),
    "POST without a body": _text("POST /a HTTP/1.1", HOST),
    "GET with a body": _text("GET /a HTTP/1.1", HOST, "Content-Length: 2", body=b"{}"),
    "chunks": _text("POST /a HTTP/1.1", HOST, "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n1\r\n \r\n0\r\n\r\n"),
    "chunks of nothing": _text("POST /a HTTP/1.1", HOST, "Transfer-Encoding: chunked", "X: 1", body=b"0\r\n\r\n"),
    "marks of the client": _text("GET /a HTTP/1.1", HOST, "x-crossfade-id: 7", "X: 1"),
    "credentials": _text("GET /a HTTP/1.1", HOST, "Authorization: Bearer x", "X-Api-Key: y"),
}
ORDER = [("x", "1"), ("y", "2"), ("x", "3"), ("z", "")]
HTTP2: dict[str, tuple[str, list[tuple[str, str]], bytes | None]] = {
    "plain": ("GET /h2?q=1", [], None),
    "HEAD": ("HEAD /h2", [], None),
    "OPTIONS *": ("OPTIONS *", [], None),
    "PROPFIND": ("PROPFIND /dav", [], None),
    "order": ("GET /h2", ORDER, None),
    "one cookie": ("GET /h2", [("cookie", "a=1; b=2")], None),
    "crumbs": ("GET /h2", [("cookie", "a=1"), ("x", "1"), ("cookie", "b=2")], None),
    "many crumbs": ("GET /h2", [("x", "1"), ("cookie", "a=1; c=3"), ("cookie", "b=2"), ("cookie", "d=4")], None),
    "an empty crumb": ("GET /h2", [("cookie", ""), ("cookie", "b=2")], None),
    "te": ("GET /h2", [("te", "trailers")], None),
    "Latin-1": ("GET /h2", [("x", "caf\xe9")], None),
    "a body with a length": ("POST /h2", [("content-length", "2")], b"{}"),
    "a body without a length": ("POST /h2", [], b"{}"),
    "GET with a body": ("GET /h2", [], b"{}"),
    "a body of nothing": ("POST /h2", [], b""),
}


def _told(seen: Any) -> tuple[Any, ...]:
    """What must be the same. A field that only one of two servers could get is left out."""
    fields = [(name, value) for name, value in seen.fields if name.lower() not in _NOT_COPIED]
    return seen.line, fields, seen.body, seen.trailers


def _assert_same(legacy: Any, candidate: Any, names: Any) -> None:
    """In the order in which they were sent; all rows that differ are shown."""
    assert (len(legacy.seen), len(candidate.seen)) == (len(names), len(names))
    assert all(seen.is_copy for seen in candidate.seen)
    rows = zip(names, map(_told, legacy.seen), map(_told, candidate.seen), strict=True)
    assert {name: (theirs, ours) for name, theirs, ours in rows if theirs != ours} == {}


def test_http1(stage: Any, raw: Any, wait_for: Any) -> None:
    """Line, fields in their order and letter case, duplicates, body and target in every form."""
    legacy, candidate = raw(), raw()
    run = stage(_MIRROR_ALL, web=(legacy, candidate))
    for count, text in enumerate(HTTP1.values(), start=1):
        assert b"HTTP/1.1 200" in run.send(text)
        wait_for(lambda count=count: len(candidate.seen) == count)
    run.stop()
    _assert_same(legacy, candidate, HTTP1)


def test_http2_over_tls(stage: Any, raw: Any, wait_for: Any, certificates: Any) -> None:
    """Towards HTTP/1.1 both get one line of cookies and a body whose end they can see."""
    legacy, candidate = raw(), raw()
    run = stage(f"cert = '{certificates.server}'\n{_MIRROR_ALL}", web=(legacy, candidate))
    for count, (name, fields, body) in enumerate(HTTP2.values(), start=1):
        assert run.ask(name, fields, body, ca=certificates.ca) == "200"
        wait_for(lambda count=count: len(candidate.seen) == count)
    run.stop()
    _assert_same(legacy, candidate, HTTP2)
    cookies = [value for seen in legacy.seen for name, value in seen.fields if name.lower() == "cookie"]
    assert cookies == ["a=1; b=2", "a=1; b=2", "a=1; c=3; b=2; d=4", "; b=2"]
    assert [seen.body for seen in legacy.seen[-4:]] == [b"{}", b"{}", b"{}", b""]


def _as_http1(seen: Any) -> Any:
    """What HTTP/1.1 makes of a request of HTTP/2 (RFC 9113 8.2.3, 8.3.1)."""
    cookies = [value for name, value in seen.fields if name == "cookie"]
    fields = [("Host", dict(seen.fields)[":authority"])]
    for name, value in seen.fields:
        if name == "cookie" and cookies:
            fields.append((name, "; ".join(cookies)))
            cookies = []
        elif name != "cookie" and not name.startswith(":"):
            fields.append((name, value))
    return replace(seen, fields=fields)


def test_http2_without_tls(stage: Any, raw: Any, raw_http2: Any, wait_for: Any) -> None:
    """Legacy gets the crumbs as they came, the candidate, to which HTTP goes as HTTP/1.1, the same in one line."""
    legacy, candidate = raw_http2(), raw()
    run = stage(_MIRROR_ALL, web=(legacy, candidate))
    for count, (name, fields, body) in enumerate(HTTP2.values(), start=1):
        assert run.ask(name, fields, body) == "200"
        wait_for(lambda count=count: len(candidate.seen) == count)
    run.stop()
    assert [value for name, value in legacy.seen[6].fields if name == "cookie"] == ["a=1", "b=2"]
    legacy.seen = [_as_http1(seen) for seen in legacy.seen]
    _assert_same(legacy, candidate, HTTP2)


def test_grpc(stage: Any, raw_http2: Any, wait_for: Any) -> None:
    """HTTP/2 to HTTP/2: the same fields in the same order, crumbs and binary metadata too."""
    legacy, candidate = raw_http2(), raw_http2()
    run = stage(_MIRROR_ALL, web=(legacy, candidate))
    fields = [("content-type", "application/grpc"), ("te", "trailers"), *ORDER, ("cookie", "a=1"), ("cookie", "b=2")]
    fields += [("x-bin", "AAEC"), ("grpc-timeout", "5S")]
    assert run.ask("POST /p.S/Get", fields, b"\0\0\0\0\0") == "200"
    wait_for(lambda: len(candidate.seen) == 1)
    run.stop()
    assert candidate.seen[0].is_copy
    theirs, ours = ([f for f in side.seen[0].fields if f[0] not in _NOT_COPIED] for side in (legacy, candidate))
    assert sorted(theirs[:4]) == sorted(ours[:4])
    assert theirs[4:] == ours[4:] == fields
