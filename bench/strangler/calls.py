"""The calls of sides.proto, and what a client saw of each."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import grpc

# seven of ten are unary; the others live through several switches
TURN = ("Say", "Say", "Count", "Say", "Say", "Collect", "Say", "Say", "Chat", "Say")
STREAMED = 6
PAUSE_S = 0.1
_TIMEOUT_S = 30.0
_SERVED_BY = "x-crossfade-served-by"


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: times in seconds of the monotonic clock; ``wrong`` says what was not as it must be."""

    number: int
    rpc: str
    due: float
    began: float = 0.0
    decided: float = 0.0  # when the headers of the answer were there
    ended: float = 0.0
    asked: int = 0  # messages
    answered: int = 0
    signs: set[str] = field(default_factory=set)  # the sides that headers, messages and trailers name
    wrong: str = ""

    @property
    def side(self) -> str:
        """Who answered it, where one side did."""
        return next(iter(self.signs)) if len(self.signs) == 1 else "?"


class Client:
    """Calls through one channel; ``messages`` is sides_pb2, ``services`` sides_pb2_grpc."""

    def __init__(self, channel: grpc.aio.Channel, messages: ModuleType, services: ModuleType) -> None:
        self._messages = messages
        self._stub: Any = services.SidesStub(channel)

    async def make(self, call: Call) -> None:
        """Makes the call and holds every part of the answer against what it must be; never raises."""
        ways: dict[str, Callable[[Call], Awaitable[None]]] = {
            "Say": self._say,
            "Count": self._count,
            "Collect": self._collect,
            "Chat": self._chat,
        }
        call.began = time.monotonic()
        try:
            await ways[call.rpc](call)
        except grpc.aio.AioRpcError as error:
            call.wrong = f"{error.code().name}: {error.details()}"
        call.ended = time.monotonic()
        if not call.wrong and len(call.signs) != 1:
            call.wrong = f"expected one side, got {sorted(call.signs)}"

    async def _say(self, call: Call) -> None:
        (ask,) = self._asks(call, 1)
        running = self._stub.Say(ask, timeout=_TIMEOUT_S)
        call.asked = 1
        await _begin(call, running)
        _check(call, [await running], [(ask.text, 0)])
        await _end(call, running)

    async def _count(self, call: Call) -> None:
        text = f"count {call.number}"
        ask = self._messages.Ask(text=text, messages=STREAMED, pause_ms=int(PAUSE_S * 1000))
        running = self._stub.Count(ask, timeout=_TIMEOUT_S)
        call.asked = 1
        await _begin(call, running)
        _check(call, [said async for said in running], [(text, number) for number in range(STREAMED)])
        await _end(call, running)

    async def _collect(self, call: Call) -> None:
        asks = list(self._asks(call, STREAMED))
        running = self._stub.Collect(self._paced(call, asks), timeout=_TIMEOUT_S)
        await _begin(call, running)
        _check(call, [await running], [(" ".join(ask.text for ask in asks), 0)])
        await _end(call, running)

    async def _chat(self, call: Call) -> None:
        asks = list(self._asks(call, STREAMED))
        running = self._stub.Chat(self._paced(call, asks), timeout=_TIMEOUT_S)
        await _begin(call, running)
        _check(call, [said async for said in running], [(ask.text, number) for number, ask in enumerate(asks)])
        await _end(call, running)

    def _asks(self, call: Call, count: int) -> Iterator[Any]:
        return (self._messages.Ask(text=f"{call.rpc} {call.number}.{number}") for number in range(count))

    async def _paced(self, call: Call, asks: list[Any]) -> AsyncIterator[Any]:
        for ask in asks:
            yield ask
            call.asked += 1
            await asyncio.sleep(PAUSE_S)


async def _begin(call: Call, running: grpc.aio.Call) -> None:
    metadata = dict(await running.initial_metadata())
    call.decided = time.monotonic()
    call.signs |= {str(metadata.get("x-side", "headers: none")), str(metadata.get(_SERVED_BY, "served by: none"))}


def _check(call: Call, said: list[Any], expected: list[tuple[str, int]]) -> None:
    call.answered = len(said)
    call.signs |= {message.side for message in said}
    if [(message.text, message.number) for message in said] != expected:
        call.wrong = f"expected {len(expected)} messages, got {len(said)} or others"


async def _end(call: Call, running: grpc.aio.Call) -> None:
    code = await running.code()
    if code is not grpc.StatusCode.OK:
        call.wrong = code.name
    call.signs.add(str(dict(await running.trailing_metadata()).get("x-side", "trailers: none")))
