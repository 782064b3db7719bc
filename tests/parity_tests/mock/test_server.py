"""A mock that serves: by our own clients, by gRPC's, over raw connections."""

import asyncio
import contextlib
import gzip
from dataclasses import replace
from typing import Any

import grpc
import pytest

from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.mock import server as serving
from crossfade.parity_tests.mock.answering import Mock
from crossfade.parity_tests.mock.server import MockServer
from crossfade.shadow.exchange import Answer, Failure, Protocol
from crossfade.shadow.exchange.shadow_headers import is_not_recorded


def same(got: Any, recorded: Answer) -> bool:
    """Whether an answer is the recorded one, in all but time and the fields of the connection."""
    hop = {"transfer-encoding", "connection"}
    headers = tuple((name.lower(), value) for name, value in got.headers if name.lower() not in hop)
    wanted = tuple((name.lower(), value) for name, value in recorded.headers)
    return (got.status, headers, got.body, got.trailers) == (recorded.status, wanted, recorded.body, recorded.trailers)


async def test_http(recorder: Any, serve: Any, json_reply: Any) -> None:
    """Status, fields, bodies in their codings, trailers, HEAD, and no body where there was none."""
    coded = gzip.compress(b'{"a":1}', mtime=0)
    calls = [
        recorder.http("GET /a", {"a": 1}, headers=(("x-own", "1"),)),
        recorder.http("GET /gone", {"error": "gone"}, status=410),
        recorder.http("GET /z", json_reply(1, headers=(("Content-Encoding", "gzip"),), body=coded)),
        recorder.http("HEAD /a", json_reply(1, headers=(("Content-Length", "77"),), body=b"")),
        recorder.http(
            "DELETE /a", json_reply(1, headers=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")), body=b""), status=204
        ),
        recorder.http("GET /t", json_reply(1, headers=(("A", "\xe4"),), body=b"x" * 100_000, trailers=(("T", "1"),))),
        recorder.http("POST /a", json_reply({"made": True}, status=201), {"x": 1}),
    ]
    calls[4] = replace(calls[4], reply=replace(calls[4].reply, status=204))
    client = await serve(calls)
    for call in calls:
        got = await client.ask(call.request)
        assert same(got, call.reply), (call.request, got)


async def test_grpc(recorder: Any, serve: Any) -> None:
    """All kinds of streams, metadata, trailers; a status alone is one block of fields."""
    big = [b"x" * 400_000] * 3
    calls = [
        recorder.grpc("/p.S/Get", [b"1"], [b"a"]),
        recorder.grpc("/p.S/Big", big, big),
        recorder.grpc("/p.S/List", [b"1"], [b"a", b"b", b"c"], trailers=(("grpc-status", "0"), ("x-count", "3"))),
        recorder.grpc("/p.S/Up", [b"1", b"2"], [b"a"]),
        recorder.grpc("/p.S/None", [b"1"], [], trailers=()),
    ]
    status = (("content-type", "application/grpc"), ("grpc-status", "5"), ("grpc-message", "no"))
    calls[4] = replace(calls[4], reply=replace(calls[4].reply, headers=status))
    client = await serve(calls)
    for call in calls:
        got = await client.ask(call.request)
        assert isinstance(got, Answer), (call.request.target, got)
        assert same(got, call.reply), call.request.target


async def test_what_was_not_recorded(recorder: Any, serve: Any) -> None:
    """Is marked, over both protocols, and told."""
    missed: list[str] = []
    client = await serve([recorder.http("GET /a", 1)], missed=missed.append)
    http = await client.ask(recorder.request("GET", "/b?secret=1"))
    call = await client.ask(
        recorder.request("POST", "/p.S/Get", protocol=Protocol.GRPC, headers=(("content-type", "application/grpc"),))
    )
    assert [is_not_recorded(reply) for reply in (http, call)] == [True, True]
    assert (http.status, dict(call.headers)["grpc-status"]) == (501, "12")
    assert missed == ["GET /b", "POST /p.S/Get"]


async def test_the_pauses_of_a_stream(recorder: Any, serve: Any, json_reply: Any) -> None:
    """Are those of the recording, by its speed."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))

    timing = Timing(server_ms=(5.0, 30.0))
    reply = json_reply(1, headers=(("content-type", "text/event-stream"),), body=b"data: 1\n\ndata: 2\n\n")
    events = recorder.call(recorder.request("GET", "/e"), reply, timing=timing)
    watch = recorder.grpc("/p.S/Watch", [b"1"], [b"a", b"b"], timing=Timing(client_ms=(0.0,), server_ms=(10.0, 20.0)))
    client = await serve([events, watch], sleep=sleep, speed=2.0)
    assert same(await client.ask(events.request), reply)
    assert same(await client.ask(watch.request), watch.reply)
    assert slept == [0.0025, 0.0125, 0.005, 0.005]
    at_once = await serve([events], sleep=sleep, speed=0.0)
    assert same(await at_once.ask(events.request), reply)
    assert len(slept) == 4


async def test_a_client_of_grpc(recorder: Any, book: Any) -> None:
    """The real one: unary, a stream, a dialogue in turns, an error, a client that leaves."""
    early = Timing(client_ms=(-20.0, -10.0), server_ms=(-15.0, -5.0))
    left = Timing(client_ms=(0.0,), server_ms=(0.0,), cancelled_ms=5.0)
    calls = [
        recorder.grpc("/p.S/Get", [b"1"], [b"a"], trailers=(("grpc-status", "0"), ("x-end", "1"))),
        recorder.grpc("/p.S/List", [b"1"], [b"a", b"b"]),
        recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=early),
        recorder.grpc("/p.S/Fail", [b"1"], [], trailers=(("grpc-status", "7"), ("grpc-message", "no %E2%99%A5"))),
        recorder.grpc("/p.S/Watch", [b"1"], [b"a"], timing=left),
    ]
    server = MockServer(Mock(book=book(calls)))
    address = await server.start(("127.0.0.1", 0))
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            get = channel.unary_unary("/p.S/Get")(b"1", timeout=10)
            assert (await get, await get.trailing_metadata()) == (b"a", grpc.aio.Metadata(("x-end", "1")))
            assert dict(await get.initial_metadata())["x-made-by"] == "legacy"
            assert [item async for item in channel.unary_stream("/p.S/List")(b"1", timeout=10)] == [b"a", b"b"]
            chat = channel.stream_stream("/p.S/Chat")(timeout=10)
            for sent, got in ((b"1", b"a"), (b"2", b"b")):
                await chat.write(sent)
                assert await chat.read() == got
            await chat.done_writing()
            assert await chat.read() == grpc.aio.EOF
            with pytest.raises(grpc.aio.AioRpcError) as failed:
                await channel.unary_unary("/p.S/Fail")(b"1", timeout=10)
            assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.PERMISSION_DENIED, "no ♥")
            with pytest.raises(grpc.aio.AioRpcError) as unknown:
                await channel.unary_unary("/p.S/Other")(b"1", timeout=10)
            assert unknown.value.code() is grpc.StatusCode.UNIMPLEMENTED
            assert dict(unknown.value.trailing_metadata())["x-crossfade-not-recorded"] == "1"
            watch = channel.unary_stream("/p.S/Watch")(b"1", timeout=10)
            assert await watch.read() == b"a"
            watch.cancel()
    finally:
        await server.stop()


async def _raw(address: str, *sent: bytes, half_close: bool = False) -> bytes:
    """What a connection gets until it is closed."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for data in sent:
        writer.write(data)
        await writer.drain()
    if half_close:
        writer.write_eof()
    async with asyncio.timeout(10):
        found = await reader.read()
    writer.close()
    return found


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (b"GET /a HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200"),
        (b"?\r\n\r\n", b"HTTP/1.1 400"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"HTTP/1.1 431"),
        (b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9, b"\0"),  # DATA without a stream
    ],
)
async def test_connections_of_their_own_kind(recorder: Any, book: Any, sent: bytes, got: bytes) -> None:
    """What is no request is refused, and the next connection is served."""
    server = MockServer(Mock(book=book([recorder.http("GET /a", 1)])))
    address = await server.start(("127.0.0.1", 0))
    try:
        found = await _raw(address, sent)
        assert found.startswith(got)
        assert (await _raw(address, b"GET /a HTTP/1.0\r\n\r\n")).endswith(b"\r\n\r\n1")
    finally:
        await server.stop()


