"""Data planes that work, refuse, hang and lie."""

import asyncio
from typing import Any

from crossfade.shadow.canary.control.carriers import Carriers
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights


def weight(route: str, pct: float) -> RouteWeight:
    return RouteWeight(route=route, stage=Stage.CANARY, candidate_pct=pct)


async def test_each_plane_is_told_its_own_routes(new_plane: Any) -> None:
    """The first that carries a route has it."""
    pods, engine = new_plane("pods", prefix="svc/"), new_plane("engine")
    carriers = Carriers(planes=[pods, engine], lease_s=10)
    assert await carriers.set([weight("svc/A", 5), weight("GET /a", 1)], {}) == {}
    assert [one.route for one in pods.weights.routes] == ["svc/A"]
    assert [one.route for one in engine.weights.routes] == ["GET /a"]
    assert (await carriers.look())["pods"].weight_of("svc/A") == weight("svc/A", 5)


async def test_a_generation_is_above_all_that_were_seen(new_plane: Any) -> None:
    """Also above that of an earlier controller, or a plane would take it for an old one."""
    plane = new_plane(weights=Weights(generation=41, lease_s=10))
    carriers = Carriers(planes=[plane], lease_s=10)
    await carriers.set([], await carriers.look())
    await carriers.set([], {})
    assert [told.generation for told in plane.told] == [42, 43]


async def test_a_plane_that_fails_is_told_as_that_and_delays_no_other(new_plane: Any) -> None:
    """One refuses the connection, one hangs, one works."""
    gone, hung, well = new_plane("gone", is_gone=True), new_plane("hung", hangs=True), new_plane("well")
    well.served = (ServedCounts(epoch="e", at=1.0),)
    carriers = Carriers(planes=[gone, hung, well], lease_s=0.03)
    seen = await carriers.look()
    assert seen["gone"].problem == "gone: expected an answer, got connection refused"
    assert seen["hung"].problem == "hung: expected an answer within 0.01 s, got none"
    assert (seen["gone"].weight_of("GET /a"), seen["hung"].weights) == (None, None)
    assert (seen["well"].problem, seen["well"].counts) == ("", well.served)
    assert await carriers.set([], seen) == {
        "gone": "gone: expected an answer, got connection refused",
        "hung": "hung: expected an answer within 0.03 s, got none",
    }


async def test_what_is_read_back_is_what_the_plane_says(new_plane: Any) -> None:
    """Not what it was told."""
    plane = new_plane(reads_back=Weights(generation=1, lease_s=10, routes=(weight("GET /a", 50),)))
    carriers = Carriers(planes=[plane], lease_s=10)
    assert await carriers.set([weight("GET /a", 5)], {}) == {}
    assert (await carriers.look())["engine"].weight_of("GET /a") == weight("GET /a", 50)


async def test_the_lease_is_renewed_where_weights_were_taken(new_plane: Any) -> None:
    """A plane with another generation says so."""
    taken, refusing = new_plane("taken"), new_plane("refusing", refuses=True)
    carriers = Carriers(planes=[taken, refusing], lease_s=10)
    await carriers.set([], {})
    assert await carriers.renew() == {}
    assert (taken.renewed, refusing.renewed) == ([1], [])
    taken.weights = Weights(generation=9, lease_s=10)
    assert await carriers.renew() == {"taken": "taken: expected generation 9, got 1"}


async def test_a_bug_of_a_plane_is_told_and_ends_nothing(new_plane: Any) -> None:
    """With its kind."""
    plane = new_plane()
    carriers = Carriers(planes=[plane], lease_s=10)

    async def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    plane.read = plane.set = broken
    assert (await carriers.look())["engine"].problem == "engine: expected an answer, got RuntimeError: a bug"
    assert await carriers.set([], {}) == {"engine": "engine: expected an answer, got RuntimeError: a bug"}


async def test_cancelling_a_look_is_no_problem_of_a_plane(new_plane: Any) -> None:
    """It ends."""
    plane = new_plane(hangs=True)
    carriers = Carriers(planes=[plane], lease_s=600)
    looking = asyncio.create_task(carriers.look())
    await asyncio.sleep(0)
    looking.cancel()
    done = await asyncio.gather(looking, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    await carriers.close()
    assert plane.closed
