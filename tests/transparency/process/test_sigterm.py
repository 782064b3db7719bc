"""SIGTERM with streams open."""

import asyncio
import subprocess
from typing import Any

import pytest


@pytest.mark.row("SIGTERM: open downloads end whole, new connections are refused", "curl (HTTP/1.1, HTTP/2)")
async def test_sigterm(bulk: Any, shadow: Any, curl: Any) -> None:
    """Two answers that are half sent when the signal comes arrive whole; the process then ends with 0."""
    running = await asyncio.to_thread(shadow, bulk.port)
    clients = []
    for version in ("--http1.1", "--http2-prior-knowledge"):
        bulk.waiting.clear()
        clients.append(asyncio.create_task(asyncio.to_thread(curl, running.port, version, "http://api.test/slow")))
        await asyncio.wait_for(bulk.waiting.wait(), 10)
    running.terminate()
    for _ in range(100):
        refused: subprocess.CompletedProcess[bytes] = await asyncio.to_thread(curl, running.port, "http://api.test/10")
        if refused.returncode == 7:
            break
    assert refused.returncode == 7
    bulk.go_on.set()
    for client in clients:
        assert (await client).stdout.endswith(b"first" + bytes(5))
    assert await asyncio.to_thread(running.process.wait, 30) == 0
