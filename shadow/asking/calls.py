"""The calls to the other sides that one mirrored request makes."""

import asyncio
from typing import Any

from crossfade.shadow.asking.clients.exchange import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.pending import Ended, LiveBody, Pending
from crossfade.shadow.asking.streams.follower import Call, LegacyStream
from crossfade.shadow.compare.decode.body import is_opaque
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply, header_values
from crossfade.shadow.exchange.body import DIGEST_BYTES, WINDOW_BYTES
from crossfade.shadow.exchange.route import STREAMED_ANSWERS
from crossfade.shadow.judging.judge import Judge

_FAR = 16
"""Other bytes may mean the same, but not so many times as many."""

_SHORT_BYTES = 16_384
_CODED_BYTES = 1_048_576
"""Legacy's answer counts as at least so long where it says how much of another one is read."""


class Calls:
    """One request to each of the sides that are asked, the candidate first."""

    def __init__(self, pending: Pending, sides: tuple[Upstream, ...], judge: Judge, live: LiveBody | None) -> None:
        self._pending = pending
        self._sides = sides
        self._framing_of = judge.framing_of(pending.frame.route)
        self._copy_bytes = judge.stream_copy_bytes
        self._live = live
        self._reads_on = False
        self.calls: tuple[Call, ...] = ()

    def can_start(self) -> bool:
        """Whether every side can be sent the request as it is."""
        return all(side.takes(self._pending.frame.request) for side in self._sides)

    def start(self) -> None:
        """Sends it, once."""
        bodies: tuple[RequestParts | None, ...] = (None,) * len(self._sides)
        if self._live is not None:
            bodies = self._live.start(len(self._sides))
        self.calls = tuple(self._ask(side, parts) for side, parts in zip(self._sides, bodies, strict=True))

    async def wait_for(self, legacy: "asyncio.Future[Reply | LegacyStream]", deadline_s: float) -> None:
        """Returns when the sides have answered, or have to be followed."""
        waiting: set[asyncio.Future[Any]] = {call.task for call in self.calls}
        while waiting and not legacy.done():
            await asyncio.wait({legacy, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting = {task for task in waiting if not task.done()}
        found = legacy.exception() or legacy.result() if waiting else None
        if isinstance(found, Answer):
            self.expect(found)
        if waiting and not isinstance(found, LegacyStream | Ended):
            await asyncio.wait(waiting, timeout=deadline_s)  # a stream has no deadline of its own

    def expect(self, legacy: Answer) -> None:
        """Legacy has answered as a whole: so do the others, and what goes on far beyond that is not read."""
        size_bytes = len(legacy.body) + len(legacy.windows) // DIGEST_BYTES * WINDOW_BYTES
        # What legacy compressed may be far longer in plain bytes.
        least_bytes = _CODED_BYTES if header_values(legacy.headers, "content-encoding") else _SHORT_BYTES
        self._reads_on = not is_opaque(legacy.headers, legacy.body)
        for call in self.calls:
            call.answer.as_body()
            call.answer.stop_past(max(size_bytes, least_bytes), times=_FAR if self._reads_on else 1)

    def all_done(self) -> bool:
        """Whether every side has ended its answer."""
        return all(call.task.done() for call in self.calls)

    async def replies(self, deadline_s: float) -> tuple[Reply, ...]:
        """What the sides answered to a request that legacy has answered as a whole."""
        tasks = [call.task for call in self.calls]
        if not all(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=deadline_s)
        return tuple(self._reply(call, deadline_s) for call in self.calls)

    async def end(self) -> None:
        """Cancels what has not ended."""
        tasks = [call.task for call in self.calls if not call.task.done()]
        if not tasks:
            return
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self, side: Upstream, parts: RequestParts | None) -> Call:
        frame = self._pending.frame
        answer = side.new_answer(self._framing_of, self._copy_bytes)
        is_watched = frame.route.call_type in STREAMED_ANSWERS
        task = asyncio.create_task(side.ask(frame.request, answer, parts, is_watched=is_watched, safe=not frame.write))
        answer.on_overlong = task.cancel
        return Call(answer=answer, task=task)

    def _reply(self, call: Call, deadline_s: float) -> Reply:
        """A side's whole answer; of one that is not read to its end, as much as it can be compared by."""
        if call.answer.is_overlong and not self._reads_on:
            return call.answer.answer()
        if call.answer.is_overlong:
            return _no_end(f"its answer goes on past {_FAR} times what legacy's is", deadline_s)
        if not call.task.done():
            return _no_end(f"no end of its answer in {deadline_s:g} s", deadline_s)
        reply = call.task.result()
        return call.answer.answer() if isinstance(reply, Answer) and call.answer.was_stream else reply


def _no_end(detail: str, deadline_s: float) -> Failure:
    return Failure(reason=FailureReason.DEADLINE, detail=detail, latency_ms=deadline_s * 1000)
