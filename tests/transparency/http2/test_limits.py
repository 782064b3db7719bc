"""What one message and one connection may be."""

from typing import Any

import h2.events
import h2.settings
import pytest

from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES, FIRST_STREAMS, MOST_STREAMS
from crossfade.shadow.exchange import Failure, FailureReason

GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"api.test")]
OK = [(b":status", b"200")]
CALM, REFUSED = 0xB, 0x7


def _fields(size: int) -> list[tuple[bytes, bytes]]:
    """Header fields that count for so many bytes."""
    return [(b"x-%03d" % number, b"v" * (1000 - 32 - 5)) for number in range(size // 1000)]


def _open(end: Any) -> set[int]:
    return {number for number, stream in end.h2.streams.items() if not stream.closed}


def _answer(end: Any, event: Any) -> None:
    """With as many bytes of fields and of trailers as the request asked for."""
    if isinstance(event, h2.events.RequestReceived) and event.stream_id in _open(end):
        asked = {name: int(value) for name, value in event.headers if name in {b"head", b"trailers"}}
        end.h2.send_headers(event.stream_id, [*OK, *_fields(asked.get(b"head", 0))])
        end.h2.send_data(event.stream_id, b"hi")
        end.h2.send_headers(event.stream_id, [(b"x-end", b"1"), *_fields(asked.get(b"trailers", 0))], end_stream=True)


@pytest.mark.row("Heads and trailers of 250 KB", "h2")
async def test_large_heads(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """Of a request and of an answer."""
    found = []
    for through in (False, True):
        async with h2_legacy(_answer)() as legacy:
            client = await h2_client((await proxy(legacy.port)).port if through else legacy.port)
            client.h2.decoder.max_header_list_size = 300_000
            client.h2.send_headers(1, [*GET, (b"head", b"250000"), (b"trailers", b"250000")], end_stream=True)
            client.flush()
            await client.until("end")
            found.append([list(client.seen), legacy.seen[0]])
    assert sum(len(item[2]) for item in found[0][0] if item[0] in {"headers", "trailers"}) > 500
    assert found[1] == found[0]


@pytest.mark.row(
    "Heads and trailers of more than 256 KiB",
    "h2",
    differs="the proxy does not pass them on: a request gets 431 (gRPC: RESOURCE_EXHAUSTED) and is counted as "
    "`uncomparable(unsupported)`; an answer is 502, or a reset once its head has gone; other streams go on. A head in memory "
    "is what one client could make large for all; SETTINGS_MAX_HEADER_LIST_SIZE announces it",
)
async def test_too_large_heads(proxy: Any, h2_legacy: Any, h2_client: Any, eventually: Any) -> None:
    """Each ends its own stream alone."""
    async with h2_legacy(_answer)() as legacy:
        running = await proxy(legacy.port)
        client = await h2_client(running.port)
        await client.settings.wait()
        assert client.h2.remote_settings.max_header_list_size == ENGINE_HEAD_LIMIT_BYTES
        large = _fields(ENGINE_HEAD_LIMIT_BYTES + 2000)
        client.h2.send_headers(1, [*GET, *large], end_stream=True)
        client.h2.send_headers(3, [*GET, (b"content-type", b"application/grpc"), *large], end_stream=True)
        client.h2.send_headers(5, [*GET, (b"head", b"%d" % (ENGINE_HEAD_LIMIT_BYTES + 2000))], end_stream=True)
        client.h2.send_headers(7, [*GET, (b"trailers", b"%d" % (ENGINE_HEAD_LIMIT_BYTES + 2000))], end_stream=True)
        client.h2.send_headers(9, GET)
        client.h2.send_headers(9, large, end_stream=True)
        client.h2.send_headers(11, GET, end_stream=True)
        client.flush()
        await eventually(lambda: len(running.told.ends) == 6)
        await client.until("end", 3)
        status = {item[1]: dict(item[2])[b":status"] for item in client.find("headers")}
        assert (status[1], status[5], status[11]) == (b"431", b"502", b"200")
        assert {item[1]: item[2] for item in client.find("reset")} in (
            {3: CALM, 7: CALM, 9: CALM},
            {3: CALM, 7: 2, 9: CALM},
        )
        ends = list(running.told.ends.values())
        assert ends.count("unsupported") == 3
        failed = [end.reason for end in ends if isinstance(end, Failure)]
        assert failed == [FailureReason.INVALID] * 2
        assert not client.find("lost")


@pytest.mark.row(
    "Streams at once on one connection",
    "h2",
    differs="the proxy takes 100 until legacy has said what it takes (always, where legacy speaks HTTP/1.1: each has a "
    "connection of its own), then as many as legacy, at most 2,000; SETTINGS say so, and clients wait. Beyond it streams are "
    "reset with REFUSED_STREAM, whereupon a client may ask again",
)
async def test_streams_at_once(proxy: Any, h2_legacy: Any, h2_client: Any, eventually: Any) -> None:
    """Of 3,000 that a client opens without looking, all that are not served are refused, and the connection lives."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.h2.send_headers(event.stream_id, OK)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        await client.settings.wait()
        assert client.h2.remote_settings.max_concurrent_streams == FIRST_STREAMS
        client.h2.remote_settings.update({3: 5000})
        client.h2.remote_settings.acknowledge()
        for number in range(3000):
            client.h2.send_headers(2 * number + 1, GET)
        client.flush()
        await eventually(lambda: len(client.find("headers")) + len(client.find("reset")) == 3000)
        assert {item[2] for item in client.find("reset")} == {REFUSED}
        assert FIRST_STREAMS <= len(client.find("headers")) <= MOST_STREAMS
        assert not client.find("lost")
