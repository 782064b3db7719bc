"""HTTP/2 with a side that does as it likes: one bad answer is one failure, and the connection's slots come back."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.framing import GrpcFraming
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.mirror.clients.exchange import AnswerInProgress, SideFailedError
from crossfade.shadow.mirror.clients.http2_connection import Http2Connection
from crossfade.shadow.mirror.clients.upstream import Upstream

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


async def test_a_huge_header(tcp_server: Serve, request_of: Requests) -> None:
    """Past 64 KB it is refused before it is taken apart."""

    async def huge(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = _server()
        writer.write(state.data_to_send())
        await reader.read(100)
        plain = b"\x88" + b"\x00\x01x" + b"\x7f\xe1\xc5\x0c" + b"y" * 205_000  # :status 200, x: a text of 205,024 bytes
        writer.write(len(plain[:16_384]).to_bytes(3, "big") + b"\x01\x00\x00\x00\x00\x01" + plain[:16_384])
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
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.INVALID


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
        manager = connection._h2._inbound_flow_control_window_manager
        lost = manager.max_window_size - manager.current_window_size - manager._bytes_processed
        await upstream.close()
    assert lost < 100_000


class Transport(asyncio.Transport):
    """Takes bytes and is open until it is closed."""

    closed = False

    def write(self, data: Any) -> None:
        """Nothing comes of it."""

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


_frames = st.tuples(
    st.sampled_from([0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99]),
    st.sampled_from([0, 1, 4, 5, 8, 0x20, 0x2D, 0xFF]),
    st.sampled_from([0, 1, 1, 1, 2, 3]),
    st.one_of(
        st.binary(max_size=40), st.lists(st.sampled_from(b"\x88\x82\x48\x03200\x3f\x00"), max_size=12).map(bytes)
    ),
)


@given(st.lists(_frames, max_size=6))
def test_no_frames_are_an_error(request_of: Requests, frames: list[tuple[int, int, int, bytes]]) -> None:
    """Whatever a server sends, the asker gets an answer or a failure, and nothing is raised into the loop."""

    async def run() -> None:
        connection = Http2Connection()
        connection.connection_made(Transport())
        request = request_of(**{**GRPC, "body": b""})
        asking = asyncio.create_task(connection.ask(request, (), AnswerInProgress(limit_bytes=10), None))
        await asyncio.sleep(0)
        data = _server().data_to_send()
        for kind, flags, stream_id, payload in frames:
            data += len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream_id.to_bytes(4, "big") + payload
        connection.data_received(data)
        connection.connection_lost(None)
        try:
            answer = await asyncio.wait_for(asking, 5)
        except SideFailedError:
            return
        assert 100 <= answer.status <= 999
        assert len(answer.body) <= 10

    asyncio.run(run())
