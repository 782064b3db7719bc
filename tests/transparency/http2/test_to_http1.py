"""Clients of HTTP/2 (TLS, ALPN) in front of a legacy that speaks HTTP/1.1 without TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

GET = [(b":method", b"GET"), (b":scheme", b"https"), (b":path", b"/a"), (b":authority", b"api.test")]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
Serve = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Any]


class Legacy:
    """Counts its connections."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.accepted = 0
        self.open = 0
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.open += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._serve(head, reader, writer)
                await writer.drain()
        self.open -= 1
        writer.close()


@asynccontextmanager
async def _legacy(serve: Serve, port: int = 0) -> AsyncIterator[Legacy]:
    legacy = Legacy(serve)
    server = await asyncio.start_server(legacy.handle, "127.0.0.1", port)
    legacy.port = server.sockets[0].getsockname()[1]
    yield legacy
    server.close()


@pytest.fixture
def h2_over_tls(proxy: Any, h2_client: Any, certificates: Any) -> Any:
    """A client of a proxy with TLS in front of a legacy."""

    async def connect(legacy_port: int) -> Any:
        context = ssl.create_default_context(cafile=str(certificates.ca))
        context.check_hostname = False
        context.set_alpn_protocols(["h2"])
        return await h2_client((await proxy(legacy_port, cert=certificates.server)).port, context)

    return connect


def _ask(client: Any, count: int, fields: Any = GET, first: int = 1) -> None:
    for number in range(count):
        client.h2.send_headers(first + 2 * number, fields, end_stream=True)
    client.flush()


async def test_as_many_connections_as_streams(h2_over_tls: Any, eventually: Any) -> None:
    """A hundred requests of which none is answered before all have come; then all connections are closed."""
    together = asyncio.Barrier(100)

    async def serve(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await together.wait()
        writer.write(OK)

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        _ask(client, 100)
        await client.until("end", 100)
        assert {dict(item[2])[b":status"] for item in client.find("headers")} == {b"200"}
        await eventually(lambda: not legacy.open)


async def test_event_streams_hold_nobody_up(h2_over_tls: Any) -> None:
    """Twenty answers that do not end stay open while two hundred requests come and go."""

    async def serve(head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ENDLESS if head.startswith(b"GET /events") else OK)

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        _ask(client, 20, [*GET[:2], (b":path", b"/events"), GET[3]])
        await client.until("data", 20)
        for number in range(200):
            _ask(client, 1, first=41 + 2 * number)
            await client.until("end", number + 1)
        assert legacy.open <= 21


async def test_a_legacy_that_is_down_while_many_wait(h2_over_tls: Any) -> None:
    """Each gets 502; when legacy is there, the next gets an answer."""

    async def serve(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)

    async with _legacy(serve) as probe:
        port = probe.port
    client = await h2_over_tls(port)
    _ask(client, 50)
    await client.until("end", 50)
    assert {dict(item[2])[b":status"] for item in client.find("headers")} == {b"502"}
    async with _legacy(serve, port):
        _ask(client, 1, first=101)
        await client.until("end", 51)
        assert dict(client.find("headers")[-1][2])[b":status"] == b"200"


async def test_an_upload_that_legacy_does_not_read(h2_over_tls: Any) -> None:
    """It waits alone: others of the same client are answered meanwhile, and then it arrives whole."""
    reads = asyncio.Event()
    size = 20_000_000
    got = 0

    async def serve(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        if head.startswith(b"POST"):
            await reads.wait()
            while got < size:
                got += len(await reader.read(65_536))
        writer.write(OK)

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        fields = [(b":method", b"POST"), *GET[1:], (b"content-length", b"%d" % size)]
        client.h2.send_headers(1, fields)
        sent = 0
        for number in range(20):
            sent = await _send_all(client, sent, size)
            _ask(client, 1, first=3 + 2 * number)
            await client.until("end", number + 1)
        assert 0 < sent < 8_000_000
        reads.set()
        while sent < size:
            sent = await _send_all(client, sent, size)
        await client.until("end", 21)
        assert got == size


async def _send_all(client: Any, sent: int, size: int) -> int:
    """As much as the window of stream 1 allows."""
    while (room := min(size - sent, client.h2.local_flow_control_window(1), 16_384)) > 0:
        sent += room
        client.h2.send_data(1, bytes(room), end_stream=sent == size)
        client.flush()
    await asyncio.sleep(0.02)
    return sent
