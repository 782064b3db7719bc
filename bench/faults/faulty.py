"""A server that answers, or fails in a chosen way: candidate, secondary and (in tests) legacy under fault.

    python faulty.py --port 9000 --control 9001 [--mode healthy]

Each line on the control port names a mode and is answered with ``ok``. Whatever waits is dropped at a change.
"""

import argparse
import asyncio
import contextlib
import hashlib
import os
import socket
import struct
from collections.abc import Callable
from typing import cast

_ITEMS = 14
_SLOW_S = 0.6
_SLOW_PARTS = 6
_CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def body(method: str, target: str, posted: bytes = b"") -> bytes:
    """1 KB of JSON that only this request has; answer.go says the same."""
    seed = hashlib.sha256(f"{method} {target}\n".encode() + posted).hexdigest()
    made = ",".join(f'"{hashlib.sha256(f"{seed}:{i}".encode()).hexdigest()}"' for i in range(_ITEMS))
    return f'{{"request":"{method} {target}","items":[{made}]}}'.encode()


class Connection(asyncio.Protocol):
    """One client's connection; what it answers is the server's mode."""

    def __init__(self, server: "FaultyServer") -> None:
        self._server = server
        self._buffer = bytearray()
        self._room = asyncio.Event()
        self._room.set()
        self._work: asyncio.Task[None] | None = None
        self.busy = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Is open."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Is closed."""
        del exc
        self._room.set()
        if self._work is not None:
            self._work.cancel()
        self._server.connections.discard(self)

    def pause_writing(self) -> None:
        """The other end takes no more for now."""
        self._room.clear()

    def resume_writing(self) -> None:
        """The other end goes on."""
        self._room.set()

    def data_received(self, data: bytes) -> None:
        """Answers each request that is complete."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n") + 4) > 3:  # noqa: PLR2004 - not found is -1
            head = self._buffer[:end].decode("latin-1")
            _, _, length = head.lower().partition("content-length:")
            whole = end + int(length.partition("\r\n")[0] or 0)
            if len(self._buffer) < whole:
                return
            method, target, _ = head.split(" ", 2)
            posted = bytes(self._buffer[end:whole])
            del self._buffer[:whole]
            self._server.behaviour(self, body(method, target, posted))

    def answer(self, text: bytes) -> None:
        """The right answer."""
        self.transport.write(_HEAD + b"Content-Length: %d\r\n\r\n" % len(text) + text)

    def hang(self, _: bytes) -> None:
        """Nothing comes, and nothing ends."""
        self.busy = True

    def answer_slowly(self, text: bytes) -> None:
        """The right answer, in parts."""
        self._begin(self._dribble(text))

    def reset(self, text: bytes) -> None:
        """Half an answer, then RST."""
        self.transport.write(_HEAD + b"Content-Length: %d\r\n\r\n" % len(text) + text[: len(text) // 2])
        handle = self.transport.get_extra_info("socket")
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asyncio.get_running_loop().call_later(0.01, self.transport.abort)

    def pour(self, _: bytes) -> None:
        """A body without an end."""
        self._begin(self._pour())

    def send_garbage(self, text: bytes) -> None:
        """In turn: no HTTP, a body that is not in its coding, no chunks, no JSON."""
        noise = os.urandom(1024)
        self.transport.write(
            (
                noise + b"\r\n\r\n",
                _HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(text) + text,
                _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + noise + b"\r\n",
                _HEAD + b"Content-Length: 1024\r\n\r\n" + noise,
            )[self._server.next_turn() % 4]
        )

    def _begin(self, work: "asyncio._CoroutineLike[None]") -> None:
        self.busy = True
        self._work = asyncio.get_running_loop().create_task(work)

    async def _dribble(self, text: bytes) -> None:
        self.transport.write(_HEAD + b"Content-Length: %d\r\n\r\n" % len(text))
        size = -(-len(text) // _SLOW_PARTS)
        for begin in range(0, len(text), size):
            await asyncio.sleep(_SLOW_S / _SLOW_PARTS)
            self.transport.write(text[begin : begin + size])
        self.busy = False

    async def _pour(self) -> None:
        self.transport.write(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while not self.transport.is_closing():
            self.transport.write(_CHUNK)
            await asyncio.sleep(0)
            await self._room.wait()


Behaviour = Callable[[Connection, bytes], None]
BEHAVIOURS: dict[str, Behaviour] = {
    "healthy": Connection.answer,
    "down": Connection.hang,  # nothing listens
    "hung": Connection.hang,
    "slow": Connection.answer_slowly,
    "reset": Connection.reset,
    "endless": Connection.pour,
    "garbage": Connection.send_garbage,
}


class FaultyServer:
    """Listens on a port of loopback in one mode at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening: asyncio.Server | None = None
        self._turn = 0
        self.connections: set[Connection] = set()
        self.behaviour: Behaviour = Connection.answer

    def next_turn(self) -> int:
        """Counts."""
        self._turn += 1
        return self._turn

    async def switch(self, mode: str) -> None:
        """Drops what waits and behaves otherwise from now on. Raises: KeyError: no such mode."""
        self.behaviour = BEHAVIOURS[mode]
        for connection in list(self.connections):
            if connection.busy or mode == "down":
                connection.transport.abort()
        if mode == "down" and self._listening is not None:
            self._listening.close()
            self._listening = None
        elif mode != "down" and self._listening is None:
            loop = asyncio.get_running_loop()
            self._listening = await loop.create_server(lambda: Connection(self), "127.0.0.1", self._port, backlog=1024)

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes modes, one a line."""
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                await self.switch(line.decode().strip())
                writer.write(b"ok\n")
        writer.close()


async def serve(port: int, control: int, mode: str) -> None:
    """Runs until it is killed."""
    server = FaultyServer(port)
    await server.switch(mode)
    controlled = await asyncio.start_server(server.obey, "127.0.0.1", control)
    await controlled.serve_forever()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--mode", choices=sorted(BEHAVIOURS), default="healthy")
    asked = parser.parse_args()
    try:
        import uvloop  # noqa: PLC0415 - where it exists

        uvloop.run(serve(asked.port, asked.control, asked.mode))
    except ModuleNotFoundError:
        asyncio.run(serve(asked.port, asked.control, asked.mode))


if __name__ == "__main__":
    main()
