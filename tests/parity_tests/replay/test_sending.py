"""Progress of an answer."""

import asyncio

from crossfade.parity_tests.replay.sending import Progress


async def test_progress_is_reached() -> None:
    """As soon as so many messages have come."""
    progress = Progress()
    waiter = asyncio.create_task(progress.reach(2, 60.0))
    progress.set(1)
    await asyncio.sleep(0)
    assert not waiter.done()
    progress.set(2)
    await waiter


async def test_progress_is_not_waited_for_for_ever() -> None:
    """What came by chance before a message may not come again."""
    await Progress().reach(1, 0.0)
