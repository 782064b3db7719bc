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
CANCEL, PROTOCOL_ERROR = 8, 1
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


def _head(path: bytes, *more: tuple[bytes, bytes], method: bytes = b"GET") -> list[tuple[bytes, bytes]]:
    return [(b":method", method), GET[1], (b":path", path), GET[3], *more]


MALFORMED = [
    _head(b"/a", (b"x-a", b"1\r\nx-evil: 2")),
    _head(b"/a", (b"x-a", b"1\n\nGET /b HTTP/1.1\nHost: b")),
    _head(b"/a", (b"x-a", b"1\0")),
    _head(b"/a HTTP/1.1\r\nHost: b\r\n\r\nGET /c"),
    _head(b"/a", method=b"GET /b HTTP/1.1\r\nHost: c\r\n\r\nGET"),
    _head(b"/a", method=b"GET /b?"),
    [*GET[:3], (b":authority", b"api.test\r\nx-evil: 2")],
    _head(b"/a", (b"content-length", b"5")),
    _head(b"/a", (b"x-a: 1 ", b"1")),
    _head(b"/a", (b"transfer-encoding:chunked", b"1")),
    _head(b"/a", ("x-ä".encode(), b"1")),
    _head(b"/a", (b"host", b"api.test"), (b"host", b"other.test")),
]


@pytest.mark.row(
    "Requests of HTTP/2 that HTTP/1.1 would read as another one",
    "h2",
    differs="the proxy refuses them with 400 (in trailers with a reset), as RFC 9113 8.1.1 wants of whoever passes requests"
    " on: a name or a method that is no token, a CR, LF or NUL in a value, several Host fields, a Content-Length where no body follows. So requests"
    " are smuggled. Counted as `uncomparable(unsupported)`",
)
async def test_no_request_becomes_two(h2_over_tls: Any) -> None:
    """What would be another line, or another request, of HTTP/1.1 never reaches legacy; others of the client do."""
    heads = []

    async def serve(head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(OK)

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        for number, fields in enumerate(MALFORMED):
            client.h2.send_headers(1 + 2 * number, fields, end_stream=True)
        client.flush()
        await client.until("end", len(MALFORMED))
        assert {dict(item[2])[b":status"] for item in client.find("headers")} == {b"400"}
        _ask(client, 1, first=101)
        await client.until("end", len(MALFORMED) + 1)
    assert heads == [b"GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n"]


async def test_no_trailers_become_a_request(h2_over_tls: Any) -> None:
    """Their stream is reset, and legacy sees a request that broke off."""
    got = bytearray()
    began, over = asyncio.Event(), asyncio.Event()

    async def serve(_head: bytes, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            got.extend(chunk)
            began.set()
        over.set()

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        client.h2.send_headers(1, [(b":method", b"POST"), *GET[1:]])
        client.h2.send_data(1, b"abc")
        client.flush()
        await asyncio.wait_for(began.wait(), 10)
        client.h2.send_headers(1, [(b"x-t", b"1\r\n\r\nGET /b HTTP/1.1\r\nHost: c")], end_stream=True)
        client.flush()
        assert (await client.until("reset"))[2] == PROTOCOL_ERROR
        await asyncio.wait_for(over.wait(), 10)
    assert bytes(got) == b"3\r\nabc\r\n"


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (b"X-A: 1\r\n: no name\r\n:status: 500\r\nX B: 2\r\nX[1]: 3\r\n", [(b"x-a", b"1")]),
        (b"X-A: 1\r\n  2\r\nX-B: a\0b\r\n", [(b"x-a", b"1 2"), (b"x-b", b"a b")]),
        (b"Connection: Keep-Alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nUpgrade: h2c\r\n", []),
    ],
)
async def test_answers_of_which_http2_knows_no_part(
    h2_over_tls: Any, answer: bytes, fields: list[tuple[bytes, bytes]]
) -> None:
    """The client gets the rest: one odd answer must not end its connection and all that is under way on it."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + answer
    trailers = b"X-Trailer: 1\r\nConnection: close\r\n: no name\r\n"

    async def serve(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"\r\n2\r\nhi\r\n0\r\n" + trailers + b"\r\n")

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        _ask(client, 1)
        await client.until("end")
        assert client.find("headers")[0][2] == [(b":status", b"200"), *fields]
        assert client.find("trailers")[0][2] == [(b"x-trailer", b"1")]


async def test_no_other_protocol_within_a_stream(h2_over_tls: Any) -> None:
    """A 101 is no answer to a request of HTTP/2."""

    async def serve(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhi")

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        _ask(client, 1)
        await client.until("end")
        assert dict(client.find("headers")[0][2])[b":status"] == b"502"


async def test_an_upload_that_is_answered_early(h2_over_tls: Any) -> None:
    """A legacy that answers from the head and closes resets the connection: the client has its answer each time."""

    async def serve(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        writer.close()

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        for number in range(40):
            stream_id = 1 + 2 * number
            client.h2.send_headers(stream_id, [(b":method", b"POST"), *GET[1:], (b"content-length", b"60000")])
            for rest in range(0, 60_000, 10_000):
                client.h2.send_data(stream_id, bytes(10_000), end_stream=rest == 50_000)
            client.flush()
            await client.until("end", number + 1)
        assert [dict(item[2])[b":status"] for item in client.find("headers")] == [b"413"] * 40


async def test_an_upload_that_its_client_cancels(h2_over_tls: Any) -> None:
    """Legacy sees the end of its connection at once."""
    began, over = asyncio.Event(), asyncio.Event()

    async def serve(_head: bytes, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            began.set()
        over.set()

    async with _legacy(serve) as legacy:
        client = await h2_over_tls(legacy.port)
        client.h2.send_headers(1, [(b":method", b"POST"), *GET[1:], (b"content-length", b"100")])
        client.h2.send_data(1, b"abc")
        client.flush()
        await asyncio.wait_for(began.wait(), 10)
        client.h2.reset_stream(1, CANCEL)
        client.flush()
        await asyncio.wait_for(over.wait(), 2)


async def _send_all(client: Any, sent: int, size: int) -> int:
    """As much as the window of stream 1 allows."""
    while (room := min(size - sent, client.h2.local_flow_control_window(1), 16_384)) > 0:
        sent += room
        client.h2.send_data(1, bytes(room), end_stream=sent == size)
        client.flush()
    await asyncio.sleep(0.02)
    return sent
