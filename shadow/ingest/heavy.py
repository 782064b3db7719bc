"""Heavy pairs are judged apart, so that the lines of other services do not wait for them."""

import asyncio
from collections.abc import Callable

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Verdict

Conclude = Callable[[Comparison], Settled | None]
"""Why a resolved comparison is not judged; None where it is."""
Found = tuple[Comparison, Verdict | Settled]
"""The resolved comparison, and what became of it."""


class Heavy:
    """Judges one pair after the other; past ``held_bytes`` of those that wait a pair is shed."""

    def __init__(self, judging: Judging, held_bytes: int) -> None:
        self._judging = judging
        self._limit_bytes = held_bytes
        self._held_bytes = 0
        self._tasks: set[asyncio.Task[Found]] = set()

    def takes(self, comparison: Comparison, route: RouteInfo) -> bool:
        """Whether a pair is judged apart."""
        return self._judging.is_apart(comparison, route)

    def is_busy(self) -> bool:
        """Whether pairs wait."""
        return bool(self._tasks)

    def judge(
        self, comparison: Comparison, route: RouteInfo, conclude: Conclude, *, write: bool
    ) -> "asyncio.Task[Found] | Settled":
        """What becomes of a pair, as soon as it is judged. The task raises whatever a bug raised."""
        size = _size(comparison)
        if self._held_bytes + size > self._limit_bytes:
            return Settled(route=route, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL)
        self._held_bytes += size
        task = asyncio.create_task(self._judge(comparison, route, conclude, write=write))
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._let_go(task, size, comparison.request.id))
        return task

    async def drain(self) -> None:
        """Returns when no pair waits; each has a budget."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _judge(self, comparison: Comparison, route: RouteInfo, conclude: Conclude, *, write: bool) -> Found:
        try:
            comparison = await self._judging.resolve(comparison, route, write=write)
            return comparison, conclude(comparison) or await self._judging.observe(comparison, route)
        except Ended as ended:
            return comparison, Settled(route=route, outcome=ended.settled[0], reason=ended.settled[1])

    def _let_go(self, task: "asyncio.Task[Found]", size: int, request_id: str) -> None:
        self._tasks.discard(task)
        self._held_bytes -= size
        self._judging.forget(request_id)


def _size(comparison: Comparison) -> int:
    replies = (comparison.legacy, comparison.candidate, comparison.secondary)
    return len(comparison.request.body) + sum(len(reply.body) for reply in replies if isinstance(reply, Answer))
