"""The order in which mirrored requests reach a side: as legacy saw them.

Reads that come together run together. A write waits for all that came before it, and all that comes after waits for
the write: otherwise a read could be answered from the state before the write, and differ for no reason.
"""

import asyncio
from collections.abc import Callable


class Turn:
    """One request's place in the order."""

    def __init__(self, before: tuple[asyncio.Event, ...], forget: Callable[["Turn"], None], writes: int) -> None:
        """``writes``: how many have entered before it."""
        self.writes = writes
        self._before = before
        self._forget = forget
        self._given_up: asyncio.Task[None] | None = None
        self._done = asyncio.Event()

    async def wait(self) -> None:
        """Returns when everything that must run first has called ``done``."""
        for event in self._before:
            await event.wait()

    def done(self) -> None:
        """Lets those behind continue; giving up before its turn lets nobody overtake. Calling it twice is harmless."""
        if self._done.is_set() or self._given_up is not None:
            return
        if all(event.is_set() for event in self._before):
            self._finish()
        else:
            self._given_up = asyncio.create_task(self._finish_in_turn())

    @property
    def finished(self) -> asyncio.Event:
        """Set once ``done`` was called, by this one and by all before it."""
        return self._done

    async def _finish_in_turn(self) -> None:
        await self.wait()
        self._finish()

    def _finish(self) -> None:
        self._before = ()
        self._done.set()
        self._forget(self)


class Order:
    """Gives out turns in the order of the calls."""

    def __init__(self) -> None:
        self._write: Turn | None = None
        self._reads: dict[Turn, None] = {}
        self._writes = 0

    def enter(self, *, write: bool) -> Turn:
        """The next place in the order."""
        before = () if self._write is None else (self._write.finished,)
        if write:
            turn = Turn((*before, *(read.finished for read in self._reads)), self._finished, self._writes)
            self._write, self._reads = turn, {}
            self._writes += 1
        else:
            turn = Turn(before, self._finished, self._writes)
            self._reads[turn] = None
        return turn

    def is_unchanged(self, turn: Turn) -> bool:
        """Whether what a read saw is still there: its turn lasts, or no write has entered since."""
        return not turn.finished.is_set() or turn.writes == self._writes

    def prolong(self, turn: Turn) -> Turn:
        """An unchanged read's turn for one more look: its own while it lasts, else a new one."""
        return self.enter(write=False) if turn.finished.is_set() else turn

    def _finished(self, turn: Turn) -> None:
        self._reads.pop(turn, None)
        if self._write is turn:
            self._write = None
