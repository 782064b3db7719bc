"""Puts the weights of a Gateway back when nobody renews them: a Gateway itself keeps them for ever.

A process of its own, so that it lives when the controller does not. It goes by whether the Lease changes, and by its
own clock, so that clocks which differ do no harm.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol as Interface

from crossfade.shadow.canary.plane import PlaneError

_LOOKS = 4  # in the time of a lease


class Leased(Interface):
    """What is watched: a plane that keeps its weights without its controller."""

    async def renewed_at(self) -> str:
        """What changes with each renewal. Raises: PlaneError."""

    async def fall_back(self) -> tuple[str, ...]:
        """Gives all routes back that are not complete; which. Raises: PlaneError."""


class Watchdog:
    """Watches the Lease of one plane. ``clock`` gives seconds and never goes back."""

    def __init__(self, plane: Leased, lease_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._plane = plane
        self._lease_s = lease_s
        self._clock = clock
        self._seen = ""
        self._since = clock()

    async def look(self) -> tuple[str, ...]:
        """Looks once; the routes that it gave back to legacy. Raises: PlaneError."""
        renewed = await self._plane.renewed_at()
        if renewed != self._seen:
            self._seen, self._since = renewed, self._clock()
        if self._clock() - self._since < self._lease_s:
            return ()
        return await self._plane.fall_back()

    async def watch(self, announce: Callable[[str], None]) -> None:
        """Looks until it is cancelled; an API server that does not answer is asked again."""
        while True:
            try:
                for route in await self.look():
                    announce(f"{route}: legacy's again, because nobody renewed the lease for {self._lease_s:g} s")
            except PlaneError as error:
                announce(str(error))
            await asyncio.sleep(self._lease_s / _LOOKS)
