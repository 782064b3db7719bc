"""A real controller in a process of its own, an engine's real endpoints in this one, and evidence that passes."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from crossfade.shadow.canary.control.client import Client, NoControllerError
from crossfade.shadow.canary.control.place import last_running
from crossfade.shadow.canary.control.status import RouteStatus
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.operate.weights_api import WeightsApi
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts
from crossfade.shadow.serving.lease import Lease
from crossfade.shadow.serving.weights import Weights

TOKEN = "a token"
ROUTE = "web GET /items/{id}"
CONFIG = """
[service]
name = "faults"
state = "shared"
legacy_build = "py 1"
candidate_build = "java 1"
[[listen]]
name = "web"
address = "127.0.0.1:1"
legacy = "http://{legacy}"
candidate = "http://{candidate}"
[admin]
address = "{admin}"
[routes]
http = ["GET /items/{{id}}"]
[canary]
key = ["header:x-user"]
tick_ms = 50
lease_s = 2
[[canary.route]]
name = "all"
routes = ["GET *"]
steps = {steps}
bake_s = 0
warmup_s = 0
error_budget_pct = 5
"""
STEPS = "[{setWeight = 5}, {setWeight = 50}, {setWeight = 100}]"
PAUSED_AT_5 = "[{setWeight = 5}, {pause = {}}, {setWeight = 100}]"


class FakeEngine:
    """What an engine has, with clients that ask all the time; it can refuse, and lie."""

    def __init__(self) -> None:
        self.lease = Lease()
        self.refuses = False
        self.shows: float | None = None
        self.error_share = 0.0
        self.seen: list[float] = []
        self._served = [0, 0]
        self._errors = 0

    def weight(self) -> float:
        """The share of the one route."""
        return self.lease.weights(time.monotonic()).of(ROUTE).candidate_pct

    def weights(self) -> Weights:
        present = self.lease.weights(time.monotonic())
        if self.shows is None:
            return present
        routes = tuple(
            type(one)(route=one.route, stage=one.stage, candidate_pct=self.shows, mirror_pct=one.mirror_pct)
            for one in present.routes
        )
        return Weights(generation=present.generation, lease_s=present.lease_s, routes=routes)

    def set(self, weights: Weights) -> None:
        if self.refuses:
            raise ShadowError("weights: expected to be allowed to take them")
        self.lease.set(weights, time.monotonic())
        self.seen.append(weights.of(ROUTE).candidate_pct)

    def renew(self, generation: int) -> None:
        self.lease.renew(generation, time.monotonic())

    def lease_remaining_s(self) -> float:
        return self.lease.remaining_s(time.monotonic())

    def served(self) -> ServedCounts:
        """100 more requests each time, shared as the weight says."""
        pct = self.weight()
        candidate = round(pct)
        self._served[0] += 100 - candidate
        self._served[1] += candidate
        self._errors += round(candidate * self.error_share)
        route = ServedRoute(
            route=ROUTE,
            legacy=SideCounts(requests=self._served[0]),
            candidate=SideCounts(requests=self._served[1], errors=self._errors),
            expected_pct=100 * self._served[1] / max(1, sum(self._served)),
        )
        return ServedCounts(epoch="e", at=time.time(), routes=(route,))


@dataclass(kw_only=True)
class Rollout:
    """The folder of a service, its engine, and controllers that are started there."""

    folder: Path
    engine: FakeEngine
    sides: "tuple[asyncio.Server, asyncio.Server]"
    loop: asyncio.AbstractEventLoop
    children: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, code: str = "") -> "subprocess.Popen[str]":
        """A controller; ``code`` runs in it first."""
        text = f"import sys\n{code}\nfrom crossfade.tools.cli import main\nmain(['canary', 'start', '--actor', 'jo'])"
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.children.append(child)
        return child

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """``crossfade canary WORDS``."""
        command = [sys.executable, "-P", "-m", "crossfade.tools.cli", "canary", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    @property
    def environment(self) -> dict[str, str]:
        """Without anything of the machine that the commands read."""
        return {**os.environ, "CROSSFADE_CANARY_TOKEN": TOKEN, "LOGNAME": "jo"}

    def status(self) -> RouteStatus | None:
        """The route, as the controller shows it; None while none answers."""
        if (last := last_running(self.folder / ".crossfade" / "canary")) is None:
            return None
        try:
            return Client(address=last.address, token=TOKEN).status().routes[0]
        except NoControllerError:
            return None

    def wait_for_api(self, child: "subprocess.Popen[str]") -> None:
        """Returns once this controller serves."""
        self.until(lambda: (found := last_running(self.folder / ".crossfade" / "canary")) and found.pid == child.pid)

    def candidate_dies(self) -> None:
        """Nothing takes connections there any more."""
        asyncio.run_coroutine_threadsafe(_close(self.sides[1]), self.loop).result(20)

    @staticmethod
    def until(happened: Callable[[], Any]) -> None:
        """Waits for what another process does."""
        end = time.monotonic() + 60
        while not happened():
            assert time.monotonic() < end
            time.sleep(0.02)  # another process: nothing tells that it happened


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _begin(engine: FakeEngine, folder: Path) -> tuple[web.AppRunner, asyncio.Server, asyncio.Server]:
    app = web.Application()
    app.add_routes(WeightsApi(engine, token=TOKEN, folder=folder).routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sides = [await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) for _ in range(2)]
    return runner, sides[0], sides[1]


def _prove(folder: Path) -> None:
    """A run in which the route was answered alike 400 times. It ends later, so that it does not age in a slow test."""
    now = time.time()
    info = RunInfo(
        run_id="run-1",
        service="faults",
        engine="mitmproxy",
        legacy_build="py 1",
        candidate_build="java 1",
        rules_digest="r",
        contract_digest="",
        started_at=now - 400,
    )
    route = RouteInfo(route="GET /items/{id}", protocol="http", call_type="http", stage="shadow", listener="web")
    writer = EvidenceWriter.begin(store_in(folder), info, None)
    for number in range(400):
        judged = Judged(
            route=route,
            at=info.started_at + number,
            request_hash=number,
            signature=(),
            noise=None,
            examples=(),
            legacy_ms=2.0,
            candidate_ms=1.0,
        )
        writer.add(judged)
    writer.finish({route: 400}, now=now + 3600)


@pytest.fixture
def rollout(tmp_path: Path) -> Iterator[Callable[..., Rollout]]:
    """A service whose route may be shifted by these steps."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made: list[tuple[Rollout, web.AppRunner]] = []

    def rollout(steps: str = STEPS) -> Rollout:
        engine = FakeEngine()
        folder = tmp_path / str(len(made))
        folder.mkdir()
        beginning = asyncio.run_coroutine_threadsafe(_begin(engine, folder / "engine"), loop)
        runner, legacy, candidate = beginning.result(20)
        at = ["{}:{}".format(*server.sockets[0].getsockname()) for server in (legacy, candidate)]
        admin = "{}:{}".format(*runner.addresses[0])
        text = CONFIG.format(legacy=at[0], candidate=at[1], admin=admin, steps=steps)
        (folder / "crossfade.toml").write_text(text)
        _prove(folder / ".crossfade")
        one = Rollout(folder=folder, engine=engine, sides=(legacy, candidate), loop=loop)
        made.append((one, runner))
        return one

    yield rollout
    for one, runner in made:
        for child in one.children:
            child.kill()
            child.communicate()
        for ending in (runner.cleanup(), *map(_close, one.sides)):
            asyncio.run_coroutine_threadsafe(ending, loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()
