"""Requests that legacy may understand though no textbook has them: it gets the very bytes."""

import asyncio
import socket
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
HOST = b"Host: a\r\n"


def _get(target: bytes = b"/", fields: bytes = HOST, *, method: bytes = b"GET", version: bytes = b"HTTP/1.1") -> bytes:
    return b"%s %s %s\r\n%s\r\n" % (method, target, version, fields)


def _post(fields: bytes, body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body


def _chunked(coding: bytes, body: bytes = b"3\r\nabc\r\n0\r\n\r\n") -> bytes:
    return _post(b"Transfer-Encoding: " + coding + b"\r\n", body)


PASSED = {
    "UTF-8 in the target": _get("/caf\u00e9?q=\u6d4b".encode()),
    "GBK in the target": _get("/?q=\u6d4b".encode("gbk")),
    "braces, pipe, caret, backtick": _get(b'/?f={"a":[1,2]}|x^`'),
    "quotes and a backslash": _get(b'/"x"<y>\\z\''),
    "NUL in the target": _get(b"/a\x00b"),
    "controls in the target": _get(b"/a\x01\x7fb"),
    "a blank in the target": _get(b"/a b c"),
    "a fragment": _get(b"/x#frag"),
    "percent signs that mean nothing": _get(b"/%zz%"),
    "dot segments": _get(b"/a/../b/./c"),
    "double slashes": _get(b"//two//s"),
    "parameters of a path": _get(b"/s;a=1/2"),
    "the server as a whole": _get(b"*", method=b"OPTIONS"),
    "absolute form": _get(b"http://other.test/abs?x=1"),
    "absolute form of https": _get(b"https://other.test:8443/abs"),
    "absolute form of another scheme": _get(b"ftp://x/y"),
    "absolute form without a path": _get(b"http://other.test"),
    "absolute form with a user": _get(b"http://u:p@other.test/"),
    "absolute form with no port": _get(b"http://other.test:99999999/"),
    "a target without a slash": _get(b"foo/bar"),
    "a target that is a query": _get(b"?a=b"),
    "a target that is an authority": _get(b"a.test:80"),
    "a long target": _get(b"/" + b"t" * 60_000),
    "a lower-case method": _get(method=b"get"),
    "a method of its own": _get(method=b"FOO-BAR"),
    "a method of symbols": _get(method=b"M!#$%&'*+-.^_`|~"),
    "a method that is no token": _get(method=b"GET[]"),
    "a method in UTF-8": _get(method="G\u00c9T".encode()),
    "TRACE": _get(method=b"TRACE"),
    "a long method": _get(method=b"M" * 300),
    "HTTP/1.0 without Host": _get(fields=b"", version=b"HTTP/1.0"),
    "HTTP/1.1 without Host": _get(fields=b""),
    "two Host fields": _get(fields=HOST + b"Host: b\r\n"),
    "an empty Host": _get(fields=b"Host:\r\n"),
    "a Host that is none": _get(fields=b"Host: a b/c?\xff\r\n"),
    "a lower-case version": _get(version=b"http/1.1"),
    "HTTP/1.2": _get(version=b"HTTP/1.2"),
    "HTTP/1.10": _get(version=b"HTTP/1.10"),
    "HTTP/2.0 in a line of HTTP/1": _get(version=b"HTTP/2.0"),
    "tabs in the request line": b"GET\t/\tHTTP/1.1\r\n" + HOST + b"\r\n",
    "blanks in the request line": b"GET  /a  HTTP/1.1 \r\n" + HOST + b"\r\n",
    "lines that end in LF": b"GET / HTTP/1.1\nHost: a\nX: 1\n\n",
    "lines of both kinds": b"GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\n",
    "empty values": _get(fields=HOST + b"X-E:\r\nX-F: \r\n"),
    "no blank behind the colon": _get(fields=HOST + b"X:1\r\n"),
    "blanks around a value": _get(fields=HOST + b"X: \t 1 \t \r\n"),
    "names that are no tokens": _get(fields=HOST + b'X@Y: 1\r\nX[a]: 2\r\n{}: 3\r\nX/Y: 4\r\nX"Y: 5\r\n'),
    "a blank in a name": _get(fields=HOST + b"Ban To: x\r\nX: 1\r\n"),
    "an empty name": _get(fields=HOST + b": x\r\n"),
    "a name in UTF-8": _get(fields=HOST + "X-\u00e9: x\r\n".encode()),
    "a control in a name": _get(fields=HOST + b"X\x01: 1\r\n"),
    "a line without a colon": _get(fields=HOST + b"junk\r\nX: 1\r\n"),
    "controls in a value": _get(fields=HOST + b"X: a\x01\x02\x7fb\r\n"),
    "NUL in a value": _get(fields=HOST + b"X: a\x00b\r\n"),
    "a value in Latin-1": _get(fields=HOST + b"X: J\xfcrgen\r\n"),
    "a folded value": _get(fields=HOST + b"X: a\r\n b\r\n\tc\r\n"),
    "a fold of nothing": _get(fields=HOST + b"X: a\r\n \r\nY: 1\r\n"),
    "the same field again": _get(fields=HOST + b"X: 1\r\nX: 2\r\nX: 1\r\n"),
    "letter case": _get(fields=HOST + b"x-AbC: 1\r\nX-aBc: 2\r\n"),
    "two Cookie fields": _get(fields=HOST + b"Cookie: a=1\r\nCookie: b=2\r\n"),
    "another Expect": _get(fields=HOST + b"eXpect: something\r\n"),
    "fields of one hop": _get(fields=HOST + b"Proxy-Connection: keep-alive\r\nKeep-Alive: 5\r\nTE: trailers\r\n"),
    "an upgrade to h2c": _get(
        fields=HOST
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    ),
    "2,000 fields": _get(fields=HOST + b"".join(b"X-%d: %d\r\n" % (at, at) for at in range(2_000))),
    "a value of 100 KB": _get(fields=HOST + b"X: " + b"v" * 100_000 + b"\r\n"),
    "a body of GET": _get(fields=HOST + b"Content-Length: 3\r\n") + b"abc",
    "a length with zeros": _post(b"Content-Length: 003\r\n", b"abc"),
    "two equal lengths": _post(b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"),
    "identity alone": _post(b"Transfer-Encoding: identity\r\n", b""),
    "Expect with its body": _post(b"Expect: 100-continue\r\nContent-Length: 1\r\n", b"x"),
    "CHUNKED": _chunked(b"CHUNKED"),
    "gzip, chunked": _chunked(b"gzip, chunked"),
    "trailers": _chunked(b"chunked", b"3\r\nabc\r\n0\r\nX-T:1\r\nX t : 2\r\n\r\n"),
}

_BODY = b"0\r\n\r\n"
_LENGTH = b"Content-Length: "
REFUSED = {
    "a length and chunks": (400, _post(_LENGTH + b"3\r\nTransfer-Encoding: chunked\r\n", _BODY)),
    "a length and identity": (400, _post(_LENGTH + b"3\r\nTransfer-Encoding: identity\r\n", b"abc")),
    "two lengths": (400, _post(_LENGTH + b"3\r\nContent-Length: 4\r\n", b"abcd")),
    "a list of lengths": (400, _post(_LENGTH + b"3, 3\r\n", b"abc")),
    "a negative length": (400, _post(_LENGTH + b"-1\r\n", b"")),
    "a length with a sign": (400, _post(_LENGTH + b"+3\r\n", b"abc")),
    "a length in hex": (400, _post(_LENGTH + b"0x3\r\n", b"abc")),
    "no length at all": (400, _post(_LENGTH + b"\r\n", b"")),
    "a length beyond counting": (400, _post(_LENGTH + b"9" * 40 + b"\r\n", b"")),
    "an unknown coding": (400, _chunked(b"xchunked", _BODY)),
    "chunks that are not last": (400, _chunked(b"chunked, identity", _BODY)),
    "chunks twice": (400, _chunked(b"chunked\r\nTransfer-Encoding: chunked", _BODY)),
    "a control before the coding": (400, _chunked(b"\x0bchunked", _BODY)),
    "a folded coding": (400, _chunked(b"\r\n chunked", _BODY)),
    "chunks in HTTP/1.0": (400, _get(fields=HOST + b"Transfer-Encoding: chunked\r\n", version=b"HTTP/1.0") + _BODY),
    "a blank before a colon": (400, _get(fields=HOST + b"X : 1\r\n")),
    "a blank before the colon of a length": (400, _post(b"Content-Length : 3\r\n", b"abc")),
    "a length as WSGI writes it": (400, _post(b"Content_Length: 3\r\n", b"abc")),
    "a coding with a NUL": (400, _post(b"Transfer-Encoding\x00: chunked\r\n", _BODY)),
    "a length in a folded line": (400, _post(b"X: 1\r\n Content-Length: 3\r\n", b"abc")),
    "a fold before all fields": (400, _get(fields=b" X: 1\r\n" + HOST)),
    "a CR in a value": (400, _get(fields=HOST + b"X: a\rContent-Length: 3\r\n")),
    "a CR in the target": (400, _get(b"/a\rb")),
    "a length behind a line that is no field": (400, _post(b"junk\r\nContent-Length: 3\r\n", b"abc")),
    "a length behind a name with a blank": (400, _post(b"Ban To: 1\r\nContent-Length: 3\r\n", b"abc")),
    "CONNECT": (501, _get(b"a.test:80", method=b"CONNECT")),
    "connect": (501, _get(b"a.test:80", method=b"connect")),
    "a chunk without a size": (400, _chunked(b"chunked", b"zz\r\nabc\r\n0\r\n\r\n")),
    "a chunk's line that ends in LF": (400, _chunked(b"chunked", b"3\nabc\r\n0\r\n\r\n")),
    "a chunk that is longer than it says": (400, _chunked(b"chunked", b"3\r\nabcXX0\r\n\r\n")),
    "a head of 2 MB": (431, _get(fields=HOST + b"X: " + b"v" * 2_000_000 + b"\r\n")),
    "trailers of 2 MB": (431, _chunked(b"chunked", b"0\r\nX: " + b"v" * 2_000_000 + b"\r\n\r\n")),
    "a chunk's line of 2 MB": (431, _chunked(b"chunked", b"3;" + b"v" * 2_000_000 + b"\r\nabc\r\n0\r\n\r\n")),
}

NO_REQUESTS = {
    "no request line": (400, b"garbage\r\n\r\n"),
    "HTTP/0.9": (400, b"GET /\r\n\r\n"),
    "no target": (400, b"GET HTTP/1.1\r\n\r\n"),
    "a line without an end": (431, b"GET /" + b"x" * 2_000_000),
}


async def _until_end(peer: Any) -> None:
    await peer.rest()
    await peer.send(OK)


def _ask(port: int, request: bytes) -> bytes:
    """Sends, says that no more comes, and reads to the end. A refusal may come before all is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        while chunk := client.recv(65_536):
            got += chunk
    return got


@pytest.mark.row("Odd requests: 73 kinds of targets, methods, versions, fields and bodies, byte by byte", "raw")
async def test_passed(proxy: Any, raw: Any, ends: Any) -> None:
    """Legacy receives through the proxy what it receives directly, and the request is told of."""
    assert len(PASSED) == 73
    async with raw(_until_end)() as server:
        running = await proxy(server.port)
        differ = {}
        for name, request in PASSED.items():
            got = [await asyncio.to_thread(_ask, port, request) for port in (server.port, running.port)]
            if got != [OK, OK] or server.seen[-2:] != [request, request]:
                differ[name] = (got[1], server.seen[-1])
    assert differ == {}
    assert [end.status for end in await ends(running, len(PASSED))] == [200] * len(PASSED)


@pytest.mark.row(
    "Requests that two servers could read in two ways",
    "raw",
    differs="the proxy refuses them with 400 and a line with the reason: a length and chunks, lengths or codings that are "
    "not one plain value, a blank before a colon, a CR without LF, a length in or behind a line that is no plain field, "
    "chunks that break RFC 9112 7.1. That is how requests are smuggled. Counted as `uncomparable(unsupported)`",
)
@pytest.mark.row(
    "CONNECT",
    "raw",
    differs="501: the proxy opens no tunnels to elsewhere; counted as `uncomparable(unsupported)`",
)
@pytest.mark.row(
    "Heads, trailers and lines between chunks without an end",
    "raw",
    differs="beyond `ENGINE_HEAD_LIMIT_BYTES` (shadow/capture/mitmproxy/wire/limits.py) a request is refused with 431, counted as "
    "`uncomparable(unsupported)`, an answer with 502, counted as `legacy_failed(invalid)`: memory is bounded",
)
async def test_refused(proxy: Any, raw: Any, ends: Any) -> None:
    """Each enters, is answered by the proxy, reaches legacy not at all or without an end, and ends in one way."""
    async with raw(_until_end)() as server:
        running = await proxy(server.port)
        differ = {}
        for name, (status, request) in REFUSED.items():
            got = await asyncio.to_thread(_ask, running.port, request)
            if not got.startswith(b"HTTP/1.1 %d " % status) or b"\r\nConnection: close\r\n" not in got:
                differ[name] = got
        assert differ == {}
        assert await ends(running, len(REFUSED)) == ["unsupported"] * len(REFUSED)
    assert not any(seen.endswith((b"abc", b"0\r\n\r\n")) for seen in server.seen)


@pytest.mark.row(
    "What is no request of HTTP/1",
    "raw",
    differs="the proxy answers 400 (431 where a line has no end) in legacy's place; it has no method and no path, so it "
    "has no route and does not enter",
)
async def test_no_requests(proxy: Any, raw: Any) -> None:
    """They do not enter, and legacy sees nothing."""
    async with raw(_until_end)() as server:
        running = await proxy(server.port)
        for status, request in NO_REQUESTS.values():
            assert (await asyncio.to_thread(_ask, running.port, request)).startswith(b"HTTP/1.1 %d " % status)
    assert server.seen == []
    assert running.told.ends == {}
