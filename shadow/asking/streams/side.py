"""One side's stream, held against legacy's as both come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.compare.decode.body import coded_messages
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """When a side owes something: legacy's stream, how long the side may be silent then, and the time.

    ``is_owed``: whether the sides were sent all that legacy was sent, so that they may be late.
    """

    legacy: GivenStream
    deadline_s: float
    is_owed: Callable[[], bool]
    clock: Callable[[], float]


Apart = Callable[[Call, HeavyPair], Awaitable[tuple[Difference, ...]]]
"""Compares heavy messages of a call's answer with legacy's where nobody waits. Raises: NotComparableError."""


class Side:
    """Compares until there is a ``result``."""

    def __init__(self, call: Call, diff: StreamDiff, debt: Debt) -> None:
        """``diff`` is a new one."""
        self.call = call
        self._apart_found = BoundedDifferences()
        self.result: Followed | None = None
        self.held_bytes = 0
        self._diff = diff
        self._debt = debt
        self._legacy = debt.legacy
        self._moved_at = debt.clock()
        self._was_behind = False
        self._was_whole = False

    @property
    def has_failed(self) -> bool:
        """Whether it gave no answer."""
        return self.result is not None and isinstance(self.result.reply, Failure)

    def take(self, legacy_messages: tuple[bytes, ...]) -> int:
        """Compares legacy's new messages with its own; returns how many more (or fewer) bytes wait for a partner.

        Raises: NotComparableError: one of legacy's can't be decoded.
        """
        for message in legacy_messages:
            self._diff.add_legacy(message)
        own = self.call.answer.take_messages() if self._diff.lead < WINDOW_MESSAGES else ()
        for message in own:
            self._diff.add_other(message)
        if own or not self._was_behind:  # what it owes now, it owes since now
            self._moved_at = self._debt.clock()
        self._was_behind = self._is_behind()
        more, self.held_bytes = self._diff.waiting_bytes - self.held_bytes, self._diff.waiting_bytes
        return more

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
        legacy = self._legacy
        if self.call.answer.undecodable is not None:
            self.result = self.conclude(whole=False)
        elif self.call.task.done():
            self._settle_ended()
        elif legacy.cut is not None and self._has_caught_up():
            self.result = self.conclude(whole=False)
        elif legacy.cut is None and legacy.ended and self._diff.lead >= WINDOW_MESSAGES:  # it sends on and on
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
        if self.call.answer.undecodable is not None:
            broken = str(self.call.answer.undecodable)
            differences = (*differences, leaf(self._diff.root, Kind.TYPE, "a stream of messages", broken))
        both = ended and isinstance(self._legacy.reply, Answer)
        if not both and isinstance(reply, Answer):
            reply = replace(reply, trailers=())
        return Followed(reply=reply, differences=differences, compared=self._diff.compared, whole=both)

    def _settle_ended(self) -> None:
        """The side has ended by itself: nothing is left to wait for but what legacy still gives."""
        reply = self.call.task.result()
        if isinstance(reply, Failure):
            self.result = self._failed(reply)
            return
        self._take_coded(reply)
        if not self._legacy.ended and self._diff.lead >= -WINDOW_MESSAGES:
            return
        # Where legacy was cut off and the side is whole, a message that the side lacks is missing.
        self.result = self.conclude(whole=self._legacy.cut is None or self._diff.lead < 0)

    def _take_coded(self, reply: Answer) -> None:
        """A stream that is coded, where legacy's is not, comes as a whole: its messages are the same."""
        is_taken = self._was_whole or self.call.answer.is_stream
        messages = None if is_taken else coded_messages(reply.headers, reply.body)
        if messages is not None and not reply.truncated:
            self._was_whole = True
            for message in messages:
                self._diff.add_other(message)

    def _has_caught_up(self) -> bool:
        """Whether it has given all that it can be held to of a stream that was cut."""
        return self._diff.lead >= 0 or self._legacy.cut is Reason.CUT_BY_SHUTDOWN or not self._debt.is_owed()

    def _is_behind(self) -> bool:
        """Whether the side owes something that legacy has given: a message, the beginning, the end."""
        if self.call.task.done() or not self._debt.is_owed():
            return False
        return self._legacy.ended or self._diff.lead < 0 or not self.call.answer.status

    def _is_late(self) -> bool:
        return self._is_behind() and self._debt.clock() - self._moved_at >= self._debt.deadline_s

    def _late(self) -> Followed:
        deadline_s = self._debt.deadline_s
        detail = f"nothing more in {deadline_s:g} s, where legacy had more"
        return self._failed(Failure(reason=FailureReason.DEADLINE, detail=detail, latency_ms=deadline_s * 1000))

    def _failed(self, failure: Failure) -> Followed:
        differences = self._diff.finish(whole=False)
        return Followed(reply=failure, differences=differences, compared=self._diff.compared, whole=False)
