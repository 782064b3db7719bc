"""Takes frames, has each request compared once, and hands one observation per request to evidence."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from crossfade.shadow.asking.asker import Asker
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.notes import totals
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import Client, Event, IllegalEventError, Legacy, Work
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.mistakes import Mistakes
from crossfade.shadow.asking.order import Order
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.legacy_stream import LegacyStream
from crossfade.shadow.asking.streams.live_body import LiveBody
from crossfade.shadow.asking.suspects import Suspects
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
        self._suspects = Suspects(handles)
        self._held_bytes = 0
        self._asker = Asker(sides=sides, judge=judge, handles=handles, limits=limits, hold=self._hold)
        self.mistakes = Mistakes()

    def obey(self, is_off: Callable[[], bool]) -> None:
        """Looks at the kill switch before anything is sent."""
        self._asker.gate.is_off = is_off

    def on_request(self, frame: RequestFrame) -> None:
        """Begins to mirror a request, or sheds it where the bounds are reached."""
        full = len(self._pending) >= self._limits.in_flight + self._limits.waiting
        if full or self._held_bytes + len(frame.request.body) > self._limits.held_bytes:
            self._settle(frame.route, Outcome.SHED, Reason.QUEUE_FULL)
            return
        tokens = self._handles.tokens(frame.request)
        pending = Pending(
            frame=frame,
            body=LiveBody(frame.request) if frame.live else None,
            tokens=tokens,
            suspects=self._suspects.of(tokens),
            # A safe request takes its place now; a live one when it begins, and a write when legacy has answered.
            begin=None if frame.write or frame.live else self._order.enter(write=False),
        )
        self._pending[frame.request.id] = pending
        if not frame.live:
            self._hold(pending, len(frame.request.body))
        elif frame.request.body:
            self._take_request_part(pending, frame.request.body)
        pending.task = asyncio.create_task(self._run(pending))
        pending.task.add_done_callback(lambda _: self._finish_unstarted(pending))

    def on_part(self, frame: PartFrame) -> None:
        """More of a request that is still coming, or of legacy's answer to one."""
        pending = self._pending.get(frame.request_id)
        if pending is None:
            return
        if not frame.of_answer:
            self._take_request_part(pending, frame.data)
        elif self._advance(pending, Event.ANSWER_PART) and pending.stream is not None:
            answer = pending.stream.answer
            before = answer.waiting_bytes
            answer.add(frame.data)
            self._hold(pending, answer.waiting_bytes - before)

    def on_request_end(self, frame: RequestEndFrame) -> None:
        """The client has sent all of a request."""
        pending = self._pending.get(frame.request_id)
        if pending is not None and self._advance(pending, Event.REQUEST_END) and pending.body is not None:
            pending.body.end(frame.trailers)

    def on_answer_head(self, frame: AnswerHeadFrame) -> None:
        """Legacy's answer is a stream, and begins."""
        pending = self._pending.get(frame.request_id)
        if pending is None or not self._advance(pending, Event.ANSWER_HEAD):
            return
        framing_of = self._judge.framing_of(pending.frame.route)
        answer = AnswerInProgress(limit_bytes=0, framing_of=framing_of, copy_bytes=self._judge.stream_copy_bytes)
        answer.begin(frame.status, frame.headers)
        pending.legacy = LegacyStream(answer=answer)

    def on_reply(self, frame: ReplyFrame) -> None:
        """Joins legacy's reply to its request."""
        pending = self._pending.get(frame.request_id)
        if pending is None:
            return
        body_bytes = 0 if isinstance(frame.reply, Failure) else len(frame.reply.body)
        # Twice the bound, as in the feed: a request that was let in is not to end for the next one's sake.
        if pending.stream is None and self._held_bytes + body_bytes > 2 * self._limits.held_bytes:
            if self._lose(pending, Outcome.SHED, Reason.QUEUE_FULL):
                self._learn_minted(pending, frame.reply)
            return
        if not self._advance(pending, Event.FAILURE if isinstance(frame.reply, Failure) else Event.ANSWER):
            return
        self._take_place_of_write(pending)
        if pending.stream is not None:
            pending.stream.end(frame.reply)
            return
        pending.legacy = frame.reply
        self._hold(pending, body_bytes)
        self._suspects.add(pending, frame.reply)

    def on_settled(self, frame: SettledFrame) -> None:
        """The engine will send no reply of legacy's."""
        pending = self._pending.get(frame.request_id)
        if pending is None:
            return
        if pending.stream is None or frame.reason not in _CUTS:
            self._lose(pending, frame.outcome, frame.reason)
        elif self._advance(pending, Event.CUT):
            pending.stream.break_off(_CUTS[frame.reason])

    def on_unmirrored(self, frame: UnmirroredFrame) -> None:
        """Legacy alone got a write."""
        self._handles.learn_minted(frame.request, frame.answer)

    def turned_off(self) -> None:
        """Mirroring was turned off: what is still sent in parts ends where it is."""
        for pending in list(self._pending.values()):
            if pending.is_in(Client.QUIET, Client.COMING, Client.COMPLETE):
                pending.stop(Outcome.SKIPPED, Reason.MIRROR_OFF)

    def in_flight(self) -> int:
        """Requests without an outcome."""
        return len(self._pending)

    def load(self, flushed_at: float) -> Load:
        """What it works on now, beside when evidence was last committed."""
        return Load(
            pending=len(self._pending),
            held_bytes=self._held_bytes,
            slots_in_use=self._asker.gate.calls.in_use(),
            flushed_at=flushed_at,
            notes=totals(note for sides in self._sides for note in sides.notes()) + self.mistakes.notes(),
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
            outcome, reason = pending.end or (Outcome.SHED, Reason.SHUTDOWN)
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
        """A task that was cancelled before it ran has not told how it ended."""
        if pending.frame.request.id in self._pending:
            self._release(pending)
            self._settle(pending.frame.route, *(pending.end or (Outcome.SHED, Reason.SHUTDOWN)))

    def _advance(self, pending: Pending, event: Event) -> bool:
        """Moves a request by an event that came in a frame; False where that is to be ignored.

        A live request takes its place when there is something of it: one that is silent holds nobody up.
        """
        was_quiet = pending.is_in(Client.QUIET)
        try:
            if not pending.advance(event):
                return False
        except IllegalEventError as error:
            self.mistakes.add(error, pending.frame.route)
            return False
        if was_quiet and not pending.is_in(Client.QUIET):
            pending.begin = self._order.enter(write=False)
        return True

    def _take_place_of_write(self, pending: Pending) -> None:
        """A write takes its place when legacy has answered it; of a live one that is the place of its end."""
        if not pending.frame.write:
            return
        turn = self._order.enter(write=True)
        if pending.frame.live:
            pending.finish = turn
        else:
            pending.begin = turn

    def _take_request_part(self, pending: Pending, data: bytes) -> None:
        """A part that carries a handle of legacy's goes no further, and what began ends."""
        body = pending.body
        if not self._advance(pending, Event.REQUEST_PART) or body is None:
            return
        for message in body.read(data):
            tokens = self._handles.tokens(replace(pending.frame.request, body=message))
            if not pending.is_sent:
                pending.tokens |= tokens
                pending.suspects += self._suspects.of(tokens)
            elif self._handles.foreign(tokens):
                pending.stop(Outcome.SKIPPED, Reason.FOREIGN_HANDLE)
                return
        self._hold(pending, body.add(data))

    def _hold(self, pending: Pending, more_bytes: int) -> None:
        """Counts what is kept for a request; where all together is too much, a stream that grew is the one to go."""
        pending.held_bytes += more_bytes
        self._held_bytes += more_bytes
        if more_bytes > 0 and pending.is_stream and self._held_bytes > self._limits.held_bytes:
            pending.stop(Outcome.SHED, Reason.QUEUE_FULL)

    def _lose(self, pending: Pending, outcome: Outcome, reason: Reason) -> bool:
        """Legacy's answer will not be known: what waits for it ends. False where it is known already."""
        if not self._advance(pending, Event.LOSE):
            return False
        if pending.stream is not None:
            pending.stop(outcome, reason)
        pending.end = pending.end or (outcome, reason)
        return True

    def _release(self, pending: Pending) -> None:
        self._pending.pop(pending.frame.request.id, None)
        self._suspects.forget(pending)
        self._held_bytes -= pending.held_bytes
        pending.suspects = ()
        is_learnt = pending.is_in(Work.JUDGED)
        pending.advance(Event.END)
        pending.let_others_go_on()
        if not is_learnt and pending.legacy is not None and not pending.is_in(Legacy.LOST):
            self._learn_minted(pending, pending.legacy)

    def _learn_minted(self, pending: Pending, legacy: Reply | LegacyStream) -> None:
        """Of a write that ended without two answers compared, all that legacy minted may be foreign."""
        if pending.frame.write and isinstance(legacy, Answer):
            self._handles.learn_minted(pending.request(), legacy)

    def _settle(self, route: RouteInfo, outcome: Outcome, reason: Reason) -> None:
        self._record(Settled(route=route, outcome=outcome, reason=reason))
