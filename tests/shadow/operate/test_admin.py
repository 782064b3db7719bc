"""The endpoints as a probe and a scraper see them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.operate.admin import Admin, Readiness
from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.operate.metrics import Snapshot


class Proxy:
    """What stands in for the proxy: whether it serves, its legacy, and how often it was asked for figures."""

    def __init__(self) -> None:
        self.is_serving = True
        self.asked = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.legacy: tuple[str, int] = probe.getsockname()
        self.connections = 0

    def snapshot(self) -> Snapshot:
        self.asked += 1
        return Snapshot(
            now=0.0,
            run={},
            entered={("GET /a", "http"): self.asked},
            ends={},
            latency={},
            added={},
            loop_lag=Buckets(),
            open_flows=0,
            pipe_waiting_bytes=0,
            mirror_on=True,
            compare_up=False,
            compare_pid=0,
            load=None,
        )

    async def start_legacy(self) -> asyncio.Server:
        def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            writer.close()

        return await asyncio.start_server(count, *self.legacy)


@pytest.fixture
def proxy() -> Proxy:
    return Proxy()


@pytest.fixture
async def address(proxy: Proxy) -> AsyncIterator[str]:
    readiness = Readiness(is_serving=lambda: proxy.is_serving, legacies=[proxy.legacy, proxy.legacy])
    admin = Admin(readiness=readiness, snapshot=proxy.snapshot)
    yield await admin.start("127.0.0.1", 0)
    await admin.close()


async def _get(address: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text()


async def test_live(address: str, proxy: Proxy) -> None:
    """200 while the loop runs, whatever else is wrong."""
    proxy.is_serving = False
    assert await _get(address, "/live") == (200, "live\n")


async def test_ready(address: str, proxy: Proxy) -> None:
    """503 until legacy took a connection once; after that legacy is never asked again, up or down."""
    host, port = proxy.legacy
    assert await _get(address, "/ready") == (503, f"legacy {host}:{port} has accepted no connection yet\n")
    server = await proxy.start_legacy()
    assert await _get(address, "/ready") == (200, "ready\n")
    server.close()
    await server.wait_closed()
    assert await _get(address, "/ready") == (200, "ready\n")
    assert proxy.connections == 1


async def test_draining(address: str, proxy: Proxy) -> None:
    """503 before the ports are bound and while the proxy drains; legacy is not asked then."""
    server = await proxy.start_legacy()
    proxy.is_serving = False
    status, text = await _get(address, "/ready")
    assert (status, proxy.connections) == (503, 0)
    assert text.startswith("not serving: ")
    server.close()
    await server.wait_closed()


async def test_many_scrapers(address: str, proxy: Proxy) -> None:
    """Text is made once a second, however many ask for it."""
    answers = await asyncio.gather(*(_get(address, "/metrics") for _ in range(20)))
    assert proxy.asked == 1
    assert {status for status, _ in answers} == {200}
    assert all('crossfade_requests_entered_total{listener="http",route="GET /a"} 1.0\n' in text for _, text in answers)


async def test_what_is_not_there(address: str) -> None:
    """Another path is 404, another method 405."""
    assert (await _get(address, "/"))[0] == 404
    async with aiohttp.ClientSession() as session, session.post(f"http://{address}/live") as answer:
        assert answer.status == 405


async def test_a_taken_address(proxy: Proxy) -> None:
    """One line, exit 4."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        admin = Admin(readiness=Readiness(is_serving=lambda: True, legacies=()), snapshot=proxy.snapshot)
        with pytest.raises(ShadowError, match=rf"admin\.address: expected an address .*, got 127\.0\.0\.1:{port} \("):
            await admin.start("127.0.0.1", port)
