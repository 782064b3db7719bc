"""The order in which calls of several sessions begin."""

import asyncio

from crossfade.parity_tests.replay.recorded_order import NoOrder, RecordedOrder


async def test_each_call_waits_for_the_one_before_it() -> None:
    """Whichever comes first."""
    order, begun = RecordedOrder(("a", "b", "c")), list[str]()

    async def begin(call_id: str) -> None:
        await order.wait(call_id)
        begun.append(call_id)
        order.let_in(call_id)

    await asyncio.gather(*map(begin, ("c", "b", "a")))
    assert begun == ["a", "b", "c"]


async def test_without_an_order_nothing_waits() -> None:
    """Sessions do not know of each other."""
    order = NoOrder()
    await order.wait("anything")
    order.let_in("anything")
