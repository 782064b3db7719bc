"""GOAWAY and the end of connections."""

import asyncio
from typing import Any

import h2.events
import pytest

GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"api.test")]
OK = [(b":status", b"200")]


@pytest.mark.row("GOAWAY from legacy: open streams end whole", "h2")
async def test_goaway_from_legacy(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """The open stream ends, one that legacy did not take is refused, and the next gets a new connection."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived) and event.stream_id == 1:
            end.h2.send_headers(1, OK)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        client.h2.send_headers(1, GET, end_stream=True)
        client.flush()
        await client.until("headers")
        client.h2.send_headers(3, GET, end_stream=True)
        client.flush()
        first = legacy.ends[0]
        await first.until("end", 2)
        first.go_away(1)
        assert await client.until("reset") == ("reset", 3, 0x7)
        first.h2.send_data(1, b"to the end", end_stream=True)
        first.flush()
        await client.until("end")
        assert b"".join(item[2] for item in client.find("data") if item[1] == 1) == b"to the end"
        await first.until("lost")
        client.h2.send_headers(5, GET, end_stream=True)
        client.flush()
        await client.until("headers", 2)
        assert len(legacy.ends) == 2


@pytest.mark.row(
    "GOAWAY itself, SETTINGS, PING",
    "h2",
    differs="they are between two neighbours: after legacy's GOAWAY the client keeps its connection to the proxy, which "
    "opens a new one to legacy; the proxy answers a client's PING itself and sends none to legacy",
)
async def test_goaway_is_not_passed(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """The client's connection stays."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.h2.send_headers(event.stream_id, OK, end_stream=True)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        for number in (1, 2):
            client.h2.send_headers(2 * number - 1, GET, end_stream=True)
            client.flush()
            await client.until("end", number)
            legacy.ends[-1].go_away(1)
            await legacy.ends[-1].until("lost")
        assert len(legacy.ends) == 2
        assert client.find("goaway") == client.find("lost") == []


@pytest.mark.row("GOAWAY from the client: its open streams end whole", "h2")
async def test_goaway_from_client(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """A client that takes its leave gets what it asked for before."""
    async with h2_legacy()() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        client.h2.send_headers(1, GET, end_stream=True)
        client.flush()
        await legacy.accepted.wait()
        await legacy.ends[0].until("end")
        client.go_away(0)
        client.h2.ping(b"12345678")
        client.flush()
        await asyncio.sleep(0.1)
        legacy.ends[0].h2.send_headers(1, OK)
        legacy.ends[0].h2.send_data(1, b"late", end_stream=True)
        legacy.ends[0].flush()
        await client.until("end")
        assert client.find("data") == [("data", 1, b"late")]


@pytest.mark.row(
    "A legacy that dies with an HTTP/2 answer under way",
    "h2",
    differs="the streams are reset with INTERNAL_ERROR, the connection stays (gRPC: INTERNAL instead of UNAVAILABLE); "
    "before the answer's head it is 502 (gRPC: UNAVAILABLE, as without the proxy)",
)
async def test_legacy_dies(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """Reset, not silence."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived) and event.stream_id == 1:
            end.h2.send_headers(1, OK)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        client.h2.send_headers(1, GET, end_stream=True)
        client.h2.send_headers(3, GET, end_stream=True)
        client.flush()
        await client.until("headers")
        await legacy.ends[0].until("end", 2)
        legacy.ends[0].close()
        assert await client.until("reset") == ("reset", 1, 0x2)
        answer = await client.until("headers", 2)
        assert answer[2][0] == (b":status", b"502")


@pytest.mark.row("SIGTERM: open HTTP/2 streams end whole, the client is told to go", "h2")
async def test_drain(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """GOAWAY with the last stream that is served; a later one is refused, to be asked elsewhere."""
    async with h2_legacy()() as legacy:
        running = await proxy(legacy.port)
        client = await h2_client(running.port)
        client.h2.send_headers(1, GET, end_stream=True)
        client.flush()
        await legacy.accepted.wait()
        await legacy.ends[0].until("end")
        ending = asyncio.create_task(running.engine.shutdown(drain_s=5))
        end = legacy.ends[0]
        await asyncio.sleep(0.1)
        end.h2.send_headers(1, OK)
        end.h2.send_data(1, b"whole", end_stream=True)
        end.flush()
        await client.until("lost")
        assert ("goaway", 1, 0) in client.seen
        assert ("data", 1, b"whole") in client.seen
        assert ("end", 1) in client.seen
        await ending
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", running.port)
