"""HTTP/1.1 with a side that does as it likes: a failure or an answer, soon, and within bounds."""

import asyncio
import contextlib
import http.server
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from crossfade.shadow.asking.clients.address import TlsFiles
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply, Request

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


class Script:
    """A server that does ``each(connection, request)`` for each request: the numbers count from 1.

    What it returns is written in parts with a moment between them; None closes the connection without a word.
    """

    def __init__(self, each: Callable[[int, int, bytes], tuple[bytes, ...] | None]) -> None:
        self.each = each
        self.connections = 0
        self.seen: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection, count = self.connections, 0
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            count += 1
            self.seen.append(head.split(b" ", 2)[1].decode())
            parts = self.each(connection, count, head)
            if parts is None:
                return
            for number, part in enumerate(parts):
                if number:
                    await asyncio.sleep(0.03)
                writer.write(part)
                await writer.drain()


EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize("late", [True, False])
async def test_a_body_after_204_reaches_no_innocent(
    tcp_server: Serve, request_of: Callable[..., Request], monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """Whether it comes with the answer or after it: it is counted, and the next requests are answered as they are."""
    for name in ("_REST_S", "_IDLE_S"):  # however late it comes on a busy machine, the connection still rests
        monkeypatch.setattr(f"crossfade.shadow.asking.clients.http1.{name}", 60.0)

    def each(_connection: int, _count: int, head: bytes) -> tuple[bytes, ...]:
        if b"/empty" in head:
            return (EMPTY, b"oops") if late else (EMPTY + b"oops",)
        return (OK,)

    script = Script(each)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=20_000, body_limit_bytes=1000)
        for number in range(10):
            for method in ("GET", "POST", "GET"):
                empty = await upstream.ask(request_of(target="/empty"), safe=True)
                reply = await upstream.ask(request_of(target="/item", method=method), safe=method == "GET")
                assert isinstance(empty, Answer), number
                assert (isinstance(reply, Answer), empty.status, empty.body) == (True, 204, b""), number
        async with asyncio.timeout(20):
            while upstream.notes.counts[Note.BYTES_AFTER_ANSWER] < 30:  # noqa: ASYNC110 - another process's bytes
                await asyncio.sleep(0.01)  # the server sends the last ones
        await upstream.close()
    assert upstream.notes.counts == {Note.BYTES_AFTER_ANSWER: 30}
    assert len(script.seen) == 60  # nothing was sent twice


async def test_a_body_long_after_204(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """So late that the connection serves again: a safe request is sent once more, and the one before is to blame."""

    def each(_connection: int, _count: int, head: bytes) -> tuple[bytes, ...]:
        return (EMPTY,) if b"/empty" in head else (b"oops" + OK,) if _count > 1 else (OK,)

    script = Script(each)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of("id-1", target="/empty"), safe=True)
        await asyncio.sleep(0.15)
        reply = await upstream.ask(request_of("id-2", target="/item"), safe=True)
        await upstream.close()
    assert isinstance(reply, Answer)
    assert (script.connections, script.seen) == (2, ["/empty", "/item", "/item"])
    assert upstream.notes.counts == {Note.BYTES_AFTER_ANSWER: 1}


async def test_a_connection_rests_after_a_body_that_is_none(
    tcp_server: Serve, request_of: Callable[..., Request]
) -> None:
    """It is used again when nothing came for a while; a write does not take it."""
    script = Script(lambda *_: (EMPTY,))
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of(), safe=True)
        await asyncio.sleep(0.15)
        await upstream.ask(request_of(), safe=True)
        assert script.connections == 1
        await asyncio.sleep(0.15)
        await upstream.ask(request_of(method="POST"))
        assert script.connections == 2
        await upstream.close()


@pytest.mark.parametrize(
    ("method", "safe", "parts", "times"),
    [("GET", True, False, 2), ("GET", False, False, 1), ("POST", False, False, 1), ("GET", True, True, 1)],
)
async def test_a_connection_that_closes_as_it_is_used(
    tcp_server: Serve, request_of: Callable[..., Request], method: str, safe: bool, parts: bool, times: int
) -> None:
    """A safe request of which nothing was answered is sent once more, and counted; no other one is."""

    def each(_connection: int, count: int, _head: bytes) -> tuple[bytes, ...] | None:
        return (OK,) if count == 1 else None

    script = Script(each)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of(target="/first"))
        body = None
        if parts:
            body = RequestParts()
            body.end()
        reply = await upstream.ask(request_of(target="/second", method=method), None, body, safe=safe)
        await upstream.close()
    assert isinstance(reply, Answer) is (times == 2)
    assert script.seen == ["/first", *["/second"] * times]
    assert upstream.notes.counts == ({Note.CLOSED_AS_USED: 1} if times == 2 else {})


