"""Calls of all sessions begin in the order in which they began when they were recorded."""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Entrance(Protocol):
    """Where calls wait before they get their turn."""

    async def wait(self, call_id: str) -> None:
        """Returns when the call may take its turn."""

    def let_in(self, call_id: str) -> None:
        """It has taken it."""


class NoOrder:
    """Sessions do not wait for each other."""

    async def wait(self, call_id: str) -> None:
        """Returns at once."""

    def let_in(self, call_id: str) -> None:
        """Nothing waits."""


class RecordedOrder:
    """Each call waits for the one before it, of whatever session."""

    def __init__(self, call_ids: Sequence[str]) -> None:
        """All calls, in their order."""
        self._places = {call_id: place for place, call_id in enumerate(call_ids)}
        self._let_in = [asyncio.Event() for _ in call_ids]

    async def wait(self, call_id: str) -> None:
        """Returns when all before it were let in."""
        place = self._places[call_id]
        if place:
            await self._let_in[place - 1].wait()

    def let_in(self, call_id: str) -> None:
        """The next one may come."""
        self._let_in[self._places[call_id]].set()
