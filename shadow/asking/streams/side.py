"""One side's stream, held against the stream of another one as both come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol as Interface

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode.body import coded_messages
from crossfade.shadow.compare.decode.errors import TooLongError
from crossfade.shadow.compare.diff.walk import BoundedDifferences, leaf
from crossfade.shadow.compare.streams import WINDOW_MESSAGES, HeavyPair, StreamDiff
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.exchange.outcome import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of one side's stream: ``compared`` counts pairs of messages; ``whole`` where both ends were seen."""

    reply: Reply
    differences: tuple[Difference, ...]
    compared: int
    whole: bool


class Reference(Interface):
    """The stream that a side is held against."""

    @property
    def answer(self) -> AnswerInProgress:
        """As far as it has come."""

    @property
    def reply(self) -> Reply | None:
        """The whole, once it has ended."""

    @property
    def cut(self) -> Reason | None:
        """Why it was broken off, if it was."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStream:
    """A call's stream as the ``Reference`` of another; it is cut where what the client was given is."""

    call: Call
    given: GivenStream

    @property
    def answer(self) -> AnswerInProgress:
        """See ``Reference``."""
        return self.call.answer

    @property
    def reply(self) -> Reply | None:
        """See ``Reference``."""
        task = self.call.task
        return task.result() if task.done() and not task.cancelled() else None

    @property
    def cut(self) -> Reason | None:
        """See ``Reference``."""
        return self.given.cut

    @property
    def ended(self) -> bool:
        """See ``Reference``."""
        return self.call.task.done() or self.cut is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """When a side owes something: the stream of the reference, how long the side may be silent then, and the time.

    ``is_owed``: whether the sides were sent all that the client has sent, so that they may be late.
    """

    reference: Reference
    deadline_s: float
    is_owed: Callable[[], bool]
    clock: Callable[[], float]


Apart = Callable[[Call, HeavyPair], Awaitable[tuple[Difference, ...]]]
"""Compares heavy messages of two streams where nobody waits. Raises: NotComparableError."""


