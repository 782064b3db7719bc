"""Who comes first when many come at once."""

import asyncio
from typing import Any

import pytest

from crossfade.shadow.capture.mitmproxy.wire.lines import Lines

NOBODY: Any = None


@pytest.fixture
async def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of the loop alone say whose turn it is, however slow the machine."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 0.0)


@pytest.mark.usefixtures("no_time_passes")
async def test_the_newest_goes_first() -> None:
    """A crowd of fifty, and one who comes after it: all get in, the last one next."""
    lines = Lines()
    order: list[int] = []

    async def come(number: int) -> None:
        await lines.client_connected(NOBODY)
        order.append(number)

    crowd = [asyncio.create_task(come(number)) for number in range(50)]
    await crowd[-1]
    late = asyncio.create_task(come(50))
    await asyncio.gather(*crowd, late)
    assert order[:2] in ([49, 50], [49, 48])
    assert order.index(50) <= 2
    assert sorted(order) == list(range(51))


@pytest.mark.usefixtures("no_time_passes")
async def test_the_oldest_gets_in() -> None:
    """Though as many come as have a turn."""
    lines = Lines()
    first = asyncio.create_task(lines.client_connected(NOBODY))
    others = [asyncio.create_task(lines.client_connected(NOBODY)) for _ in range(3)]
    for _ in range(20):
        if first.done():
            break
        others.append(asyncio.create_task(lines.client_connected(NOBODY)))
        for _ in range(8):
            await asyncio.sleep(0)
    assert first.done()
    await asyncio.gather(*others)


async def test_long_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each round of the loop takes long, nobody waits for eight of them."""
    now_s = 0.0

    def time_s() -> float:
        nonlocal now_s
        now_s += 0.01
        return now_s

    monkeypatch.setattr(asyncio.get_running_loop(), "time", time_s)
    lines = Lines()
    crowd = [asyncio.create_task(lines.client_connected(NOBODY)) for _ in range(10)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert all(task.done() for task in crowd)


async def test_one_who_leaves_takes_no_place() -> None:
    """The others get in all the same."""
    lines = Lines()
    crowd = [asyncio.create_task(lines.client_connected(NOBODY)) for _ in range(5)]
    await asyncio.sleep(0)
    crowd[3].cancel()
    ended = await asyncio.wait_for(asyncio.gather(*crowd, return_exceptions=True), 5)
    assert [type(item) for item in ended].count(asyncio.CancelledError) <= 1
    await asyncio.wait_for(lines.client_connected(NOBODY), 5)
