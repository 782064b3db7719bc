"""Connections to legacy: as many as the client's streams need, none lost, none kept for nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import h2.events
import h2.settings
import pytest

GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"api.test")]
POST = [(b":method", b"POST"), *GET[1:]]
OK = [(b":status", b"200")]
CANCEL, REFUSED = 0x8, 0x7
ONE_AT_A_TIME = {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1}


def _answer(end: Any, event: Any) -> None:
    if isinstance(event, h2.events.StreamEnded):
        end.h2.send_headers(event.stream_id, OK, end_stream=True)


def _ask(client: Any, stream_id: int, fields: Any = GET, *, end_stream: bool = True) -> None:
    client.h2.send_headers(stream_id, fields, end_stream=end_stream)
    client.flush()


@pytest.mark.row("A legacy that allows one stream at a time: the others wait their turn", "h2")
async def test_one_at_a_time(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """Fifty requests, bodies among them, are asked one after the other, in their order."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived) and event.stream_id == 1:
            end.h2.update_settings(ONE_AT_A_TIME)
        _answer(end, event)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        _ask(client, 1)
        await client.until("end")
        for number in range(50):
            stream_id = 2 * number + 3
            client.h2.send_headers(stream_id, [*POST, (b"x-number", b"%d" % number)])
            client.h2.send_data(stream_id, b"%d" % number, end_stream=True)
        client.flush()
        await client.until("end", 51)
        (seen,) = legacy.seen
        heads = [item for item in seen if item[0] == "headers"][1:]
        assert [dict(item[2])[b"x-number"] for item in heads] == [b"%d" % number for number in range(50)]
        assert [item[0] for item in seen[2:]] == ["headers", "data", "end"] * 50


@pytest.mark.row("A client that cancels what still waits: legacy never hears of it", "h2")
async def test_cancelled_while_waiting(proxy: Any, h2_legacy: Any, h2_client: Any, eventually: Any) -> None:
    """Behind one long stream two wait; the first leaves, the second is served."""
    async with h2_legacy(_answer_not("/long"))() as legacy:
        running = await proxy(legacy.port)
        client = await h2_client(running.port)
        _ask(client, 1)
        await client.until("end")
        await legacy.ends[0].limit(ONE_AT_A_TIME)
        _ask(client, 3, [*GET[:2], (b":path", b"/long"), GET[3]])
        await legacy.ends[0].until("headers", 2)
        _ask(client, 5, [*POST, (b"x-who", b"left")], end_stream=False)
        _ask(client, 7, [*GET, (b"x-who", b"stayed")])
        await eventually(lambda: running.engine.open_flows() == 3)
        client.h2.reset_stream(5, CANCEL)
        client.flush()
        await eventually(lambda: "cancelled" in running.told.ends.values())
        legacy.ends[0].h2.send_headers(3, OK, end_stream=True)
        legacy.ends[0].flush()
        await client.until("end", 3)
        heads = [dict(item[2]).get(b"x-who") for item in legacy.seen[0] if item[0] == "headers"]
        assert heads == [None, None, b"stayed"]


def _answer_not(path: str) -> Callable[[Any, Any], None]:
    """Answers all but the streams of one path."""
    kept: set[tuple[int, int]] = set()

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived) and dict(event.headers)[b":path"] == path.encode():
            kept.add((id(end), event.stream_id))
        elif (id(end), getattr(event, "stream_id", 0)) not in kept:
            _answer(end, event)

    return on_event


@pytest.mark.row("GOAWAY from legacy while requests wait for their turn: they go to its next connection", "h2")
@pytest.mark.parametrize("closes", [False, True])
async def test_goaway_while_waiting(proxy: Any, h2_legacy: Any, h2_client: Any, eventually: Any, closes: bool) -> None:
    """What legacy has not seen is asked on a new connection, body and all; so also if it just closes."""
    async with h2_legacy(_answer_not("/long"))() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        _ask(client, 1)
        await client.until("end")
        first = legacy.ends[0]
        await first.limit(ONE_AT_A_TIME)
        _ask(client, 3, [*GET[:2], (b":path", b"/long"), GET[3]])
        await first.until("headers", 2)
        for stream_id in (5, 7):
            client.h2.send_headers(stream_id, POST)
            client.h2.send_data(stream_id, b"body", end_stream=False)
        client.flush()
        await asyncio.sleep(0.1)
        if closes:
            first.close()
        else:
            first.go_away(3)
        await eventually(lambda: len(legacy.ends) == 2)
        for stream_id in (5, 7):
            client.h2.send_data(stream_id, b", all of it", end_stream=True)
        client.flush()
        await client.until("end", 3)
        for stream_id in (1, 3):
            data = [item[2] for item in legacy.ends[1].find("data") if item[1] == stream_id]
            assert b"".join(data) == b"body, all of it"
        assert not [item for item in client.find("reset") if item[1] in {5, 7}]
        if not closes:
            first.h2.send_headers(3, OK, end_stream=True)
            first.flush()
            await client.until("end", 4)


@pytest.mark.row("Connections of limited age with long streams open: as many as needed", "h2")
async def test_many_ages(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """A legacy that says GOAWAY ten times, each time with a stream open that goes on."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.h2.send_headers(event.stream_id, OK)
            end.flush()
            end.go_away(event.stream_id)

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        for number in range(10):
            _ask(client, 2 * number + 1)
            await client.until("headers", number + 1)
        assert len(legacy.ends) == 10
        for end in legacy.ends:
            end.h2.send_data(1, b"whole", end_stream=True)
            end.flush()
        await client.until("end", 10)
        assert b"".join(item[2] for item in client.find("data")) == b"whole" * 10


@pytest.mark.row(
    "A legacy that was down for a while",
    "h2",
    differs="a client of HTTP/2 keeps its connection to the proxy and gets 502 (gRPC: UNAVAILABLE) for each request "
    "meanwhile, and answers once legacy is back",
)
async def test_back_again(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """One refusal is not the answer to all that follow."""
    async with h2_legacy(_answer)() as probe:
        port = probe.port
    client = await h2_client((await proxy(port)).port)
    for stream_id in range(1, 41, 2):
        _ask(client, stream_id)
    await client.until("end", 20)
    assert {dict(item[2])[b":status"] for item in client.find("headers")} == {b"502"}
    async with h2_legacy(_answer)(port) as legacy:
        _ask(client, 41)
        await client.until("end", 21)
        assert client.find("headers")[-1][2] == OK
        assert len(legacy.ends) == 1
