"""A controller that only remembers what it was asked, and data planes that can fail."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from crossfade.shadow.canary.control.api import Api
from crossfade.shadow.canary.control.client import Client
from crossfade.shadow.canary.control.status import Done, Order, PlaneStatus, RouteStatus, Status
from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights

TOKEN = "a token"
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
)


@dataclass
class Remembering:
    """What stands in for the controller."""

    orders: list[tuple[Verb, Order]] = field(default_factory=list)
    problem: ShadowError | None = None
    scrapes: int = 0

    def status(self) -> Status:
        planes = (PlaneStatus(name="engine"),)
        return Status(service="builds", at=20.0, pid=7, lease_s=10.0, planes=planes, routes=(ROUTE,))

    async def order(self, verb: Verb, order: Order) -> Done:
        if self.problem is not None:
            raise self.problem
        self.orders.append((verb, order))
        return Done(routes=(ROUTE,))

    def metrics(self) -> bytes:
        self.scrapes += 1
        return b"crossfade_canary_step 3\n"


@pytest.fixture
def steered() -> Remembering:
    return Remembering()


@pytest.fixture
async def address(steered: Remembering) -> AsyncIterator[str]:
    api = Api(steered, token=TOKEN)
    yield await api.start("127.0.0.1", 0)
    await api.close()


@pytest.fixture
def client(address: str) -> Client:
    return Client(address=address, token=TOKEN)


@dataclass
class FakePlane:
    """A data plane in memory that can refuse, read back otherwise, be gone, and hang."""

    name: str = "engine"
    weights: Weights = field(default_factory=lambda: Weights(generation=0, lease_s=10))
    served: tuple[ServedCounts, ...] = ()
    refuses: bool = False
    reads_back: Weights | None = None
    is_gone: bool = False
    hangs: bool = False
    renewed: list[int] = field(default_factory=list)
    told: list[Weights] = field(default_factory=list)
    closed: bool = False

    def carries(self, route: str) -> bool:
        return bool(route)

    async def set(self, weights: Weights) -> None:
        self.told.append(weights)
        await self._answer()
        if self.refuses:
            raise PlaneError(f"{self.name}: expected the weights to be taken, got status 409")
        self.weights = weights

    async def read(self) -> Weights:
        await self._answer()
        return self.reads_back or self.weights

    async def renew(self, generation: int) -> None:
        await self._answer()
        if generation != self.weights.generation:
            raise PlaneError(f"{self.name}: expected generation {self.weights.generation}, got {generation}")
        self.renewed.append(generation)

    async def counts(self) -> tuple[ServedCounts, ...]:
        await self._answer()
        return self.served

    async def close(self) -> None:
        self.closed = True

    async def _answer(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.is_gone:
            raise PlaneError(f"{self.name}: expected an answer, got connection refused")


@pytest.fixture
def new_plane() -> type[FakePlane]:
    return FakePlane
