"""HTTP/2 with a side that does as it likes: one bad answer is one failure, and the connection's slots come back."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from contextlib import AbstractAsyncContextManager
from typing import Any

import grpc
import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest

from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.compare.decode.framing import GrpcFraming
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request

Serve = Callable[[Any], AbstractAsyncContextManager[str]]
Requests = Callable[..., Request]
GRPC = {"protocol": Protocol.GRPC, "method": "POST", "target": "/p.S/M", "body": b"x" * 200_000}


def _server(*, max_streams: int = 100) -> Any:
    """A server's state that may send anything."""
    config = h2.config.H2Configuration(
        client_side=False, header_encoding="latin-1", validate_outbound_headers=False, normalize_outbound_headers=False
    )
    state = h2.connection.H2Connection(config)
    codes = h2.settings.SettingCodes
    state.local_settings = h2.settings.Settings(
        client=False, initial_values={codes.MAX_CONCURRENT_STREAMS: max_streams}
    )
    state.initiate_connection()
    return state


def _early(fields: Any, resets: list[int]) -> Any:
    """A handler that answers each request when its header has come, and reads no body."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = _server(max_streams=2)
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    state.send_headers(event.stream_id, fields, end_stream=True)
                elif isinstance(event, h2.events.StreamReset):
                    resets.append(event.stream_id)
            writer.write(state.data_to_send())

    return handle


async def test_an_answer_before_the_whole_request(tcp_server: Serve, request_of: Requests) -> None:
    """It counts; the rest is not sent, and the stream is reset: its slot is free for the next one."""
    resets: list[int] = []
    async with tcp_server(_early([(":status", "200"), ("grpc-status", "8")], resets)) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of(**GRPC)) for _ in range(6)]
        await upstream.close()
    assert [reply.status for reply in replies if isinstance(reply, Answer)] == [200] * 6
    assert resets[:5] == [1, 3, 5, 7, 9]


@pytest.mark.parametrize(
    "fields",
    [
        [("grpc-status", "0")],
        [(":status", "abc")],
        [(":status", "")],
        [(":status", "20")],
        [(":status", "200"), (":status", "300")],
    ],
)
async def test_an_answer_without_a_status(tcp_server: Serve, request_of: Requests, fields: Any) -> None:
    """Invalid, and only this stream: no status is made up, and the connection serves the next ones."""
    async with tcp_server(_early(fields, [])) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of(**{**GRPC, "body": b""})) for _ in range(5)]
        connection = upstream._http2._connection
        assert connection is not None
        assert connection.usable
        await upstream.close()
    assert [reply.reason for reply in replies if isinstance(reply, Failure)] == [FailureReason.INVALID] * 5


def _number(value: int) -> bytes:
    """The length of a text that is not coded (RFC 7541 5.1)."""
    coded, value = b"\x7f", value - 127
    while value >= 128:
        coded, value = coded + bytes((value % 128 + 128,)), value // 128
    return coded + bytes((value,))


@pytest.mark.parametrize(("size", "is_read"), [(70_000, True), (900_000, True), (2_200_000, False)])
async def test_a_huge_header(tcp_server: Serve, request_of: Requests, size: int, is_read: bool) -> None:
    """It is read as far as legacy's is; past 2 MB it is refused before it is taken apart."""

    async def huge(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = _server()
        writer.write(state.data_to_send())
        await reader.read(100)
        plain = b"\x88" + b"\x00\x01x" + _number(size) + b"y" * size  # :status 200, x: a text of that size
        writer.write(len(plain[:16_384]).to_bytes(3, "big") + b"\x01\x01\x00\x00\x00\x01" + plain[:16_384])
        for at in range(16_384, len(plain), 16_384):
            part = plain[at : at + 16_384]
            writer.write(len(part).to_bytes(3, "big") + b"\x09\x00\x00\x00\x00\x01" + part)
        writer.write(b"\x00\x00\x00\x09\x04\x00\x00\x00\x01")
        await writer.drain()
        await reader.read()

    async with tcp_server(huge) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}))
        await upstream.close()
    if is_read:
        assert isinstance(reply, Answer)
        assert reply.headers == (("x", "y" * size),)
    else:
        assert isinstance(reply, Failure)
        assert reply.reason is FailureReason.INVALID


async def test_a_large_header_is_sent_in_little_time(tcp_server: Serve, request_of: Requests) -> None:
    """900 KB of metadata cost no minutes."""
    async with tcp_server(_early([(":status", "200")], [])) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        started = time.process_time()
        await upstream.ask(request_of(**{**GRPC, "body": b"", "headers": (("a", "y" * 900_000),)}))
        assert time.process_time() - started < 2
        await upstream.close()


