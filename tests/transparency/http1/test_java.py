"""java.net.http, the client in every JDK since 11."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "JavaClient.java"


@pytest.mark.row("java.net.http: GET, HEAD, sized and chunked POST, Expect", "Java HttpClient (HTTP/1.1)")
async def test_java(both: Any, raw: Any, tool: Any) -> None:
    """The same bytes but for the port in Host, and the same answers."""

    async def script(peer: Any) -> None:
        for end in (b"\r\n\r\n", b"\r\n\r\n", b"sized body", b"0\r\n\r\n"):
            await peer.until(end)
            length = 0 if end == b"\r\n\r\n" else 4
            await peer.send(
                b"HTTP/1.1 200 OK\r\nX-B: 1\r\nx-a: 2\r\nX-B: 0\r\nContent-Length: %d\r\n\r\n" % length
                + b"done"[:length]
            )
        await peer.until(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await peer.until(b"expected body")
        await peer.send(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    def client(port: int) -> str:
        command = [tool("java"), str(PROGRAM), f"http://127.0.0.1:{port}", "HTTP_1_1"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=True, text=True)
        return done.stdout

    direct, through = await both(raw(script), client)
    assert direct.client.count("HTTP_1_1 20") == 5
    assert through.client == direct.client
    assert [_plain(item) for item in through.legacy] == [_plain(item) for item in direct.legacy]


def _plain(sent: bytes) -> bytes:
    """Without the port, and with the chunked body, whose pieces may move, as one."""
    head, _, rest = sent.partition(b"POST /chunked")
    fields, _, chunks = rest.partition(b"\r\n\r\n")
    body, size = b"", -1
    while size:
        line, _, chunks = chunks.partition(b"\r\n")
        size = int(line, 16)
        body, chunks = body + chunks[:size], chunks[size + 2 :]
    lines = (head + fields + body + chunks).split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"Host: 127.0.0.1:"))
