"""Load generators: no request fails, and connections are kept."""

import asyncio
import re
import subprocess
from typing import Any

import pytest


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, timeout=60, check=True, text=True).stdout


@pytest.mark.row("Many requests on kept connections, HTTP/1.1", "wrk")
async def test_wrk(bulk: Any, shadow: Any, tool: Any) -> None:
    """20 connections for two seconds: every answer is 200, no socket error."""
    running = await asyncio.to_thread(shadow, bulk.port)
    for port in (bulk.port, running.port):
        told = await asyncio.to_thread(_run, tool("wrk"), "-t1", "-c20", "-d2s", f"http://127.0.0.1:{port}/1000")
        assert int(re.findall(r"(\d+) requests in", told)[0]) > 100
        assert "Non-2xx" not in told
        assert "Socket errors" not in told


@pytest.mark.row("Many streams on one connection, HTTP/2", "h2load")
@pytest.mark.parametrize("streams", ["1", "50"])
async def test_h2load(bulk: Any, shadow: Any, tool: Any, streams: str) -> None:
    """1,000 requests over two connections: all succeed, directly and through the proxy."""
    running = await asyncio.to_thread(shadow, bulk.port)
    for port in (bulk.port, running.port):
        command = (tool("h2load"), "-n1000", "-c2", f"-m{streams}", f"http://127.0.0.1:{port}/1000")
        told = await asyncio.to_thread(_run, *command)
        assert "1000 succeeded, 0 failed, 0 errored, 0 timeout" in told
