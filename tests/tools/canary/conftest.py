"""A controller that stands still, behind the real API, in the folder of a service."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from crossfade.shadow.canary.control.api import Api
from crossfade.shadow.canary.control.place import folder_of, only_one, tell_address
from crossfade.shadow.canary.control.status import Done, Order, PlaneStatus, RouteStatus, SideStatus, Status
from crossfade.shadow.canary.reading import Verb
from crossfade.tools.cli import main

CONFIG = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"
"""
ROUTE = RouteStatus(
    route="GET /builds/{id}",
    group="reads",
    plane="engine",
    stage="canary",
    phase="Progressing",
    outcome=None,
    step=3,
    steps=10,
    step_text="setWeight 5",
    since=10.0,
    weight_pct=5.0,
    wanted_pct=5.0,
    legacy=SideStatus(requests=12_000, errors=3),
    candidate=SideStatus(requests=631, errors=1),
    verdict="pass",
    claim="diverges in less than 0.9 % of requests, at 95 % confidence",
    waits_for="369 more requests",
    hours_to_go=0.4,
)


@dataclass
class Standing:
    """The controller."""

    routes: tuple[RouteStatus, ...] = (ROUTE,)
    planes: tuple[PlaneStatus, ...] = (PlaneStatus(name="engine"),)
    orders: list[tuple[Verb, Order]] = field(default_factory=list)
    asked: int = 0
    each: Callable[["Standing"], None] = lambda _: None

    def status(self) -> Status:
        self.asked += 1
        self.each(self)
        return Status(service="builds", at=20.0, pid=7, lease_s=10.0, planes=self.planes, routes=self.routes)

    async def order(self, verb: Verb, order: Order) -> Done:
        self.orders.append((verb, order))
        return Done(routes=self.routes)

    def metrics(self) -> bytes:
        return b""

    def change(self, **fields: Any) -> None:
        """Changes the first route."""
        self.routes = (msgspec.structs.replace(self.routes[0], **fields), *self.routes[1:])


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a service, and the token in the environment."""
    monkeypatch.setenv("CROSSFADE_CANARY_TOKEN", "a token")
    path = tmp_path / "crossfade.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def controller(config: Path) -> Iterator[Standing]:
    standing = Standing()
    with _serving(standing, folder_of(config.parent / ".crossfade")):
        yield standing


@contextmanager
def _serving(standing: Standing, folder: Path) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def close(api: Api) -> None:
        await api.close()
        loop.stop()

    with only_one(folder):
        api = Api(standing, token="a token")
        tell_address(folder, asyncio.run_coroutine_threadsafe(api.start("127.0.0.1", 0), loop).result(20))
        yield
    asyncio.run_coroutine_threadsafe(close(api), loop)
    thread.join(20)
    loop.close()


@pytest.fixture
def canary(config: Path) -> Callable[..., Result]:
    """``crossfade canary WORDS --config FILE``."""

    def invoke(*words: str) -> Result:
        return CliRunner(env={"COLUMNS": "80", "LOGNAME": "jo", **os.environ}).invoke(
            main, ["canary", *words, "--config", str(config)], catch_exceptions=False
        )

    return invoke
