"""One mirrored request from its turn to its observation: contacts the other sides once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.calls import Calls, Contact
from crossfade.shadow.asking.comparer import CUT_BEFORE_ALL, Comparer
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import BEGUN, OBEYED, SILENT, SPOKEN, Client, Event, Given
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.roles import opposite
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.live_body import LiveBody, RefusedError
from crossfade.shadow.asking.suspects import all_judged
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.exchange import Failure
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.judging.judge import Verdict
from crossfade.shadow.pipe.frames import RequestFrame

_HOLDS_WRITES_S = 1.0
"""A read that its client has waited for so long holds up no writes: a stream, a long poll may never end."""
_SENT_WHOLE = frozenset({Client.COMPLETE})
_BEGUN_OR_LOST = BEGUN | {Given.LOST}


class Asker:
    """Sends requests within the limits, in the order in which clients were answered."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        means: Means,
        hold: Callable[[Pending, int], None],
        hold_apart: Callable[[Pending, int], bool],
        clock: Callable[[], float],
    ) -> None:
        """``hold`` counts how many more bytes are kept for a request, ``hold_apart`` for one that is judged apart."""
        self._sides = sides
        self._means = means
        self._limits = means.limits
        self._admission = means.admission
        self._comparer = Comparer(means=means, hold=hold, hold_apart=hold_apart, clock=clock)

    async def observe(self, pending: Pending, deadline: asyncio.Timeout) -> Verdict:
        """The verdict on one request. Raises: Ended; TimeoutError: its turn did not come in time."""
        if pending.body is not None:
            await pending.until(_BEGUN_OR_LOST)
        elif pending.frame.write:
            await _obeyed(pending)
        await self._wait_for_turn(pending, deadline)
        if pending.body is not None:
            return await self._observe_live(pending, pending.body, deadline)
        if pending.frame.route.call_type in STREAMED_ANSWERS:
            return await self._observe_stream(pending, deadline)
        return await self._observe_whole(pending, deadline)

    async def _wait_for_turn(self, pending: Pending, deadline: asyncio.Timeout) -> None:
        """Raises: TimeoutError."""
        deadline.reschedule(asyncio.get_running_loop().time() + self._limits.wait_s)
        suspects, pending.suspects = pending.suspects, ()
        await all_judged(suspects)
        if pending.begin is not None:
            await pending.begin.wait()
        pending.advance(Event.TURN)

    async def _observe_whole(self, pending: Pending, deadline: asyncio.Timeout) -> Verdict:
        """A request that came as a whole, most likely with an answer that does too."""
        async with self._calls(pending) as calls:
            async with self._admission.calls:
                deadline.reschedule(None)
                self._send(pending, calls)
                await calls.wait(self._limits.deadline_s)
            begin, is_read = pending.begin, not pending.frame.write
            if begin is not None and is_read and pending.reply is None and calls.all_done():
                begin.done()  # a write need not wait for the answer to what no other side works on any more
            is_stream = isinstance(await pending.answered(), GivenStream)
            with self._admission.stream() if is_stream else contextlib.nullcontext():
                return await self._compare(pending, calls)

    async def _observe_live(self, pending: Pending, body: LiveBody, deadline: asyncio.Timeout) -> Verdict:
        """A request that is still coming: begun in its turn, and, a write, ended only when its client was answered."""
        if pending.is_in(*SPOKEN):
            await pending.answered()  # raises Ended where it is over before it began
        deadline.reschedule(None)
        async with self._calls(pending) as calls:
            with self._admission.stream():
                self._send(pending, calls)
                async with _in_background(_pass_on(pending, body)):
                    if pending.begin is not None:
                        pending.begin.done()
                    await pending.until(SPOKEN)
                    return await self._compare(pending, calls)

    async def _observe_stream(self, pending: Pending, deadline: asyncio.Timeout) -> Verdict:
        """A request whose answer may be quiet for long, on all sides."""
        deadline.reschedule(None)
        async with self._calls(pending) as calls:
            with self._admission.stream():
                self._send(pending, calls)
                await pending.until(SPOKEN)
                return await self._compare(pending, calls)

    def _send(self, pending: Pending, calls: Calls) -> None:
        """Sends the request.

        Raises: Ended: mirroring was turned off while it waited, it can't be sent as it is, or carries a handle that a
        side can't have.
        """
        self._admission.refuse_when_off()
        if not calls.can_start():  # a blank in an HTTP/2 path, a CR in a value
            raise Ended(Outcome.UNCOMPARABLE, Reason.UNSUPPORTED)
        pending.advance(Event.SEND)
        try:
            calls.start()
        except RefusedError as refused:
            raise Ended(Outcome.SKIPPED, refused.reason) from None
        begin = pending.begin
        if begin is not None and not pending.frame.write and pending.body is None:
            asyncio.get_running_loop().call_later(
                _HOLDS_WRITES_S, lambda: begin.done() if pending.reply is None else None
            )

    async def _compare(self, pending: Pending, calls: Calls) -> Verdict:
        return await self._comparer.observe(pending, calls, self._sides[pending.frame.listener])

    @contextlib.asynccontextmanager
    async def _calls(self, pending: Pending) -> AsyncIterator[Calls]:
        """The calls to the other sides, each with its own handles; those that have not ended are cancelled at the end.

        A secondary that can't have it is not contacted. Raises: Ended: the opposite side can't have it.
        """
        frame = pending.frame
        sides = self._sides[frame.listener]
        contacted = [await self._opposite(frame, sides)]
        if sides.secondary is not None and frame.ask_secondary:
            other = await self._means.judging.render(frame.request, Side.SECONDARY, frame.route)
            if other.request is not None:
                contacted.append(Contact(side=sides.secondary, handles=Side.SECONDARY, request=other.request))
        calls = Calls(pending, tuple(contacted), terms_of(self._means.judge, frame.route, write=frame.write))
        try:
            yield calls
        finally:
            await calls.end()

    async def _opposite(self, frame: RequestFrame, sides: Sides) -> Contact:
        """The side that does not answer the client. Raises: Ended: it can't be asked, or can't have a handle."""
        side = opposite(sides, frame.served)
        if side is None:
            raise Ended(Outcome.SKIPPED, Reason.SERVED_BY_CANDIDATE)
        if frame.served is Served.CANDIDATE:
            return Contact(side=side, handles=None, request=frame.request)
        own = await self._means.judging.render(frame.request, Side.CANDIDATE, frame.route)
        if own.request is None:
            raise Ended(Outcome.SKIPPED, own.refused or Reason.FOREIGN_HANDLE)
        return Contact(side=side, handles=Side.CANDIDATE, request=own.request)


