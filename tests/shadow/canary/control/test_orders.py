"""Verbs from a person into a tick, and back."""

import asyncio

import pytest

from crossfade.shadow.canary.control.orders import Orders
from crossfade.shadow.canary.reading import Verb, VerbRequest
from crossfade.shadow.errors import ShadowError

PAUSE = VerbRequest(verb=Verb.PAUSE, routes="*", actor="jo")


async def given(orders: Orders) -> "asyncio.Task[tuple[str, ...]]":
    """An order that waits for a tick."""
    task = asyncio.create_task(orders.give(PAUSE))
    await asyncio.sleep(0)
    return task


async def test_an_order_is_answered_at_the_end_of_the_tick_after_its_own() -> None:
    """With what its own tick has said of it."""
    orders = Orders()
    task = await given(orders)
    assert orders.waiting.is_set()
    assert orders.take() == (PAUSE,)
    orders.settle(("GET /a: is paused already",))
    await asyncio.sleep(0)
    assert not task.done()
    assert orders.waiting.is_set()
    assert orders.take() == ()
    orders.settle(())
    assert await task == ("GET /a: is paused already",)
    assert not orders.waiting.is_set()


async def test_an_order_that_comes_within_a_tick_waits_for_the_next() -> None:
    """It is neither lost nor answered early."""
    orders = Orders()
    first = await given(orders)
    orders.take()
    second = await given(orders)
    orders.settle(())
    assert orders.take() == (PAUSE,)
    orders.settle(())
    assert await first == ()
    assert not second.done()


async def test_an_order_that_cannot_be_written_is_refused() -> None:
    """At once, and only those of this tick."""
    orders = Orders()
    task = await given(orders)
    orders.take()
    orders.refuse(ShadowError("no space"))
    orders.settle(())
    with pytest.raises(ShadowError, match="no space"):
        await task


async def test_who_left_is_not_answered() -> None:
    """A client that closed its connection does not end the controller."""
    orders = Orders()
    task = await given(orders)
    orders.take()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    orders.settle(())
    orders.settle(())
    orders.refuse(ShadowError("x"))


async def test_what_was_decided_is_answered_when_it_closes_and_the_rest_refused() -> None:
    """Nobody waits for ever."""
    orders = Orders()
    decided = await given(orders)
    orders.take()
    orders.settle(())
    new = await given(orders)
    orders.close(ShadowError("it ends"))
    assert await decided == ()
    with pytest.raises(ShadowError, match="it ends"):
        await new
