"""SIGTERM with streams open."""

import asyncio
import subprocess
from typing import Any

import h2.connection
import pytest
from hyperframe.frame import HeadersFrame


@pytest.mark.row("SIGTERM: open downloads end whole, new connections are refused", "curl (HTTP/1.1, HTTP/2)")
async def test_sigterm(bulk: Any, shadow: Any, curl: Any) -> None:
    """Two answers that are half sent when the signal comes arrive whole; the process then ends with 0."""
    running = await asyncio.to_thread(shadow, bulk.port)
    clients = []
    for version in ("--http1.1", "--http2-prior-knowledge"):
        bulk.waiting.clear()
        clients.append(asyncio.create_task(asyncio.to_thread(curl, running.port, version, "http://api.test/slow")))
        await asyncio.wait_for(bulk.waiting.wait(), 10)
    running.terminate()
    for _ in range(100):
        refused: subprocess.CompletedProcess[bytes] = await asyncio.to_thread(curl, running.port, "http://api.test/10")
        if refused.returncode == 7:
            break
    assert refused.returncode == 7
    bulk.go_on.set()
    for client in clients:
        assert (await client).stdout.endswith(b"first" + bytes(5))
    assert await asyncio.to_thread(running.process.wait, 30) == 0


async def test_sigterm_beside_a_flood(shadow: Any) -> None:
    """A connection with 20,000 streams of which none ends, and another that is still sending them: it ends in its time."""
    ended = asyncio.Event()
    legacy = await asyncio.start_server(lambda *_: ended.wait(), "127.0.0.1", 0)
    running = await asyncio.to_thread(shadow, legacy.sockets[0].getsockname()[1])
    floods = []
    for count, wait_s in ((20_000, 1.0), (20_000, 0.0)):
        _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        peer = h2.connection.H2Connection()
        peer.initiate_connection()
        writer.write(peer.data_to_send())
        for number in range(count):
            fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
            frame = HeadersFrame(2 * number + 1, peer.encoder.encode(fields))
            frame.flags |= {"END_HEADERS", "END_STREAM"}
            writer.write(frame.serialize())
        floods.append(writer)
        await asyncio.sleep(wait_s)
    running.terminate()
    assert await asyncio.to_thread(running.process.wait, 30) == 0
    ended.set()
    for writer in floods:
        writer.close()
    legacy.close()
