"""Sends what the recording has for one request, whatever carries it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol as Interface

from crossfade.parity_tests.mock.book import Book, Client
from crossfade.parity_tests.mock.conversation import Begin, Conversation, End, Linger, Refuse, Send, Step, Wait
from crossfade.parity_tests.mock.refusal import call_end, refusal
from crossfade.shadow.exchange import Headers, Protocol, Request

MAX_BODY_BYTES = 16_777_216
_LINGER_S = 60.0
_MS = 1000


@dataclass(slots=True)
class Heard:
    """A request as it arrives; ``changed`` is set whenever there is more of it, or will be no more (``gone``)."""

    request: Request
    body: bytearray = field(default_factory=bytearray)
    trailers: Headers = ()
    ended: bool = False
    gone: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Wire(Interface):
    """Where an answer goes. Each raises ConnectionError: the client has left."""

    async def begin(self, status: int, headers: Headers) -> None:
        """Sends the header."""

    async def send(self, data: bytes) -> None:
        """Sends a part of the body."""

    async def end(self, trailers: Headers) -> None:
        """Sends the end."""

    async def abort(self) -> None:
        """Breaks off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What answers: the recorded answers, and how fast streams are (1 as recorded, 2 twice as fast, 0 at once).

    ``missed`` is told of each request without a recorded answer, in a line.
    """

    book: Book
    speed: float = 1.0
    missed: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


async def answer(mock: Mock, heard: Heard, wire: Wire, client: Client) -> None:
    """Answers one request. Raises: ConnectionError: the client has left."""
    talk = Conversation(mock.book, heard.request, client)
    heard.changed.set()
    step: Step = Wait()
    while not isinstance(step, End | Refuse | Linger):
        if heard.changed.is_set():
            heard.changed.clear()
            talk.hear(bytes(heard.body), heard.trailers, ended=heard.ended)
        step = talk.step()
        if not isinstance(step, Wait):
            await _do(step, mock, heard, wire)
        elif heard.gone:
            return
        else:
            await heard.changed.wait()


async def _do(step: Step, mock: Mock, heard: Heard, wire: Wire) -> None:
    match step:
        case Begin():
            await wire.begin(step.status, step.headers)
        case Send():
            if step.pause_ms and mock.speed:
                await mock.sleep(step.pause_ms / _MS / mock.speed)
            await wire.send(step.data)
        case End():
            await wire.end(step.trailers)
        case Linger():
            await _linger(heard)
            await wire.abort()
        case Refuse():
            mock.missed(f"{step.request.method} {step.request.target.partition('?')[0]}")
            await _refuse(step, mock.book, wire)


async def _refuse(refuse: Refuse, book: Book, wire: Wire) -> None:
    if not refuse.begun:
        found = refusal(refuse, book)
        await wire.begin(found.status, found.headers)
        if found.body:
            await wire.send(found.body)
        await wire.end(())
    elif refuse.request.protocol is Protocol.GRPC:
        await wire.end(call_end())
    else:
        await wire.abort()


async def _linger(heard: Heard) -> None:
    """Until the client leaves as it did then, or a while has passed."""
    try:
        async with asyncio.timeout(_LINGER_S):
            while not heard.gone:
                heard.changed.clear()
                await heard.changed.wait()
    except TimeoutError:
        return
