"""One mirrored request from its turn to its observation: asks the other sides once, and has the answers judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from crossfade.shadow.asking.calls import Calls
from crossfade.shadow.asking.pending import Ended, Limits, LiveBody, Pending, Sides
from crossfade.shadow.asking.slots import Slots
from crossfade.shadow.asking.streams.follower import Followed, Follower, LegacyStream
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Answer, Comparison, Failure, Reply
from crossfade.shadow.exchange.observations import Judged, Observation
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.judging.drift import has_drifted, status_differs
from crossfade.shadow.judging.handles import ForeignHandles
from crossfade.shadow.judging.judge import Judge, Verdict

_HOLDS_WRITES_S = 1.0
"""What legacy itself has not answered after so long holds up no writes: a stream, a long poll may never end."""

_UNSEEN = {
    Reason.CUT_BY_CLIENT: (Outcome.SKIPPED, Reason.CLIENT_CANCELLED),
    Reason.CUT_BY_SHUTDOWN: (Outcome.SHED, Reason.SHUTDOWN),
}


class Asker:
    """Asks within the limits, in legacy's order."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        judge: Judge,
        handles: ForeignHandles,
        limits: Limits,
        hold: Callable[[Pending, int], None],
    ) -> None:
        """``hold`` is told how many more bytes are kept for a request; ``is_off`` is the kill switch."""
        self._sides = sides
        self._judge = judge
        self._handles = handles
        self._limits = limits
        self._hold = hold
        self.slots = Slots(limits.in_flight)
        self.is_off: Callable[[], bool] = lambda: False
        self._streams = 0

    async def observe(self, pending: Pending, deadline: asyncio.Timeout) -> Observation:
        """The observation of one request. Raises: Ended; TimeoutError: its turn did not come in time."""
        if pending.live is not None:
            return await self._observe_live(pending, pending.live, deadline)
        if pending.frame.write:
            await _whole_legacy(pending)
        deadline.reschedule(asyncio.get_running_loop().time() + self._limits.wait_s)
        await self._refuse_foreign(pending)
        if pending.turn is not None:
            await pending.turn.wait()
        if pending.frame.route.call_type in STREAMED_ANSWERS:
            return await self._observe_stream(pending, deadline)
        async with self._calls(pending) as calls:
            async with self.slots:
                deadline.reschedule(None)
                self._start(pending, calls)
                await calls.wait_for(pending.legacy, self._limits.deadline_s)
            if pending.turn is not None and not pending.frame.write and calls.all_done():
                pending.turn.done()  # a write need not wait for legacy to answer what is no longer asked
            return await self._join(pending, calls)

    async def _observe_live(self, pending: Pending, live: LiveBody, deadline: asyncio.Timeout) -> Observation:
        """A request that is still coming: begun in its turn, and, a write, ended only when legacy has ended it."""
        await live.began.wait()
        deadline.reschedule(asyncio.get_running_loop().time() + self._limits.wait_s)
        await self._refuse_foreign(pending)
        if pending.begin_turn is not None:
            await pending.begin_turn.wait()
        if pending.legacy.done():
            pending.legacy.result()  # raises Ended where it is over before it began
        deadline.reschedule(None)
        async with self._stream_slot(), self._calls(pending, live) as calls, _in_background(_finish(pending, live)):
            self._start(pending, calls)
            if pending.begin_turn is not None:
                pending.begin_turn.done()
            await asyncio.wait({pending.legacy})
            return await self._join(pending, calls, has_slot=True)

    async def _observe_stream(self, pending: Pending, deadline: asyncio.Timeout) -> Observation:
        """A request whose answer may be quiet for long, on all sides."""
        deadline.reschedule(None)
        async with self._stream_slot(), self._calls(pending) as calls:
            self._start(pending, calls)
            await asyncio.wait({pending.legacy})
            return await self._join(pending, calls, has_slot=True)

    def _start(self, pending: Pending, calls: Calls) -> None:
        """Sends the request. Raises: Ended: mirroring was turned off while it waited, or it can't be sent as it is."""
        self._refuse_when_off()
        if not calls.can_start():  # a blank in an HTTP/2 path, a CR in a value
            raise Ended(Outcome.UNCOMPARABLE, Reason.UNSUPPORTED)
        calls.start()
        turn = pending.turn
        if turn is not None and not pending.frame.write:
            asyncio.get_running_loop().call_later(
                _HOLDS_WRITES_S, lambda: None if pending.replied.is_set() else turn.done()
            )

    async def _join(self, pending: Pending, calls: Calls, *, has_slot: bool = False) -> Observation:
        """Legacy's answer and the others', whole or as streams, for which there are slots of their own."""
        legacy = await pending.legacy
        if isinstance(legacy, Failure):
            raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        if isinstance(legacy, LegacyStream):
            if has_slot:
                return await self._follow(pending, calls, legacy)
            async with self._stream_slot():
                return await self._follow(pending, calls, legacy)
        calls.expect(legacy)
        candidate, *secondary = await self._replies(pending, calls)
        comparison = Comparison(
            request=pending.request(),
            route=pending.frame.route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=secondary[0] if secondary else None,
        )
        comparison = await self._checked(comparison, pending)
        return self._learned(pending, comparison, self._judge.observe(comparison, pending.frame.route))

    async def _replies(self, pending: Pending, calls: Calls) -> tuple[Reply, ...]:
        """The whole answers of the sides. Raises: Ended; TimeoutError: the turn of a live write did not come."""
        live = pending.live
        if live is not None and live.ended.is_set():
            async with asyncio.timeout(self._limits.wait_s):
                await live.finished.wait()
        replies = await calls.replies(self._limits.deadline_s)
        if live is not None and not live.ended.is_set() and isinstance(replies[0], Failure):
            raise Ended(Outcome.UNCOMPARABLE, Reason.TRUNCATED)  # legacy answered before it had the whole request
        return replies

    async def _follow(self, pending: Pending, calls: Calls, legacy: LegacyStream) -> Observation:
        route = pending.frame.route
        follower = Follower(
            legacy,
            deadline_s=self._limits.deadline_s,
            hold=lambda more: self._hold(pending, more),
            is_owed=lambda: pending.live is None or pending.live.is_level(),
        )
        try:
            pairs = tuple((call, self._judge.stream_diff(route, legacy.answer.headers)) for call in calls.calls)
            candidate, *others = await follower.run(pairs)
        except NotComparableError as error:
            raise Ended(Outcome.UNCOMPARABLE, error.reason) from None
        _refuse_unseen(legacy, candidate)
        secondary = others[0] if others else None
        comparison = Comparison(
            request=pending.request(),
            route=route.route,
            legacy=_begun(legacy, whole=candidate.whole),
            candidate=candidate.reply,
            secondary=None if secondary is None else secondary.reply,
            followed=True,
            cut=legacy.cut,
        )
        comparison = await self._checked(comparison, pending)
        noise = None if secondary is None or secondary.whole != candidate.whole else secondary.differences
        verdict = self._judge.observe_stream(comparison, route, candidate.differences, noise)
        return self._learned(pending, comparison, verdict)

    async def _checked(self, comparison: Comparison, pending: Pending) -> Comparison:
        """Raises: Ended: the candidate passed the call back, or the stores have drifted apart."""
        if is_served_by_legacy(comparison.candidate):
            raise Ended(Outcome.SKIPPED, Reason.NOT_PORTED)
        if has_drifted(comparison := await self._with_secondary(comparison, pending)):
            raise Ended(Outcome.SKIPPED, Reason.STATE_DRIFT)
        return comparison

    async def _with_secondary(self, comparison: Comparison, pending: Pending) -> Comparison:
        """Where the statuses differ the secondary is asked too, to tell another state from another implementation."""
        frame = pending.frame
        secondary = self._sides[frame.listener].secondary
        asked = comparison.secondary is not None or frame.live or frame.write
        if secondary is None or asked or not status_differs(comparison):
            return comparison
        async with self.slots:
            self._refuse_when_off()  # without the secondary's answer nobody knows whether the stores have drifted
            return replace(comparison, secondary=await secondary.ask(frame.request, safe=True))

    async def _refuse_foreign(self, pending: Pending) -> None:
        """Ends a request with a handle of legacy; waits where a comparison under way may show that it has one."""
        for other in pending.suspects:
            await other.judged.wait()
        pending.suspects = ()
        if self._handles.foreign(pending.tokens):
            raise Ended(Outcome.SKIPPED, Reason.FOREIGN_HANDLE)

    def _refuse_when_off(self) -> None:
        """Ends what waited while mirroring was turned off."""
        if self.is_off():
            raise Ended(Outcome.SKIPPED, Reason.MIRROR_OFF)

    def _learned(self, pending: Pending, comparison: Comparison, verdict: Verdict) -> Observation:
        self._handles.learn(verdict.handles)
        pending.learnt = isinstance(comparison.candidate, Answer) and isinstance(verdict.observation, Judged)
        return verdict.observation

    @contextlib.asynccontextmanager
    async def _calls(self, pending: Pending, live: LiveBody | None = None) -> AsyncIterator[Calls]:
        """The calls to the other sides; those that have not ended are cancelled at the end."""
        sides = self._sides[pending.frame.listener]
        asked = [sides.candidate]
        if sides.secondary is not None and pending.frame.ask_secondary:
            asked.append(sides.secondary)
        calls = Calls(pending, tuple(asked), self._judge, live)
        try:
            yield calls
        finally:
            await calls.end()

    @contextlib.asynccontextmanager
    async def _stream_slot(self) -> AsyncIterator[None]:
        """Raises: Ended: as many streams are followed as may be."""
        if self._streams >= self._limits.in_flight:
            raise Ended(Outcome.SHED, Reason.QUEUE_FULL)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1


