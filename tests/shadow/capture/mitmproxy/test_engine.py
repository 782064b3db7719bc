"""Through the engine, real clients and real servers see what they would see without it."""

import asyncio
import gc
import http.client
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest

from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.mitmproxy import MitmproxyEngine
from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.body import WINDOW_BYTES
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.pipe.frames import LENGTH, Frame, ReplyFrame, RequestFrame, decode, encode, reply_frame

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Recorder:
    """A sink that keeps what it was told."""

    def __init__(self) -> None:
        self.heads: list[RequestHead] = []
        self.requests: dict[str, Request] = {}
        self.ends: dict[str, Reply | str] = {}
        self.ended_twice: list[str] = []
        self.live_answers = False
        self.parts: list[tuple[str, bytes]] = []
        self.live_ends: list[tuple[str, Headers]] = []
        self.answer_parts: list[tuple[str, bytes]] = []

    def started(self, head: RequestHead) -> Interest:
        self.heads.append(head)
        return Interest.WHOLE

    def request_complete(self, request: Request) -> None:
        self.requests[request.id] = request

    def request_began(self, request: Request) -> None:
        self.requests[request.id] = request

    def request_part(self, request_id: str, data: bytes) -> None:
        self.parts.append((request_id, data))

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        self.live_ends.append((request_id, trailers))

    def answer_began(self, *_: object) -> bool:
        return self.live_answers

    def answer_part(self, request_id: str, data: bytes) -> None:
        self.answer_parts.append((request_id, data))

    def outlives_client(self, _request_id: str) -> bool:
        return False

    def replied(self, request_id: str, reply: Reply) -> None:
        self._end(request_id, reply)

    def cancelled(self, request_id: str) -> None:
        self._end(request_id, "cancelled")

    def passed_through(self, request_id: str, reason: Reason) -> None:
        self._end(request_id, reason.value)

    def _end(self, request_id: str, how: Reply | str) -> None:
        if request_id in self.ends:
            self.ended_twice.append(request_id)
        self.ends[request_id] = how

    def only(self) -> tuple[Request, Any]:
        """The one request and how it ended."""
        ((request_id, end),) = self.ends.items()
        return self.requests[request_id], end


class Raiser(Recorder):
    """A sink with a bug in every call."""

    def __getattribute__(self, name: str) -> Any:
        if name in {"started", "request_complete", "answer_began", "replied", "cancelled", "passed_through"}:

            def fail(*_: Any) -> None:
                raise RuntimeError("a bug in the sink")

            fail.__name__ = name
            return fail
        return super().__getattribute__(name)


