"""A mirrored request that has no outcome yet."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import SPOKEN, Client, Event, Given, Lifecycle, State, Work
from crossfade.shadow.asking.order import Turn
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.live_body import LiveBody
from crossfade.shadow.exchange import Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.pipe.frames import RequestFrame


@dataclass(slots=True, kw_only=True, eq=False)
class Pending:
    """What is kept for one request: how far it has come is for its ``life`` to tell.

    ``carried`` are its values that may be handles, ``suspects`` the requests whose legacy answers hold one of them.
    ``begin`` is its place in the order, which a live request has once it has begun, and a write once it was done;
    ``finish`` that of a live write's end. ``given`` is the reply that the client was given, or the stream once it has
    begun; ``end`` how it ends where something else than the comparison ends it.
    """

    frame: RequestFrame
    body: LiveBody | None
    suspects: tuple["Pending", ...]
    begin: Turn | None
    carried: frozenset[str] = frozenset()
    finish: Turn | None = None
    given: Reply | GivenStream | None = None
    end: tuple[Outcome, Reason] | None = None
    held_bytes: int = 0
    is_apart: bool = False
    task: asyncio.Task[None] | None = None
    _life: Lifecycle = field(init=False)
    _waiters: list[tuple[Collection[State], asyncio.Future[None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._life = Lifecycle(live=self.frame.live, write=self.frame.write, served=self.frame.served)

    def advance(self, event: Event) -> bool:
        """Moves its life, and wakes who waited for that; False where the event came too late.

        Raises: IllegalEventError.
        """
        if not self._life.advance(event):
            return False
        if self._waiters:
            self._wake()
        return True

    def is_in(self, *states: State) -> bool:
        """Whether it is in one of these states."""
        return self._life.is_in(states)

    def reaching(self, states: Collection[State]) -> asyncio.Future[None]:
        """Done as soon as it is in one of these states."""
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._life.is_in(states):
            reached.set_result(None)
        else:
            self._waiters.append((states, reached))
        return reached

    async def until(self, states: Collection[State]) -> None:
        """Returns once it is in one of these states."""
        if not self._life.is_in(states):
            await self.reaching(states)

    async def answered(self) -> Reply | GivenStream:
        """The reply that was given, or the stream once it has begun. Raises: Ended: neither will come."""
        await self.until(SPOKEN)
        if self.given is None or self.is_in(Given.LOST):
            raise Ended(*(self.end or (Outcome.SHED, Reason.SHUTDOWN)))
        return self.given

    @property
    def stream(self) -> GivenStream | None:
        """What was given where it is a stream."""
        return self.given if isinstance(self.given, GivenStream) else None

    @property
    def reply(self) -> Reply | None:
        """The reply that was given where it has ended: a client that leaves does not end it."""
        return self.given.reply if isinstance(self.given, GivenStream) else self.given

    @property
    def is_stream(self) -> bool:
        """Whether it grows while it is followed."""
        return self.body is not None or self.stream is not None

    @property
    def is_sent(self) -> bool:
        """Whether another side has begun to get it."""
        return not self.is_in(Work.RECEIVED, Work.READY)

    @property
    def is_level(self) -> bool:
        """Whether the other sides were sent all that the client has sent."""
        return not self.is_in(Client.COMPLETE)

    def request(self) -> Request:
        """The request as far as it is known."""
        return self.frame.request if self.body is None else self.body.request()

    def stop(self, outcome: Outcome, reason: Reason) -> None:
        """Ends the comparison where it stands, once."""
        if self.task is not None and self.advance(Event.STOP):
            self.end = self.end or (outcome, reason)
            self.task.cancel()

    def let_others_go_on(self) -> None:
        """Ends the turns that it has."""
        for turn in (self.begin, self.finish):
            if turn is not None:
                turn.done()

    def _wake(self) -> None:
        waiting = []
        for states, reached in self._waiters:
            if reached.done():
                continue
            if self._life.is_in(states):
                reached.set_result(None)
            else:
                waiting.append((states, reached))
        self._waiters = waiting