async def _whole_legacy(pending: Pending) -> None:
    """Waits for all of legacy's answer. Raises: Ended: it failed."""
    legacy = await pending.legacy
    if isinstance(legacy, LegacyStream):
        await pending.replied.wait()
        if isinstance(legacy.reply, Failure):
            raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reply.reason.value))
    elif isinstance(legacy, Failure):
        raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))


async def _finish(pending: Pending, live: LiveBody) -> None:
    """Passes on that the client has sent all; of a write only after legacy ended it, in legacy's order."""
    await live.ended.wait()
    if pending.frame.write:
        await _whole_legacy(pending)
        if pending.turn is not None:
            await pending.turn.wait()
    live.finish()
    if pending.stream is not None:
        pending.stream.answer.changed.set()  # from now on an answer is owed


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _refuse_unseen(legacy: LegacyStream, candidate: Followed) -> None:
    """Raises: Ended: the stream was cut before there was anything to compare."""
    if isinstance(legacy.reply, Failure) and isinstance(candidate.reply, Failure) and not candidate.differences:
        raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reply.reason.value))  # both broke off alike
    if legacy.cut is None or candidate.compared or candidate.differences or isinstance(candidate.reply, Failure):
        return
    if isinstance(legacy.reply, Failure):
        raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reply.reason.value))
    raise Ended(*_UNSEEN[legacy.cut])


def _begun(legacy: LegacyStream, *, whole: bool) -> Answer:
    """Legacy's answer as far as it was followed, without trailers where the ends can't be held against another."""
    seen = legacy.answer.answer()
    answer = legacy.reply if isinstance(legacy.reply, Answer) else seen
    trailers = answer.trailers if whole else ()
    return replace(answer, body=seen.body, truncated=seen.truncated, windows=b"", trailers=trailers)
