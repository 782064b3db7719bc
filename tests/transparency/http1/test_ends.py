"""The end of one direction, the end of both, and what stands between requests."""

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer

GET = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5\r\nfirst\r\n" * 20 + b"0\r\n\r\n"
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nall of it"
RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"

HALF_CLOSED = {
    "GET": (GET, OK),
    "a request of HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", OK),
    "Connection: close": (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", OK),
    "a body with a length": (POST + b"Content-Length: 2\r\n\r\n{}", OK),
    "a body in chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", OK),
    "an answer to the end": (GET, TO_THE_END),
    "an answer in chunks": (GET, CHUNKED),
    "an empty line behind the request": (GET + b"\r\n", OK),
    "half of a second request": (GET + b"GET /b HTTP", OK),
}


def _half_closing(*parts: bytes) -> Any:
    """A client that ends its sending side and reads to the end."""

    def run(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            for part in parts:
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
            got = b""
            while chunk := client.recv(65_536):
                got += chunk
        return got

    return run


def _slowly(answer: bytes, *, count: int = 1) -> Any:
    """Answers in pieces; the client has ended its side long before."""

    async def script(peer: Any) -> None:
        for _ in range(count):
            await peer.until(b"\r\n\r\n")
            for at in range(0, len(answer), 40):
                await asyncio.sleep(0.01)
                await peer.send(answer[at : at + 40])

    return script


@pytest.mark.row("A client that ends its sending side and waits (half-close)", "raw")
@pytest.mark.parametrize("kind", HALF_CLOSED)
async def test_half_closed(both: Any, raw: Any, kind: str) -> None:
    """It gets the whole answer, and its connection ends."""
    request, answer = HALF_CLOSED[kind]
    direct, through = await both(raw(_slowly(answer)), _half_closing(request))
    assert direct.client == answer
    assert through.client == answer


async def test_half_closed_behind_others(both: Any, raw: Any) -> None:
    """The last of several requests, pipelined or not, is answered as well."""
    direct, through = await both(raw(_slowly(OK, count=3)), _half_closing(GET, GET + GET))
    assert direct.client == OK * 3
    assert through == direct


async def test_half_closed_in_the_middle_of_a_body(both: Any, raw: Any) -> None:
    """Legacy sees the end, and what it answers arrives; the request counts as one that its client left."""

    async def script(peer: Any) -> None:
        await peer.rest()
        await peer.send(OK)

    direct, through = await both(raw(script), _half_closing(POST + b"Content-Length: 9\r\n\r\nhalf"))
    assert direct.client == OK
    assert through == direct


@pytest.mark.parametrize("ends_tcp", [True, False])
async def test_half_closed_in_tls(proxy: Any, raw: Any, certificates: Any, ends: Any, ends_tcp: bool) -> None:
    """close_notify is such an end, and the proxy says one itself: the client can tell the end from a cut."""
    async with raw(_slowly(TO_THE_END))() as server:
        running = await proxy(server.port, cert=certificates.server)
        trust = ssl.create_default_context(cafile=certificates.ca)
        got, ended_in_tls = await asyncio.to_thread(_half_closing_tls, running.port, trust, ends_tcp)
    assert got == TO_THE_END
    assert ended_in_tls
    (end,) = await ends(running, 1)
    assert isinstance(end, Answer)


def _half_closing_tls(port: int, trust: ssl.SSLContext, ends_tcp: bool) -> tuple[bytes, bool]:
    """What came, and whether it ended with close_notify. Python's own sockets can't half-close TLS."""
    came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trust.wrap_bio(came, goes, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                client.sendall(goes.read())
                came.write(client.recv(65_536))
        tls.write(GET)
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.unwrap()
        client.sendall(goes.read())
        if ends_tcp:
            client.shutdown(socket.SHUT_WR)
        while data := client.recv(65_536):
            came.write(data)
        came.write_eof()
    got = b""
    while True:
        try:
            got += tls.read(65_536)
        except ssl.SSLZeroReturnError:
            return got, True
        except ssl.SSLError:
            return got, False


@pytest.mark.row("A client that goes away before the answer: legacy sees the end at once", "raw")
@pytest.mark.parametrize("with_reset", [True, False])
@pytest.mark.parametrize("answers", [True, False])
async def test_gone(proxy: Any, raw: Any, ends: Any, with_reset: bool, answers: bool) -> None:
    """A legacy that stops then, and one that answers to nobody: both are cancelled requests."""
    arrived, seen = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        arrived.set()
        await peer.rest()
        seen.set()
        if answers:
            await peer.send(OK)

    async with raw(script)() as server:
        running = await proxy(server.port)
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
            client.sendall(GET)
            await asyncio.wait_for(arrived.wait(), 10)
            if with_reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        await asyncio.wait_for(seen.wait(), 10)
        assert await ends(running, 1) == ["cancelled"]
    assert running.engine.open_flows() == 0


async def test_gone_while_it_waits(proxy: Any, raw: Any, ends: Any) -> None:
    """A client that ended its side and then broke down is noticed though nothing is sent to it."""
    arrived, never = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.rest()
        arrived.set()
        await never.wait()

    async with raw(script)() as server:
        running = await proxy(server.port)
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
            client.sendall(GET)
            client.shutdown(socket.SHUT_WR)
            await asyncio.wait_for(arrived.wait(), 10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        assert await ends(running, 1) == ["cancelled"]
        never.set()


@pytest.mark.row("A legacy that ends its sending side behind the answer", "raw")
@pytest.mark.parametrize("answer", [OK, TO_THE_END])
async def test_legacy_ends_its_side(both: Any, raw: Any, answer: bytes) -> None:
    """The client sees the end where legacy says it, and goes on to send its body; legacy gets it."""
    whole = asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"half")
        await peer.send(answer)
        peer.end_sending()
        await peer.until(b"rest")
        whole.set()

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(POST + b"Content-Length: 8\r\n\r\nhalf")
            got = b""
            while chunk := sock.recv(65_536):
                got += chunk
            sock.sendall(b"rest")
            return got

    direct, through = await both(raw(script), client)
    await asyncio.wait_for(whole.wait(), 10)
    assert direct.client == answer
    assert through.client == answer


@pytest.mark.row("Upgraded connections end one direction after the other", "raw")
async def test_tunnel(both: Any, raw: Any) -> None:
    """After 101 a client that says no more still gets what legacy has to say."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(switch)
        await peer.rest()
        await peer.send(b"\r\n\xff last words")

    request = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
    direct, through = await both(raw(script), _half_closing(request, b"\r\n\x00 bytes"))
    assert direct.client == switch + b"\r\n\xff last words"
    assert through == direct


BETWEEN = {
    "CRLF": (b"\r\n" + GET,),
    "several": (b"\r\n\r\n\r\n" + GET,),
    "LF": (b"\n" + GET,),
    "both": (b"\n\r\n\n" + GET,),
    "in pieces": (b"\r", b"\n", b"\r\n" + GET[:5], GET[5:]),
    "behind a body": (POST + b"Content-Length: 2\r\n\r\n{}\r\n" + GET,),
    "behind a body, in pieces": (POST + b"Content-Length: 2\r\n\r\n{}", b"\r\n", GET),
    "between pipelined requests": (GET + b"\r\n\r\n" + GET + b"\r\n",),
    "behind the last request": (GET + b"\r\n\r\n\n",),
}


@pytest.mark.row(
    "Empty lines before a request line",
    "raw",
    differs="legacy does not see them: RFC 9112 2.2 wants a server to pass over them",
)
@pytest.mark.parametrize("kind", BETWEEN)
async def test_empty_lines(proxy: Any, raw: Any, kind: str) -> None:
    """They hold nobody up: each request is answered."""
    parts = BETWEEN[kind]
    count = sum(part.count(b"HTTP/1.1") for part in parts)

    async def script(peer: Any) -> None:
        for _ in range(count):
            if (await peer.until(b"\r\n\r\n")).startswith(b"POST"):
                await peer.exactly(2)
            await peer.send(OK)
        await peer.rest()

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in parts:
                sock.sendall(part)
            got = b""
            while len(got) < count * len(OK):
                got += sock.recv(65_536)
            sock.shutdown(socket.SHUT_WR)
            return got + sock.recv(1)

    async with raw(script)() as server:
        running = await proxy(server.port)
        assert await asyncio.to_thread(client, running.port) == OK * count
        (seen,) = server.seen
    assert seen.count(b"HTTP/1.1") == count
    assert seen.lstrip(b"\r\n") == seen


async def test_more_than_can_be_read_ahead(proxy: Any, raw: Any) -> None:
    """Who sends request after request without an answer is held back by its own socket, and none is lost."""
    go_on = asyncio.Event()
    request = b"GET /" + b"x" * 60_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"

    async def script(peer: Any) -> None:
        await go_on.wait()
        for _ in range(400):
            await peer.until(b"\r\n\r\n")
            await peer.send(OK)

    async with raw(script)() as server:
        running = await proxy(server.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(request * 400)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)
        go_on.set()
        assert await asyncio.wait_for(reader.readexactly(400 * len(OK)), 60) == OK * 400
        writer.close()