async def test_a_side_that_never_answers_is_asked_twice_at_most(
    tcp_server: Serve, request_of: Callable[..., Request]
) -> None:
    """On a new connection too nothing comes: that is its failure."""
    script = Script(lambda _connection, _count, head: None if b"/bad" in head else (OK,))
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of(target="/first"), safe=True)
        replies = [await upstream.ask(request_of(target="/bad"), safe=True) for _ in range(2)]
        await upstream.close()
    assert [reply.reason for reply in replies if isinstance(reply, Failure)] == [FailureReason.RESET] * 2
    assert script.seen == ["/first", "/bad", "/bad", "/bad"]  # the second one began on a new connection


async def test_a_side_that_dies_of_a_request(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """That it is gone when it is asked once more is not what happened first."""

    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.readuntil(b"\r\n\r\n")
        await stack.aclose()

    stack = contextlib.AsyncExitStack()
    url = await stack.enter_async_context(tcp_server(die))
    upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
    await upstream.ask(request_of(), safe=True)
    reply = await upstream.ask(request_of(), safe=True)
    await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.RESET


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", b"HTTP/1.1 103 Early\r\n\r\n", b"H"]
)
async def test_what_has_begun_is_not_asked_again(
    tcp_server: Serve, request_of: Callable[..., Request], first: bytes
) -> None:
    """A byte of an answer is an answer that was cut."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(first)

    seen: list[bytes] = []
    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of(), safe=True)
        reply = await upstream.ask(request_of(), safe=True)
        await upstream.close()
    assert isinstance(reply, Failure)
    assert (reply.reason, len(seen)) == (FailureReason.RESET, 1)


async def test_a_write_takes_no_connection_that_was_quiet(
    tcp_server: Serve, request_of: Callable[..., Request]
) -> None:
    """It can't be sent again if the connection closes just then; a safe request can."""
    script = Script(lambda *_: (OK,))
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of())
        await asyncio.sleep(0.25)
        await upstream.ask(request_of(), safe=True)
        assert script.connections == 1
        await asyncio.sleep(0.25)
        await upstream.ask(request_of(method="POST"))
        assert script.connections == 2
        await upstream.close()


async def test_a_side_that_closes_what_it_said_to_keep(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """After each answer, as some servers do: writes go out on new connections, are sent once, and none fails."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        await writer.drain()
        await asyncio.sleep(0.002)

    seen: list[bytes] = []
    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        await upstream.ask(request_of(), safe=True)
        await asyncio.sleep(0.05)
        replies = [await upstream.ask(request_of(method="POST")) for _ in range(30)]
        await upstream.close()
    assert [isinstance(reply, Answer) for reply in replies] == [True] * 30
    assert len(seen) == 31


async def test_two_answers_in_one_segment(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """A header that splits the answer, or a server that answers twice: the second is nobody's."""
    split = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: a\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    script = Script(lambda *_: (split,))
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of(), safe=True) for _ in range(5)]
        await upstream.close()
    assert [reply.status for reply in replies if isinstance(reply, Answer)] == [200] * 5
    assert script.connections == 5
    assert upstream.notes.counts == {Note.BYTES_AFTER_ANSWER: 5}


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
async def test_whether_a_connection_is_kept(
    tcp_server: Serve, request_of: Callable[..., Request], version: bytes
) -> None:
    """HTTP/1.0 with keep-alive is, HTTP/1.1 with close is not, though the server leaves it open."""
    word = b"keep-alive" if version == b"HTTP/1.0" else b"close"
    script = Script(
        lambda *_: (OK.replace(b"HTTP/1.1", version).replace(b"\r\n\r\n", b"\r\nConnection: " + word + b"\r\n\r\n"),)
    )
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of(), safe=True) for _ in range(3)]
        await upstream.close()
    assert [reply.body for reply in replies if isinstance(reply, Answer)] == [b"hi"] * 3
    assert script.connections == (1 if version == b"HTTP/1.0" else 3)


async def test_an_answer_to_a_body_that_is_not_read(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """A side that refuses a long body and neither reads nor closes has answered."""
    hold = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK.replace(b"200 OK", b"413 Too Large"))
        await hold.wait()

    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(method="POST", body=b"x" * 20_000_000))
        hold.set()
        await upstream.close()
    assert isinstance(reply, Answer)
    assert reply.status == 413


