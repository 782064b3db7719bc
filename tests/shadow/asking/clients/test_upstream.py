"""A mirrored request is sent once, as the client sent it, and a side's failure is a value."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request

Serve = Callable[[Any], AbstractAsyncContextManager[str]]


def _request(**values: Any) -> Request:
    defaults = {
        "id": "id-1",
        "protocol": Protocol.HTTP,
        "method": "GET",
        "scheme": "http",
        "authority": "api.test",
        "target": "/a?b=%2F",
        "headers": (("Host", "api.test"), ("X-Dup", "1"), ("x-dup", "2")),
        "body": b"",
        "truncated": False,
        "trailers": (),
        "started_at": 0.0,
    }
    return Request(**{**defaults, **values})


def _upstream(url: str, **values: Any) -> Upstream:
    return Upstream(url, **{"deadline_ms": 2000, "body_limit_bytes": 1000, **values})


def _answering(seen: list[bytes], answer: bytes, *, close: bool = False) -> Any:
    """A handler that keeps every request head and body, and answers each with the same bytes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            lengths = [line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length:")]
            seen.append(head + (await reader.readexactly(int(lengths[0])) if lengths else b""))
            writer.write(answer)
            await writer.drain()
            if close:
                return

    return handle


OK = b"HTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\nContent-Length: 2\r\n\r\nhi"


async def test_the_request_is_the_clients_plus_two_marks(tcp_server: Serve) -> None:
    """Target, header order, letter case and duplicates are kept; only the shadow marks are new."""
    seen: list[bytes] = []
    async with tcp_server(_answering(seen, OK)) as url:
        upstream = _upstream(url)
        reply = await upstream.ask(_request())
        await upstream.close()
    assert isinstance(reply, Answer)
    assert (reply.status, reply.body) == (200, b"hi")
    assert reply.headers == (("X-One", "a"), ("x-one", "b"), ("Content-Length", "2"))
    assert b"".join(seen) == (
        b"GET /a?b=%2F HTTP/1.1\r\nHost: api.test\r\nX-Dup: 1\r\nx-dup: 2\r\n"
        b"x-crossfade-role: shadow\r\nx-crossfade-id: id-1\r\n\r\n"
    )


async def test_connection_headers_stay_behind(tcp_server: Serve) -> None:
    """Fields that speak of the client's connection are not sent on it another time."""
    seen: list[bytes] = []
    headers = (
        ("Host", "a"),
        ("Connection", "close, X-Hop"),
        ("X-Hop", "1"),
        ("TE", "trailers"),
        ("Expect", "100-continue"),
    )
    async with tcp_server(_answering(seen, OK)) as url:
        upstream = _upstream(url)
        await upstream.ask(_request(headers=headers))
        await upstream.close()
    assert b"X-Hop" not in seen[0]
    assert b"Expect" not in seen[0]
    assert b"TE: trailers" in seen[0]


async def test_a_kept_connection_is_used_again(tcp_server: Serve) -> None:
    """Two requests, one connection."""
    connections = 0
    seen: list[bytes] = []

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await _answering(seen, OK)(reader, writer)

    async with tcp_server(counting) as url:
        upstream = _upstream(url)
        for _ in range(3):
            await upstream.ask(_request(method="POST", body=b"x=1", headers=(("Host", "a"), ("Content-Length", "3"))))
        await upstream.close()
    assert connections == 1
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", FailureReason.RESET),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal", FailureReason.RESET),
        (b"SSH-2.0-garbage\r\n\r\n", FailureReason.INVALID),
    ],
)
async def test_a_broken_answer_is_a_failure_and_not_asked_again(
    tcp_server: Serve, answer: bytes, reason: FailureReason
) -> None:
    """Whatever goes wrong, the upstream saw the request once."""
    seen: list[bytes] = []
    async with tcp_server(_answering(seen, answer, close=True)) as url:
        upstream = _upstream(url)
        reply = await upstream.ask(_request())
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason is reason
    assert len(seen) == 1


async def test_nobody_listens(tcp_server: Serve) -> None:
    """A refused connection is a failure with that reason."""
    async with tcp_server(_answering([], OK)) as url:
        pass
    for protocol in Protocol:
        reply = await _upstream(url).ask(_request(protocol=protocol))
        assert isinstance(reply, Failure)
        assert reply.reason is FailureReason.REFUSED


