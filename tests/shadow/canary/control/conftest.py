"""A controller that only remembers what it was asked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from crossfade.shadow.canary.control.api import Api
from crossfade.shadow.canary.control.client import Client
from crossfade.shadow.canary.control.status import Done, Order, PlaneStatus, RouteStatus, Status, Verb
from crossfade.shadow.errors import ShadowError

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
