"""HTTP/1.1 connections: informational answers, keep-alive, aborts, streams."""

import asyncio
import socket
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.row("Expect: 100-continue", "curl, raw")
async def test_expect(both: Any, raw: Any, curl: Any) -> None:
    """Legacy sees the field, and the client sends its body when legacy says so."""

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(CONTINUE)
        await peer.exactly(2_000)
        await peer.send(OK)

    arguments = ("--expect100-timeout", "15", "-H", "Expect: 100-continue", "-d", "x" * 2_000, "http://api.test/")
    direct, through = await both(raw(script), lambda port: curl(port, *arguments).stdout)
    assert b"Expect: 100-continue" in direct.legacy[0]
    assert direct.client == CONTINUE + OK
    assert through == direct


async def test_expect_refused(both: Any, raw: Any, send: Any) -> None:
    """A final answer instead of 100 reaches a client that still holds its body back; nothing says 100 in between."""
    refused = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(refused)

    request = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    direct, through = await both(raw(script), send(request))
    assert direct.client == refused
    assert through == direct


@pytest.mark.row("Informational answers (103 Early Hints)", "raw")
async def test_early_hints(both: Any, raw: Any, send: Any) -> None:
    """They reach the client, and the final answer comes behind them."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(hints + hints)
        await peer.send(OK)

    direct, through = await both(raw(script), send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert direct.client == hints + hints + OK
    assert through == direct


@pytest.mark.row("Keep-alive and Connection: close", "curl, raw")
@pytest.mark.parametrize("closes", [True, False])
async def test_keep_alive(both: Any, answers: Any, curl: Any, closes: bool) -> None:
    """Two requests share a connection exactly where they do without the proxy."""
    answer = OK if closes else OK.replace(b"Connection: close\r\n", b"Keep-Alive: timeout=5\r\n")
    direct, through = await both(answers(answer), lambda port: curl(port, "http://a.test/1", "http://a.test/2").stdout)
    assert len(direct.legacy) == (2 if closes else 1)
    assert through == direct


async def test_the_client_says_close(both: Any, raw: Any, send: Any) -> None:
    """The client's own Connection: close reaches legacy, which then ends the connection."""
    answer = OK.replace(b"Connection: close\r\n", b"")

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(answer)

    direct, through = await both(raw(script), send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    assert direct.client == answer
    assert through == direct


@pytest.mark.row("Pipelined requests", "raw")
async def test_pipelining(both: Any, raw: Any, send: Any) -> None:
    """Two requests in one piece get two answers in their order."""

    async def script(peer: Any) -> None:
        for number in (b"1", b"2"):
            await peer.until(b"\r\n\r\n")
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + number)

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in (1, 2))
    direct, through = await both(raw(script), send(requests))
    assert direct.client.count(b"200 OK") == 2
    assert direct.legacy == [requests]
    assert through == direct


@pytest.mark.row("An answer before the request has ended", "raw")
@pytest.mark.parametrize("chunked", [True, False])
async def test_early_answer(both: Any, raw: Any, chunked: bool) -> None:
    """The whole answer is there while the client still holds half of its body."""
    head = b"Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n" if chunked else b"Content-Length: 2\r\n\r\nno"
    answer = b"HTTP/1.1 413 Content Too Large\r\n" + head

    async def script(peer: Any) -> None:
        await peer.until(b"half")
        await peer.send(answer)
        await peer.rest()

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf")
            got = b""
            while len(got) < len(answer):
                got += sock.recv(65_536)
            return got

    direct, through = await both(raw(script), client)
    assert direct.client == answer
    assert through.client == answer


@pytest.mark.row("A client that goes away", "raw")
async def test_client_abort(proxy: Any, raw: Any) -> None:
    """Legacy's connection ends too, while it is still at work."""
    gone = asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal")
        try:
            await peer.rest()
        finally:
            gone.set()

    def client(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert sock.recv(10)

    async with raw(script)() as server:
        for port in (server.port, (await proxy(server.port)).port):
            await asyncio.to_thread(client, port)
            await asyncio.wait_for(gone.wait(), 10)
            gone.clear()


@pytest.mark.row("A legacy that breaks off an answer", "raw, curl")
async def test_legacy_breaks(both: Any, raw: Any, send: Any) -> None:
    """The client gets what there was, and the end of its connection."""
    part = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(part)

    direct, through = await both(raw(script), send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert direct.client == part
    assert through == direct


@pytest.mark.row("A legacy that closes without an answer", "raw, curl")
async def test_no_answer(both: Any, raw: Any, curl: Any) -> None:
    """The client sees the end of the connection, and may ask again if its library does; no 502 hides it."""

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")

    direct, through = await both(raw(script), lambda port: curl(port, "http://a.test/").returncode)
    assert direct.client == 52  # empty reply
    assert through == direct


@pytest.mark.row("A legacy that closes an idle connection", "raw")
async def test_idle_close(both: Any, raw: Any, send: Any) -> None:
    """The client's own connection ends with it, so it does not send into a dead one."""
    answer = OK.replace(b"Connection: close\r\n", b"")

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(answer)

    direct, through = await both(raw(script), send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert direct.client == answer
    assert through == direct


@pytest.mark.row(
    "A legacy that is not there",
    "curl",
    differs="the client gets 502 with `server: mitmproxy` instead of a refused connection: the proxy has accepted before "
    "it knows",
)
async def test_legacy_is_down(proxy: Any, curl: Any) -> None:
    """502, as from any proxy."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    through = (await proxy(port)).port
    refused = await asyncio.to_thread(curl, port, "http://a.test/")
    answered = await asyncio.to_thread(curl, through, "http://a.test/")
    assert refused.returncode == 7
    assert answered.stdout.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")


@pytest.mark.row("Bodies are streamed: the first byte arrives before the last is sent", "raw")
async def test_streams(both: Any, raw: Any) -> None:
    """Up and down take turns inside one request: neither direction is gathered."""

    async def script(peer: Any) -> None:
        await peer.until(b"up 1")
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\ndown 1")
        await peer.until(b"up 2")
        await peer.send(b"down 2")

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nup 1")
            got = b""
            while not got.endswith(b"down 1"):
                got += sock.recv(65_536)
            sock.sendall(b"up 2")
            while not got.endswith(b"down 2"):
                got += sock.recv(65_536)
            return got

    direct, through = await both(raw(script), client)
    assert through == direct


@pytest.mark.row("WebSocket and other upgrades", "raw")
async def test_upgrade(both: Any, raw: Any) -> None:
    """After 101 bytes pass as they are, both ways."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(switch)
        await peer.until(b"\x00ping")
        await peer.send(b"\xffpong")

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
            got = b""
            while not got.endswith(b"\r\n\r\n"):
                got += sock.recv(65_536)
            sock.sendall(b"\x00ping")
            while not got.endswith(b"\xffpong"):
                got += sock.recv(65_536)
            return got

    direct, through = await both(raw(script), client)
    assert through == direct
