"""One HTTP/2 connection by a script of frames."""

import asyncio
from collections.abc import Callable
from typing import Any

import h2.config
import h2.connection
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_connection import Http2Connection
from crossfade.shadow.exchange import Protocol, Request

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
