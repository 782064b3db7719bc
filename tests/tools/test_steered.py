"""A whole run of the proxy whose weights a controller sets: real servers, real clients, a process of its own."""

import asyncio
import itertools
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from crossfade.shadow.canary.planes.engine import EnginePlane, Engines
from crossfade.shadow.config import load_config
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.operate.weights_file import keep
from crossfade.shadow.serving.assignment import served_by
from crossfade.shadow.serving.weights import RouteWeight, Weights
from crossfade.tools.steered import steering_of, weights_routes

pytest.importorskip("mitmproxy")
TOKEN = "a token of this test"
CONFIG = """
[service]
name = "builds"
state = "shared"
[[listen]]
name = "web"
address = "127.0.0.1:{port}"
legacy = "{legacy}"
candidate = "{candidate}"
[routes]
http = ["GET /items/{{id}}", "POST /items", "GET /done"]
[admin]
address = "127.0.0.1:0"
[canary]
key = ["header:x-user"]
[[canary.route]]
name = "items"
routes = ["*"]
"""
ITEMS, POSTS, DONE = "GET /items/{id}", "POST /items", "GET /done"
USERS = tuple(f"u{number}" for number in range(200))


def side_of(user: str, pct: float) -> str:
    """Who has to answer a user."""
    return served_by(f"header:x-user {user}", "builds", pct).value


def weights(generation: int, pct: float, *more: RouteWeight, lease_s: float = 60.0) -> Weights:
    """Both routes of items at one weight."""
    routes = (RouteWeight(route=route, stage=Stage.CANARY, candidate_pct=pct) for route in (ITEMS, POSTS))
    return Weights(generation=generation, lease_s=lease_s, routes=(*routes, *more))


class Side:
    """A server that answers with its name; copies that the mirror sends are answered too, and not counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.posts: list[str] = []
        self.url = ""
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self._answer)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        if request.method == "POST":
            self.posts.append(body)
        return web.Response(text=self.name)

    async def begin(self) -> None:
        """Serves on a port of its own."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def end(self) -> None:
        """Serves no more."""
        await self._runner.cleanup()


@dataclass(kw_only=True)
class Proxy:
    """The proxy in a process of its own."""

    child: Any
    url: str
    plane: EnginePlane
    log: list[str] = field(default_factory=list)

    async def logs(self, text: str) -> None:
        """Returns when a line of its log has this text, or when it has ended."""
        while not self.log or text not in self.log[-1]:
            line = await asyncio.to_thread(self.child.stderr.readline)
            if not line:
                return
            self.log.append(line)

    async def stop(self) -> None:
        """Ends it, if it has not ended."""
        await self.plane.close()
        if self.child.poll() is None:
            self.child.terminate()
        _, errors = await asyncio.to_thread(self.child.communicate, timeout=60)
        self.log += errors.splitlines()


@asynccontextmanager
async def proxy(command: Any, config: Path) -> AsyncIterator[Proxy]:
    """Starts it, and knows its data plane."""
    child = command("shadow", "--config", config, env={"CROSSFADE_CANARY_TOKEN": TOKEN})
    said = await asyncio.to_thread(child.stdout.readline)
    match = re.search(r"mirroring web on ([\d.:]+); admin on ([\d.:]+)", said)
    assert match, said
    engines = Engines(urls=(f"http://{match[2]}",), token=TOKEN, timeout_s=10.0)
    found = Proxy(child=child, url=f"http://{match[1]}", plane=EnginePlane("engine", ("*",), engines))
    try:
        yield found
    finally:
        await found.stop()


class Load:
    """Clients that send one request after the other; what each got, by the number of the weights that held."""

    def __init__(self, url: str, *, method: str = "GET") -> None:
        self.url = url
        self.method = method
        self.phase = 0  # odd while weights change
        self.got: list[tuple[int, str, str]] = []
        self.failed: list[str] = []
        self.sent: list[str] = []
        self._ids = itertools.count()
        self._stop = False

    async def run(self, client: aiohttp.ClientSession, users: tuple[str, ...]) -> None:
        """Until it is stopped."""
        for user in itertools.cycle(users):
            if self._stop:
                return
            phase, number = self.phase, next(self._ids)
            path = f"/items/{number}" if self.method == "GET" else "/items"
            body = f"write {number}" if self.method == "POST" else None
            self.sent.append(str(body))
            try:
                async with client.request(self.method, self.url + path, data=body, headers={"x-user": user}) as answer:
                    text = await answer.text()
                    if answer.status != 200:
                        self.failed.append(f"{answer.status} {text}")
                    elif phase == self.phase and phase % 2 == 0:
                        self.got.append((phase, user, text))
            except (aiohttp.ClientError, OSError) as error:
                self.failed.append(repr(error))

    def stop(self) -> None:
        """After the requests under way."""
        self._stop = True

    async def answers(self, count: int) -> None:
        """Returns when so many more came at the present weights."""
        wanted = len(self.got) + count
        for _ in range(6000):
            if len(self.got) >= wanted or self.failed:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
async def sides() -> AsyncIterator[tuple[Side, Side]]:
    """Legacy and candidate."""
    found = Side("legacy"), Side("candidate")
    for side in found:
        await side.begin()
    yield found
    for side in found:
        await side.end()


