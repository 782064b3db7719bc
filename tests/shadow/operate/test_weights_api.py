"""The endpoints as a controller sees them, and anybody without its token."""

import asyncio
import io
import json
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.operate import weights_api
from crossfade.shadow.operate.weights_api import MOST_BODY_BYTES, WeightsApi, watch_lease
from crossfade.shadow.operate.weights_file import FILE_NAME, keep, read_kept
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute
from crossfade.shadow.serving.lease import Lease
from crossfade.shadow.serving.weights import RouteWeight, Weights, weights_text

TOKEN = "t-é"
WEIGHTS = Weights(
    generation=2,
    lease_s=10.0,
    routes=(
        RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=25.0),
        RouteWeight(route="GET /b", stage=Stage.COMPLETE, candidate_pct=100.0),
    ),
)


class Carrier:
    """What has the weights, with a clock of its own; of one route it does not know."""

    def __init__(self) -> None:
        self.lease = Lease()
        self.now = 0.0

    def weights(self) -> Weights:
        return self.lease.weights(self.now)

    def set(self, weights: Weights) -> None:
        if any(weight.route == "GET /unknown" for weight in weights.routes):
            raise ShadowError("weights: no such route")
        self.lease.set(weights, self.now)

    def renew(self, generation: int) -> None:
        self.lease.renew(generation, self.now)

    def lease_remaining_s(self) -> float:
        return self.lease.remaining_s(self.now)

    def served(self) -> ServedCounts:
        return ServedCounts(epoch="e", at=5.0, routes=(ServedRoute(route="GET /a", fallback=1),))


class Served:
    """A carrier behind its endpoints."""

    def __init__(self, carrier: Carrier, client: aiohttp.ClientSession, url: str) -> None:
        self.carrier = carrier
        self.client = client
        self.url = url

    async def ask(self, method: str, path: str, body: bytes = b"", token: str = TOKEN) -> tuple[int, str]:
        """Status and text."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.client.request(
            method, self.url + path, data=io.BytesIO(body) if body else None, headers=headers
        ) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Served]:
    """Endpoints on a port of their own, which keep their weights in the test's folder."""
    carrier = Carrier()
    app = web.Application()
    app.add_routes(WeightsApi(carrier, token=TOKEN, folder=tmp_path).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        yield Served(carrier, client, f"http://{host}:{port}")
    await runner.cleanup()


async def test_weights_are_set_kept_and_read_back(stage: Served, tmp_path: Path) -> None:
    """The answer is what holds now."""
    status, text = await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS))
    assert (status, text.encode()) == (200, weights_text(WEIGHTS))
    assert await stage.ask("GET", "/v1/weights") == (200, text)
    assert read_kept(tmp_path) == WEIGHTS.without_lease()
    stage.carrier.now = 10.0
    _, text = await stage.ask("GET", "/v1/weights")
    assert [route["route"] for route in json.loads(text)["routes"]] == ["GET /b"]


async def test_the_lease_is_renewed(stage: Served) -> None:
    """By the generation that holds, as long as it does."""
    await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS))
    stage.carrier.now = 9.0
    assert await stage.ask("POST", "/v1/weights/renew", b'{"generation": 2}') == (200, '{"lease_remaining_s":10.0}')
    assert (await stage.ask("POST", "/v1/weights/renew", b'{"generation": 1}'))[0] == 409
    stage.carrier.now = 19.0
    status, text = await stage.ask("POST", "/v1/weights/renew", b'{"generation": 2}')
    assert (status, "set the weights again" in text) == (409, True)