async def test_an_answer_without_end(tcp_server: Serve, request_of: Requests) -> None:
    """The body kept is bounded, the deadline ends it, and the stream is reset."""
    resets = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = _server()
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    state.send_headers(1, [(":status", "200")])
                elif isinstance(event, h2.events.StreamReset):
                    resets.set()
                    return
            while 1 in state.streams and state.streams[1].open and state.local_flow_control_window(1) > 1000:
                state.send_data(1, b"x" * 1000)
            writer.write(state.data_to_send())
            await writer.drain()

    async with tcp_server(endless) as url:
        upstream = Upstream(url, deadline_ms=200, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}))
        await asyncio.wait_for(resets.wait(), 5)
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.DEADLINE


async def test_quiet_streams_hold_up_no_call(tcp_server: Serve, request_of: Requests) -> None:
    """Where the server takes no more streams on a connection, another one is opened, and the old one ends empty."""
    connections = 0
    watched: asyncio.Queue[None] = asyncio.Queue()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        state = _server(max_streams=2)
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    if (":path", "/quiet") in event.headers:
                        watched.put_nowait(None)
                    else:
                        state.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
            writer.write(state.data_to_send())

    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        first = await upstream.ask(request_of(**{**GRPC, "body": b""}))  # the server's settings have come with it
        request = request_of(**{**GRPC, "body": b"", "target": "/quiet"})
        watches = [asyncio.create_task(upstream.ask(request, is_watched=True)) for _ in range(2)]
        old = upstream._http2._connection
        assert old is not None
        for _ in watches:
            await asyncio.wait_for(watched.get(), 5)
        second = await upstream.ask(request_of(**{**GRPC, "body": b""}))
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        assert not old.usable
        await upstream.close()
    assert [isinstance(reply, Answer) for reply in (first, second)] == [True, True]
    assert connections == 2


async def test_a_paused_stream_gives_its_window_back(tcp_server: Serve, request_of: Requests) -> None:
    """What was not read of a stream that was left is no loss for the connection."""

    async def pouring(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = _server()
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
            for stream_id, stream in list(state.streams.items()):
                while stream.open and state.local_flow_control_window(stream_id) > 16_000:
                    state.send_data(stream_id, b"\x00\x00\x00\x3e\x7b" + b"x" * 15_995)
            writer.write(state.data_to_send())
            await writer.drain()

    async with tcp_server(pouring) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        for _ in range(3):
            answer = upstream.new_answer(lambda headers: GrpcFraming(headers, 100_000))
            asked = asyncio.create_task(upstream.ask(request_of(**{**GRPC, "body": b""}), answer, is_watched=True))
            while answer.has_room():
                answer.changed.clear()
                await asyncio.wait_for(answer.changed.wait(), 5)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        connection = upstream._http2._connection
        assert connection is not None
        window = connection._state._inbound
        lost = window._size_bytes - window._left_bytes - window._due_bytes
        await upstream.close()
    assert lost < 100_000


class Script:
    """A server that answers each request but the first ones of a connection, to which it does ``act``.

    ``act`` gets the state, the stream, the number of the connection and of the request there; True: it has dealt with it.
    """

    def __init__(self, act: Callable[[Any, int, int, int], bool], *, max_streams: int = 100) -> None:
        self.act = act
        self.max_streams = max_streams
        self.connections = 0
        self.served: list[tuple[int, int]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection, count = self.connections, 0
        state = _server(max_streams=self.max_streams)
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.StreamEnded):
                    count += 1
                    if not self.act(state, event.stream_id, connection, count):
                        self.served.append((connection, event.stream_id))
                        state.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
            writer.write(state.data_to_send())
            await writer.drain()
            if getattr(state, "hang_up", False):
                return


def _refuse(state: Any, stream_id: int, connection: int, _count: int) -> bool:
    """The first connection refuses everything."""
    if connection == 1:
        state.reset_stream(stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
    return connection == 1


def _go_away(state: Any, _stream_id: int, connection: int, _count: int) -> bool:
    """The first connection takes no stream."""
    if connection == 1:
        state.close_connection(last_stream_id=0)
    return connection == 1


@pytest.mark.parametrize("act", [_refuse, _go_away])
@pytest.mark.parametrize("in_parts", [False, True])
async def test_what_was_not_processed_is_sent_anew(
    tcp_server: Serve, request_of: Requests, act: Any, in_parts: bool
) -> None:
    """REFUSED_STREAM and GOAWAY say so (RFC 9113 8.7): a write too is sent on a new connection, and counted."""
    script = Script(act)
    parts = RequestParts()
    parts.put(b"ab")
    parts.end()
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b"ab"}), None, parts if in_parts else None)
        await upstream.close()
    assert isinstance(reply, Answer)
    assert (script.connections, len(script.served)) == (2, 1)
    assert upstream.notes.counts == {Note.NOT_PROCESSED: 1}


async def test_a_side_that_refuses_all(tcp_server: Serve, request_of: Requests) -> None:
    """It is asked four times at most; then that is its failure."""

    def refuse(state: Any, stream_id: int, _connection: int, _count: int) -> bool:
        state.reset_stream(stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
        return True

    script = Script(refuse)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}))
        await upstream.close()
    assert isinstance(reply, Failure)
    assert (reply.reason, script.connections) == (FailureReason.RESET, 4)


