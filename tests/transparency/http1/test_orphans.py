"""A write whose client has gone: legacy sees what it would see without us, and what it answers is still told."""

import asyncio
import contextlib
import gc
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.capture.mitmproxy.wire import limits, orphans
from crossfade.shadow.exchange import Answer

OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi"
POST = b"POST /items HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nitem-b"
CHUNKS = b"POST /items HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nitem-b\r\n0\r\n\r\n"
RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@contextlib.contextmanager
def _client(port: int, data: bytes, *, resets: bool) -> Iterator[socket.socket]:
    """A client that sends and goes away at the end of the block."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(data)
        yield sock
        if resets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)


class _Legacy:
    """Answers once the client has gone, as a server does that does not look meanwhile."""

    def __init__(self, answer: bytes = OK, *, times: int = 1) -> None:
        self.answer = answer
        self.times = times
        self.arrived = asyncio.Event()
        self.end_seen = asyncio.Event()

    async def __call__(self, peer: Any) -> None:
        await peer.until(b"item-b")
        self.arrived.set()
        await peer.rest()
        self.end_seen.set()
        for _ in range(self.times):
            await peer.send(self.answer)


@pytest.mark.row(
    "A mirrored write whose client goes away before the answer",
    "raw",
    differs="legacy sees the end of the client's bytes, as without the proxy, and may then write its whole answer: the "
    "proxy reads it for up to `ORPHAN_S` (shadow/capture/mitmproxy/wire/limits.py), where the client's system would "
    "reset the connection. A legacy that does not look for the end commits such a write, and the candidate gets it too",
)
@pytest.mark.parametrize("resets", [True, False])
@pytest.mark.parametrize("request_bytes", [POST, CHUNKS])
async def test_its_answer_is_told(proxy: Any, raw: Any, ends: Any, resets: bool, request_bytes: bytes) -> None:
    """Whether the client closed or reset its connection."""
    legacy = _Legacy()
    async with raw(legacy)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, request_bytes, resets=resets):
            await asyncio.wait_for(legacy.arrived.wait(), 10)
        await asyncio.wait_for(legacy.end_seen.wait(), 10)
        (end,) = await ends(running, 1)
        assert isinstance(end, Answer)
        assert (end.status, end.body) == (201, b"hi")
        (seen,) = server.seen
        assert seen == request_bytes
    assert running.engine.open_flows() == 0


@pytest.mark.parametrize("how", ["closes", "resets", "says so first"])
async def test_its_answer_is_told_though_its_client_spoke_tls(
    proxy: Any, raw: Any, ends: Any, certificates: Any, how: str
) -> None:
    """A client that closes with or without a close_notify, or resets."""
    legacy = _Legacy()
    trust = ssl.create_default_context(cafile=certificates.ca)
    async with raw(legacy)() as server:
        running = await proxy(server.port, cert=certificates.server)
        running.told.wants_orphans = True

        def send() -> ssl.SSLSocket:
            plain = socket.create_connection(("127.0.0.1", running.port), timeout=10)
            client = trust.wrap_socket(plain, server_hostname="localhost")
            client.sendall(POST)
            return client

        client = await asyncio.to_thread(send)
        await asyncio.wait_for(legacy.arrived.wait(), 10)
        if how == "resets":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        elif how == "says so first":
            client.settimeout(0)
            with contextlib.suppress(ssl.SSLWantReadError):
                client.unwrap()
        client.close()
        (end,) = await ends(running, 1)
    assert isinstance(end, Answer)
    assert (end.status, end.body) == (201, b"hi")


class _Worker(threading.Thread):
    """A legacy with TLS that works as WSGI servers do: it reads a request, does its work, and writes."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(daemon=True)
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self.seen = b""
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def run(self) -> None:
        """Serves one connection, and keeps what it sent up to its end."""
        with self._listener, self._listener.accept()[0] as sock:
            sock.settimeout(10)
            with self._context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=True) as peer:
                while not self.seen.endswith(b"item-b"):
                    self.seen += peer.recv(65_536)
                self.arrived.set()
                self.go_on.wait(10)
                peer.sendall(OK)
                self.seen += peer.recv(65_536)


@pytest.mark.parametrize("resets", [True, False])
async def test_its_answer_is_told_with_tls_to_legacy(proxy: Any, ends: Any, certificates: Any, resets: bool) -> None:
    """The end is a close_notify there, after which legacy may still write."""
    legacy = _Worker(certificates.server_context())
    legacy.start()
    running = await proxy(legacy.port, scheme="https", ca=certificates.ca)
    running.told.wants_orphans = True
    with _client(running.port, POST, resets=resets):
        assert await asyncio.to_thread(legacy.arrived.wait, 10)
    await asyncio.sleep(0.1)
    legacy.go_on.set()
    (end,) = await ends(running, 1)
    assert isinstance(end, Answer)
    assert (end.status, end.body) == (201, b"hi")
    await asyncio.to_thread(legacy.join, 10)
    assert legacy.seen == POST


@pytest.mark.parametrize("in_tls", [False, True])
async def test_the_end_is_that_of_a_client_without_us(raw: Any, proxy: Any, certificates: Any, in_tls: bool) -> None:
    """Legacy reads the same bytes and then the same end, when its client closes."""
    seen: list[tuple[bytes, str]] = []

    async def direct_or_through(port: int, legacy: _Legacy) -> None:
        context = ssl.create_default_context(cafile=certificates.ca) if in_tls else None
        name = "localhost" if in_tls else None
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
        writer.write(POST)
        await asyncio.wait_for(legacy.arrived.wait(), 10)
        writer.close()
        await asyncio.wait_for(legacy.end_seen.wait(), 10)

    for through in (False, True):
        legacy = _Legacy()
        async with raw(legacy, certificates.server_context() if in_tls else None)() as server:
            port = server.port
            if through:
                more = {"scheme": "https", "ca": certificates.ca, "cert": certificates.server} if in_tls else {}
                running = await proxy(server.port, **more)
                running.told.wants_orphans = True
                port = running.port
            await direct_or_through(port, legacy)
            seen.append((server.seen[0], "end"))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("resets", [True, False])