Start = Callable[..., Any]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an engine in front of a port; gives the port that clients use."""
    running: list[tuple[MitmproxyEngine, asyncio.Task[None]]] = []

    async def begin(legacy_port: int, sink: Any, limit: int = 100_000) -> int:
        ids = iter(range(10_000))
        engine = MitmproxyEngine(
            EngineSettings(
                listeners=(
                    ListenerSettings(
                        name="one", host="127.0.0.1", port=0, legacy_url=f"http://127.0.0.1:{legacy_port}"
                    ),
                ),
                new_id=lambda: f"id-{next(ids)}",
                body_limit_bytes=limit,
                folder=tmp_path,
            ),
            sink,
        )
        task = asyncio.create_task(engine.run())
        await engine.ready()
        running.append((engine, task))
        return int(engine.addresses()["one"].rpartition(":")[2])

    yield begin
    for engine, task in running:
        await engine.shutdown(drain_s=1)
        await task


DETAILS = b"\x08\x05\x12\x03bad"


def _unary(data: bytes, context: Any) -> bytes:
    context.send_initial_metadata((("x-one", "1"), ("x-bin-bin", b"\x00\xff")))
    context.set_trailing_metadata((("x-end", "2"),))
    return data[::-1]


def _failing(_data: bytes, context: Any) -> bytes:
    context.set_trailing_metadata((("grpc-status-details-bin", DETAILS),))
    context.abort(grpc.StatusCode.NOT_FOUND, "no such thing: é")
    return b""


class Gate:
    """Lets a server produce its second message only when the test says so."""

    event = threading.Event()


def _slow_stream(_data: bytes, _context: Any) -> Iterator[bytes]:
    yield b"first"
    Gate.event.wait(5)
    yield b"second"


def _hang(_data: bytes, context: Any) -> bytes:
    ended = threading.Event()
    context.add_callback(ended.set)
    ended.wait(5)
    return b""


@pytest.fixture
def grpc_port() -> Iterator[int]:
    """A real grpcio server with one method for each call type."""
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(_unary),
        "Failing": grpc.unary_unary_rpc_method_handler(_failing),
        "Hang": grpc.unary_unary_rpc_method_handler(_hang),
        "Down": grpc.unary_stream_rpc_method_handler(_slow_stream),
        "Up": grpc.stream_unary_rpc_method_handler(lambda items, _: b"".join(items)),
        "Both": grpc.stream_stream_rpc_method_handler(lambda items, _: (item.upper() for item in items)),
    }
    server = grpc.server(
        futures.ThreadPoolExecutor(8),
        options=[("grpc.max_receive_message_length", 2**25), ("grpc.max_send_message_length", 2**25)],
    )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("p.S", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()


def _channel(port: int) -> grpc.Channel:
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", 2**25)])


async def _ended(sink: Recorder, count: int) -> None:
    """Waits until that many requests have ended."""
    for _ in range(200):
        if len(sink.ends) >= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(sink.ends)} of {count} requests ended")


async def test_a_unary_call(grpc_port: int, start: Start) -> None:
    """Message, metadata, binary metadata, trailers: for the client and in the copy."""
    sink = Recorder()
    port = await start(grpc_port, sink)

    def call() -> Any:
        with _channel(port) as channel:
            return channel.unary_unary("/p.S/Unary").with_call(b"abc", metadata=(("x-in", "a"), ("x-in", "b")))

    answer, rpc = await asyncio.to_thread(call)
    assert answer == b"cba"
    assert ("x-one", "1") in rpc.initial_metadata()
    assert ("x-bin-bin", b"\x00\xff") in rpc.initial_metadata()
    assert ("x-end", "2") in rpc.trailing_metadata()
    await _ended(sink, 1)
    request, end = sink.only()
    assert request.protocol is Protocol.GRPC
    assert request.target == "/p.S/Unary"
    assert request.body == b"\0\0\0\0\3abc"
    assert [value for name, value in request.headers if name == "x-in"] == ["a", "b"]
    assert isinstance(end, Answer)
    assert end.body == b"\0\0\0\0\3cba"
    assert ("grpc-status", "0") in end.trailers


async def test_an_error_with_details(grpc_port: int, start: Start) -> None:
    """Code, message and details reach the client."""
    sink = Recorder()
    port = await start(grpc_port, sink)

    def call() -> grpc.RpcError:
        with _channel(port) as channel, pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/p.S/Failing")(b"")
        return raised.value

    error: Any = await asyncio.to_thread(call)
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "no such thing: é"
    assert ("grpc-status-details-bin", DETAILS) in error.trailing_metadata()
    await _ended(sink, 1)
    assert isinstance(sink.only()[1], Answer)


async def test_the_first_message_passes_before_the_second_exists(grpc_port: int, start: Start) -> None:
    """A server stream flows; it is not gathered first."""
    sink = Recorder()
    port = await start(grpc_port, sink)
    Gate.event.clear()

    def call() -> list[bytes]:
        with _channel(port) as channel:
            stream = channel.unary_stream("/p.S/Down")(b"")
            got = [next(stream)]
            Gate.event.set()
            return [*got, *stream]

    assert await asyncio.to_thread(call) == [b"first", b"second"]


async def test_client_stream_and_bidi(grpc_port: int, start: Start) -> None:
    """Messages pass one by one in both directions."""
    sink = Recorder()
    port = await start(grpc_port, sink)

    def call() -> tuple[bytes, list[bytes]]:
        with _channel(port) as channel:
            up = channel.stream_unary("/p.S/Up")(iter([b"a", b"b", b"c"]))
            turn = threading.Semaphore(1)
            got: list[bytes] = []

            def ask() -> Iterator[bytes]:
                for item in (b"x", b"y", b"z"):
                    turn.acquire(timeout=5)
                    yield item

            for item in channel.stream_stream("/p.S/Both")(ask()):
                got.append(item)
                turn.release()
            return up, got

    assert await asyncio.to_thread(call) == (b"abc", [b"X", b"Y", b"Z"])


async def test_a_large_message_goes_over_to_parts(grpc_port: int, start: Start) -> None:
    """The client gets all of it; the request is told in parts from the limit on, the copy of the answer is cut."""
    sink = Recorder()
    port = await start(grpc_port, sink, limit=1000)

    def call() -> int:
        with _channel(port) as channel:
            return len(channel.unary_unary("/p.S/Unary")(b"x" * 8_000_000))

    assert await asyncio.to_thread(call) == 8_000_000
    await _ended(sink, 1)
    request, end = sink.only()
    assert not request.truncated
    assert len(request.body) + sum(len(data) for _, data in sink.parts) == 8_000_005
    assert sink.live_ends == [(request.id, ())]
    assert isinstance(end, Answer)
    assert end.truncated
    assert len(end.body) == 1000
    assert len(end.windows) == 8 * -(-(8_000_005 - 1000) // WINDOW_BYTES)


async def test_a_cancelled_call(grpc_port: int, start: Start) -> None:
    """A client that goes away ends its request as cancelled."""
    sink = Recorder()
    port = await start(grpc_port, sink)

    def call() -> grpc.RpcError:
        with _channel(port) as channel, pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/p.S/Hang")(b"", timeout=0.3)
        return raised.value

    error: Any = await asyncio.to_thread(call)
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await _ended(sink, 1)
    assert list(sink.ends.values()) == ["cancelled"]


class RawServer:
    """Answers every connection with fixed bytes and keeps what came."""

    def __init__(self, answer: bytes, *, reads: bytes = b"\r\n\r\n") -> None:
        self.seen: list[bytes] = []
        self._answer = answer
        self._reads = reads
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                client.settimeout(5)
                data = b""
                while self._reads not in data:
                    chunk = client.recv(65_536)
                    if not chunk:
                        break
                    data += chunk
                self.seen.append(data)
                client.sendall(self._answer)

    def close(self) -> None:
        self._socket.close()


def _raw(port: int, request: bytes) -> bytes:
    """Sends bytes and reads until the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(request)
        got = b""
        while chunk := client.recv(65_536):
            got += chunk
    return got


