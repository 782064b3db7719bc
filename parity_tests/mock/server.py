"""The ports of a mock: HTTP/1.1 and HTTP/2 on each, told apart by how a connection begins."""

import asyncio
import contextlib
import os
from collections.abc import Iterator

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.mock.answering import Mock
from crossfade.parity_tests.mock.http1 import serve_http1
from crossfade.parity_tests.mock.http2 import serve_http2

MAX_CONNECTIONS = 1000
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113 3.4
_READ_BYTES = 65_536
_FIRST_S = 30.0


class MockServer:
    """Answers on its ports until it is stopped."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, address: tuple[str, int]) -> str:
        """Opens a port; gives its ``host:port``. Raises: ParityError: it can't be had."""
        host, port = address
        try:
            server = await asyncio.start_server(self._connected, host, port)
        except OSError as error:
            got = os.strerror(error.errno or 0)
            raise ParityError(f"{host}:{port}: expected a free address, got {got}", exit_code=4) from None
        self._servers.append(server)
        found_host, found_port = server.sockets[0].getsockname()[:2]
        return f"{found_host}:{found_port}"

    async def stop(self) -> None:
        """Closes the ports and all connections."""
        for server in self._servers:
            server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with _closing(writer), contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_FIRST_S):
                first = await _first(reader)
            serve = serve_http2 if first.startswith(_PREFACE) else serve_http1
            await serve(self._mock, reader, writer, first)


async def _first(reader: asyncio.StreamReader) -> bytes:
    """So much that the protocol can be told."""
    found = b""
    while _PREFACE.startswith(found) and len(found) < len(_PREFACE):
        data = await reader.read(_READ_BYTES)
        if not data:
            break
        found += data
    return found


@contextlib.contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.close()
