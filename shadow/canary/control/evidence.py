"""What the evidence store says, read again and again beside the ticks: a slow disk delays no rollback."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from msgspec.structs import replace as replace_struct

from crossfade.shadow.canary.reading import Standing
from crossfade.shadow.errors import ShadowError, where
from crossfade.shadow.evidence import EvidenceError

log = logging.getLogger("crossfade.canary")

TOO_OLD_S = 60.0
"""Evidence is read each second, so one that is as old as that is no longer read; flushes are further apart at most."""
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How the routes stand. ``committed_at`` is when their run was last committed, ``read_at`` when it was read."""

    standings: tuple[Standing, ...] = ()
    committed_at: float | None = None
    read_at: float = 0.0


class EvidenceWatch:
    """Keeps the newest evidence. ``read`` runs in a thread and may raise EvidenceError or ShadowError."""

    def __init__(self, read: Callable[[], Evidence], *, clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._last: Evidence | None = None
        self._error = "it was not read yet"

    async def run(self) -> None:
        """Reads until cancelled; a read that takes long is followed by a pause as long."""
        while True:
            began = self._clock()
            await self.read_once()
            await asyncio.sleep(max(_PAUSE_S, self._clock() - began))

    async def read_once(self) -> None:
        """Reads. What can't be read leaves the last evidence as it is, and says why."""
        at = self._clock()
        try:
            self._last = replace(await asyncio.to_thread(self._read), read_at=at)
            self._error = ""
        except (EvidenceError, ShadowError) as error:
            self._error = str(error)
        except Exception as error:  # noqa: BLE001 - a bug in reading may not end the controller, which can go back
            if not self._error:
                log.error("canary.evidence_failed %s", where(error))  # noqa: TRY400 - a message may hold values
            self._error = where(error)

    def now(self) -> tuple[tuple[Standing, ...], str]:
        """How the routes stand, with its present age, and why it can't be trusted, "" if it can."""
        if self._last is None:
            return (), self._error
        now = self._clock()
        age_s = max(0.0, now - (self._last.committed_at or now))
        standings = tuple(replace_struct(standing, age_s=age_s) for standing in self._last.standings)
        unread_s = now - self._last.read_at
        if not self._error and unread_s > TOO_OLD_S:
            return standings, f"expected to read it each second, got none for {unread_s:.0f} s"
        return standings, self._error
