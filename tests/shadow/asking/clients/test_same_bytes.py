"""Two sides that send the same bytes give the same record: legacy's comes through the engine, the candidate's does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.mitmproxy.engine import MitmproxyEngine
from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Reply, Request

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

    def outlives_client(self, _request_id: str) -> bool:
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
            EngineSettings(
                listeners=(ListenerSettings(name="one", host="127.0.0.1", port=0, legacy_url=url),),
                new_id=lambda: "id",
                body_limit_bytes=2_000_000,
                folder=tmp_path,
            ),
            sink,
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
            # The engine may write a fold and the blank of an empty value as they came; neither means anything.
            texts = (data.replace(b"\r\n 2", b" 2").replace(b": \r\n", b":\r\n") for data in seen)
            legacy, candidate = (text.split(b"\r\n") for text in texts)
            marks = [b"x-crossfade-role: shadow", b"x-crossfade-id: id"]
            assert candidate == [*legacy[:-2], *marks, *legacy[-2:]], name
        await upstream.close()
    assert passed >= 19


MESSAGE = b"\0\0\0\0\3abc"


def _late(wait_s: float) -> Any:
    """An HTTP/2 server that answers a message when it has come, and ends the answer a while later."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        state.initiate_connection()
        writer.write(state.data_to_send())

        def end(stream_id: int) -> None:
            state.send_headers(stream_id, [("grpc-status", "0")], end_stream=True)
            writer.write(state.data_to_send())

        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.DataReceived) and event.data:
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
                    state.send_data(event.stream_id, event.data)
                    asyncio.get_running_loop().call_later(wait_s, end, event.stream_id)
            writer.write(state.data_to_send())

    return handle


async def _call(port: int, wait_s: float) -> None:
    """A unary call whose client says that it has sent all a while after its message."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="latin-1"))
    state.initiate_connection()
    fields = [(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/p.S/M")]
    state.send_headers(1, [*fields, ("content-type", "application/grpc"), ("te", "trailers")])
    state.send_data(1, MESSAGE, end_stream=not wait_s)
    writer.write(state.data_to_send())

    def end() -> None:
        state.end_stream(1)
        writer.write(state.data_to_send())

    if wait_s:
        asyncio.get_running_loop().call_later(wait_s, end)
    while data := await asyncio.wait_for(reader.read(65_536), 5):
        if any(isinstance(event, h2.events.StreamEnded) for event in state.receive_data(data)):
            break
    await asyncio.sleep(wait_s)
    writer.close()


@pytest.mark.parametrize("request_s", [0.0, 0.3])
@pytest.mark.parametrize("legacy_s", [0.0, 0.3])
@pytest.mark.parametrize("candidate_s", [0.0, 0.3])
async def test_a_call_whose_ends_are_late(
    proxy: Any, tcp_server: Serve, request_s: float, legacy_s: float, candidate_s: float
) -> None:
    """END_STREAM of the request, of either answer, or of all comes after its message: both sides answer it alike."""
    async with tcp_server(_late(legacy_s)) as legacy_url, tcp_server(_late(candidate_s)) as candidate_url:
        sink = Sink()
        calling = asyncio.create_task(_call(await proxy(legacy_url, sink), request_s))
        legacy = await asyncio.wait_for(sink.ends.get(), 5)
        request = sink.requests.get_nowait()  # before the answer
        upstream = Upstream(candidate_url, deadline_ms=2000, body_limit_bytes=1000)
        candidate = await upstream.ask(request)
        await upstream.close()
        await calling
    assert (request.body, request.truncated) == (MESSAGE, False)
    assert isinstance(legacy, Answer)
    assert isinstance(candidate, Answer)
    assert replace(candidate, latency_ms=0.0) == replace(legacy, latency_ms=0.0)
    assert (candidate.body, candidate.trailers) == (MESSAGE, (("grpc-status", "0"),))


async def test_an_end_past_the_deadline(tcp_server: Serve, request_of: Callable[..., Request]) -> None:
    """The side has not answered whole."""
    values = {"protocol": Protocol.GRPC, "method": "POST", "target": "/p.S/M", "body": MESSAGE}
    async with tcp_server(_late(5)) as url:
        upstream = Upstream(url, deadline_ms=200, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**values))
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.DEADLINE