class Side:
    """Compares until there is a ``result``.

    ``fresh`` are its messages that came with the last ``take``.
    """

    def __init__(self, call: Call, diff: StreamDiff, debt: Debt, *, is_legacy: bool = False) -> None:
        """``diff`` is a new one. ``is_legacy``: this side is legacy, and the reference is not."""
        self.call = call
        self.fresh: tuple[bytes, ...] = ()
        self._apart_found = BoundedDifferences()
        self.result: Followed | None = None
        self.held_bytes = 0
        self._diff = diff
        self._debt = debt
        self._is_legacy = is_legacy
        self._reference = debt.reference
        self._moved_at = debt.clock()
        self._was_behind = False
        self._was_whole = False

    @property
    def has_failed(self) -> bool:
        """Whether it gave no answer."""
        return self.result is not None and isinstance(self.result.reply, Failure)

    @property
    def reference(self) -> Reference:
        """What it is held against."""
        return self._reference

    def take(self, messages: tuple[bytes, ...]) -> int:
        """Compares new messages of the reference with its own; returns how many more (or fewer) bytes wait now.

        Raises: NotComparableError: legacy's stream can't be decoded.
        """
        self._refuse_undecodable()
        add_own, add = self._diff.add_other, self._diff.add_legacy
        if self._is_legacy:
            add_own, add = add, add_own
        for message in messages:
            add(message)
        self.fresh = own = self.call.answer.take_messages() if self._lead < WINDOW_MESSAGES else ()
        for message in own:
            add_own(message)
        if own or not self._was_behind:  # what it owes now, it owes since now
            self._moved_at = self._debt.clock()
        self._was_behind = self._is_behind()
        more, self.held_bytes = self._diff.waiting_bytes - self.held_bytes, self._diff.waiting_bytes
        return more

    @property
    def _lead(self) -> int:
        """How many messages it is ahead of the reference; negative where it is behind."""
        return -self._diff.lead if self._is_legacy else self._diff.lead

    @property
    def _sides(self) -> tuple[AnswerInProgress, AnswerInProgress]:
        """Legacy's answer, and the other one."""
        answers = (self._reference.answer, self.call.answer)
        return answers[::-1] if self._is_legacy else answers

    def _refuse_undecodable(self) -> None:
        """Raises: NotComparableError."""
        undecodable = self._sides[0].undecodable
        if undecodable is not None:
            reason = Reason.TRUNCATED if isinstance(undecodable, TooLongError) else Reason.UNDECODABLE
            raise NotComparableError(reason, f"legacy's stream: {undecodable}")

    async def compare_apart(self, apart: Apart) -> None:
        """Has the heavy messages compared that have come. Raises: NotComparableError."""
        for pair in self._diff.take_heavy():
            if not self._apart_found.full:
                self._apart_found.add(await apart(self.call, pair))

    def all_found(self) -> Followed:
        """The result, with what was found apart; what is open is as it is now."""
        result = self.result or self.conclude(whole=False)
        return replace(result, differences=(*result.differences, *self._apart_found.kept))

    def settle(self) -> None:
        """Finds a result where there is nothing left to wait for."""
        reference = self._reference
        if self._sides[1].undecodable is not None:
            self.result = self.conclude(whole=False)
        elif self.call.task.done():
            self._settle_ended()
        elif reference.cut is not None and self._has_caught_up():
            self.result = self.conclude(whole=False)
        elif reference.cut is None and reference.ended and self._lead >= WINDOW_MESSAGES:  # it sends on and on
            self.result = self.conclude(whole=True)
        elif self._is_late():
            self.result = self._late()

    def late_in_s(self) -> float | None:
        """When it will be late; None where it owes nothing."""
        if not self._is_behind():
            return None
        return max(0.01, self._moved_at + self._debt.deadline_s - self._debt.clock())

    def conclude(self, *, whole: bool) -> Followed:
        """What there is now; ``whole`` where both streams are compared to their ends."""
        task = self.call.task
        ended = task.done() and not task.cancelled()
        reply = task.result() if ended else self.call.answer.answer()
        if self._was_whole and isinstance(reply, Answer):
            reply = replace(reply, body=b"")
        task.cancel()
        differences = self._diff.finish(whole=whole)
        undecodable = self._sides[1].undecodable
        if undecodable is not None:
            broken = str(undecodable)
            differences = (*differences, leaf(self._diff.root, Kind.TYPE, "a stream of messages", broken))
        both = ended and isinstance(self._reference.reply, Answer)
        if not both and isinstance(reply, Answer):
            reply = replace(reply, trailers=())
        return Followed(reply=reply, differences=differences, compared=self._diff.compared, whole=both)

    def _settle_ended(self) -> None:
        """The side has ended by itself: nothing is left to wait for but what the reference gives."""
        reply = self.call.task.result()
        if isinstance(reply, Failure):
            self.result = self._failed(reply)
            return
        self._take_coded(reply)
        if not self._reference.ended and self._lead >= -WINDOW_MESSAGES:
            return
        # Where the reference was cut off and the side is whole, a message that the side lacks is missing.
        self.result = self.conclude(whole=self._reference.cut is None or self._lead < 0)

    def _take_coded(self, reply: Answer) -> None:
        """A stream that is coded, where the reference is not, comes as a whole: its messages are the same."""
        is_taken = self._was_whole or self.call.answer.is_stream
        messages = None if is_taken else coded_messages(reply.headers, reply.body)
        if messages is not None and not reply.truncated:
            self._was_whole = True
            add_own = self._diff.add_legacy if self._is_legacy else self._diff.add_other
            for message in messages:
                add_own(message)

    def _has_caught_up(self) -> bool:
        """Whether it has given all that it can be held to of a stream that was cut."""
        return self._lead >= 0 or self._reference.cut is Reason.CUT_BY_SHUTDOWN or not self._debt.is_owed()

    def _is_behind(self) -> bool:
        """Whether the side owes something that the reference has: a message, the beginning, the end."""
        if self.call.task.done() or not self._debt.is_owed():
            return False
        return self._reference.ended or self._lead < 0 or not self.call.answer.status

    def _is_late(self) -> bool:
        return self._is_behind() and self._debt.clock() - self._moved_at >= self._debt.deadline_s

    def _late(self) -> Followed:
        deadline_s = self._debt.deadline_s
        detail = f"nothing more in {deadline_s:g} s, where {'the candidate' if self._is_legacy else 'legacy'} had more"
        return self._failed(Failure(reason=FailureReason.DEADLINE, detail=detail, latency_ms=deadline_s * 1000))

    def _failed(self, failure: Failure) -> Followed:
        differences = self._diff.finish(whole=False)
        return Followed(reply=failure, differences=differences, compared=self._diff.compared, whole=False)
