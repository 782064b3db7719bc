"""HTTP/2 streams: fields, trailers, resets, windows."""

import asyncio
from typing import Any

import h2.events
import pytest

REQUEST = [
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", b"/p.S/Do?x=%zz"),
    (b":authority", b"api.test:8443"),
    (b"te", b"trailers"),
    (b"grpc-timeout", b"1234567u"),
    (b"x-b", b"2"),
    (b"x-a", b"\xc3\xa9"),
    (b"cookie", b"a=1"),
    (b"x-b", b"1"),
    (b"cookie", b"b=2"),
]
ANSWER = [
    (b":status", b"207"),
    (b"x-b", b"1"),
    (b"x-a", b""),
    (b"x-b", b"3"),
    (b"set-cookie", b"a"),
    (b"set-cookie", b"b"),
]
TRAILERS = [(b"grpc-status", b"0"), (b"x-b", b"2"), (b"x-a", b"1"), (b"x-b", b"1")]


def _answer(end: Any, event: Any) -> None:
    """Head, body, trailers."""
    if isinstance(event, h2.events.StreamEnded):
        end.h2.send_headers(event.stream_id, ANSWER)
        end.h2.send_data(event.stream_id, b"body")
        end.h2.send_headers(event.stream_id, TRAILERS, end_stream=True)


async def _both(proxy: Any, h2_legacy: Any, h2_client: Any, talk: Any, on_event: Any = _answer) -> list[Any]:
    """What client and legacy saw, directly and through the proxy."""
    found = []
    for through in (False, True):
        async with h2_legacy(on_event)() as legacy:
            client = await h2_client((await proxy(legacy.port)).port if through else legacy.port)
            await talk(client, legacy)
            found.append((list(client.seen), [list(seen) for seen in legacy.seen]))
    return found


@pytest.mark.row(":authority, header order, duplicates, trailers, grpc-timeout of HTTP/2", "h2")
async def test_fields(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """Fields and trailers arrive in their order, cookies one by one, in both directions."""

    async def talk(client: Any, _legacy: Any) -> None:
        client.h2.send_headers(1, REQUEST)
        client.h2.send_data(1, b"abc")
        client.h2.send_headers(1, [(b"x-sum", b"1"), (b"x-a", b"2")], end_stream=True)
        client.flush()
        await client.until("end")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk)
    assert ("headers", 1, REQUEST) in direct[1][0]
    assert ("trailers", 1, TRAILERS) in direct[0]
    assert through == direct


@pytest.mark.row(
    "Order of pseudo-header fields",
    "h2",
    differs="legacy gets `:method :scheme :path :authority` in this order: mitmproxy "
    "writes the header block anew; it reaches no application",
)
async def test_pseudo_order(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """The values are the same in another order."""
    fields = [REQUEST[3], REQUEST[0], REQUEST[2], REQUEST[1]]

    async def talk(client: Any, _legacy: Any) -> None:
        client.h2.send_headers(1, fields, end_stream=True)
        client.flush()
        await client.until("end")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk)
    assert direct[1][0][0] == ("headers", 1, fields)
    assert through[1][0][0] == ("headers", 1, REQUEST[:4])


@pytest.mark.row("RST_STREAM from legacy keeps its code", "h2")
@pytest.mark.parametrize("code", [0x1, 0x2, 0x7, 0x8, 0xB, 0xD])
@pytest.mark.parametrize("after_headers", [False, True])
async def test_reset_by_legacy(proxy: Any, h2_legacy: Any, h2_client: Any, code: int, after_headers: bool) -> None:
    """No page of HTML, no other code, whether or not the answer had begun; the sink knows that legacy failed."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            if after_headers:
                end.h2.send_headers(event.stream_id, ANSWER)
            end.h2.reset_stream(event.stream_id, code)

    async def talk(client: Any, _legacy: Any) -> None:
        client.h2.send_headers(1, REQUEST)
        client.flush()
        await client.until("reset")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk, on_event)
    assert direct[0][-1] == ("reset", 1, code)
    assert through[0] == direct[0]


@pytest.mark.row("RST_STREAM from the client keeps its code; cancellation reaches legacy", "h2")
@pytest.mark.parametrize("code", [0x0, 0x2, 0x5, 0x8])
async def test_reset_by_client(proxy: Any, h2_legacy: Any, h2_client: Any, code: int) -> None:
    """Legacy sees the reset that the client sent."""

    async def talk(client: Any, legacy: Any) -> None:
        client.h2.send_headers(1, REQUEST)
        client.flush()
        await legacy.accepted.wait()
        await legacy.ends[0].until("headers")
        client.h2.reset_stream(1, code)
        client.flush()
        await legacy.ends[0].until("reset")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk, lambda _end, _event: None)
    assert direct[1][0][-1] == ("reset", 1, code)
    assert through == direct


@pytest.mark.row("A complete answer before the request has ended (RST_STREAM NO_ERROR)", "h2")
async def test_early_answer(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """The answer arrives whole, then the reset that tells the client to stop."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.DataReceived):
            end.h2.send_headers(event.stream_id, ANSWER)
            end.h2.send_data(event.stream_id, b"too much", end_stream=True)
            end.flush()
            end.h2.reset_stream(event.stream_id, 0)

    async def talk(client: Any, _legacy: Any) -> None:
        client.h2.send_headers(1, REQUEST)
        client.h2.send_data(1, b"half")
        client.flush()
        await client.until("end")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk, on_event)
    assert ("data", 1, b"too much") in direct[0]
    assert [item for item in through[0] if item[0] != "reset"] == [item for item in direct[0] if item[0] != "reset"]


