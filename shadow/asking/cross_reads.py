"""Reads what the candidate wrote through both sides, so that it is known before clients go back to legacy."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.exchange import exchange_with
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.read_back import ReadBack
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Failure
from crossfade.shadow.exchange.observations import CrossRead, Judged, Noted

log = logging.getLogger(__name__)

_FIRST = 50
"""So many writes of a route are read at once; after that one each second, which notices what begins later."""
_EVERY_S = 1.0
_MOST_AT_ONCE = 4


class CrossReads:
    """Each read goes once to legacy and once to the candidate. It is no client's, and is counted apart."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        means: Means,
        record: Callable[[Noted], None],
        clock: Callable[[], float],
    ) -> None:
        """``clock`` gives the time in seconds since the epoch."""
        self._sides = sides
        self._means = means
        self._record = record
        self._clock = clock
        self._begun: dict[str, tuple[int, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, write_route: str, reads: tuple[ReadBack, ...]) -> None:
        """Reads what a write on this route (its key) made, unless there are enough by now."""
        count, last_s = self._begun.get(write_route, (0, 0.0))
        is_due = count < _FIRST or self._clock() - last_s >= _EVERY_S
        if not reads or not is_due or len(self._tasks) >= _MOST_AT_ONCE:
            return
        self._begun[write_route] = count + 1, self._clock()
        task = asyncio.create_task(self._run(write_route, reads))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Waits for those under way, each of which has a deadline."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, write_route: str, reads: tuple[ReadBack, ...]) -> None:
        for read in reads:
            try:
                await self._read(write_route, read)
            except NotComparableError:
                continue
            except Exception as error:  # noqa: BLE001 - a bug ends one read, not the process
                log.error("cross_read.failed route=%s %s", read.route.route, where(error))  # noqa: TRY400 - no values

    async def _read(self, write_route: str, read: ReadBack) -> None:
        """Counts it where legacy answered, and nobody wrote the same data meanwhile. Raises: NotComparableError."""
        means, sides = self._means, self._sides[read.route.listener]
        asked = Sides(candidate=sides.candidate, secondary=None, legacy=sides.legacy)
        async with means.admission.calls:
            if means.admission.is_off() or sides.legacy is None:
                return
            terms = terms_of(means.judge, read.route, write=False)
            request = replace(read.request, started_at=self._clock())
            comparison = await exchange_with(asked, request, read.route.route, terms)
        if isinstance(comparison.legacy, Failure) or means.races.overlap(request, self._clock()):
            return
        try:
            verdict = await means.judging.observe(comparison, read.route)
        finally:
            means.judging.forget(request.id)
        if isinstance(verdict.observation, Judged):
            found = CrossRead(route=read.route, write_route=write_route, signature=verdict.observation.signature)
            self._record(found)
