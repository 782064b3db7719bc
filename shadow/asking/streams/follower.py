"""Follows an answer that is a stream: legacy's messages against each other side's, as they come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crossfade.shadow.asking.clients.exchange import AnswerInProgress
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode.body import coded_messages
from crossfade.shadow.compare.decode.errors import TooLongError
from crossfade.shadow.compare.diff.walk import leaf
from crossfade.shadow.compare.streams import WINDOW_MESSAGES, StreamDiff
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.exchange.outcome import Reason


@dataclass(slots=True, kw_only=True)
class LegacyStream:
    """Legacy's answer as it comes; ``reply`` is set at its end, ``cut`` where it was broken off, and why."""

    answer: AnswerInProgress
    reply: Reply | None = None
    cut: Reason | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.reply is not None or self.cut is not None

    def end(self, reply: Reply) -> None:
        """Legacy's answer is complete, or failed."""
        if isinstance(reply, Answer):
            self.answer.end(reply.trailers)
        else:
            self.cut = Reason.CUT_BY_LEGACY
        self.reply = reply
        self.answer.changed.set()

    def break_off(self, why: Reason) -> None:
        """The client left, or the run ends."""
        self.cut = why
        self.answer.changed.set()


@dataclass(slots=True, kw_only=True)
class Call:
    """A request that another side is being asked."""

    answer: AnswerInProgress
    task: asyncio.Task[Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of one side's stream: ``compared`` counts pairs of messages; ``whole`` where both ends were seen."""

    reply: Reply
    differences: tuple[Difference, ...]
    compared: int
    whole: bool


@dataclass(slots=True, kw_only=True)
class _Side:
    call: Call
    diff: StreamDiff
    moved_at: float
    was_behind: bool = False
    held_bytes: int = 0
    was_whole: bool = False
    result: Followed | None = field(default=None)


class Follower:
    """Follows one streamed answer until it ends on all sides, or until nothing more can be said."""

    def __init__(
        self, legacy: LegacyStream, *, deadline_s: float, hold: Callable[[int], None], is_owed: Callable[[], bool]
    ) -> None:
        """``hold`` is told how many more (or less) bytes wait for a partner.

        ``is_owed``: whether the sides were sent all that legacy was sent, so that they may be late.
        """
        self._is_owed = is_owed
        self._legacy = legacy
        self._deadline_s = deadline_s
        self._hold = hold
        self._sides: list[_Side] = []
        self._clock = asyncio.get_running_loop().time

    async def run(self, calls: tuple[tuple[Call, StreamDiff], ...]) -> tuple[Followed, ...]:
        """What became of each call, in their order; the first is the candidate's, and its failure ends all.

        Raises: NotComparableError: legacy's stream can't be decoded.
        """
        self._sides = [_Side(call=call, diff=diff, moved_at=self._clock()) for call, diff in calls]
        try:
            while True:
                self._pump()
                for side in self._sides:
                    self._settle(side)
                if all(side.result is not None for side in self._sides) or _failed(self._sides[0]):
                    break
                await self._change()
        finally:
            for side in self._sides:
                side.call.task.cancel()
                self._hold(-side.held_bytes)
        return tuple(side.result or self._conclude(side, whole=False) for side in self._sides)

    def _pump(self) -> None:
        """Moves the messages that have come into the comparisons."""
        if self._legacy.answer.undecodable is not None:
            error = self._legacy.answer.undecodable
            reason = Reason.TRUNCATED if isinstance(error, TooLongError) else Reason.UNDECODABLE
            raise NotComparableError(reason, f"legacy's stream: {error}")
        self._hold(-self._legacy.answer.waiting_bytes)  # from here on they count where they wait for a partner
        new = self._legacy.answer.take_messages()
        for side in self._sides:
            if side.result is not None:
                continue
            for message in new:
                side.diff.add_legacy(message)
            theirs = side.call.answer.take_messages() if side.diff.lead < WINDOW_MESSAGES else ()
            for message in theirs:
                side.diff.add_other(message)
            if theirs or not side.was_behind:  # what it owes now, it owes since now
                side.moved_at = self._clock()
            side.was_behind = self._is_behind(side)
            self._hold(side.diff.waiting_bytes - side.held_bytes)
            side.held_bytes = side.diff.waiting_bytes

    def _is_behind(self, side: _Side) -> bool:
        """Whether the side owes something that legacy has given: a message, the beginning, the end."""
        if side.call.task.done() or not self._is_owed():
            return False
        return self._legacy.ended or side.diff.lead < 0 or not side.call.answer.status

    def _settle(self, side: _Side) -> None:
        if side.result is not None:
            return
        if side.call.answer.undecodable is not None:
            side.result = self._conclude(side, whole=False)
        elif side.call.task.done():
            self._settle_ended(side)
        elif self._legacy.cut is not None:
            cut_short = self._legacy.cut is Reason.CUT_BY_SHUTDOWN or not self._is_owed()
            caught_up = side.diff.lead >= 0 or cut_short
            if caught_up:
                side.result = self._conclude(side, whole=False)
            elif self._is_late(side):
                side.result = self._late(side)
        elif self._legacy.ended and side.diff.lead >= WINDOW_MESSAGES:  # it sends on and on
            side.result = self._conclude(side, whole=True)
        elif self._is_late(side):
            side.result = self._late(side)

    def _settle_ended(self, side: _Side) -> None:
        """The side has ended by itself: nothing is left to wait for but what legacy still has to say."""
        reply = side.call.task.result()
        if isinstance(reply, Failure):
            side.result = Followed(
                reply=reply, differences=side.diff.finish(whole=False), compared=side.diff.compared, whole=False
            )
            return
        _take_coded(side, reply)
        if not self._legacy.ended and side.diff.lead >= -WINDOW_MESSAGES:
            return
        if self._legacy.cut is not None:  # the side is whole: a message that it lacks is missing
            side.result = self._conclude(side, whole=side.diff.lead < 0)
        else:
            side.result = self._conclude(side, whole=True)

    def _conclude(self, side: _Side, *, whole: bool) -> Followed:
        ended = side.call.task.done() and not side.call.task.cancelled()
        reply = side.call.task.result() if ended else side.call.answer.answer()
        if side.was_whole and isinstance(reply, Answer):
            reply = replace(reply, body=b"")
        side.call.task.cancel()
        differences = side.diff.finish(whole=whole)
        if side.call.answer.undecodable is not None:
            broken = str(side.call.answer.undecodable)
            differences = (*differences, leaf(side.diff.root, Kind.TYPE, "a stream of messages", broken))
        both = ended and isinstance(self._legacy.reply, Answer)
        if not both and isinstance(reply, Answer):
            reply = replace(reply, trailers=())
        return Followed(reply=reply, differences=differences, compared=side.diff.compared, whole=both)

    def _is_late(self, side: _Side) -> bool:
        return self._is_behind(side) and self._clock() - side.moved_at >= self._deadline_s

    def _late(self, side: _Side) -> Followed:
        detail = f"nothing more in {self._deadline_s:g} s, where legacy had more"
        failure = Failure(reason=FailureReason.DEADLINE, detail=detail, latency_ms=self._deadline_s * 1000)
        differences = side.diff.finish(whole=False)
        return Followed(reply=failure, differences=differences, compared=side.diff.compared, whole=False)

    async def _change(self) -> None:
        """Returns when something came on a side, or when one may have become late."""
        open_sides = [side for side in self._sides if side.result is None]
        events = [self._legacy.answer.changed, *(side.call.answer.changed for side in open_sides)]
        waits = {asyncio.create_task(event.wait()) for event in events}
        tasks = {side.call.task for side in open_sides if not side.call.task.done()}
        late_in_s = [
            max(0.01, side.moved_at + self._deadline_s - self._clock()) for side in open_sides if self._is_behind(side)
        ]
        try:
            await asyncio.wait(
                {*waits, *tasks}, timeout=min(late_in_s, default=None), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        for event in events:
            event.clear()


def _take_coded(side: _Side, reply: Answer) -> None:
    """A stream that is coded, where legacy's is not, comes as a whole: its messages are the same."""
    messages = None if side.was_whole or side.call.answer.is_stream else coded_messages(reply.headers, reply.body)
    if messages is not None and not reply.truncated:
        side.was_whole = True
        for message in messages:
            side.diff.add_other(message)


def _failed(side: _Side) -> bool:
    return side.result is not None and isinstance(side.result.reply, Failure)
