"""The real command in its own process, and a legacy that makes and takes large bodies."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

CONFIG = """
[service]
name = "transparency"
[[listen]]
name = "one"
address = "127.0.0.1:{port}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:9"
[mirror]
sample_pct = 0
"""


@dataclass
class Shadow:
    """A running ``crossfade shadow``."""

    process: subprocess.Popen[bytes]
    port: int

    def peak_mb(self) -> float:
        """The most memory that the engine's process has held, MB."""
        return self._status("VmHWM")

    def now_mb(self) -> float:
        """The memory that it holds, MB."""
        return self._status("VmRSS")

    def _status(self, name: str) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:"))) / 1024

    def terminate(self) -> None:
        """SIGTERM."""
        self.process.send_signal(signal.SIGTERM)


@pytest.fixture
def shadow(tmp_path: Path) -> Iterator[Callable[[int], Shadow]]:
    """Starts the command in front of a legacy."""
    started: list[tuple[Shadow, threading.Thread]] = []

    def start(legacy_port: int) -> Shadow:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        path = tmp_path / "crossfade.toml"
        path.write_text(CONFIG.format(port=port, legacy=legacy_port), encoding="utf-8")
        command = [sys.executable, "-m", "crossfade.tools.cli", "shadow", "--config", str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        serving = threading.Event()
        reader = threading.Thread(target=_read, args=(process, serving))
        reader.start()
        started.append((Shadow(process, port), reader))
        assert serving.wait(60), "the proxy did not start"
        return started[-1][0]

    yield start
    for item, reader in started:
        if item.process.poll() is None:
            item.terminate()
        item.process.wait(60)
        reader.join()


def _read(process: subprocess.Popen[bytes], serving: threading.Event) -> None:
    """Reads on to the end, so that the child never blocks on a full pipe."""
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if b"mirroring" in line:
                serving.set()


class Bulk:
    """HTTP/1.1 and HTTP/2: ``GET /N`` gives N bytes, ``POST`` takes a body and says its length. ``GET /slow`` waits."""

    def __init__(self) -> None:
        self.port = 0
        self.go_on = asyncio.Event()
        self.waiting = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(3)
            if first == b"PRI":
                await _Http2(self, reader, writer).run(first)
            else:
                await self._http1(first, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _http1(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = first + await reader.readuntil(b"\r\n\r\n")
            first = b""
            path = head.split()[1].decode()
            length = next(
                (int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")), 0
            )
            taken = 0
            while taken < length:
                taken += len(await reader.read(min(65_536, length - taken)) or _lost())
            size = 10 if path == "/slow" or length else int(path[1:])
            body = f"{length}\n".encode() if length else None
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) if body else size))
            if body:
                writer.write(body)
                continue
            if path == "/slow":
                writer.write(b"first")
                size -= 5
                await self.pause()
            for at in range(0, size, 65_536):
                writer.write(bytes(min(65_536, size - at)))
                await writer.drain()

    async def pause(self) -> None:
        self.waiting.set()
        await self.go_on.wait()


def _lost() -> bytes:
    raise ConnectionError


class _Http2:
    """The same by h2."""

    def __init__(self, bulk: Bulk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._bulk, self._reader, self._writer = bulk, reader, writer
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        self._room = asyncio.Event()
        self._paths: dict[int, str] = {}
        self._taken: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, first: bytes) -> None:
        self._h2.initiate_connection()
        data = first
        while data:
            for event in self._h2.receive_data(data):
                self._handle(event)
            self._writer.write(self._h2.data_to_send())
            await self._writer.drain()
            data = await self._reader.read(262_144)

    def _handle(self, event: Any) -> None:
        match event:
            case h2.events.RequestReceived():
                self._paths[event.stream_id] = dict(event.headers)[":path"]
                self._taken[event.stream_id] = 0
            case h2.events.DataReceived():
                self._taken[event.stream_id] += len(event.data)
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                self._tasks.append(asyncio.create_task(self._answer(event.stream_id)))
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                self._room.set()

    async def _answer(self, stream_id: int) -> None:
        path, taken = self._paths[stream_id], self._taken[stream_id]
        self._h2.send_headers(stream_id, [(":status", "200")])
        if taken:
            await self._send(stream_id, f"{taken}\n".encode(), 0)
        elif path == "/slow":
            self._h2.send_data(stream_id, b"first")
            self._writer.write(self._h2.data_to_send())
            await self._bulk.pause()
            await self._send(stream_id, bytes(5), 0)
        else:
            await self._send(stream_id, b"", int(path[1:]))

    async def _send(self, stream_id: int, head: bytes, zeros: int) -> None:
        left = len(head) + zeros
        while left:
            room = min(self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size, left)
            if not room:
                self._room.clear()
                await self._room.wait()
                continue
            data, head = (head[:room], head[room:]) if head else (bytes(room), b"")
            self._h2.send_data(stream_id, data)
            left -= len(data)
            self._writer.write(self._h2.data_to_send())
            await self._writer.drain()
        self._h2.end_stream(stream_id)
        self._writer.write(self._h2.data_to_send())


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[int]]]:
    """Serves a legacy and gives its port; in the end no task and no socket of it is left."""
    servers: list[asyncio.Server] = []
    connections: list[tuple[asyncio.Task[Any], asyncio.StreamWriter]] = []

    async def start(handle: Handler) -> int:
        async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.append((task, writer))
            with contextlib.suppress(OSError):
                await handle(reader, writer)

        servers.append(await asyncio.start_server(run, "127.0.0.1", 0, limit=2**20))
        return int(servers[-1].sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
    for task, _ in connections:
        task.cancel()
    await asyncio.gather(*(task for task, _ in connections), return_exceptions=True)
    await close_all(writer for _, writer in connections)


async def close_all(writers: Iterable[asyncio.StreamWriter]) -> None:
    """Cuts connections off, and waits until their sockets are closed."""
    writers = list(writers)
    for writer in writers:
        writer.transport.abort()
    for writer in writers:
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
async def dial() -> AsyncIterator[Callable[[int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]]:
    """Connects to a port of this machine; in the end the connections are cut off."""
    opened: list[asyncio.StreamWriter] = []

    async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        opened.append(writer)
        return reader, writer

    yield connect
    await close_all(opened)


@pytest.fixture
async def bulk(serve: Any) -> AsyncIterator[Bulk]:
    """A running legacy."""
    legacy = Bulk()
    legacy.port = await serve(legacy.serve)
    yield legacy
    legacy.go_on.set()