async def test_the_deadline(tcp_server: Serve) -> None:
    """A side that hangs fails by the deadline, over both protocols."""

    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass

    async with tcp_server(hang) as url:
        for protocol in Protocol:
            upstream = _upstream(url, deadline_ms=50)
            reply = await upstream.ask(_request(protocol=protocol))
            await upstream.close()
            assert isinstance(reply, Failure)
            assert reply.reason is FailureReason.DEADLINE


async def test_a_long_body_is_cut(tcp_server: Serve) -> None:
    """Memory is bounded: past the limit the answer is marked as truncated."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    async with tcp_server(_answering([], answer)) as url:
        upstream = _upstream(url)
        reply = await upstream.ask(_request())
        await upstream.close()
    assert isinstance(reply, Answer)
    assert reply.truncated
    assert len(reply.body) == 1000


def _h2_answering(requests: list[Any], *, reset: bool = False) -> Any:
    """A real HTTP/2 server: reads whole requests, answers each with one message and trailers."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        state.initiate_connection()
        bodies: dict[int, bytes] = {}
        writer.write(state.data_to_send())
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    bodies[event.stream_id] = b""
                    requests.append((event.headers, bodies))
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    if reset:
                        state.reset_stream(event.stream_id, 2)
                        continue
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
                    state.send_data(event.stream_id, bodies[event.stream_id][:10])
                    state.send_headers(event.stream_id, [("grpc-status", "0")], end_stream=True)
            writer.write(state.data_to_send())
            await writer.drain()

    return handle


GRPC = {
    "protocol": Protocol.GRPC,
    "method": "POST",
    "target": "/p.S/M",
    "headers": (("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "1S"), ("user-agent", "me")),
}


async def test_grpc_frames_pass_as_bytes(tcp_server: Serve) -> None:
    """Pseudo fields, metadata in order, a body larger than the first flow-control window, trailers."""
    requests: list[Any] = []
    body = bytes(range(256)) * 1000
    async with tcp_server(_h2_answering(requests)) as url:
        upstream = _upstream(url)
        replies = await asyncio.gather(*(upstream.ask(_request(**GRPC, body=body)) for _ in range(5)))
        await upstream.close()
    for reply in replies:
        assert isinstance(reply, Answer)
        assert reply.body == body[:10]
        assert reply.headers == (("content-type", "application/grpc"),)
        assert reply.trailers == (("grpc-status", "0"),)
    headers, bodies = requests[0]
    assert headers == [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "api.test"),
        (":path", "/p.S/M"),
        *GRPC["headers"],
        ("x-crossfade-role", "shadow"),
        ("x-crossfade-id", "id-1"),
    ]
    assert set(bodies.values()) == {body}


async def test_a_reset_stream_is_a_failure(tcp_server: Serve) -> None:
    """RST_STREAM is no complete answer."""
    requests: list[Any] = []
    async with tcp_server(_h2_answering(requests, reset=True)) as url:
        upstream = _upstream(url)
        reply = await upstream.ask(_request(**GRPC, body=b"x"))
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.RESET
    assert len(requests) == 1


async def test_garbage_instead_of_http2(tcp_server: Serve) -> None:
    """A server that speaks something else is invalid, not a crash."""
    async with tcp_server(_answering([], b"HTTP/1.1 400 Bad Request\r\n\r\n", close=True)) as url:
        upstream = _upstream(url)
        reply = await upstream.ask(_request(**GRPC, body=b"x"))
        await upstream.close()
    assert isinstance(reply, Failure)
    assert reply.reason in {FailureReason.INVALID, FailureReason.RESET}


async def test_what_was_read_is_free_when_the_call_is_over(tcp_server: Serve) -> None:
    """A call that ends because its answer goes on leaves no circle that keeps the answer's bytes."""
    part = b"1000\r\n" + bytes(0x1000) + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with tcp_server(_answering([], head + part * 8)) as url:
        upstream = _upstream(url)
        answer = upstream.new_answer(lambda _: None)
        gc.disable()
        try:
            call = asyncio.create_task(upstream.ask(_request(), answer))
            answer.stop_past(5000, times=1)
            answer.on_overlong = call.cancel
            reply = await call
            assert isinstance(reply, Failure)
            kept = weakref.ref(answer)
            del answer, call
            await asyncio.sleep(0)
            assert kept() is None
        finally:
            gc.enable()
        await upstream.close()