@pytest.mark.row("Informational answers of HTTP/2", "h2")
async def test_informational(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """100 and 103 pass."""
    hints = [(b":status", b"103"), (b"link", b"</a.css>")]

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.h2.send_headers(event.stream_id, hints)
            end.h2.send_headers(event.stream_id, ANSWER, end_stream=True)

    async def talk(client: Any, _legacy: Any) -> None:
        client.h2.send_headers(1, [*REQUEST, (b"expect", b"100-continue")])
        client.flush()
        await client.until("end")

    direct, through = await _both(proxy, h2_legacy, h2_client, talk, on_event)
    assert ("informational", 1, hints) in direct[0]
    assert through == direct


@pytest.mark.row("Back-pressure: who does not read is not sent more", "h2")
@pytest.mark.parametrize("goes_away", ["nobody", "legacy", "client"])
@pytest.mark.parametrize("upload", [False, True])
async def test_back_pressure(proxy: Any, h2_legacy: Any, h2_client: Any, upload: bool, goes_away: str) -> None:
    """Of 12 MB that one end would send and the other does not read, the proxy takes a few MB; then all of it arrives.

    So it does where one end says GOAWAY meanwhile.
    """
    size, taken = 12_000_000, 0
    sending = asyncio.Event()

    async def send(end: Any, stream_id: int) -> None:
        nonlocal taken
        while taken < size:
            room = min(end.h2.local_flow_control_window(stream_id), end.h2.max_outbound_frame_size, size - taken)
            if room:
                end.h2.send_data(stream_id, bytes(room), end_stream=taken + room == size)
                end.flush()
                taken += room
            await asyncio.sleep(0 if room else 0.01)

    tasks = []

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.reads = False
            if not upload:
                end.h2.send_headers(event.stream_id, ANSWER)
                tasks.append(asyncio.create_task(send(end, event.stream_id)))
            sending.set()

    async with h2_legacy(on_event)() as legacy:
        client = await h2_client((await proxy(legacy.port)).port)
        client.reads = False
        client.h2.send_headers(1, REQUEST)
        client.flush()
        await asyncio.wait_for(sending.wait(), 10)
        if upload:
            tasks.append(asyncio.create_task(send(client, 1)))
        before = -1
        while before != taken:
            before = taken
            await asyncio.sleep(0.3)
        assert 65_535 <= taken < 4_000_000
        if goes_away != "nobody":
            (legacy.ends[0] if goes_away == "legacy" else client).go_away(1)
            await asyncio.sleep(0.1)
        reader = legacy.ends[0] if upload else client
        reader.reads = True
        reader.h2.increment_flow_control_window(65_535)
        reader.h2.increment_flow_control_window(65_535, 1)
        reader.flush()
        await reader.until("end")
        assert reader.taken == size
        await asyncio.gather(*tasks)


@pytest.mark.row("More than 100 streams on one connection", "h2")
async def test_many_streams(proxy: Any, h2_legacy: Any, h2_client: Any) -> None:
    """As many as legacy takes: 300 long streams are open at once."""

    def on_event(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.RequestReceived):
            end.h2.send_headers(event.stream_id, ANSWER)

    async with h2_legacy(on_event)() as legacy:
        legacy_limit = 1000
        client = await h2_client((await proxy(legacy.port)).port)
        client.h2.send_headers(1, REQUEST)
        client.flush()
        await client.until("headers")
        legacy.ends[0].h2.update_settings({3: legacy_limit})
        legacy.ends[0].flush()
        await asyncio.sleep(0.05)
        for number in range(1, 300):
            client.h2.send_headers(2 * number + 1, REQUEST)
        client.flush()
        await client.until("headers", 300)
        assert len(legacy.ends) == 1