async def _obeyed(pending: Pending) -> None:
    """Waits until a write was done. Raises: Ended: it failed, or nobody knows: then no other side gets it."""
    await pending.until(SILENT)
    given = await pending.answered()
    if isinstance(pending.reply, Failure) and pending.frame.served is Served.CANDIDATE:
        raise Ended(Outcome.SKIPPED, Reason.SERVED_BY_CANDIDATE)
    if isinstance(pending.reply, Failure):
        raise Ended(Outcome.LEGACY_FAILED, Reason(pending.reply.reason.value))
    if not pending.is_in(*OBEYED) and isinstance(given, GivenStream) and given.cut is not None:
        raise Ended(*CUT_BEFORE_ALL[given.cut])


async def _pass_on(pending: Pending, body: LiveBody) -> None:
    """Passes on that the client has sent all; of a write only after it was done, in the order of the answers."""
    await pending.until(_SENT_WHOLE)
    if pending.frame.write:
        await _obeyed(pending)
        if pending.finish is not None:
            await pending.finish.wait()
    if not pending.advance(Event.PASS_ON):
        return
    body.finish()
    if pending.stream is not None:
        pending.stream.answer.changed.set()  # from now on an answer is owed


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Works until the end of the block. Raises: whatever a bug there raised."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(error, Exception) and not isinstance(error, Ended):
            raise error
