"""A legacy that answers an upload early and closes, behind the real command."""

import asyncio
import contextlib
import socket
from collections import Counter
from typing import Any

import pytest

REFUSED = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads the head, and of the body nothing: closing then is a reset."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
    writer.write(REFUSED)
    writer.close()


def _upload(port: int) -> bytes:
    """Sends as long as it can, then reads, as clients do."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
            for _ in range(60):
                client.sendall(bytes(1_000))
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        while chunk := client.recv(65_536):
            got += chunk
    return got


@pytest.mark.row("A legacy that answers an upload early and closes (413, 401)", "raw")
async def test_early_answers(shadow: Any) -> None:
    """The client has the answer each time, though nobody took its body; directly a reset may overtake it."""
    server = await asyncio.start_server(_refuse, "127.0.0.1", 0)
    running = await asyncio.to_thread(shadow, server.sockets[0].getsockname()[1])
    assert Counter([await asyncio.to_thread(_upload, running.port) for _ in range(40)]) == {REFUSED: 40}
    server.close()