async def test_a_legacy_that_closes_without_an_answer(proxy: Any, raw: Any, ends: Any, resets: bool) -> None:
    """It noticed: the request is cancelled."""
    legacy = _Legacy(times=0)
    async with raw(legacy)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=resets):
            await asyncio.wait_for(legacy.arrived.wait(), 10)
        assert await ends(running, 1) == ["cancelled"]


async def test_half_a_request_is_none(proxy: Any, raw: Any, ends: Any) -> None:
    """Nobody waits for the answer to what did not arrive as a whole."""
    arrived, ended = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"item")
        arrived.set()
        await peer.rest()
        ended.set()
        await peer.send(OK)

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST[:-2], resets=True):
            await asyncio.wait_for(arrived.wait(), 10)
        await asyncio.wait_for(ended.wait(), 10)
        assert await ends(running, 1) == ["cancelled"]


@pytest.mark.parametrize("resets", [True, False])
async def test_a_client_that_goes_while_the_answer_comes(proxy: Any, raw: Any, ends: Any, resets: bool) -> None:
    """Of a long answer the rest is read as well, and nothing of it is kept for the client."""
    began, gone = asyncio.Event(), asyncio.Event()
    size = 3_000_000

    async def script(peer: Any) -> None:
        await peer.until(b"item-b")
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * 1000)
        began.set()
        await gone.wait()
        await peer.send(b"x" * (size - 1000))

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=resets):
            await asyncio.wait_for(began.wait(), 10)
        gone.set()
        (end,) = await ends(running, 1)
    assert isinstance(end, Answer)
    assert end.truncated
    assert len(end.windows) > 0


async def test_an_answer_without_end_is_read_no_further(
    proxy: Any, raw: Any, ends: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Legacy's connection closes, as it would have without us."""
    monkeypatch.setattr(orphans, "ORPHAN_ANSWER_BYTES", 200_000)
    arrived, broken = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"item-b")
        arrived.set()
        await peer.rest()
        try:
            await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                await peer.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        finally:
            broken.set()

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=True):
            await asyncio.wait_for(arrived.wait(), 10)
        await asyncio.wait_for(broken.wait(), 20)
        assert await ends(running, 1) == ["cancelled"]


async def test_a_legacy_that_never_answers(proxy: Any, raw: Any, ends: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up, and its connection ends."""
    monkeypatch.setattr(orphans, "ORPHAN_S", 0.3)
    arrived, never = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"item-b")
        arrived.set()
        await never.wait()

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=True):
            await asyncio.wait_for(arrived.wait(), 10)
        assert await ends(running, 1) == ["cancelled"]
        never.set()


async def test_many_are_bounded_and_leave_nothing(proxy: Any, raw: Any, ends: Any) -> None:
    """Beyond the bound legacy's connections close at once; in the end no descriptor is left."""
    count = limits.MOST_ORPHANS + 20
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"item-b")
        arrived.release()
        await go_on.wait()
        await peer.send(OK)

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        gc.collect()
        before = _descriptors()
        with contextlib.ExitStack() as clients:
            for _ in range(count):
                clients.enter_context(_client(running.port, POST, resets=True))
            for _ in range(count):
                await asyncio.wait_for(arrived.acquire(), 10)
        assert await ends(running, count - limits.MOST_ORPHANS) == ["cancelled"] * 20
        go_on.set()
        told = await ends(running, count)
        assert sum(isinstance(end, Answer) for end in told) == limits.MOST_ORPHANS
        for _ in range(500):
            if _descriptors() <= before:
                break
            await asyncio.sleep(0.01)
        assert _descriptors() <= before
    assert running.engine.open_flows() == 0


async def test_the_end_of_a_run_waits_no_longer_for_them(proxy: Any, raw: Any) -> None:
    """The drain waits for them as for any open request; what is left then is cut."""
    arrived, ended = asyncio.Event(), asyncio.Event()

    async def script(peer: Any) -> None:
        await peer.until(b"item-b")
        arrived.set()
        await asyncio.Event().wait()

    async with raw(script)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=True):
            await asyncio.wait_for(arrived.wait(), 10)
        await asyncio.wait_for(running.engine.shutdown(drain_s=0.3), 10)
        await asyncio.wait_for(running.task, 10)
        ended.set()
    assert running.told.ends == {}


async def test_the_next_client_is_served_meanwhile(proxy: Any, raw: Any, ends: Any) -> None:
    """A connection of its own is all that a request without a client takes up."""
    legacy = _Legacy()
    async with raw(legacy)() as server:
        running = await proxy(server.port)
        running.told.wants_orphans = True
        with _client(running.port, POST, resets=True):
            await asyncio.wait_for(legacy.arrived.wait(), 10)
        await ends(running, 1)

        def ask() -> bytes:
            with _client(running.port, POST, resets=False) as sock:
                sock.shutdown(socket.SHUT_WR)
                got = b""
                while data := sock.recv(65_536):
                    got += data
            return got

        assert await asyncio.to_thread(ask) == OK
