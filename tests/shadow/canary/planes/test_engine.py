"""Engines as a data plane: all of them are told, and all must show the same."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.engine import EnginePlane, Engines
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.operate.weights_api import WeightsApi
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.lease import NONE, Lease
from crossfade.shadow.serving.weights import RouteWeight, Weights

TOKEN = "a-token"
WEIGHTS = Weights(
    generation=1, lease_s=5.0, routes=(RouteWeight(route="GET /a/{id}", stage=Stage.CANARY, candidate_pct=12.5),)
)


class Carrier:
    """What an engine has, with a clock of its own."""

    def __init__(self) -> None:
        self.lease = Lease()
        self.now = 0.0

    def weights(self) -> Weights:
        return self.lease.weights(self.now)

    def set(self, weights: Weights) -> None:
        self.lease.set(weights, self.now)

    def renew(self, generation: int) -> None:
        self.lease.renew(generation, self.now)

    def lease_remaining_s(self) -> float:
        return self.lease.remaining_s(self.now)

    def served(self) -> ServedCounts:
        return ServedCounts(epoch="e", at=1.0)


Start = Callable[..., Any]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the endpoints of an engine; gives its carrier and its URL."""
    runners: list[web.AppRunner] = []

    async def begin(handlers: Any = None) -> tuple[Carrier, str]:
        carrier = Carrier()
        app = web.Application()
        app.add_routes(handlers or WeightsApi(carrier, token=TOKEN, folder=tmp_path / str(len(runners))).routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        host, port = runner.addresses[0][:2]
        return carrier, f"http://{host}:{port}"

    yield begin
    for runner in runners:
        await runner.cleanup()


def plane(*urls: str, token: str = TOKEN) -> EnginePlane:
    """A plane of some engines."""
    return EnginePlane("the engines", ("GET *",), Engines(urls=urls, token=token, timeout_s=5.0))


async def test_what_is_set_is_read_back(start: Start) -> None:
    """From each of them; a renewal keeps it."""
    (one, url), (other, other_url) = await start(), await start()
    engines = plane(url, other_url)
    assert await engines.read() == NONE
    await engines.set(WEIGHTS)
    assert await engines.read() == one.weights() == other.weights() == WEIGHTS
    one.now = other.now = 4.0
    await engines.renew(1)
    one.now = other.now = 8.0
    assert await engines.read() == WEIGHTS
    assert [counts.epoch for counts in await engines.counts()] == ["e", "e"]
    await engines.close()


async def test_one_that_shows_others_is_an_error(start: Start) -> None:
    """Weights that are not everywhere are not shown."""
    (_, url), (other, other_url) = await start(), await start()
    engines = plane(url, other_url)
    await engines.set(WEIGHTS)
    other.now = 5.0
    with pytest.raises(PlaneError, match=f"the engines: .*got generation 1 of {other_url}"):
        await engines.read()
    with pytest.raises(PlaneError, match="409: weights: expected a lease that holds"):
        await engines.renew(1)
    await engines.close()


async def test_one_that_is_gone_keeps_no_other_from_its_weights(start: Start) -> None:
    """A rollback reaches every engine that can be reached."""
    one, url = await start()
    engines = plane("http://127.0.0.1:1", url)
    with pytest.raises(PlaneError, match=r"the engines: expected an answer of http://127.0.0.1:1/v1/weights, got "):
        await engines.set(WEIGHTS)
    assert one.weights() == WEIGHTS
    await engines.close()


async def test_a_wrong_token_is_told(start: Start) -> None:
    """In a word that says what to do."""
    _, url = await start()
    engines = plane(url, token="other")
    with pytest.raises(PlaneError, match="got 401: another token; give both processes the same one"):
        await engines.read()
    await engines.close()


async def test_an_older_generation_is_refused(start: Start) -> None:
    """A controller that came back late does not undo what another one did."""
    one, url = await start()
    engines = plane(url)
    await engines.set(Weights(generation=2, lease_s=5.0))
    with pytest.raises(PlaneError, match="409: weights: expected a generation of at least 2, got 1"):
        await engines.set(WEIGHTS)
    assert one.weights().routes == ()
    await engines.close()


@pytest.mark.parametrize(("status", "text"), [(200, "<html>"), (500, "oops\nmore"), (404, "")])
async def test_a_server_that_is_no_engine(start: Start, status: int, text: str) -> None:
    """One line, with its address."""

    async def other(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    _, url = await start([web.get("/v1/weights", other), web.get("/v1/served", other)])
    engines = plane(url)
    for call in (engines.read, engines.counts):
        with pytest.raises(PlaneError) as raised:
            await call()
        assert str(raised.value).startswith("the engines: expected ")
        assert url in str(raised.value)
        assert "\n" not in str(raised.value)
    await engines.close()


def test_it_carries_what_its_globs_match() -> None:
    """With the port in front or without, whatever parameters are called."""
    engines = EnginePlane("e", ("GET /a/{id}", "p.S/*"), Engines(urls=(), token="", timeout_s=1.0))
    assert [engines.carries(route) for route in ("GET /a/{key}", "p.S/Get", "GET /b")] == [True, True, False]
