"""Turns at something that does one thing at a time. Pure but for waiting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from heapq import heappop, heappush
from itertools import count

_Waiter = tuple[int, int, asyncio.Future[None]]


class Turns:
    """Who came first is served first, with all that it comes back for: what is begun ends before more is begun."""

    def __init__(self) -> None:
        self._numbers = count()
        self._came: dict[str, int] = {}
        self._waiters: list[_Waiter] = []
        self._is_taken = False

    @contextlib.asynccontextmanager
    async def take(self, who: str) -> AsyncIterator[None]:
        """A turn of its own. Each must be forgotten in the end."""
        number = next(self._numbers)
        came = self._came.setdefault(who, number)
        if self._is_taken:
            await self._wait(came, number)
        self._is_taken = True
        try:
            yield
        finally:
            self._pass_on()

    def forget(self, who: str) -> None:
        """It will not come back."""
        self._came.pop(who, None)

    async def _wait(self, came: int, number: int) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiters, (came, number, called))
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """It stays taken where another one waits, so that who comes in between does not overtake."""
        while self._waiters:
            *_, called = heappop(self._waiters)
            if not called.done():
                called.set_result(None)
                return
        self._is_taken = False
