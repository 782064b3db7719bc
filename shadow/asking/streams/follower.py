"""Follows an answer that is a stream: legacy's messages against each other side's, as they come."""

import asyncio
from collections.abc import Callable

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.side import Apart, Debt, Followed, Side
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode.errors import TooLongError
from crossfade.shadow.compare.streams import StreamDiff
from crossfade.shadow.exchange.outcome import Reason


class Follower:
    """Follows one streamed answer until it ends on all sides, or until nothing more can be found."""

    def __init__(
        self,
        legacy: GivenStream,
        *,
        deadline_s: float,
        hold: Callable[[int], None],
        is_owed: Callable[[], bool],
        apart: Apart,
    ) -> None:
        """``hold`` counts how many more (or fewer) bytes wait for a partner; for ``is_owed`` see ``Debt``.

        ``apart`` compares what the comparison of a call sets aside as heavy.
        """
        self._legacy = legacy
        self._hold = hold
        self._apart = apart
        clock = asyncio.get_running_loop().time
        self._debt = Debt(legacy=legacy, deadline_s=deadline_s, is_owed=is_owed, clock=clock)
        self._sides: list[Side] = []

    async def run(self, calls: tuple[tuple[Call, StreamDiff], ...]) -> tuple[Followed, ...]:
        """What became of each call, in their order; the first is the candidate's, and its failure ends all.

        Raises: NotComparableError: legacy's stream can't be decoded.
        """
        self._sides = [Side(call, diff, self._debt) for call, diff in calls]
        try:
            while True:
                self._pump()
                await self._compare_apart()
                open_sides = self._open()
                for side in open_sides:
                    side.settle()
                if not self._open() or self._sides[0].has_failed:
                    break
                await self._change()
            for side in self._sides:
                side.result = side.result or side.conclude(whole=False)
            await self._compare_apart()
        finally:
            for side in self._sides:
                side.call.task.cancel()
                self._hold(-side.held_bytes)
        return tuple(side.all_found() for side in self._sides)

    def _open(self) -> list[Side]:
        return [side for side in self._sides if side.result is None]

    async def _compare_apart(self) -> None:
        for side in self._sides:
            await side.compare_apart(self._apart)

    def _pump(self) -> None:
        """Moves the messages that have come into the comparisons."""
        answer = self._legacy.answer
        if answer.undecodable is not None:
            reason = Reason.TRUNCATED if isinstance(answer.undecodable, TooLongError) else Reason.UNDECODABLE
            raise NotComparableError(reason, f"legacy's stream: {answer.undecodable}")
        self._hold(-answer.waiting_bytes)  # from here on they count where they wait for a partner
        new = answer.take_messages()
        for side in self._open():
            self._hold(side.take(new))

    async def _change(self) -> None:
        """Returns when something came on a side, or when one may have become late."""
        open_sides = self._open()
        events = [self._legacy.answer.changed, *(side.call.answer.changed for side in open_sides)]
        waits = {asyncio.create_task(event.wait()) for event in events}
        tasks = {side.call.task for side in open_sides if not side.call.task.done()}
        late_in_s = [late for side in open_sides if (late := side.late_in_s()) is not None]
        try:
            await asyncio.wait(
                {*waits, *tasks}, timeout=min(late_in_s, default=None), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        for event in events:
            event.clear()
