"""A side that ends its connections gracefully."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import h2.config
import h2.connection
import h2.events
from hyperframe.frame import GoAwayFrame

from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, Protocol, Request


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
