"""A candidate for ``beside_heavy``: serves prepared answers at once, and tells when each small one was handed over."""

import asyncio
import gzip
import io
import json
import sys
import time

GZIP = (b"content-encoding: gzip\r\n",)
BOMB_BYTES = 200_000_000


def rows(size_bytes: int, price: float) -> bytes:
    """A list of objects of about this size."""
    row = '{"name": "n%d", "price": %s, "tags": ["a", "b"], "at": "2026-01-01T00:00:00"}'
    return "[{}]".format(", ".join(row % (at, at * 1.25 + price) for at in range(size_bytes // 88))).encode()


def small(number: int, price: float) -> bytes:
    """About 1 KB."""
    return json.dumps({"number": number, "rows": [{"n": f"n{at}", "price": at + price} for at in range(25)]}).encode()


def bomb(mark: bytes) -> bytes:
    """200 MB that are some 200 KB on the wire."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as writer:
        writer.write(b"[")
        for _ in range(BOMB_BYTES // 10**6):
            writer.write(mark * 10**6)
        writer.write(b"]")
    return packed.getvalue()


class Candidate:
    """Answers GET /small/N, /heavy/NAME and /times."""

    def __init__(self) -> None:
        self._heavy = {"1": (rows(10**6, 1.0), ()), "10": (rows(10**7, 1.0), ()), "bomb": (bomb(b" "), GZIP)}
        self._sent_at: dict[int, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while head := await self._head(reader):
            kind, _, name = head.split()[1].decode().strip("/").partition("/")
            if kind == "times":
                self._answer(writer, json.dumps(self._sent_at).encode())
            elif kind == "small":
                self._answer(writer, small(int(name), 1.0))
                self._sent_at[int(name)] = time.monotonic()
            else:
                self._answer(writer, *self._heavy[name.partition("/")[0]])
            await writer.drain()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    def _answer(self, writer: asyncio.StreamWriter, body: bytes, fields: tuple[bytes, ...] = ()) -> None:
        length = f"content-length: {len(body)}\r\n".encode()
        writer.write(b"".join((b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n", *fields, length, b"\r\n")))
        writer.write(body)


async def main() -> None:
    """Serves until standard input ends."""
    candidate = Candidate()
    server = await asyncio.start_server(candidate.serve, "127.0.0.1", 0, limit=65_536)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
