"""grpcio at both ends."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

_LIMITS = [("grpc.max_receive_message_length", 2**28), ("grpc.max_send_message_length", 2**28)]


def _channel(port: int) -> grpc.Channel:
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=[*_LIMITS, ("grpc.default_authority", "api.test")])


def _error(error: Any) -> tuple[Any, ...]:
    return error.code(), error.details(), tuple(error.trailing_metadata() or ())


@pytest.mark.row("gRPC: metadata, binary metadata, trailers, deadline, compression", "grpcio")
@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
async def test_unary(both: Any, legacy: Any, compression: grpc.Compression) -> None:
    """Both ends see the same, in the same order; the deadline reaches legacy."""
    metadata = (("x-in", "b"), ("x-in", "a"), ("x-in-bin", b"\xff\x00"))

    def client(port: int) -> Any:
        with _channel(port) as channel:
            call = channel.unary_unary("/p.S/Unary")
            answer, rpc = call.with_call(b"abc" * 1000, metadata=metadata, timeout=300, compression=compression)
            return answer, tuple(rpc.initial_metadata()), tuple(rpc.trailing_metadata()), rpc.code()

    direct, through = await both(legacy, client)
    assert direct.legacy[0][2] == 300
    assert through == direct


@pytest.mark.row("gRPC: status, message and details of an error", "grpcio")
async def test_error(both: Any, legacy: Any) -> None:
    """Code, message (percent-encoded on the wire) and details."""

    def client(port: int) -> Any:
        with _channel(port) as channel, pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/p.S/Failing")(b"")
        return _error(raised.value)

    direct, through = await both(legacy, client)
    assert direct.client[:2] == (grpc.StatusCode.NOT_FOUND, "no such thing: é %")
    assert through == direct


@pytest.mark.row("gRPC: cancellation and deadlines reach legacy", "grpcio")
@pytest.mark.parametrize("how", ["cancel", "deadline", "close"])
async def test_cancellation(proxy: Any, legacy: Any, how: str) -> None:
    """The handler at legacy is told while it works."""

    def client(port: int) -> Any:
        channel = _channel(port)
        call = channel.unary_unary("/p.S/Hang").future(b"", timeout=0.5 if how == "deadline" else 20)
        time.sleep(0.2)  # the call is to be under way
        if how == "cancel":
            call.cancel()
        elif how == "close":
            channel.close()
        with pytest.raises((grpc.RpcError, grpc.FutureCancelledError)):
            call.result()
        channel.close()
        return call.code()

    codes = []
    for through in (False, True):
        async with legacy() as server:
            port = (await proxy(server.port)).port if through else server.port
            codes.append(await asyncio.to_thread(client, port))
            assert await asyncio.to_thread(server.cancelled.wait, 10)
    assert codes[0] == codes[1]


@pytest.mark.row("gRPC: streams in both directions, message by message", "grpcio")
async def test_turns(both: Any, legacy: Any) -> None:
    """The next message is only sent when the answer to the last one has arrived."""

    def client(port: int) -> Any:
        with _channel(port) as channel:
            turn = threading.Semaphore(1)

            def ask() -> Iterator[bytes]:
                for item in (b"x", b"y", b"z"):
                    assert turn.acquire(timeout=5)
                    yield item

            got = []
            for item in channel.stream_stream("/p.S/Both")(ask(), timeout=15):
                got.append(item)
                turn.release()
            return got

    direct, through = await both(legacy, client)
    assert direct.client == [b"X", b"Y", b"Z"]
    assert through == direct


@pytest.mark.row("gRPC: a server that ends a stream while the client still sends", "grpcio")
async def test_stops_early(both: Any, legacy: Any) -> None:
    """The status arrives at once."""

    def client(port: int) -> Any:
        with _channel(port) as channel:
            done = threading.Event()

            def ask() -> Iterator[bytes]:
                yield b"first"
                done.wait(20)

            call = channel.stream_stream("/p.S/StopsEarly")(ask(), timeout=15)
            got = [next(call)]
            with pytest.raises(grpc.RpcError) as raised:
                next(call)
            done.set()
            return got, _error(raised.value)

    direct, through = await both(legacy, client)
    assert direct.client[1][0] is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert through == direct


@pytest.mark.row("gRPC: connections of limited age (GOAWAY while calls run)", "grpcio")
async def test_max_connection_age(both: Any, legacy: Any) -> None:
    """Calls one after the other over three seconds, with connections that legacy ends each second: none fails."""
    age = {"grpc.max_connection_age_ms": 1000, "grpc.max_connection_age_grace_ms": 5000}

    def client(port: int) -> Any:
        codes, until = set(), time.monotonic() + 3
        with _channel(port) as channel:
            stream = channel.stream_stream("/p.S/Both")
            while time.monotonic() < until:
                codes.add(bytes(next(stream(iter([b"a"] * 20), timeout=10))))
        return codes

    direct, through = await both(lambda: legacy(**age), client)
    assert direct.client == {b"A"}
    assert through == direct


@pytest.mark.row("gRPC: messages of 100 MB", "grpcio")
async def test_large_message(both: Any, legacy: Any) -> None:
    """One message of 100 MB up and down."""

    def client(port: int) -> Any:
        with _channel(port) as channel:
            answer = channel.unary_unary("/p.S/Unary")(bytes(100_000_000), timeout=120)
            return len(answer), answer.count(0)

    direct, through = await both(legacy, client)
    assert direct.client == (100_000_000, 100_000_000)
    assert through.client == direct.client
