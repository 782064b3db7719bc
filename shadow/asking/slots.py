"""How many calls may be under way at a time."""

import asyncio


class Slots(asyncio.Semaphore):
    """A semaphore that tells how much of it is taken."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._size = size

    def in_use(self) -> int:
        """Slots taken now."""
        return self._size - self._value
