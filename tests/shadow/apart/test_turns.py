"""Who came first is served first."""

import asyncio

import pytest

from crossfade.shadow.apart.turns import Turns


class Line:
    """Takes turns by names, each ended by ``end``."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.served: list[str] = []
        self._ends: asyncio.Queue[None] = asyncio.Queue()

    def come(self, who: str) -> asyncio.Task[None]:
        """Takes a turn as soon as there is one."""
        return asyncio.create_task(self._take(who))

    async def end(self) -> None:
        """Ends the turn of whoever has it."""
        self._ends.put_nowait(None)
        await settle()

    async def _take(self, who: str) -> None:
        async with self.turns.take(who):
            self.served.append(who)
            await self._ends.get()


async def settle() -> None:
    """All that can go on does."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def line() -> Line:
    """An empty one."""
    return Line()


async def test_who_comes_back_goes_before_who_came_later(line: Line) -> None:
    """Also where those waited already."""
    line.come("a")
    await settle()
    for who in ("b", "c", "a", "b"):
        line.come(who)
    await settle()
    for _ in range(5):
        await line.end()
    assert line.served == ["a", "a", "b", "b", "c"]


async def test_who_was_forgotten_is_new(line: Line) -> None:
    """It waits behind those that came in the meantime."""
    line.come("a")
    await settle()
    line.come("b")
    await settle()
    line.turns.forget("a")
    line.come("a")
    await settle()
    for _ in range(3):
        await line.end()
    assert line.served == ["a", "b", "a"]


@pytest.mark.parametrize("called", [False, True])
async def test_a_waiter_that_leaves_holds_up_nobody(line: Line, called: bool) -> None:
    """Before it was called, and when it was called in the same moment."""
    first = line.come("a")
    await settle()
    leaving, last = line.come("b"), line.come("c")
    await settle()
    if called:
        first.cancel()
        await asyncio.sleep(0)
    leaving.cancel()
    await settle()
    if not called:
        await line.end()
    assert line.served == ["a", "c"]
    await line.end()
    await last
    line.come("d")
    await settle()
    assert line.served == ["a", "c", "d"]
    await line.end()
