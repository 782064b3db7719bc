"""Takes frames, has each request compared once, and hands one observation per request to evidence."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from crossfade.shadow.apart.weight import is_heavy_request
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.notes import totals
from crossfade.shadow.asking.comparisons import Comparisons
from crossfade.shadow.asking.cross_reads import CrossReads
from crossfade.shadow.asking.lifecycle import Client, Event, IllegalEventError, Work
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.mistakes import Mistakes
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.live_body import LiveBody, RefusedError, Render
from crossfade.shadow.exchange import Failure, Reply
from crossfade.shadow.exchange.observations import Noted
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.operate.status import Load
from crossfade.shadow.pipe.frames import (
    AnswerHeadFrame,
    PartFrame,
    ReplyFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
    UnmirroredFrame,
    WriteFrame,
)

_CUTS = {Reason.CLIENT_CANCELLED: Reason.CUT_BY_CLIENT, Reason.SHUTDOWN: Reason.CUT_BY_SHUTDOWN}


class Collector:
    """Every request that comes in ends in exactly one observation."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        means: Means,
        record: Callable[[Noted], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives the time in seconds since the epoch."""
        self._sides = tuple(sides.values())
        self._means = means
        self._clock = clock
        self._comparisons = Comparisons(sides=sides, means=means, record=record, clock=clock)
        self._cross_reads = CrossReads(sides=sides, means=means, record=record, clock=clock)
        self.mistakes = Mistakes()

    def obey(self, is_off: Callable[[], bool]) -> None:
        """Looks at the kill switch before anything is sent."""
        self._means.admission.is_off = is_off

    def on_request(self, frame: RequestFrame) -> None:
        """Begins to mirror a request, or sheds it where the bounds are reached."""
        body = frame.request.body
        if not self._comparisons.has_room(len(body)):
            self._comparisons.settle(frame.route, Outcome.SHED, Reason.QUEUE_FULL)
            return
        if frame.write:
            self._means.races.begin(frame.request)
        carried, suspects = self._carried(frame)
        pending = Pending(
            frame=frame,
            body=LiveBody(frame.request, self._renders(frame)) if frame.live else None,
            carried=carried,
            suspects=suspects,
            # A safe request takes its place now; a live one when it begins, and a write when legacy has answered.
            begin=None if frame.write or frame.live else self._means.order.enter(write=False),
        )
        self._comparisons.add(pending)
        if not frame.live:
            self._comparisons.hold(pending, len(body))
        elif body:
            self._take_request_part(pending, body)
        self._comparisons.start(pending)

    def on_part(self, frame: PartFrame) -> None:
        """More of a request that is still coming, or of legacy's answer to one."""
        pending = self._comparisons.get(frame.request_id)
        if pending is None:
            return
        if not frame.of_answer:
            self._take_request_part(pending, frame.data)
        elif self._advance(pending, Event.ANSWER_PART) and pending.stream is not None:
            answer = pending.stream.answer
            before = answer.waiting_bytes
            answer.add(frame.data)
            self._comparisons.hold(pending, answer.waiting_bytes - before)

    def on_request_end(self, frame: RequestEndFrame) -> None:
        """The client has sent all of a request."""
        pending = self._comparisons.get(frame.request_id)
        if pending is not None and self._advance(pending, Event.REQUEST_END) and pending.body is not None:
            pending.body.end(frame.trailers)

    def on_answer_head(self, frame: AnswerHeadFrame) -> None:
        """Legacy's answer is a stream, and begins."""
        pending = self._comparisons.get(frame.request_id)
        if pending is None or not self._advance(pending, Event.ANSWER_HEAD):
            return
        framing_of = self._means.judge.framing_of(pending.frame.route)
        answer = AnswerInProgress(limit_bytes=0, framing_of=framing_of, copy_bytes=self._means.judge.stream_copy_bytes)
        answer.begin(frame.status, frame.headers)
        pending.given = GivenStream(answer=answer, served=pending.frame.served)

    def on_reply(self, frame: ReplyFrame) -> None:
        """Joins legacy's reply to its request."""
        pending = self._comparisons.get(frame.request_id)
        if pending is None:
            return
        self._note_answered(pending, frame.reply)
        body_bytes = 0 if isinstance(frame.reply, Failure) else len(frame.reply.body)
        if pending.stream is None and not self._comparisons.has_room_for_reply(body_bytes):
            if self._lose(pending, Outcome.SHED, Reason.QUEUE_FULL):
                self._comparisons.learn_unmirrored(pending, frame.reply)
            return
        if not self._advance(pending, Event.FAILURE if isinstance(frame.reply, Failure) else Event.ANSWER):
            return
        self._take_place_of_write(pending)
        if pending.stream is not None:
            pending.stream.end(frame.reply)
            return
        pending.given = frame.reply
        self._comparisons.hold(pending, body_bytes)
        self._comparisons.suspects.add(pending, frame.reply)

    def on_settled(self, frame: SettledFrame) -> None:
        """The engine will send no reply of legacy's."""
        pending = self._comparisons.get(frame.request_id)
        if pending is None:
            return
        if pending.stream is None or frame.reason not in _CUTS:
            self._lose(pending, frame.outcome, frame.reason)
        elif self._advance(pending, Event.CUT):
            pending.stream.break_off(_CUTS[frame.reason])

    def on_write(self, frame: WriteFrame) -> None:
        """A write has begun that one side alone gets."""
        self._means.races.begin(frame.request)

    def on_unmirrored(self, frame: UnmirroredFrame) -> None:
        """One side alone got a write, which has ended."""
        answer = frame.answer
        if answer is None:
            self._means.races.give_up(frame.request, self._clock())
            return
        self._means.races.end(frame.request, frame.request.started_at + answer.latency_ms / 1000)
        if frame.served is Served.LEGACY:
            self._means.judging.learn_unmirrored(frame.request, answer)
        else:
            self._cross_reads.begin(frame.route.key, self._means.written.note(frame.route, frame.request, answer))

    def turned_off(self) -> None:
        """Mirroring was turned off: what is still sent in parts ends where it is."""
        for pending in self._comparisons.all():
            if pending.is_in(Client.QUIET, Client.COMING, Client.COMPLETE):
                pending.stop(Outcome.SKIPPED, Reason.MIRROR_OFF)

    def in_flight(self) -> int:
        """Requests without an outcome."""
        return len(self._comparisons)

    def load(self, flushed_at: float) -> Load:
        """What it works on now, beside when evidence was last committed."""
        return Load(
            pending=len(self._comparisons),
            held_bytes=self._comparisons.held_bytes,
            slots_in_use=self._means.admission.calls.in_use(),
            flushed_at=flushed_at,
            heavy_waiting=self._means.judging.waiting,
            heavy_pid=self._means.judging.pid,
            notes=totals(note for sides in self._sides for note in sides.notes()) + self.mistakes.notes(),
        )

    async def drain(self, timeout_s: float) -> None:
        """Waits for what is in flight; what is not done by then is shed."""
        await self._comparisons.drain(timeout_s)
        await self._cross_reads.end()

    def _carried(self, frame: RequestFrame) -> tuple[frozenset[str], tuple[Pending, ...]]:
        """The values that a request carries, and who may have to be judged before; a heavy body is not read here."""
        request, suspects, bindings = frame.request, self._comparisons.suspects, self._means.bindings
        if bindings.is_shared or not is_heavy_request(request):
            carried = bindings.carried(request)
            return carried, suspects.of(carried)
        return bindings.carried(replace(request, body=b"")), suspects.all()

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
            pending.begin = self._means.order.enter(write=False)
        return True

    def _take_place_of_write(self, pending: Pending) -> None:
        """A write takes its place when legacy has answered it; of a live one that is the place of its end."""
        if not pending.frame.write:
            return
        turn = self._means.order.enter(write=True)
        if pending.frame.live:
            pending.finish = turn
        else:
            pending.begin = turn

    def _take_request_part(self, pending: Pending, data: bytes) -> None:
        """A part that carries a handle of legacy's goes no further, and what began ends.

        Nor does one that comes after the end was ordered: the calls are hung up only some turns of the loop later.
        """
        body = pending.body
        if not self._advance(pending, Event.REQUEST_PART) or body is None or pending.is_in(Work.STOPPED):
            return
        try:
            frames = body.add(data)
        except RefusedError as refused:
            pending.stop(Outcome.SKIPPED, refused.reason)
            return
        if not pending.is_sent:
            for frame in frames:
                carried = self._means.bindings.carried(replace(pending.frame.request, body=frame))
                pending.suspects += self._comparisons.suspects.of(carried)
        self._comparisons.hold(pending, body.more_bytes())

    def _renders(self, frame: RequestFrame) -> Render:
        """How a message of a live request is made a side's own."""
        contract, bindings = self._means.contract, self._means.bindings
        method = None if contract is None else contract.methods.get(frame.request.target.partition("?")[0].lstrip("/"))
        if method is None:
            return lambda message, _: message
        return lambda message, side: bindings.render_message(message, method.input_type, side)

    def _note_answered(self, pending: Pending, reply: Reply) -> None:
        """Tells when a write was answered; how long a live one took to come, its answer does not tell."""
        request = pending.request()
        if pending.frame.write:
            at = self._clock() if pending.frame.live else request.started_at + reply.latency_ms / 1000
            self._means.races.end(request, at)

    def _lose(self, pending: Pending, outcome: Outcome, reason: Reason) -> bool:
        """Legacy's answer will not be known: what waits for it ends. False where it is known already."""
        if not self._advance(pending, Event.LOSE):
            return False
        if pending.stream is not None:
            pending.stop(outcome, reason)
        pending.end = pending.end or (outcome, reason)
        return True