async def test_a_side_that_ends_its_half_first(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """It has answered, says that no more will come, and still reads."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        writer.write_eof()
        await reader.read()

    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of(method="POST")) for _ in range(3)]
        await upstream.close()
    assert [isinstance(reply, Answer) for reply in replies] == [True] * 3


@pytest.mark.parametrize("body", [b"Content-Length: 2\r\n\r\nhi", b"\r\nhi"])
async def test_tls_that_ends_without_a_word(certificates: Any, request_of: Callable[..., Request], body: bytes) -> None:
    """A connection that is closed without close_notify, as many servers do, ends an answer as any other does."""

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            tls = certificates.server_context().wrap_socket(plain, server_side=True)
            tls.recv(10_000)
            tls.sendall(b"HTTP/1.1 200 OK\r\n" + body)
            socket.socket(fileno=tls.detach()).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        upstream = Upstream(url, deadline_ms=2000, body_limit_bytes=1000, tls=TlsFiles(ca=certificates.ca))
        replies = [await upstream.ask(request_of(), safe=True) for _ in range(2)]
        await upstream.close()
    assert [reply.body for reply in replies if isinstance(reply, Answer)] == [b"hi"] * 2


async def test_ipv6(tcp_server: Callable[..., Any], request_of: Callable[..., Request]) -> None:
    """An address in brackets."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    async with tcp_server(_writing(OK), "::1") as url:
        reply = await Upstream(url, deadline_ms=2000, body_limit_bytes=9).ask(request_of())
    assert isinstance(reply, Answer)


async def test_the_standard_librarys_server(request_of: Callable[..., Request]) -> None:
    """A HEAD that is answered as a GET, as simple services do it, its body 40 ms late by Nagle: no request fails."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = False  # it ends when its connections have

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    upstream = Upstream(f"http://127.0.0.1:{server.server_port}", deadline_ms=5000, body_limit_bytes=1000)
    replies = [await upstream.ask(request_of(method=method), safe=True) for method in ["HEAD", "GET"] * 50]
    await asyncio.sleep(0.1)
    await upstream.close()
    await asyncio.to_thread(server.shutdown)
    await asyncio.to_thread(server.server_close)
    assert [reply.body if isinstance(reply, Answer) else reply.detail for reply in replies] == [b"", b"hi"] * 50
    assert upstream.notes.counts[Note.BYTES_AFTER_ANSWER] == 50


_NODE = """
const http = require('http');
const server = http.createServer((request, response) => {
  const at = request.url;
  if (at === '/hints') { response.writeEarlyHints({link: '</a>; rel=preload'}); response.end('hints'); }
  else if (at === '/empty') { response.writeHead(204); response.end(); }
  else if (at === '/same') { response.writeHead(304, {'content-length': '9'}); response.end(); }
  else if (at === '/trailers' && request.method === 'GET') {
    response.writeHead(200, {trailer: 'X-Sum'}); response.write('tr'); response.addTrailers({'X-Sum': '1'});
    response.end('ailers');
  }
  else if (at === '/odd') { response.writeHead(600, 'Odd', {'set-cookie': ['a=1', 'b=2']}); response.end('odd'); }
  else if (at === '/close') { response.writeHead(200, {connection: 'close'}); response.end('close'); }
  else if (at === '/early') { response.writeHead(413); response.end('early'); }
  else { const parts = []; request.on('data', part => parts.push(part));
         request.on('end', () => response.end(Buffer.concat(parts))); }
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


@pytest.mark.needs("node")
async def test_nodes_server(request_of: Callable[..., Request]) -> None:
    """103, 204, 304, trailers, an odd status, close, an early answer, a body: each as Node sends it, three times over."""
    process = await asyncio.create_subprocess_exec("node", "-e", _NODE, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        upstream = Upstream(f"http://127.0.0.1:{port}", deadline_ms=5000, body_limit_bytes=100_000)
        for _ in range(3):
            for target, status, body in (
                ("/hints", 200, b"hints"),
                ("/empty", 204, b""),
                ("/same", 304, b""),
                ("/odd", 600, b"odd"),
                ("/close", 200, b"close"),
            ):
                for method in ("GET", "HEAD"):
                    reply = await upstream.ask(request_of(method=method, target=target), safe=True)
                    assert isinstance(reply, Answer), (target, method)
                    assert (reply.status, reply.body) == (status, b"" if method == "HEAD" else body)
            reply = await upstream.ask(request_of(target="/trailers"), safe=True)
            assert isinstance(reply, Answer)
            assert (reply.body, reply.trailers) == (b"trailers", (("X-Sum", "1"),))
            for size in (0, 1, 70_000):
                reply = await upstream.ask(request_of(method="POST", target="/echo", body=b"x" * size))
                assert isinstance(reply, Answer)
                assert reply.body == b"x" * size
            early = await upstream.ask(request_of(method="POST", target="/early", body=b"x" * 1_000_000))
            assert isinstance(early, Answer)
            assert early.status == 413
        await upstream.close()
    finally:
        process.kill()
        await process.wait()
    assert upstream.notes.counts == {}
