"""The verbs of people on their way into a tick, and back once the planes were read after it."""

import asyncio
from collections.abc import Iterable

from crossfade.shadow.canary.reading import VerbRequest

Unchanged = tuple[str, ...]


class Orders:
    """Each is decided on in one tick and answered at the end of the next, which reads back what that one has set."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self._new: list[tuple[VerbRequest, asyncio.Future[Unchanged]]] = []
        self._deciding: list[asyncio.Future[Unchanged]] = []
        self._decided: list[tuple[asyncio.Future[Unchanged], Unchanged]] = []

    async def give(self, request: VerbRequest) -> Unchanged:
        """Waits until it was carried out. Raises: what ``refuse`` was given."""
        done: asyncio.Future[Unchanged] = asyncio.get_running_loop().create_future()
        self._new.append((request, done))
        self.waiting.set()
        return await done

    def take(self) -> tuple[VerbRequest, ...]:
        """Those that this tick decides on."""
        requests = tuple(request for request, _ in self._new)
        self._deciding = [done for _, done in self._new]
        self._new = []
        return requests

    def refuse(self, error: Exception) -> None:
        """Those of this tick can't be carried out."""
        for done in self._deciding:
            if not done.done():
                done.set_exception(error)
        self._deciding = []

    def settle(self, unchanged: Unchanged) -> None:
        """Ends a tick: answers those of the tick before, and keeps what was decided now for the next."""
        _answer(self._decided)
        self._decided = [(done, unchanged) for done in self._deciding]
        self._deciding = []
        if self._decided:
            self.waiting.set()
        elif not self._new:
            self.waiting.clear()

    def close(self, error: Exception) -> None:
        """Nothing more is decided."""
        _answer(self._decided)
        self._deciding += [done for _, done in self._new]
        self._new, self._decided = [], []
        self.refuse(error)


def _answer(decided: Iterable[tuple[asyncio.Future[Unchanged], Unchanged]]) -> None:
    for done, unchanged in decided:
        if not done.done():
            done.set_result(unchanged)
