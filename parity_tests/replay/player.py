"""Plays sessions: the calls of each in their order, several sessions at a time, no write beside anything else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.replay.recorded_order import Entrance, NoOrder
from crossfade.parity_tests.replay.sending import Progress
from crossfade.shadow.asking.order import Order, Turn
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.route import STREAMED_ANSWERS

_T = TypeVar("_T")
_HOLDS_WRITES_S = 1.0
"""A stream holds up writes for so long at most: it may wait for one of them."""
_FOLLOWS_S = 5.0
"""So long a call waits for what came of an open stream before it when it was recorded."""

Playing = Callable[[Call, Handles, Progress], Awaitable[_T]]
"""Plays one call; the progress is told how many messages of legacy's stream have come."""


class Player(Generic[_T]):
    """Gives each call its turn: calls that read run together, a write runs alone, so that both sides see one order.

    A stream that was still open when the session's next call began stays open beside it; any other call ends before.
    """

    def __init__(
        self, play: Playing[_T], *, speed: float = 0.0, origin_s: float = 0.0, entrance: Entrance | None = None
    ) -> None:
        """``speed`` is a factor of the recorded pace, 0: without waiting; ``origin_s``: when the recording began.

        ``entrance``: what calls wait for before they get a turn; None: nothing.
        """
        self._entrance = entrance or NoOrder()
        self._play = play
        self._speed = speed
        self._origin_s = origin_s
        self._order = Order()
        self._began_s: float | None = None

    async def session(self, session: Session, handles: Handles) -> tuple[_T, ...]:
        """What became of the calls of a session, in their order. Cancelling it hangs up."""
        tasks: list[asyncio.Future[_T]] = []
        try:
            for call, following in zip(session.calls, (*session.calls[1:], None), strict=True):
                await self._wait_until_due(call)
                if following is not None and _is_open(call, following):
                    progress = Progress()
                    open_task = asyncio.create_task(self._in_turn(call, handles, progress, is_left_open=True))
                    tasks.append(open_task)
                    await _reached(progress, _before(call, following), open_task)
                else:
                    tasks.append(_done(await self._in_turn(call, handles, Progress(), is_left_open=False)))
            return tuple(await asyncio.gather(*tasks))
        finally:
            left = [task for task in tasks if not task.done()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _in_turn(self, call: Call, handles: Handles, progress: Progress, *, is_left_open: bool) -> _T:
        async with self._turn(call) as turn:
            if is_left_open:
                turn.done()
            return await self._play(call, handles, progress)

    @asynccontextmanager
    async def _turn(self, call: Call) -> AsyncIterator[Turn]:
        await self._entrance.wait(call.request.id)
        turn = self._order.enter(write=call.write)
        self._entrance.let_in(call.request.id)
        timer = None
        try:
            await turn.wait()
            if call.route.call_type in STREAMED_ANSWERS and not call.write:
                timer = asyncio.get_running_loop().call_later(_HOLDS_WRITES_S, turn.done)
            yield turn
        finally:
            if timer is not None:
                timer.cancel()
            turn.done()

    async def _wait_until_due(self, call: Call) -> None:
        if not self._speed:
            return
        now_s = asyncio.get_running_loop().time()
        if self._began_s is None:
            self._began_s = now_s
        due_s = self._began_s + (call.request.started_at - self._origin_s) / self._speed
        if due_s > now_s:
            await asyncio.sleep(due_s - now_s)


async def play_session(pair: Pair, session: Session, bindings: Handles | None = None) -> PlayedSession:
    """All calls of a session; ``bindings``: None: its own."""
    handles = pair.new_bindings() if bindings is None else bindings
    origin_s = session.calls[0].request.started_at if session.calls else 0.0
    player = Player(_playing(pair), speed=pair.speed, origin_s=origin_s)
    return PlayedSession(session=session, played=await player.session(session, handles))


async def play_sessions(pair: Pair, sessions: Iterable[Session], *, at_once: int) -> list[PlayedSession]:
    """All sessions, so many of them at a time, beginning in their order; those of one source share their handles."""
    sessions = tuple(sessions)
    starts_s = [session.calls[0].request.started_at for session in sessions if session.calls]
    player = Player(_playing(pair), speed=pair.speed, origin_s=min(starts_s, default=0.0))
    handles, free = pair.new_handles(), asyncio.Semaphore(at_once)

    async def play(session: Session) -> PlayedSession:
        async with free:
            return PlayedSession(session=session, played=await player.session(session, handles.of(session)))

    return list(await asyncio.gather(*map(play, sessions)))


def _playing(pair: Pair) -> Playing[Played]:
    return lambda call, handles, progress: pair.play(call, handles, progress=progress)


def _is_open(call: Call, following: Call) -> bool:
    """Whether a call's answer was a stream that still went on when the next call began."""
    is_stream = call.route.call_type in STREAMED_ANSWERS or len(call.timing.server_ms) > 1
    ended_ms = call.timing.cancelled_ms
    if ended_ms is None:
        ended_ms = call.reply.latency_ms if isinstance(call.reply, Answer) else 0.0
    return is_stream and ended_ms > _apart_ms(call, following)


def _before(call: Call, following: Call) -> int:
    """How many messages of a stream had come when the next call began."""
    return sum(came_ms < _apart_ms(call, following) for came_ms in call.timing.server_ms)


def _apart_ms(call: Call, following: Call) -> float:
    return (following.request.started_at - call.request.started_at) * 1000


def _done(result: _T) -> "asyncio.Future[_T]":
    future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future


async def _reached(progress: Progress, answers: int, task: "asyncio.Task[_T]") -> None:
    """Returns when so many messages have come, or the call has ended."""
    waiter = asyncio.create_task(progress.reach(answers, _FOLLOWS_S))
    try:
        await asyncio.wait({waiter, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
