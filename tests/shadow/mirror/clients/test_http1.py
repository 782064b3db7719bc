"""HTTP/1.1 with a side that does as it likes: a failure or an answer, soon, and within bounds."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply, Request
from crossfade.shadow.mirror.clients.upstream import Upstream

Serve = Callable[[Any], AbstractAsyncContextManager[str]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def _writing(*parts: bytes, forever: bytes = b"") -> Any:
    """A handler that reads one request and writes the parts as single packets, and then one without end."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)  # else two parts are one packet
        while forever:
            writer.write(forever)
            await writer.drain()

    return handle


async def _ask(serve: Serve, handler: Any, request: Request, deadline_ms: int = 2000) -> Reply:
    async with serve(handler) as url:
        upstream = Upstream(url, deadline_ms=deadline_ms, body_limit_bytes=1000)
        reply = await upstream.ask(request)
        await upstream.close()
    return reply


@pytest.fixture
def request_(request_of: Callable[..., Request]) -> Request:
    """A plain GET."""
    return request_of(headers=(("Host", "api.test"),))


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "]
)
async def test_a_line_without_end(tcp_server: Serve, request_: Request, start: bytes) -> None:
    """A status line, header or trailer that never ends is invalid as soon as it is too long."""
    reply = await _ask(tcp_server, _writing(start, forever=b"x" * 10_000), request_, deadline_ms=20_000)
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.INVALID
    assert len(reply.detail) <= 200


async def test_headers_without_end(tcp_server: Serve, request_: Request) -> None:
    """The sum counts, not the single line."""
    handler = _writing(b"HTTP/1.1 200 OK\r\n", forever=b"X: 1\r\n" * 1000)
    reply = await _ask(tcp_server, handler, request_, deadline_ms=20_000)
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.INVALID


@pytest.mark.parametrize(
    ("start", "forever"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n" * 100),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
    ],
)
async def test_an_answer_without_end(tcp_server: Serve, request_: Request, start: bytes, forever: bytes) -> None:
    """A body, chunks or interim answers that never end are cut off by the deadline."""
    reply = await _ask(tcp_server, _writing(start, forever=forever), request_, deadline_ms=100)
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.DEADLINE


async def test_a_large_header_in_two_packets(tcp_server: Serve, request_: Request) -> None:
    """40 KB of header are an answer, however the network cuts them."""
    parts = (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000, b"x" * 20_000 + b"\r\nContent-Length: 2\r\n\r\n", b"hi")
    reply = await _ask(tcp_server, _writing(*parts), request_)
    assert isinstance(reply, Answer)
    assert (reply.body, len(reply.headers[0][1])) == (b"hi", 40_000)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0\xff" * 100 + b"\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    ],
)
async def test_garbage(tcp_server: Serve, request_: Request, garbage: bytes) -> None:
    """What is not HTTP is invalid."""
    reply = await _ask(tcp_server, _writing(garbage), request_)
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.INVALID


@pytest.mark.parametrize(("method", "at_once"), [("GET", True), ("GET", False), ("HEAD", True)])
async def test_more_than_the_answer_is_no_answer_to_the_next(
    tcp_server: Serve, request_of: Callable[..., Request], method: str, at_once: bool
) -> None:
    """A side that sends more than one answer to one request, in one packet or later, gets no second request there."""
    connections = 0

    async def two(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        if not at_once:
            await asyncio.sleep(0.01)
        writer.write(OK.replace(b"200", b"500"))
        await reader.read()

    async with tcp_server(two) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        request = request_of(method=method, headers=(("Host", "api.test"),))
        first = await upstream.ask(request)
        await asyncio.sleep(0.05)
        replies = (first, await upstream.ask(request))
        await upstream.close()
    assert [reply.status for reply in replies if isinstance(reply, Answer)] == [200, 200]
    assert connections == 2