@pytest.fixture
def config(tmp_path: Path, sides: tuple[Side, Side]) -> Path:
    """A config on a port that stays the same over a restart."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = tmp_path / "crossfade.toml"
    legacy, candidate = sides
    path.write_text(CONFIG.format(port=port, legacy=legacy.url, candidate=candidate.url), encoding="utf-8")
    return path


async def ask(url: str, path: str, user: str) -> str:
    """One request on a connection of its own."""
    async with aiohttp.ClientSession() as client, client.get(url + path, headers={"x-user": user}) as answer:
        return await answer.text()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_ramp_under_load(
    command: Callable[..., Any], config: Path, sides: tuple[Side, Side], method: str
) -> None:
    """No request fails while weights change, up and down; each client is where its place says; no write is made twice."""
    legacy, candidate = sides
    async with proxy(command, config) as running, aiohttp.ClientSession() as client:
        load = Load(running.url, method=method)
        clients = [asyncio.create_task(load.run(client, USERS[start::8])) for start in range(8)]
        by_phase: dict[int, float] = {0: 0.0}
        for generation, pct in enumerate((0.0, 5.0, 25.0, 60.0, 100.0, 25.0, 0.0), start=1):
            load.phase += 1
            await running.plane.set(weights(generation, pct))
            assert (await running.plane.read()).of(ITEMS).candidate_pct == pct
            load.phase += 1
            by_phase[load.phase] = pct
            await load.answers(150)
        load.stop()
        await asyncio.gather(*clients)
        counts = (await running.plane.counts())[0].routes
    assert load.failed == []
    assert [(phase, user) for phase, user, side in load.got if side != side_of(user, by_phase[phase])] == []
    if method == "POST":
        assert sorted([*legacy.posts, *candidate.posts]) == sorted(load.sent)
    else:
        assert legacy.posts == candidate.posts == []
    (route,) = [route for route in counts if route.route == (ITEMS if method == "GET" else POSTS)]
    assert (route.legacy.errors, route.candidate.errors, route.fallback) == (0, 0, 0)
    assert route.candidate.requests >= sum(side == "candidate" for _, _, side in load.got)


@pytest.mark.slow
async def test_a_controller_that_falls_silent(command: Callable[..., Any], config: Path) -> None:
    """Its clients are legacy's again, though nobody tells the engine."""
    async with proxy(command, config) as running:
        await running.plane.set(weights(1, 100.0, lease_s=3.0))
        assert await ask(running.url, "/items/1", "ann") == "candidate"
        for _ in range(600):
            if not (await running.plane.read()).routes:
                break
            await asyncio.sleep(0.05)
        assert await ask(running.url, "/items/1", "ann") == "legacy"
        async with asyncio.timeout(60):
            await running.logs("weights.lapsed")
    assert any("weights.lapsed generation=1 routes=2" in line for line in running.log)


@pytest.mark.slow
async def test_a_killed_engine(command: Callable[..., Any], config: Path) -> None:
    """After kill -9 and a restart only what is complete is the candidate's, until the controller is heard of."""
    done = RouteWeight(route=DONE, stage=Stage.COMPLETE, candidate_pct=100.0)
    async with proxy(command, config) as running:
        await running.plane.set(weights(5, 100.0, done))
        assert await ask(running.url, "/items/1", "ann") == "candidate"
        running.child.kill()
        await asyncio.to_thread(running.child.wait)
    async with proxy(command, config) as again:
        assert await again.plane.read() == Weights(generation=5, lease_s=60.0, routes=(done,))
        assert await ask(again.url, "/items/1", "ann") == "legacy"
        assert await ask(again.url, "/done", "ann") == "candidate"
        await again.plane.set(weights(6, 100.0, done))
        assert await ask(again.url, "/items/1", "ann") == "candidate"


@pytest.mark.slow
async def test_a_candidate_that_goes_away(command: Callable[..., Any], config: Path, sides: tuple[Side, Side]) -> None:
    """Legacy answers its clients, which is counted and logged once."""
    _, candidate = sides
    async with proxy(command, config) as running:
        await running.plane.set(weights(1, 100.0))
        assert await ask(running.url, "/items/1", "ann") == "candidate"
        await candidate.end()
        assert [await ask(running.url, "/items/1", user) for user in USERS[:5]] == ["legacy"] * 5
        (route,) = [route for route in (await running.plane.counts())[0].routes if route.route == ITEMS]
    assert (route.fallback, route.candidate.requests, route.legacy.requests) == (5, 1, 0)
    assert len([line for line in running.log if "candidate.refused" in line]) == 1


def test_without_a_route_that_may_move_nothing_chooses(config: Path) -> None:
    """The file of an earlier rollout changes nothing."""
    text = config.read_text(encoding="utf-8").partition("[[canary.route]]")[0]
    config.write_text(text, encoding="utf-8")
    assert steering_of(load_config(config), {}, ServedTally("e")) is None


def test_what_an_earlier_process_kept(config: Path) -> None:
    """It holds from the first request on."""
    loaded = load_config(config)
    done = RouteWeight(route=DONE, stage=Stage.COMPLETE, candidate_pct=100.0)
    keep(loaded.evidence.dir, weights(5, 100.0, done))
    steering = steering_of(loaded, {}, ServedTally("e"))
    assert steering is not None
    assert steering.weights().routes == (done,)
    assert steering.served().routes == ()


def test_without_a_token_there_are_no_endpoints(
    config: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And a line in the log says which variable is missing."""
    loaded = load_config(config)
    steering = steering_of(loaded, {}, ServedTally("e"))
    assert steering is not None
    monkeypatch.delenv("CROSSFADE_CANARY_TOKEN", raising=False)
    assert weights_routes(loaded, steering) == ()
    assert "weights.closed expected a token in CROSSFADE_CANARY_TOKEN" in caplog.text
    monkeypatch.setenv("CROSSFADE_CANARY_TOKEN", TOKEN)
    assert len(weights_routes(loaded, steering)) == 4
    assert Served(side_of("ann", 100.0)) is Served.CANDIDATE