async def test_legacy_receives_what_the_client_sent(start: Start) -> None:
    """HTTP/1.1: target, header order, letter case, duplicates and body, byte for byte; and so back."""
    answer = b"HTTP/1.1 200 OK\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    request = b"POST /a%2Fb?x=1&x=%zz HTTP/1.1\r\nHost: api.test\r\nX-B: 2\r\nx-a: 1\r\nX-B: 1\r\nContent-Length: 3\r\n\r\nend"
    server = RawServer(answer, reads=b"end")
    sink = Recorder()
    port = await start(server.port, sink)
    got = await asyncio.to_thread(_raw, port, request)
    server.close()
    assert server.seen == [request]
    assert got == answer


async def test_the_copy_has_every_byte(start: Start) -> None:
    """Method, target and fields of the record, through the pipe to the compare process, are those on the wire."""
    answer = (
        b"HTTP/1.1 200 OK\r\nX-\xe9: \xff\x01\r\nX-Long: a\r\n b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    )
    target = b"http://other.test/\xe6\xb5\x8b/\xb2\xe2\x00?q={|}\xff"
    request = (
        b"G\xc3\x89T\xff " + target + b" HTTP/1.1\r\nHost: \xfc\r\nHost: b\r\nX[\xe9]:\x00\x7f \xc3\xa9\r\n\t2\r\n\r\n"
    )
    server = RawServer(answer)
    sink = Recorder()
    port = await start(server.port, sink)
    await asyncio.to_thread(_raw, port, request)
    server.close()
    assert server.seen == [request]
    await _ended(sink, 1)
    told, end = sink.only()
    (sent, replied) = (_through_the_pipe(told), _through_the_pipe(end))
    assert isinstance(sent, Request)
    assert isinstance(replied, Answer)
    assert sent.method.encode("utf-8", "surrogateescape") == b"G\xc3\x89T\xff"
    assert sent.target.encode("utf-8", "surrogateescape") == target
    assert sent.authority.encode("utf-8", "surrogateescape") == b"\xfc"
    wire = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    assert wire == [(b"Host", b"\xfc"), (b"Host", b"b"), (b"X[\xe9]", b"\x00\x7f \xc3\xa9 2")]
    assert replied.headers[:2] == (("X-\xe9", "\xff\x01"), ("X-Long", "a b"))
    assert (sink.heads[0].method, sink.heads[0].target) == (sent.method, sent.target)


def _through_the_pipe(record: Request | Answer) -> Request | Reply:
    """What the compare process reads of it."""
    route = RouteInfo(route="/", protocol="http", call_type="http", stage="shadow")
    if isinstance(record, Request):
        frame: Frame = RequestFrame(
            route=route, listener="one", write=False, ask_secondary=False, live=False, request=record
        )
    else:
        frame = reply_frame("1", record)
    read = decode(encode(frame)[LENGTH.size :])
    assert isinstance(read, RequestFrame | ReplyFrame)
    return read.request if isinstance(read, RequestFrame) else read.reply


async def test_chunked_both_ways(start: Start) -> None:
    """A chunked body stays chunked."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    server = RawServer(answer, reads=b"0\r\n\r\n")
    sink = Recorder()
    port = await start(server.port, sink)
    request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    got = await asyncio.to_thread(_raw, port, request)
    server.close()
    assert server.seen == [request]
    assert got == answer
    await _ended(sink, 1)
    seen, end = sink.only()
    assert seen.body == b"abc"
    assert isinstance(end, Answer)
    assert end.body == b"hi"


async def test_head_and_304_have_no_body(start: Start) -> None:
    """A length without a body does not hold the client up."""
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\nConnection: close\r\n\r\n'
    server = RawServer(answer)
    sink = Recorder()
    port = await start(server.port, sink)
    got = await asyncio.to_thread(_raw, port, b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
    server.close()
    assert got == answer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", FailureReason.RESET),
        (b"garbage\r\n\r\n", FailureReason.INVALID),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", FailureReason.RESET),
    ],
)
async def test_a_legacy_that_breaks(start: Start, answer: bytes, reason: FailureReason) -> None:
    """The client sees that it broke, and the sink is told that legacy failed."""
    server = RawServer(answer)
    sink = Recorder()
    port = await start(server.port, sink)
    await asyncio.to_thread(_raw, port, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
    server.close()
    await _ended(sink, 1)
    end = sink.only()[1]
    assert isinstance(end, Failure)
    assert end.reason is reason


async def test_a_legacy_that_is_down(start: Start) -> None:
    """A refused connection is 502 for the client, and a refusal for the sink."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        free_port = unused.getsockname()[1]
    sink = Recorder()
    port = await start(free_port, sink)

    def call() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
        return status

    assert await asyncio.to_thread(call) == 502
    await _ended(sink, 1)
    end = sink.only()[1]
    assert isinstance(end, Failure)
    assert end.reason is FailureReason.REFUSED


async def test_a_bug_in_the_sink_does_not_reach_the_client(grpc_port: int, start: Start) -> None:
    """A sink that raises on every call changes nothing for the client."""
    port = await start(grpc_port, Raiser())

    def call() -> list[bytes]:
        with _channel(port) as channel:
            return [channel.unary_unary("/p.S/Unary")(b"ab") for _ in range(5)]

    assert await asyncio.to_thread(call) == [b"ba"] * 5


@pytest.mark.slow
async def test_every_request_ends_once(grpc_port: int, start: Start) -> None:
    """Over a mixed load with aborts: as many ends as starts, none twice."""
    sink = Recorder()
    port = await start(grpc_port, sink)

    def call(number: int) -> None:
        with _channel(port) as channel:
            for at in range(10):
                name = ("Unary", "Failing", "Hang")[(number + at) % 3]
                try:
                    channel.unary_unary(f"/p.S/{name}")(b"x", timeout=0.2 if name == "Hang" else 5)
                except grpc.RpcError:
                    continue

    def load() -> None:
        with futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(call, range(8)))

    began = time.monotonic()
    await asyncio.to_thread(load)
    await _ended(sink, 80)
    assert time.monotonic() - began < 30
    assert len(sink.heads) == 80
    assert set(sink.ends) == {head.id for head in sink.heads}
    assert sink.ended_twice == []


class _Lost:
    """A connection whose client went away while it was being closed."""

    def is_closing(self) -> bool:
        return True

    async def wait_closed(self) -> None:
        raise OSError(107, "Transport endpoint is not connected")


async def test_a_client_that_is_lost_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Is no error that anyone need read: the shutdown goes on without a traceback."""
    listener = ListenerSettings(name="one", host="127.0.0.1", port=0, legacy_url="http://127.0.0.1:1")
    engine = MitmproxyEngine(
        EngineSettings(listeners=(listener,), new_id=lambda: "id", body_limit_bytes=1, folder=tmp_path), Recorder()
    )
    monkeypatch.setattr(engine, "_client_writers", lambda: [_Lost()])
    task = asyncio.create_task(engine.run())
    await engine.ready()
    await engine.shutdown(drain_s=1)
    await task
    gc.collect()  # then a task whose error nobody took tells of it
    assert [item.getMessage() for item in caplog.records if item.levelname == "ERROR"] == []
