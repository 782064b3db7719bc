"""A legacy that speaks HTTP/1.1 byte by byte, and a client that does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """One accepted connection: what it sent is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray) -> None:
        self._reader = reader
        self._writer = writer
        self._seen = seen

    async def until(self, end: bytes) -> bytes:
        """Reads up to and including ``end``, and gives it."""
        data = await self._reader.readuntil(end)
        self._seen += data
        return data

    async def exactly(self, size: int) -> None:
        """Reads so many bytes."""
        self._seen += await self._reader.readexactly(size)

    async def rest(self) -> None:
        """Reads until the other side closes."""
        self._seen += await self._reader.read()

    def end_sending(self) -> None:
        """Says that no more comes, and reads on."""
        self._writer.write_eof()

    async def send(self, data: bytes) -> None:
        """Writes and waits until it is taken."""
        self._writer.write(data)
        await self._writer.drain()


class Server:
    """Runs one script on each connection."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.connections: list[bytearray] = []
        self.port = 0

    @property
    def seen(self) -> list[bytes]:
        """The bytes of each connection."""
        return [bytes(item) for item in self.connections]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(bytearray())
        try:
            await self._script(Peer(reader, writer, self.connections[-1]))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
def raw() -> Callable[..., Callable[[], AbstractAsyncContextManager[Server]]]:
    """A legacy that follows a script."""

    def make(script: Script, ssl: Any = None) -> Callable[[], AbstractAsyncContextManager[Server]]:
        @asynccontextmanager
        async def run() -> AsyncIterator[Server]:
            legacy = Server(script)
            server = await asyncio.start_server(legacy.serve, "127.0.0.1", 0, limit=2**22, ssl=ssl)
            legacy.port = server.sockets[0].getsockname()[1]
            yield legacy
            server.close()

        return run

    return make


@pytest.fixture
def answers(raw: Any) -> Callable[..., Any]:
    """A legacy that reads up to ``reads`` and then sends ``answer``, on each connection again and again."""

    def make(answer: bytes, *, reads: bytes = b"\r\n\r\n") -> Any:
        async def script(peer: Peer) -> None:
            while True:
                await peer.until(reads)
                await peer.send(answer)
                if b"connection: close" in answer.lower():
                    return

        return raw(script)

    return make


@pytest.fixture
def send() -> Callable[[bytes], Callable[[int], bytes]]:
    """A client that sends bytes and gives back all that comes until the connection ends."""

    def make(*parts: bytes) -> Callable[[int], bytes]:
        def run(port: int) -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                for part in parts:
                    client.sendall(part)
                got = b""
                while chunk := client.recv(65_536):
                    got += chunk
            return got

        return run

    return make


@pytest.fixture
def ends() -> Callable[..., Awaitable[list[Any]]]:
    """How so many requests ended, in their order, once they have."""

    async def wait(running: Any, count: int) -> list[Any]:
        for _ in range(500):
            if len(running.told.ends) >= count:
                break
            await asyncio.sleep(0.01)
        found = running.told.ends
        assert len(found) == count, found
        return [found[name] for name in sorted(found, key=lambda name: int(name.rpartition("-")[2]))]

    return wait
