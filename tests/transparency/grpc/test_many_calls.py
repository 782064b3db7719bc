"""grpcio at both ends, with many calls on one channel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest


async def _unary(data: bytes, _context: Any) -> bytes:
    await asyncio.sleep(0.1)
    return data[::-1]


async def _events(data: bytes, _context: Any) -> AsyncIterator[bytes]:
    yield data
    await asyncio.sleep(60)
    yield b"late"


@asynccontextmanager
async def _legacy(**options: Any) -> AsyncIterator[int]:
    server = grpc.aio.server(options=list(options.items()))
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(_unary),
        "Events": grpc.unary_stream_rpc_method_handler(_events),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("p.S", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield port
    await server.stop(None)


def _channel(port: int) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])


@pytest.mark.row("gRPC: 1,000 calls at once on one channel", "grpcio")
async def test_a_thousand_calls(proxy: Any) -> None:
    """All are answered."""
    async with _legacy() as legacy, _channel((await proxy(legacy)).port) as channel:
        call = channel.unary_unary("/p.S/Unary")
        got = await asyncio.gather(*(call(b"%05d" % number, timeout=50) for number in range(1000)))
        assert got == [(b"%05d" % number)[::-1] for number in range(1000)]


@pytest.mark.row("gRPC: 300 streams that stay open on one channel, and calls beside them", "grpcio")
async def test_long_streams(proxy: Any) -> None:
    """None of them, and no call, waits for one of the others to end."""
    async with _legacy() as legacy, _channel((await proxy(legacy)).port) as channel:
        streams = [channel.unary_stream("/p.S/Events")(b"%03d" % number) for number in range(300)]
        first = await asyncio.wait_for(asyncio.gather(*(stream.read() for stream in streams)), 20)
        assert first == [b"%03d" % number for number in range(300)]
        assert await channel.unary_unary("/p.S/Unary")(b"abc", timeout=10) == b"cba"
        for stream in streams:
            stream.cancel()


@pytest.mark.row("gRPC: connections of limited age while streams stay open", "grpcio")
async def test_ages(proxy: Any) -> None:
    """Each stream stays on the connection on which it began, and the next call is answered, eight ages long."""
    options = {"grpc.max_connection_age_ms": 200, "grpc.max_connection_age_grace_ms": 60_000}
    async with _legacy(**options) as legacy, _channel((await proxy(legacy)).port) as channel:
        streams = []
        for number in range(8):
            streams.append(channel.unary_stream("/p.S/Events")(b"%d" % number))
            assert await asyncio.wait_for(streams[-1].read(), 10) == b"%d" % number
            await asyncio.sleep(0.25)  # the connection comes of age
            assert await channel.unary_unary("/p.S/Unary")(b"abc", timeout=10) == b"cba"
        for stream in streams:
            stream.cancel()