async def test_a_refusal_after_the_answer_began_is_a_reset(tcp_server: Serve, request_of: Requests) -> None:
    """Whoever has answered has processed it."""

    def begin(state: Any, stream_id: int, _connection: int, _count: int) -> bool:
        state.send_headers(stream_id, [(":status", "200")])
        state.reset_stream(stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
        return True

    script = Script(begin)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}), safe=True)
        await upstream.close()
    assert isinstance(reply, Failure)
    assert script.connections == 1


@pytest.mark.parametrize(("safe", "times"), [(True, 2), (False, 1)])
async def test_an_idle_connection_that_closes_as_it_is_used(
    tcp_server: Serve, request_of: Requests, safe: bool, times: int
) -> None:
    """Without a GOAWAY nobody knows what was processed: only a safe call is sent once more."""
    asked = 0

    def hang_up(state: Any, _stream_id: int, _connection: int, count: int) -> bool:
        nonlocal asked
        asked += 1
        state.hang_up = count == 2
        return bool(count == 2)

    script = Script(hang_up)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        await upstream.ask(request_of(**{**GRPC, "body": b""}), safe=safe)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}), safe=safe)
        await upstream.close()
    assert isinstance(reply, Answer) is safe
    assert asked == 1 + times
    assert upstream.notes.counts == ({Note.CLOSED_AS_USED: 1} if safe else {})


async def test_connections_on_which_nothing_is_answered(tcp_server: Serve, request_of: Requests) -> None:
    """A side that says go away as soon as it is connected fails, though nothing was ever sent to it."""
    connections = 0

    async def away(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        state = _server(max_streams=0)
        state.close_connection(last_stream_id=0)
        writer.write(state.data_to_send())
        await writer.drain()

    async with tcp_server(away) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        reply = await upstream.ask(request_of(**{**GRPC, "body": b""}))
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason in {FailureReason.RESET, FailureReason.REFUSED}
    assert connections <= 12


@pytest.mark.slow
async def test_a_side_that_comes_back(tcp_server: Serve, request_of: Requests) -> None:
    """However long it closed each connection at once, it is asked again as soon as it answers."""
    is_back = False
    early = _early([(":status", "200"), ("grpc-status", "0")], [])

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if is_back:
            await early(reader, writer)

    request = request_of(**{**GRPC, "body": b""})
    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=200, body_limit_bytes=1000)
        lost = [await upstream.ask(request) for _ in range(25)]
        is_back = True
        found = [await upstream.ask(request) for _ in range(5)]
        await upstream.close()
    assert all(isinstance(reply, Failure) for reply in lost)
    assert any(isinstance(reply, Answer) for reply in found)


async def test_more_calls_than_a_connection_takes(tcp_server: Serve, request_of: Requests) -> None:
    """Nothing is sent beyond what the server's settings allow, though they come after the first calls."""
    script = Script(lambda *_: False, max_streams=3)
    async with tcp_server(script) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        replies = await asyncio.gather(*(upstream.ask(request_of(**{**GRPC, "body": b""})) for _ in range(50)))
        await upstream.close()
    assert [isinstance(reply, Answer) for reply in replies] == [True] * 50
    assert len(script.served) == 50
    assert upstream.notes.counts == {}


@pytest.mark.slow
@pytest.mark.parametrize(("age_ms", "streams"), [(100, 10), (30, 4)])
async def test_connections_of_limited_age(request_of: Requests, age_ms: int, streams: int) -> None:
    """A real server that ends its connections all the time: 2,000 calls, each answered, each processed once."""
    seen: Counter[bytes] = Counter()

    def get(data: bytes, _context: Any) -> bytes:
        seen[data] += 1
        time.sleep(0.002)
        return data

    options = [("grpc.max_connection_age_ms", age_ms), ("grpc.max_concurrent_streams", streams)]
    server = grpc.server(futures.ThreadPoolExecutor(16), options=options)
    method = grpc.unary_unary_rpc_method_handler(get)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("p.S", {"M": method}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    upstream = Upstream(f"http://127.0.0.1:{port}", deadline_ms=60_000, body_limit_bytes=1000)
    fields = (("content-type", "application/grpc"), ("te", "trailers"))
    at_once = asyncio.Semaphore(64)

    async def ask(number: int) -> Any:
        body = b"\0\0\0\0\x04" + number.to_bytes(4, "big")
        async with at_once:
            return await upstream.ask(request_of(**{**GRPC, "body": body, "headers": fields}))

    replies = await asyncio.gather(*map(ask, range(2000)))
    await upstream.close()
    await asyncio.to_thread(server.stop(None).wait)
    assert Counter(reply.detail for reply in replies if isinstance(reply, Failure)) == {}
    assert (len(seen), max(seen.values())) == (2000, 1)
