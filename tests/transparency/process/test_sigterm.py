"""SIGTERM with streams open."""

import asyncio
import contextlib
import subprocess
from typing import Any

import h2.config
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


GET = b"GET /%s HTTP/1.1\r\nHost: a\r\n"
UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n\r\n"
LEFT_OPEN = {
    "an event stream in chunks": GET % b"chunks" + b"\r\n",
    "an event stream to the end": GET % b"to-the-end" + b"\r\n",
    "an answer that does not come": GET % b"hang" + b"\r\n",
    "a WebSocket": GET % b"socket" + UPGRADE,
    "half a head": GET % b"half",
    "half a body": b"POST /hang HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
    "a tunnel": b"CONNECT a.test:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "nothing yet": b"",
}
BEGINS = {
    b"chunks": b"200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"to-the-end": b"200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
    b"socket": b"101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
}


async def _without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A legacy that does not stop by itself."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        name = (await reader.readuntil(b"\r\n\r\n")).split()[1][1:]
        writer.write(b"HTTP/1.1 " + BEGINS[name] if name in BEGINS else b"")
        while not writer.is_closing():
            writer.write({b"chunks": b"9\r\ndata: 1\n\n\r\n", b"hang": b""}.get(name, b"data: 1\n\n"))
            await writer.drain()
            await asyncio.sleep(0.02)
    writer.close()


async def _drink(reader: asyncio.StreamReader) -> None:
    """Reads to the end, or until the connection breaks."""
    with contextlib.suppress(OSError):
        while await reader.read(65_536):
            pass


def _streams() -> bytes:
    """The bytes of a client of HTTP/2 with three streams."""
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    for stream_id in (1, 3, 5):
        fields = [(":method", "GET"), (":scheme", "http"), (":path", "/hang"), (":authority", "a")]
        client.send_headers(stream_id, fields, end_stream=True)
    return bytes(client.data_to_send())


@pytest.mark.row(
    "SIGTERM: what does not end by itself",
    "raw, h2",
    differs="event streams and answers that do not come are cut after 10 s and counted as `shed(shutdown)`, WebSockets and "
    "half a head 1 s after the last answer",
)
async def test_what_does_not_end(serve: Any, dial: Any, shadow: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Each connection is cut in the end, and nothing but the goodbye is logged."""
    running = await asyncio.to_thread(shadow, await serve(_without_end))
    opened = [(text, await dial(running.port)) for text in LEFT_OPEN.values()]
    opened += [(_streams(), await dial(running.port))]
    opened += [(LEFT_OPEN["an event stream in chunks"], await dial(running.port))]
    for text, (_, writer) in opened:
        writer.write(text)
    opened[-1][1][1].write_eof()
    await opened[0][1][0].readuntil(b"data: 1\n\n")
    running.terminate()
    ended = [asyncio.create_task(_drink(reader)) for _, (reader, _) in opened]
    done, _ = await asyncio.wait(ended, timeout=30)
    assert len(done) == len(ended)
    assert await asyncio.to_thread(running.process.wait, 30) == 0
    assert "Traceback" not in capfd.readouterr().err


async def test_sigterm_beside_a_flood(serve: Any, dial: Any, shadow: Any) -> None:
    """A connection with 20,000 streams of which none ends, and another that is still sending them: it ends in its time."""
    never = asyncio.Event()
    running = await asyncio.to_thread(shadow, await serve(lambda *_: never.wait()))
    for count, wait_s in ((20_000, 1.0), (20_000, 0.0)):
        _, writer = await dial(running.port)
        peer = h2.connection.H2Connection()
        peer.initiate_connection()
        writer.write(peer.data_to_send())
        for number in range(count):
            fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
            frame = HeadersFrame(2 * number + 1, peer.encoder.encode(fields))
            frame.flags |= {"END_HEADERS", "END_STREAM"}
            writer.write(frame.serialize())
        await asyncio.sleep(wait_s)
    running.terminate()
    assert await asyncio.to_thread(running.process.wait, 30) == 0
