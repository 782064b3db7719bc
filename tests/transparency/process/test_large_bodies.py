"""Bodies of 100 MB through the real process."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

SIZE = 100_000_000


@pytest.mark.row("100 MB up and down, in less than 40 MB of memory", "curl (HTTP/1.1, HTTP/2)")
@pytest.mark.parametrize("version", ["--http1.1", "--http2-prior-knowledge"])
async def test_large_bodies(bulk: Any, shadow: Any, curl: Any, tmp_path: Path, version: str) -> None:
    """The whole body arrives, and the engine does not gather it."""
    running = await asyncio.to_thread(shadow, bulk.port)
    await asyncio.to_thread(curl, running.port, version, "http://api.test/10")
    before_mb = running.now_mb()
    source = tmp_path / "body"
    source.write_bytes(bytes(SIZE))
    up = ("-H", "Expect:", "-T", str(source), "-X", "POST", "http://api.test/")
    for port in (bulk.port, running.port):
        down = await asyncio.to_thread(curl, port, version, "--max-time", "120", f"http://api.test/{SIZE}")
        assert down.returncode == 0
        assert len(down.stdout.partition(b"\r\n\r\n")[2]) == SIZE
        sent = await asyncio.to_thread(curl, port, version, "--max-time", "120", *up)
        assert sent.stdout.endswith(f"{SIZE}\n".encode())
    assert running.peak_mb() - before_mb < 40


@pytest.mark.row("100 MB to a client that reads slowly", "curl (HTTP/1.1, HTTP/2)")
@pytest.mark.parametrize("version", ["--http1.1", "--http2-prior-knowledge"])
async def test_a_slow_reader(bulk: Any, shadow: Any, curl: Any, version: str) -> None:
    """What the client does not take stays at legacy."""
    running = await asyncio.to_thread(shadow, bulk.port)
    await asyncio.to_thread(curl, running.port, version, "http://api.test/10")
    before_mb = running.now_mb()
    slow = ("--limit-rate", "1M", "--max-time", "3", f"http://api.test/{SIZE}")
    ended = await asyncio.to_thread(curl, running.port, version, *slow)
    assert ended.returncode == 28  # time over, in the middle
    assert running.peak_mb() - before_mb < 40
