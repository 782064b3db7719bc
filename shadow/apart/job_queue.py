"""Has heavy jobs done, one after the other, each comparison within its budget of time and memory.

The jobs of a comparison that came first go first: each job of another one in between is a comparison to be sent and
read anew, and with many under way none would end.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from crossfade.shadow.apart.child import Child, LostError
from crossfade.shadow.apart.jobs import Asked, Failed, Job, Setup, Trouble
from crossfade.shadow.apart.turns import Turns
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo

log = logging.getLogger("crossfade.compare")

_MOST_UNDER_WAY = 10_000
_LEAST_S = 0.01
_SLOWEST = 4
"""A process that gets little of a processor takes longer by the clock; past so many times the budget it hangs."""


class NotDoneError(Exception):
    """A job that was not done: ``reason`` is too_costly or internal."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """For all jobs of one comparison together: a processor's time, and what the process may add to its memory."""

    time_s: float
    memory_bytes: int


class JobQueue:
    """Starts the process when it is first needed, and again after it was lost or had to be killed."""

    def __init__(self, setup: Setup, budget: Budget) -> None:
        self._setup = setup
        self._is_new = False
        self._budget = budget
        self._child: Child | None = None
        self._held: Comparison | None = None
        self._turns = Turns()
        self._spent_s: OrderedDict[str, float] = OrderedDict()
        self.waiting = 0

    @property
    def pid(self) -> int:
        """The id of the process; 0 while there is none."""
        return 0 if self._child is None else self._child.pid

    def set_up(self, setup: Setup) -> None:
        """The process is given this from the next comparison on."""
        self._setup = setup
        self._is_new = True

    async def do(self, request_id: str, job: Job, comparison: Comparison | None, route: RouteInfo) -> Any:  # noqa: ANN401
        """The answer to a job about a comparison, or about a request alone. Raises: NotDoneError."""
        self.waiting += 1
        try:
            async with self._turns.take(request_id):
                return await self._do(request_id, job, comparison, route)
        finally:
            self.waiting -= 1

    def holds(self, comparison: Comparison, *, instead_of: Comparison) -> None:
        """What a job made of a comparison: the process has it, if no other job came in between."""
        if self._held is instead_of:
            self._held = comparison

    def forget(self, request_id: str) -> None:
        """No more jobs will come of this request."""
        self._spent_s.pop(request_id, None)
        self._turns.forget(request_id)
        if self._held is not None and self._held.request.id == request_id:
            self._held = None

    async def close(self) -> None:
        """Ends the process."""
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    async def _do(self, request_id: str, job: Job, comparison: Comparison | None, route: RouteInfo) -> Any:  # noqa: ANN401
        child = await self._started(route)
        is_held = comparison is None or comparison is self._held
        left_s = self._budget.time_s - self._spent_s.get(request_id, 0.0)
        asked = Asked(comparison=None if is_held else comparison, job=job, left_s=max(left_s, _LEAST_S))
        if comparison is not None:
            self._held = comparison
        try:
            async with asyncio.timeout(_SLOWEST * self._budget.time_s):
                done = await child.ask(asked)
        except TimeoutError:
            await self._end()
            raise self._too_costly(route, f"hangs_ms={1000 * _SLOWEST * self._budget.time_s:.0f}") from None
        except LostError as error:
            await self._end()
            if error.too_costly:
                raise self._too_costly(route, f"lost {error}") from None
            log.error("comparison.lost route=%s %s", route.route, error)  # noqa: TRY400 - one line
            raise NotDoneError(Reason.INTERNAL) from None
        except asyncio.CancelledError:
            await asyncio.shield(self._end())  # its answer would be taken for that to the next job
            raise
        self._spend(request_id, done.spent_s)
        if isinstance(done.answer, Failed):
            raise await self._failed(done.answer, route)
        return done.answer

    async def _failed(self, failed: Failed, route: RouteInfo) -> NotDoneError:
        if failed.trouble is Trouble.MEMORY:
            await self._end()  # what is left of it would take the room of the next one
            return self._too_costly(route, f"past_mb={self._budget.memory_bytes // 1_000_000}")
        log.error("comparison.failed route=%s %s", route.route, failed.detail)
        return NotDoneError(Reason.INTERNAL)

    def _too_costly(self, route: RouteInfo, what: str) -> NotDoneError:
        log.warning("comparison.too_costly route=%s %s", route.route, what)
        return NotDoneError(Reason.TOO_COSTLY)

    async def _started(self, route: RouteInfo) -> Child:
        if self._is_new:
            self._is_new = False
            await self._end()
        if self._child is None or self._child.is_gone:
            self._held = None
            try:
                self._child = await Child.start(self._setup, self._budget.memory_bytes)
            except (LostError, OSError) as error:
                log.error("comparison.lost route=%s %s", route.route, error)  # noqa: TRY400 - one line
                raise NotDoneError(Reason.INTERNAL) from None
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.kill()

    def _spend(self, request_id: str, seconds: float) -> None:
        self._spent_s[request_id] = self._spent_s.get(request_id, 0.0) + seconds
        while len(self._spent_s) > _MOST_UNDER_WAY:
            self._spent_s.popitem(last=False)
