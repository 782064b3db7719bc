"""Takes frames, has each request asked once, and hands one observation per request to evidence."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from crossfade.shadow.asking.asker import Asker
from crossfade.shadow.asking.clients.exchange import AnswerInProgress
from crossfade.shadow.asking.clients.notes import totals
from crossfade.shadow.asking.order import Order
from crossfade.shadow.asking.pending import Ended, Limits, LiveBody, Pending, Sides
from crossfade.shadow.asking.streams.follower import LegacyStream
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Answer, Failure, Reply
from crossfade.shadow.exchange.observations import Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.handles import ForeignHandles
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.operate.status import Load
from crossfade.shadow.pipe.frames import (
    AnswerHeadFrame,
    PartFrame,
    ReplyFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
    UnmirroredFrame,
)

log = logging.getLogger(__name__)

_CUTS = {Reason.CLIENT_CANCELLED: Reason.CUT_BY_CLIENT, Reason.SHUTDOWN: Reason.CUT_BY_SHUTDOWN}


class Collector:
    """Every request that comes in ends in exactly one observation."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        judge: Judge,
        handles: ForeignHandles,
        limits: Limits,
        record: Callable[[Observation], None],
    ) -> None:
        self._sides = tuple(sides.values())
        self._handles = handles
        self._judge = judge
        self._limits = limits
        self._record = record
        self._order = Order()
        self._pending: dict[str, Pending] = {}
        self._holders: dict[str, list[Pending]] = {}
        self._unread: dict[str, tuple[Pending, Reply]] = {}
        self._held_bytes = 0
        self._asker = Asker(sides=sides, judge=judge, handles=handles, limits=limits, hold=self._hold)

    def obey(self, is_off: Callable[[], bool]) -> None:
        """Asks the kill switch before anything is sent."""
        self._asker.is_off = is_off

    def on_request(self, frame: RequestFrame) -> None:
        """Begins to mirror a request, or sheds it where the bounds are reached."""
        full = len(self._pending) >= self._limits.in_flight + self._limits.waiting
        if full or self._held_bytes + len(frame.request.body) > self._limits.held_bytes:
            self._settle(frame.route, Outcome.SHED, Reason.QUEUE_FULL)
            return
        # A safe request takes its place now; a live one when it begins, and a write when legacy has answered.
        turn = None if frame.write or frame.live else self._order.enter(write=False)
        tokens = self._handles.tokens(frame.request)
        suspects = self._suspects(tokens)
        legacy: asyncio.Future[Reply | LegacyStream] = asyncio.get_running_loop().create_future()
        pending = Pending(frame=frame, turn=turn, legacy=legacy, tokens=tokens, suspects=suspects)
        self._pending[frame.request.id] = pending
        if frame.live:
            pending.live = LiveBody(frame.request)
            if frame.request.body:
                self._take_request_part(pending, pending.live, frame.request.body)
        else:
            self._hold(pending, len(frame.request.body))
        pending.task = asyncio.create_task(self._run(pending))
        pending.task.add_done_callback(lambda _: self._finish_unstarted(pending))

    def on_part(self, frame: PartFrame) -> None:
        """More of a request that is still coming, or of legacy's answer to one."""
        pending = self._pending.get(frame.request_id)
        if pending is None:
            return
        if frame.of_answer and pending.stream is not None:
            answer = pending.stream.answer
            before = answer.waiting_bytes
            answer.add(frame.data)
            self._hold(pending, answer.waiting_bytes - before)
        elif not frame.of_answer and pending.live is not None:
            self._take_request_part(pending, pending.live, frame.data)

    def on_request_end(self, frame: RequestEndFrame) -> None:
        """The client has sent all of a request."""
        pending = self._pending.get(frame.request_id)
        if pending is not None and pending.live is not None:
            pending.live.end(frame.trailers)
            self._begin(pending)

    def on_answer_head(self, frame: AnswerHeadFrame) -> None:
        """Legacy's answer is a stream, and begins."""
        pending = self._pending.get(frame.request_id)
        if pending is None or pending.legacy.done():
            return
        framing_of = self._judge.framing_of(pending.frame.route)
        answer = AnswerInProgress(limit_bytes=0, framing_of=framing_of, copy_bytes=self._judge.stream_copy_bytes)
        pending.stream = LegacyStream(answer=answer)
        answer.begin(frame.status, frame.headers)
        pending.legacy.set_result(pending.stream)
        self._begin(pending)

    def on_reply(self, frame: ReplyFrame) -> None:
        """Joins legacy's reply to its request."""
        pending = self._pending.get(frame.request_id)
        if pending is None or pending.replied.is_set():
            return
        self._begin(pending)
        if pending.frame.write:
            pending.turn = self._order.enter(write=True)
        pending.replied.set()
        if pending.stream is not None:
            pending.stream.end(frame.reply)
            return
        if pending.legacy.done():
            return
        body_bytes = 0 if isinstance(frame.reply, Failure) else len(frame.reply.body)
        # Twice the bound, as in the feed: a request that was let in is not to end for the next one's sake.
        if self._held_bytes + body_bytes > 2 * self._limits.held_bytes:
            self._learn_minted(pending, frame.reply)
            _give_up(pending, Outcome.SHED, Reason.QUEUE_FULL)
            return
        pending.legacy.set_result(frame.reply)
        self._hold(pending, body_bytes)
        self._unread[frame.request_id] = (pending, frame.reply)

    def on_settled(self, frame: SettledFrame) -> None:
        """The engine says that no reply of legacy will come."""
        pending = self._pending.get(frame.request_id)
        if pending is None:
            return
        if pending.stream is not None and frame.reason in _CUTS:
            pending.stream.break_off(_CUTS[frame.reason])
        elif pending.stream is not None:
            self._end(pending, frame.outcome, frame.reason)
        elif not pending.legacy.done():
            _give_up(pending, frame.outcome, frame.reason)

    def turned_off(self) -> None:
        """Mirroring was turned off: what is still sent in parts ends where it is."""
        for pending in list(self._pending.values()):
            if pending.live is not None and not pending.live.finished.is_set():
                self._end(pending, Outcome.SKIPPED, Reason.MIRROR_OFF)

    def on_unmirrored(self, frame: UnmirroredFrame) -> None:
        """Legacy alone got a write."""
        self._handles.learn_minted(frame.request, frame.answer)

    def in_flight(self) -> int:
        """Requests without an outcome."""
        return len(self._pending)

    def load(self, flushed_at: float) -> Load:
        """What is on its hands now, beside when evidence was last committed."""
        return Load(
            pending=len(self._pending),
            held_bytes=self._held_bytes,
            slots_in_use=self._asker.slots.in_use(),
            flushed_at=flushed_at,
            notes=totals(note for sides in self._sides for note in sides.notes()),
        )

    async def drain(self, timeout_s: float) -> None:
        """Waits for what is in flight; what is not done by then is shed."""
        tasks = [pending.task for pending in self._pending.values() if pending.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, pending: Pending) -> None:
        route = pending.frame.route
        try:
            async with asyncio.timeout(None) as deadline:
                observation = await self._asker.observe(pending, deadline)
        except Ended as ended:
            observation = Settled(route=route, outcome=ended.settled[0], reason=ended.settled[1])
        except asyncio.CancelledError:
            outcome, reason = pending.ended or (Outcome.SHED, Reason.SHUTDOWN)
            observation = Settled(route=route, outcome=outcome, reason=reason)
        except TimeoutError:
            observation = Settled(route=route, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL)
        except Exception as error:  # noqa: BLE001 - a bug ends one comparison, not the process
            log.error("comparison.failed route=%s %s", route.route, where(error))  # noqa: TRY400 - no values in logs
            observation = Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=Reason.INTERNAL)
        finally:
            self._release(pending)
        self._record(observation)

    def _finish_unstarted(self, pending: Pending) -> None:
        """A task that was cancelled before it ran has not said how it ended."""
        if pending.frame.request.id in self._pending:
            self._release(pending)
            self._settle(pending.frame.route, *(pending.ended or (Outcome.SHED, Reason.SHUTDOWN)))

    def _begin(self, pending: Pending) -> None:
        """A live request takes its place when there is something of it: one that is silent holds nobody up."""
        if pending.live is not None and not pending.live.began.is_set():
            pending.begin_turn = self._order.enter(write=False)
            pending.live.began.set()

    def _take_request_part(self, pending: Pending, live: LiveBody, data: bytes) -> None:
        """A part that carries a handle of legacy's goes no further, and what began ends."""
        for message in live.read(data):
            tokens = self._handles.tokens(replace(pending.frame.request, body=message))
            if not live.started:
                pending.tokens |= tokens
                pending.suspects += self._suspects(tokens)
            elif self._handles.foreign(tokens):
                self._end(pending, Outcome.SKIPPED, Reason.FOREIGN_HANDLE)
                return
        self._hold(pending, live.add(data))
        self._begin(pending)

    def _suspects(self, tokens: frozenset[str]) -> tuple[Pending, ...]:
        """Those not judged yet whose legacy answers carry one of these values.

        A client can only send back what it has seen: handles come from answers that were complete by now. They are
        read only when somebody asks; most are judged before.
        """
        if not tokens:
            return ()
        for pending, reply in self._unread.values():
            pending.answered = self._handles.answered(pending.frame.request, reply)
            for token in pending.answered:
                self._holders.setdefault(token, []).append(pending)
        self._unread.clear()
        return tuple(other for token in tokens for other in self._holders.get(token, ()))

    def _end(self, pending: Pending, outcome: Outcome, reason: Reason) -> None:
        """Ends the comparison where it stands."""
        if pending.task is not None and pending.ended is None:
            pending.ended = (outcome, reason)
            pending.task.cancel()

    def _hold(self, pending: Pending, more_bytes: int) -> None:
        """Counts what is kept for a request; where all together is too much, a stream that grew is the one to go."""
        pending.held_bytes += more_bytes
        self._held_bytes += more_bytes
        if more_bytes > 0 and pending.is_stream and self._held_bytes > self._limits.held_bytes:
            self._end(pending, Outcome.SHED, Reason.QUEUE_FULL)

    def _release(self, pending: Pending) -> None:
        self._pending.pop(pending.frame.request.id, None)
        self._unread.pop(pending.frame.request.id, None)
        self._held_bytes -= pending.held_bytes
        pending.suspects = ()
        pending.judged.set()
        for token in pending.answered:
            holders = self._holders[token]
            holders.remove(pending)
            if not holders:
                del self._holders[token]
        pending.let_others_go_on()
        legacy = pending.legacy
        if legacy.done() and not legacy.cancelled() and legacy.exception() is None:
            self._learn_minted(pending, legacy.result())

    def _learn_minted(self, pending: Pending, legacy: Reply | LegacyStream) -> None:
        """Of a write that ended without two answers compared, all that legacy minted may be foreign."""
        if pending.frame.write and not pending.learnt and isinstance(legacy, Answer):
            self._handles.learn_minted(pending.request(), legacy)

    def _settle(self, route: RouteInfo, outcome: Outcome, reason: Reason) -> None:
        self._record(Settled(route=route, outcome=outcome, reason=reason))


def _give_up(pending: Pending, outcome: Outcome, reason: Reason) -> None:
    """Legacy's answer will not be known: what waits for it ends."""
    pending.legacy.set_exception(Ended(outcome, reason))
    pending.legacy.exception()  # seen: the task may be waiting for something else
    if pending.live is not None:
        pending.live.began.set()
