"""Builders of what the engine saw, sides that keep what they were asked, and a collector between them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crossfade.shadow.asking.clients.exchange import AnswerInProgress
from crossfade.shadow.asking.clients.http1_request import is_writable
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.pending import Limits, Sides
from crossfade.shadow.exchange import Reply, Request
from crossfade.shadow.exchange.observations import Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.handles import ForeignHandles
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.pipe.frames import ReplyFrame, RequestFrame, SettledFrame

_LIMITS = {"in_flight": 4, "waiting": 1000, "held_bytes": 10**6, "wait_s": 30.0, "deadline_s": 10.0}


class Side:
    """Stands for an upstream: ``asked`` are the ids in the order in which they came, ``most`` the calls at one time."""

    def __init__(self, reply: Callable[[Request], Awaitable[Reply]]) -> None:
        self.reply = reply
        self.asked: list[str] = []
        self.most = 0
        self.notes = Notes()
        self._running = 0

    def takes(self, request: Request) -> bool:
        """As an upstream does."""
        return is_writable(request)

    def new_answer(self, framing_of: Any, copy_bytes: int = 0) -> AnswerInProgress:
        """What collects an answer; nothing goes into it."""
        return AnswerInProgress(limit_bytes=1000, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(self, request: Request, *_: Any, **__: Any) -> Reply:
        """What ``reply`` gives."""
        self.asked.append(request.id)
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            return await self.reply(request)
        finally:
            self._running -= 1


class Bench:
    """A collector with its sides; ``ends`` are its observations as short texts, in order."""

    def __init__(self, candidate: Side, secondary: Side, *, shared: bool, **limits: Any) -> None:
        self.candidate = candidate
        self.secondary = secondary
        self.seen: list[Observation] = []
        self._more = asyncio.Event()
        self.collector = Collector(
            sides={"web": Sides(candidate=candidate, secondary=secondary)},  # type: ignore[arg-type]
            judge=Judge(contract=None, ignore=()),
            handles=ForeignHandles(contract=None, shared=shared),
            limits=Limits(**{**_LIMITS, **limits}),
            record=self._record,
        )

    @property
    def ends(self) -> list[str]:
        """What became of the requests: same, differs, or outcome(reason)."""
        return [_end(observation) for observation in self.seen]

    def legacy(self, request_id: str, reply: Reply) -> None:
        """Legacy's reply comes."""
        self.collector.on_reply(ReplyFrame(request_id=request_id, reply=reply))

    def cancel(self, request_id: str) -> None:
        """The client goes away."""
        frame = SettledFrame(request_id=request_id, outcome=Outcome.SKIPPED, reason=Reason.CLIENT_CANCELLED)
        self.collector.on_settled(frame)

    async def ended(self, count: int) -> None:
        """Waits until so many requests have ended."""
        while len(self.seen) < count:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 10)

    async def rest(self) -> None:
        """Lets everything run that can run now."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def finish(self) -> list[str]:
        """Waits for all observations, and looks that nothing is kept of them."""
        await self.collector.drain(10)
        self.keeps_nothing()
        return self.ends

    def keeps_nothing(self) -> None:
        """No request, no handle's holder, no byte, no slot."""
        assert self.collector.in_flight() == 0
        assert self.collector._holders == {}
        assert self.collector._held_bytes == 0
        assert self.collector._asker.slots._value == self.collector._limits.in_flight

    def _record(self, observation: Observation) -> None:
        self.seen.append(observation)
        self._more.set()


def _end(observation: Observation) -> str:
    if isinstance(observation, Settled):
        return f"{observation.outcome.value}({observation.reason.value})"
    return "differs" if observation.signature else "same"


@pytest.fixture(scope="session")
def frame_of(request_of: Callable[..., Request]) -> Callable[..., RequestFrame]:
    """Builds the frame of a request; values are those of the request."""

    def build(request_id: str, *, write: bool = False, ask_secondary: bool = False, **values: Any) -> RequestFrame:
        request = request_of(request_id, **{"method": "POST" if write else "GET", **values})
        route = RouteInfo(route=f"{request.method} /a", protocol="http", call_type="http", stage="shadow")
        return RequestFrame(
            route=route, listener="web", write=write, ask_secondary=ask_secondary, live=False, request=request
        )

    return build


def _side(reply: Any) -> Side:
    async def given(_: Request) -> Reply:
        await asyncio.sleep(0)
        return reply  # type: ignore[no-any-return]

    return Side(reply if callable(reply) else given)


@pytest.fixture(scope="session")
def bench_of() -> Callable[..., Bench]:
    """Builds a collector; a side is given by its reply, or by a coroutine function that makes one of a request."""

    def build(candidate: Any, secondary: Any = None, *, shared: bool = False, **limits: Any) -> Bench:
        return Bench(_side(candidate), _side(secondary), shared=shared, **limits)

    return build
