"""Follows an answer that is a stream: the messages of the sides against each other's, as they come."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.side import Apart, AskedStream, Debt, Followed, Side
from crossfade.shadow.compare.streams import StreamDiff
from crossfade.shadow.exchange.served import Served


class Follower:
    """Follows one streamed answer until it ends on all sides, or until nothing more can be found."""

    def __init__(
        self,
        given: GivenStream,
        *,
        deadline_s: float,
        hold: Callable[[int], None],
        is_owed: Callable[[], bool],
        apart: Apart,
    ) -> None:
        """``hold`` counts how many more (or fewer) bytes wait for a partner; for ``is_owed`` see ``Debt``.

        ``apart`` compares what the comparison of a call sets aside as heavy.
        """
        self._given = given
        self._hold = hold
        self._apart = apart
        clock = asyncio.get_running_loop().time
        self._debt = Debt(reference=given, deadline_s=deadline_s, is_owed=is_owed, clock=clock)
        self._sides: list[Side] = []

    async def run(self, calls: tuple[tuple[Call, StreamDiff], ...]) -> tuple[Followed, ...]:
        """What became of each call, in their order; the first is the opposite side's, and its failure ends all.

        Raises: NotComparableError: legacy's stream can't be decoded.
        """
        self._sides = self._held_against_legacy(calls)
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

    def _held_against_legacy(self, calls: tuple[tuple[Call, StreamDiff], ...]) -> list[Side]:
        """What the client was given is held against legacy's stream, or is itself what the others are held against."""
        if self._given.served is Served.LEGACY:
            return [Side(call, diff, self._debt) for call, diff in calls]
        legacy, *others = calls
        asked = replace(self._debt, reference=AskedStream(call=legacy[0], given=self._given))
        return [Side(*legacy, self._debt, is_legacy=True), *(Side(call, diff, asked) for call, diff in others)]

    def _open(self) -> list[Side]:
        return [side for side in self._sides if side.result is None]

    async def _compare_apart(self) -> None:
        for side in self._sides:
            await side.compare_apart(self._apart)

    def _pump(self) -> None:
        """Moves the messages that have come into the comparisons. Raises: NotComparableError."""
        answer, first = self._given.answer, self._sides[0]
        self._hold(-answer.waiting_bytes)  # from here on they count where they wait for a partner
        new, first.fresh = answer.take_messages(), ()
        for side in self._open():
            self._hold(side.take(new if side.reference is self._given else first.fresh))

    async def _change(self) -> None:
        """Returns when something came on a side, or when one may have become late."""
        open_sides = self._open()
        events = [self._given.answer.changed, *(side.call.answer.changed for side in open_sides)]
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
