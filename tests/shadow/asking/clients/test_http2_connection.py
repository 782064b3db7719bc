"""One HTTP/2 connection by a script of frames."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import h2.config
import h2.connection
import h2.events
from hyperframe.frame import GoAwayFrame
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_connection import Http2Connection
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, Protocol, Request

Requests = Callable[..., Request]
GRPC = {"protocol": Protocol.GRPC, "method": "POST", "target": "/p.S/M"}


def _settings() -> bytes:
    state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    state.initiate_connection()
    return bytes(state.data_to_send())


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
        request = request_of(**GRPC)
        asking = asyncio.create_task(connection.ask(request, (), AnswerInProgress(limit_bytes=10), None))
        await asyncio.sleep(0)
        data = _settings()
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


async def test_a_stream_that_was_taken_is_answered_after_goaway(
    tcp_server: Callable[[Any], AbstractAsyncContextManager[str]], request_of: Callable[..., Request]
) -> None:
    """The answer counts, though it ends after the GOAWAY, in the same read or a later one; the next request gets a new connection."""
    connections = []
    closed: list[asyncio.Event] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        closed.append(ended := asyncio.Event())
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        state.initiate_connection()
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.StreamEnded):
                    state.send_headers(event.stream_id, [(":status", "200")])
                    goaway = GoAwayFrame(0)
                    goaway.last_stream_id = event.stream_id
                    writer.write(state.data_to_send() + goaway.serialize())
                    if len(connections) == 1:
                        await asyncio.sleep(0.05)  # the client has read the GOAWAY
                    state.send_data(event.stream_id, b"whole", end_stream=True)
            writer.write(state.data_to_send())
        ended.set()

    async with tcp_server(handle) as url:
        upstream = Upstream(url, deadline_ms=5000, body_limit_bytes=1000)
        replies = [await upstream.ask(request_of("id-1", protocol=Protocol.GRPC, method="POST")) for _ in range(2)]
        async with asyncio.timeout(5):
            await asyncio.gather(*(item.wait() for item in closed))
        await upstream.close()
    assert [reply.body for reply in replies if isinstance(reply, Answer)] == [b"whole"] * 2
    assert len(connections) == 2
