"""Small real servers for the tests of the clients, and what odd servers send."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _serve(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serves on a free loopback port; gives the URL."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client under test may hang up, and the loop may end first
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, host, 0)
    try:
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
def tcp_server() -> Callable[..., AbstractAsyncContextManager[str]]:
    """Serves a handler on a free loopback port."""
    return _serve


@dataclass(frozen=True)
class OddAnswer:
    """Bytes that a server sends, and what of them a lenient client reads."""

    data: bytes
    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "GET"
    trailers: tuple[tuple[str, str], ...] = ()


_TWO = ("Content-Length", "2")
_CHUNKED = ("Transfer-Encoding", "chunked")


def _with_field(line: bytes, *field: str) -> OddAnswer:
    """A plain answer with one more line in its head."""
    data = b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Length: 2\r\n\r\nhi"
    return OddAnswer(data, 200, ((field[0], field[1]), _TWO) if field else (_TWO,), b"hi")


def _with_start(line: bytes, status: int) -> OddAnswer:
    """A plain answer that begins with this line."""
    return OddAnswer(line + b"\r\nContent-Length: 2\r\n\r\nhi", status, (_TWO,), b"hi")


def _chunked(body: bytes, text: bytes, **more: Any) -> OddAnswer:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    return OddAnswer(data, 200, (_CHUNKED,), text, **more)


def _bare(head: bytes, status: int, *fields: tuple[str, str], body: bytes = b"", method: str = "GET") -> OddAnswer:
    return OddAnswer(head, status, fields, body, method)


ODD_ANSWERS = {
    "plain": _with_field(b"A: 1", "A", "1"),
    "a control character in a cookie": _with_field(b"Set-Cookie: k=a\x01b; path=/", "Set-Cookie", "k=a\x01b; path=/"),
    "every control character but line ends": _with_field(b"A: 1\x02\x03\x1b\x7f2", "A", "1\x02\x03\x1b\x7f2"),
    "NUL in a value": _with_field(b"A: 1\x002", "A", "1\x002"),
    "CR in a value": _with_field(b"A: 1\r2", "A", "1\r2"),
    "latin-1 in a value": _with_field(b"A: J\xfcrgen", "A", "J\xfcrgen"),
    "UTF-8 in a value": _with_field("A: 测".encode(), "A", "测".encode().decode("latin-1")),
    "bytes that are no text": _with_field(b"A: \xff\xfe", "A", "\xff\xfe"),
    "an empty value": _with_field(b"A:", "A", ""),
    "an empty value after a blank": _with_field(b"A: ", "A", ""),
    "no blank after the colon": _with_field(b"A:1", "A", "1"),
    "tabs around a value": _with_field(b"A:\t1\t", "A", "1"),
    "many blanks around a value": _with_field(b"A:    1    ", "A", "1"),
    "blanks within a value": _with_field(b"A: 1  2\t3", "A", "1  2\t3"),
    "a colon in a value": _with_field(b"A: b:c: d", "A", "b:c: d"),
    "a folded line": _with_field(b"A: 1\r\n 2", "A", "1 2"),
    "a line folded with a tab": _with_field(b"A: 1\r\n\t2", "A", "1 2"),
    "two folded lines": _with_field(b"A: 1\r\n 2\r\n   3  ", "A", "1 2 3"),
    "an empty folded line": _with_field(b"A: 1\r\n \r\n 2", "A", "1  2"),
    "a value on the second line": _with_field(b"A:\r\n 1", "A", "1"),
    "a fold that ends with LF alone": _with_field(b"A: 1\n 2", "A", "1 2"),
    "a blank in a name": _with_field(b"Ban To: x", "Ban To", "x"),
    "a blank before the colon": _with_field(b"A : x", "A", "x"),
    "brackets in a name": _with_field(b"A[y]: 1", "A[y]", "1"),
    "odd characters in a name": _with_field(b"A@(b)=;,\"'/<>?{}: 1", "A@(b)=;,\"'/<>?{}", "1"),
    "latin-1 in a name": _with_field(b"J\xfc: 1", "J\xfc", "1"),
    "an underscore in a name": _with_field(b"x_a: 1", "x_a", "1"),
    "letter case of names": _with_field(b"x-aBC: 1", "x-aBC", "1"),
    "a name alone of digits": _with_field(b"123: 1", "123", "1"),
    "a long name": _with_field(b"n" * 10_000 + b": 1", "n" * 10_000, "1"),
    "a field of 70 KB": _with_field(b"A: " + b"v" * 70_000, "A", "v" * 70_000),
    "a field of 900 KB": _with_field(b"A: " + b"v" * 900_000, "A", "v" * 900_000),
    "status 600": _with_start(b"HTTP/1.1 600 Odd", 600),
    "status 999": _with_start(b"HTTP/1.1 999 Request denied", 999),
    "status 99": _with_start(b"HTTP/1.1 99 Low", 99),
    "status 299": _with_start(b"HTTP/1.1 299 Own", 299),
    "status 20": _with_start(b"HTTP/1.1 20 Short", 20),
    "no reason": _with_start(b"HTTP/1.1 200", 200),
    "no reason after a blank": _with_start(b"HTTP/1.1 200 ", 200),
    "an odd reason": _with_start(b"HTTP/1.1 200 J\xfc: \x01 !", 200),
    "two blanks in the status line": _with_start(b"HTTP/1.1  200  OK", 200),
    "HTTP/1.0": _with_start(b"HTTP/1.0 200 OK", 200),
    "HTTP/1.2": _with_start(b"HTTP/1.2 200 OK", 200),
    "LF alone": _bare(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, _TWO, body=b"hi"),
    "LF and CRLF": _bare(b"HTTP/1.1 200 OK\r\nA: 1\nContent-Length: 2\r\n\nhi", 200, ("A", "1"), _TWO, body=b"hi"),
    "two equal lengths": _with_field(b"Content-Length: 2", *_TWO),
    "a length as a list": _bare(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", 200, ("Content-Length", "2, 2"), body=b"hi"
    ),
    "a length of 02": _bare(
        b"HTTP/1.1 200 OK\r\nContent-Length: 02\r\n\r\nhi", 200, ("Content-Length", "02"), body=b"hi"
    ),
    "a length of nothing": _bare(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ("Content-Length", "0")),
    "identity": _with_field(b"Transfer-Encoding: identity", "Transfer-Encoding", "identity"),
    "identity without a length": _bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhi", 200, ("Transfer-Encoding", "identity"), body=b"hi"
    ),
    "a coding that is not chunked": _bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhi", 200, ("Transfer-Encoding", "gzip"), body=b"hi"
    ),
    "gzip and chunked": _bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        200,
        ("Transfer-Encoding", "gzip, chunked"),
        body=b"hi",
    ),
    "Chunked in capitals": _bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        200,
        ("Transfer-Encoding", "Chunked"),
        body=b"hi",
    ),
    "chunks and a length": _bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        200,
        _CHUNKED,
        body=b"hi",
    ),
    "chunks": _chunked(b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", b"hi"),
    "extensions of chunks": _chunked(b'2;a=b;c="d;e"\r\nhi\r\n0;z\r\n\r\n', b"hi"),
    "zeros before a size": _chunked(b"0002\r\nhi\r\n000\r\n\r\n", b"hi"),
    "blanks after a size": _chunked(b"2  \r\nhi\r\n0 \r\n\r\n", b"hi"),
    "sizes in hex": _chunked(b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", b"01234567890123456789"),
    "trailers": _chunked(b"2\r\nhi\r\n0\r\nT: 1\r\nt: 2\r\n\r\n", b"hi", trailers=(("T", "1"), ("t", "2"))),
    "no chunk but the last": _chunked(b"0\r\n\r\n", b""),
    "a body to the end": _bare(b"HTTP/1.1 200 OK\r\n\r\nhi", 200, body=b"hi"),
    "an empty body to the end": _bare(b"HTTP/1.1 200 OK\r\n\r\n", 200),
    "a body of bytes to the end": _bare(b"HTTP/1.0 200 OK\r\n\r\n\x00\r\n\r\n\xff", 200, body=b"\x00\r\n\r\n\xff"),
    "204": _bare(b"HTTP/1.1 204 No Content\r\nA: 1\r\n\r\n", 204, ("A", "1")),
    "204 with a length": _bare(b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", 204, _TWO),
    "304 with a length": _bare(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", 304, _TWO),
    "205 with a body": _bare(b"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nhi", 205, _TWO, body=b"hi"),
    "HEAD with a length": _bare(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", 200, _TWO, method="HEAD"),
    "HEAD with chunks": _bare(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, _CHUNKED, method="HEAD"),
    "100 and an answer": _bare(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, _TWO, body=b"hi"
    ),
    "103 and 102 and an answer": _bare(
        b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nhi",
        404,
        _TWO,
        body=b"hi",
    ),
    "Connection: close": _with_field(b"Connection: close", "Connection", "close"),
    "an odd Connection": _with_field(b"Connection: Keep-Alive, x", "Connection", "Keep-Alive, x"),
    "the same field a hundred times": _bare(
        b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 100 + b"Content-Length: 2\r\n\r\nhi",
        200,
        *((("A", "1"),) * 100),
        _TWO,
        body=b"hi",
    ),
    "five thousand fields": _bare(
        b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 5000 + b"Content-Length: 2\r\n\r\nhi",
        200,
        *((("A", "1"),) * 5000),
        _TWO,
        body=b"hi",
    ),
}
"""Each is an answer that lenient clients take; where the proxy passes it on, both sides' records are to be equal."""


@pytest.fixture(scope="session")
def odd_answers() -> dict[str, OddAnswer]:
    """Answers of all kinds by what is odd about them."""
    return ODD_ANSWERS
