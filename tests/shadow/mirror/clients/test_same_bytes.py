"""Two sides that send the same bytes give the same record: legacy's comes through the engine, the candidate's does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.capture.mitmproxy.engine import MitmproxyEngine
from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.mirror.clients.upstream import Upstream

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Serve = Callable[[Any], AbstractAsyncContextManager[str]]


class Sink:
    """Keeps requests and how they ended, in order."""

    def __init__(self) -> None:
        self.requests: asyncio.Queue[Request] = asyncio.Queue()
        self.ends: asyncio.Queue[Reply | str] = asyncio.Queue()

    def started(self, _head: RequestHead) -> Interest:
        return Interest.WHOLE

    def request_complete(self, request: Request) -> None:
        self.requests.put_nowait(request)

    def answer_began(self, *_: object) -> bool:
        return False

    def replied(self, _request_id: str, reply: Reply) -> None:
        self.ends.put_nowait(reply)

    def cancelled(self, _request_id: str) -> None:
        self.ends.put_nowait("cancelled")

    def passed_through(self, _request_id: str, reason: object) -> None:
        self.ends.put_nowait(str(reason))


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Callable[[str, Sink], Any]]:
    """Starts an engine in front of a URL; gives the port."""
    running: list[tuple[MitmproxyEngine, asyncio.Task[None]]] = []

    async def start(url: str, sink: Any) -> int:
        engine = MitmproxyEngine(
            listeners=[ListenerSettings(name="one", host="127.0.0.1", port=0, legacy_url=url)],
            sink=sink,
            new_id=lambda: "id",
            body_limit_bytes=2_000_000,
            confdir=tmp_path,
        )
        task = asyncio.create_task(engine.run())
        running.append((engine, task))
        await engine.ready()
        return int(engine.addresses()["one"].rpartition(":")[2])

    yield start
    for engine, task in running:
        await engine.shutdown(drain_s=1)
        await task


async def _through(port: int, data: bytes, sink: Sink) -> Reply | str:
    """How a request ends that a client sends through the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    reading = asyncio.create_task(reader.read())
    try:
        return await asyncio.wait_for(sink.ends.get(), 10)
    finally:
        reading.cancel()
        writer.close()


async def test_odd_answers(proxy: Any, tcp_server: Serve, request_of: Callable[..., Request], odd_answers: Any) -> None:
    """Whatever of them the engine passes on; status, fields in their order and letter case, body, trailers."""
    now = b""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(now)

    passed = 0
    async with tcp_server(handle) as url:
        sink = Sink()
        port = await proxy(url, sink)
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=2_000_000)
        for name, odd in odd_answers.items():
            now = odd.data
            legacy = await _through(
                port, f"{odd.method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode(), sink
            )
            candidate = await upstream.ask(request_of(method=odd.method, headers=(("Host", "a"),)))
            assert isinstance(candidate, Answer), name
            assert (candidate.status, candidate.headers, candidate.body) == (odd.status, odd.fields, odd.body), name
            if isinstance(legacy, Answer):
                passed += 1
                assert replace(candidate, latency_ms=0.0) == replace(legacy, latency_ms=0.0), name
        await upstream.close()
    assert passed >= 55


LINES = {
    "raw UTF-8": b"GET /caf\xc3\xa9?q=\xe6\xb5\x8b HTTP/1.1\r\nHost: a\r\n",
    "bytes that are no text": b"GET /\xb2\xe2\xff HTTP/1.1\r\nHost: a\r\n",
    "braces": b'GET /q?f={"a":[1]}|x^` HTTP/1.1\r\nHost: a\r\n',
    "a fragment": b"GET /a#frag HTTP/1.1\r\nHost: a\r\n",
    "the absolute form": b"GET http://other.test/a?b HTTP/1.1\r\nHost: other.test\r\n",
    "an absolute form of another host": b"GET http://other.test/a HTTP/1.1\r\nHost: a\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n",
    "lower case": b"get /a HTTP/1.1\r\nHost: a\r\n",
    "an unusual method": b"M-SEARCH /a HTTP/1.1\r\nHost: a\r\n",
    "a control character in the target": b"GET /a\x01b HTTP/1.1\r\nHost: a\r\n",
    "two Host fields": b"GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
    "a folded line": b"GET /a HTTP/1.1\r\nHost: a\r\nA: 1\r\n 2\r\n",
    "NUL in a value": b"GET /a HTTP/1.1\r\nHost: a\r\nA: 1\x002\r\n",
    "control characters in a value": b"GET /a HTTP/1.1\r\nHost: a\r\nA: 1\x01\x7f2\r\n",
    "latin-1 in a value": b"GET /a HTTP/1.1\r\nHost: a\r\nA: J\xfcrgen\r\n",
    "an empty value": b"GET /a HTTP/1.1\r\nHost: a\r\nA:\r\n",
    "the same field twice": b"GET /a HTTP/1.1\r\nHost: a\r\nA: 1\r\na: 1\r\nA: 1\r\n",
    "dots and slashes": b"GET //a/../b/./c// HTTP/1.1\r\nHost: a\r\n",
    "odd escapes": b"GET /%zz%6f%2F;v=1?a=b?c&&d HTTP/1.1\r\nHost: a\r\n",
    "a body with GET": b"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n",
    "an odd field name": b"GET /a HTTP/1.1\r\nHost: a\r\nx@y: 1\r\n",
    "a bracket in a field name": b"GET /a HTTP/1.1\r\nHost: a\r\nx[a]: 1\r\n",
}


async def test_odd_requests(proxy: Any, tcp_server: Serve) -> None:
    """The candidate gets the line and the fields that legacy got, and the two marks."""
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head + (await reader.readexactly(2) if b"Content-Length: 2" in head else b""))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    passed = 0
    async with tcp_server(handle) as url:
        sink = Sink()
        port = await proxy(url, sink)
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        for name, head in LINES.items():
            seen.clear()
            body = b"{}" if b"Content-Length" in head else b""
            if not isinstance(await _through(port, head + b"\r\n" + body, sink), Answer):
                continue
            passed += 1
            request = sink.requests.get_nowait()
            assert upstream.takes(request), name
            assert isinstance(await upstream.ask(request), Answer), name
            legacy, candidate = (data.replace(b"\r\n 2", b" 2").split(b"\r\n") for data in seen)
            marks = [b"x-crossfade-role: shadow", b"x-crossfade-id: id"]
            assert candidate == [*legacy[:-2], *marks, *legacy[-2:]], name
        await upstream.close()
    assert passed >= 19
