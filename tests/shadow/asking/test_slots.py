"""Slots are counted as they are taken and given back."""

import asyncio

from crossfade.shadow.asking.slots import Slots


async def test_in_use() -> None:
    """Also where one waits for a slot: it has none yet."""
    slots = Slots(1)
    assert slots.in_use() == 0
    async with slots:
        waiting = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        assert slots.in_use() == 1
    await waiting
    assert slots.in_use() == 1
    slots.release()
    assert slots.in_use() == 0