async def test_requests_one_after_the_other(recorder: Any, book: Any) -> None:
    """On one connection, sent before the first is answered."""
    server = MockServer(Mock(book=book([recorder.http("GET /a", n) for n in range(3)])))
    address = await server.start(("127.0.0.1", 0))
    try:
        ask = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        found = await _raw(address, ask + ask + last)
        assert [part[-1:] for part in found.split(b"HTTP/1.1 200")[1:]] == [b"0", b"1", b"2"]
    finally:
        await server.stop()


async def test_a_client_that_ends_its_side(recorder: Any, book: Any) -> None:
    """Still gets its answer; one that leaves where the recording has no end is let go."""
    left = Timing(server_ms=(0.0, 1.0), cancelled_ms=2.0)
    calls = [recorder.http("GET /a", 1), replace(recorder.http("GET /b", 2), timing=left)]
    server = MockServer(Mock(book=book(calls)))
    address = await server.start(("127.0.0.1", 0))
    try:
        found = await _raw(address, b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True)
        assert found.endswith(b"\r\n\r\n1")
        found = await _raw(address, b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True)
        assert found.startswith(b"HTTP/1.1 200")
    finally:
        await server.stop()


async def test_connections_are_bounded(recorder: Any, book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than there may be is closed."""
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 1)
    server = MockServer(Mock(book=book([recorder.http("GET /a", 1)])))
    address = await server.start(("127.0.0.1", 0))
    try:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.read(12)) == b"HTTP/1.1 200"
        with contextlib.suppress(ConnectionError):
            assert await _raw(address) == b""
        writer.close()
    finally:
        await server.stop()


async def test_many_at_a_time(recorder: Any, serve: Any) -> None:
    """Each gets its own."""
    calls = [recorder.http(f"GET /a/{n}", n) for n in range(200)]
    calls += [recorder.grpc("/p.S/Get", [b"%d" % n], [b"%d" % n]) for n in range(200)]
    client = await serve(calls)
    got = await asyncio.gather(*(client.ask(call.request) for call in calls))
    assert all(same(reply, call.reply) for reply, call in zip(got, calls, strict=True))


async def test_a_body_that_is_too_long(recorder: Any, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is not read to its end."""
    for name in ("http1", "http2"):
        monkeypatch.setattr(f"crossfade.parity_tests.mock.{name}.MAX_BODY_BYTES", 1000)
    client = await serve([recorder.http("GET /a", 1)])
    http = await client.ask(recorder.request("POST", "/a", b"x" * 5000))
    assert isinstance(http, Failure) or http.status == 413
    headers = (("content-type", "application/grpc"),)
    call = await client.ask(recorder.request("POST", "/p.S/A", b"x" * 5000, protocol=Protocol.GRPC, headers=headers))
    assert isinstance(call, Failure)