async def test_counts(stage: Served) -> None:
    status, text = await stage.ask("GET", "/v1/served")
    assert (status, json.loads(text)["routes"][0]["fallback"]) == (200, 1)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/weights"), ("PUT", "/v1/weights"), ("POST", "/v1/weights/renew"), ("GET", "/v1/served")],
)
@pytest.mark.parametrize("token", ["", "t", "t-é2", "ü"])
async def test_nobody_without_the_token(stage: Served, method: str, path: str, token: str) -> None:
    """Nothing is read, and nothing changes."""
    status, text = await stage.ask(method, path, weights_text(WEIGHTS) if method == "PUT" else b"", token)
    assert (status, text) == (401, "expected Authorization: Bearer TOKEN\n")
    assert stage.carrier.weights().generation == 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/weights", b"{", 400),
        ("/v1/weights", b"\xff\xfe", 400),
        ("/v1/weights", b'{"generation": 2, "lease_s": 10, "routes": [{"route": "GET /a"}]}', 400),
        ("/v1/weights", b'{"generation": 2, "lease_s": 10, "other": 1}', 400),
        ("/v1/weights", weights_text(Weights(generation=2, lease_s=1.0)).replace(b"[]", b"[" * 9000), 400),
        (
            "/v1/weights",
            weights_text(
                Weights(
                    generation=2,
                    lease_s=1.0,
                    routes=(RouteWeight(route="GET /unknown", stage=Stage.CANARY, candidate_pct=1.0),),
                )
            ),
            400,
        ),
        ("/v1/weights", weights_text(Weights(generation=1, lease_s=1.0)), 409),
        ("/v1/weights", b" " * (MOST_BODY_BYTES + 1), 413),
        ("/v1/weights/renew", b"{}", 400),
        ("/v1/weights/renew", b"2", 400),
    ],
)
async def test_what_can_not_be_taken(stage: Served, path: str, body: bytes, status: int) -> None:
    """One line says why, and the present weights hold on."""
    stage.carrier.set(WEIGHTS)
    method = "POST" if path.endswith("renew") else "PUT"
    found, text = await stage.ask(method, path, body)
    assert found == status
    assert text.strip().count("\n") == 0
    assert stage.carrier.weights() == WEIGHTS


async def test_a_full_disk_keeps_nobody_at_the_candidate(stage: Served, tmp_path: Path) -> None:
    """The weights hold at once; that a restart would not know them is an error."""
    (tmp_path / FILE_NAME).mkdir()
    status, text = await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS))
    assert (status, text.startswith("the weights hold, but could not be kept for a restart: ")) == (500, True)
    assert stage.carrier.weights() == WEIGHTS


async def test_weights_that_were_not_kept_are_kept_when_they_are_set_again(stage: Served, tmp_path: Path) -> None:
    """They hold already, but 200 says that a restart knows them too."""
    (tmp_path / FILE_NAME).mkdir()
    await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS))
    assert (await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS)))[0] == 500
    (tmp_path / FILE_NAME).rmdir()
    assert (await stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS)))[0] == 200
    assert read_kept(tmp_path) == WEIGHTS.without_lease()


async def test_the_way_back_does_not_wait_for_a_disk(
    stage: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights hold while earlier ones are being written; what was set last is what the file has in the end."""
    writes, back = threading.Event(), Weights(generation=3, lease_s=10.0)

    def slowly(folder: Path, weights: Weights) -> None:
        assert writes.wait(30)
        keep(folder, weights)

    monkeypatch.setattr(weights_api, "keep", slowly)
    asked = [asyncio.create_task(stage.ask("PUT", "/v1/weights", weights_text(WEIGHTS)))]
    try:
        while stage.carrier.weights() != WEIGHTS:
            await _round()
        asked.append(asyncio.create_task(stage.ask("PUT", "/v1/weights", weights_text(back))))
        async with asyncio.timeout(30):
            while stage.carrier.weights() != back:
                await _round()
    finally:
        writes.set()
    assert [status for status, _ in await asyncio.gather(*asked)] == [200, 200]
    assert read_kept(tmp_path) == back


async def test_the_end_of_a_lease_is_logged(
    stage: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, though no request comes; weights that are set are none that lapsed."""
    looks: Any = asyncio.Queue()

    async def look(_: float) -> None:
        await looks.get()

    monkeypatch.setattr(weights_api.asyncio, "sleep", look)
    watching = asyncio.create_task(watch_lease(stage.carrier))

    async def looked() -> None:
        looks.put_nowait(None)
        for _ in range(5):
            await _round()

    with caplog.at_level(logging.ERROR):
        await _round()
        stage.carrier.set(WEIGHTS)
        await looked()
        stage.carrier.now = 10.0
        await looked()
        await looked()
    watching.cancel()
    assert [record.getMessage() for record in caplog.records] == [
        "weights.lapsed generation=2 routes=1; legacy answers them"
    ]


async def _round() -> None:
    """One round of the loop."""
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, None)
    await future
