"""Data planes that work, refuse, hang and lie."""

import asyncio
from typing import Any

import pytest

from crossfade.shadow.canary.control.carriers import Carriers, Kept
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights

OWNER = {"GET /a": "engine"}


def weight(route: str, pct: float) -> RouteWeight:
    return RouteWeight(route=route, stage=Stage.CANARY, candidate_pct=pct)


async def kept(carriers: Carriers, *wanted: RouteWeight, generation: int = 8) -> Kept:
    """What comes of looking and then keeping these weights."""
    return await carriers.keep(wanted, generation, await carriers.look())


async def test_each_plane_is_told_its_own_routes(new_plane: Any) -> None:
    """As the plan says."""
    pods, engine = new_plane("pods"), new_plane("engine")
    carriers = Carriers(planes=[pods, engine], owner={"svc/A": "pods", "GET /a": "engine"}, lease_s=10)
    assert await kept(carriers, weight("svc/A", 5), weight("GET /a", 1)) == Kept(told=("pods", "engine"), problems={})
    assert [one.route for one in pods.weights.routes] == ["svc/A"]
    assert [one.route for one in engine.weights.routes] == ["GET /a"]


async def test_a_plane_that_shows_its_weights_gets_its_lease_renewed(new_plane: Any) -> None:
    """It is told once by each controller; without any weight there is no lease."""
    plane, idle = new_plane("engine"), new_plane("idle")
    plane.weights = Weights(generation=7, lease_s=10, routes=(weight("GET /a", 5),))
    carriers = Carriers(planes=[plane, idle], owner=OWNER, lease_s=10)
    assert await kept(carriers, weight("GET /a", 5)) == Kept(told=("engine", "idle"), problems={})
    for _ in range(2):
        assert await kept(carriers, weight("GET /a", 5)) == Kept(told=(), problems={})
    assert (plane.renewed, len(plane.told), idle.renewed, len(idle.told)) == ([8, 8], 1, [], 1)


async def test_a_plane_is_told_also_what_it_does_not_show(new_plane: Any) -> None:
    """A stage, and the share that is mirrored."""
    plane = new_plane()
    carriers = Carriers(planes=[plane], owner=OWNER, lease_s=10)
    live = RouteWeight(route="GET /a", stage=Stage.LIVE, candidate_pct=100)
    for wanted in (weight("GET /a", 100), live, RouteWeight(route="GET /a", stage=Stage.RAMPDOWN, candidate_pct=100)):
        assert (await kept(carriers, wanted)).told == ("engine",)
        assert plane.weights.routes == (wanted,)


@pytest.mark.parametrize("shown", [(weight("GET /a", 50),), (weight("GET /a", 5), weight("GET /gone", 5)), ()])
async def test_a_plane_that_shows_anything_else_is_told_anew(new_plane: Any, shown: tuple[RouteWeight, ...]) -> None:
    """Another weight, one of a route that no plan has, and none, as after a restart."""
    plane = new_plane(reads_back=Weights(generation=7, lease_s=10, routes=shown))
    carriers = Carriers(planes=[plane], owner=OWNER, lease_s=10)
    for _ in range(2):
        assert (await kept(carriers, weight("GET /a", 5))).told == ("engine",)
    assert [told.generation for told in plane.told] == [8, 8]


async def test_a_plane_that_fails_is_told_as_that_and_delays_no_other(new_plane: Any) -> None:
    """One refuses the connection, one hangs, one works."""
    gone, hung, well = new_plane("gone", is_gone=True), new_plane("hung", hangs=True), new_plane("well")
    well.served = (ServedCounts(epoch="e", at=1.0),)
    carriers = Carriers(planes=[gone, hung, well], owner=OWNER, lease_s=0.3)
    seen = await carriers.look()
    assert seen["gone"].problem == "gone: expected an answer, got connection refused"
    assert seen["hung"].problem == "hung: expected an answer within 0.1 s, got none"
    assert (seen["gone"].weights, seen["hung"].weights) == (None, None)
    assert (seen["well"].problem, seen["well"].counts) == ("", well.served)
    assert (await carriers.keep([], 8, seen)).problems == {
        "gone": "gone: expected an answer, got connection refused",
        "hung": "hung: expected an answer within 0.3 s, got none",
    }


async def test_what_a_plane_refuses_is_told(new_plane: Any) -> None:
    """Weights, and a renewal."""
    plane = new_plane(refuses=True)
    carriers = Carriers(planes=[plane], owner=OWNER, lease_s=10)
    refused = "engine: expected the weights to be taken, got status 409"
    assert (await kept(carriers, weight("GET /a", 5))).problems == {"engine": refused}
    plane.refuses = False
    await kept(carriers, weight("GET /a", 5))
    plane.reads_back = Weights(generation=3, lease_s=10, routes=(weight("GET /a", 5),))
    assert (await kept(carriers, weight("GET /a", 5))).problems == {"engine": "engine: expected generation 8, got 3"}
    assert await kept(carriers, weight("GET /a", 5)) == Kept(told=("engine",), problems={})


async def test_a_bug_of_a_plane_is_told_and_ends_nothing(new_plane: Any) -> None:
    """With its kind."""
    plane = new_plane()
    carriers = Carriers(planes=[plane], owner=OWNER, lease_s=10)

    async def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    plane.read = plane.set = broken
    assert (await carriers.look())["engine"].problem == "engine: expected an answer, got RuntimeError: a bug"
    assert (await kept(carriers)).problems == {"engine": "engine: expected an answer, got RuntimeError: a bug"}


async def test_cancelling_a_look_is_no_problem_of_a_plane(new_plane: Any) -> None:
    """It ends."""
    plane = new_plane(hangs=True)
    carriers = Carriers(planes=[plane], owner=OWNER, lease_s=600)
    looking = asyncio.create_task(carriers.look())
    await asyncio.sleep(0)
    looking.cancel()
    done = await asyncio.gather(looking, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    await carriers.close()
    assert plane.closed
