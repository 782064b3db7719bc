"""A mirrored request that has no outcome yet, and the bounds within which there are some."""

import asyncio
from dataclasses import dataclass, field, replace

from crossfade.shadow.asking.clients.exchange import RequestParts
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.order import Turn
from crossfade.shadow.asking.streams.follower import LegacyStream
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import GrpcFraming
from crossfade.shadow.exchange import Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.judging.judge import MAX_MESSAGE_BYTES
from crossfade.shadow.pipe.frames import RequestFrame

_KEPT_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The upstreams behind one listener."""

    candidate: Upstream
    secondary: Upstream | None

    def notes(self) -> tuple[Notes, ...]:
        """What each did that is neither answer nor failure."""
        return tuple(side.notes for side in (self.candidate, self.secondary) if side is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls at a time (and as many streams), requests waiting behind them, bytes held, seconds of waiting for a turn.

    ``deadline_s``: how long a side may be silent where legacy has given more.
    """

    in_flight: int
    waiting: int
    held_bytes: int
    wait_s: float
    deadline_s: float


class Ended(Exception):  # noqa: N818 - not an error: how a request ended without a judgement
    """Ends a comparison with an outcome and a reason."""

    def __init__(self, outcome: Outcome, reason: Reason) -> None:
        super().__init__(outcome, reason)
        self.settled = (outcome, reason)


class LiveBody:
    """The body of a request that is still coming from the client, and goes on to each side that is asked.

    ``began``: there is something to ask with, or legacy has said something; ``ended``: the client has sent all;
    ``finished``: the sides were told so.
    """

    def __init__(self, request: Request) -> None:
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.finished = asyncio.Event()
        self.started = False
        self._trailers: Headers = ()
        self._sides: tuple[RequestParts, ...] = (RequestParts(),)
        self._kept = BodyCopy(_KEPT_BYTES)
        self._request = request
        self._held_bytes = 0
        is_grpc = request.protocol is Protocol.GRPC
        self._framing = GrpcFraming(request.headers, MAX_MESSAGE_BYTES) if is_grpc else None

    def read(self, data: bytes) -> tuple[bytes, ...]:
        """The gRPC frames that a part completes."""
        if self._framing is None:
            return ()
        try:
            return tuple(map(self._framing.join, self._framing.feed(data)))
        except UndecodableError:
            self._framing = None
            return ()

    def add(self, data: bytes) -> int:
        """Takes a part; returns how many more bytes wait to be sent."""
        self._kept.take(data)
        for side in self._sides:
            side.put(data)
        held = max(side.waiting_bytes for side in self._sides)
        more, self._held_bytes = held - self._held_bytes, held
        return more

    def end(self, trailers: Headers) -> None:
        """The client has sent all; the sides are told by ``finish``."""
        self._trailers = trailers
        self.ended.set()

    def start(self, sides: int) -> tuple[RequestParts, ...]:
        """The body for each of so many sides, with what has come so far."""
        self.started = True
        (first,) = self._sides
        self._sides = (first, *(first.copy() for _ in range(sides - 1)))
        return self._sides

    def finish(self) -> None:
        """Tells the sides that this is all."""
        for side in self._sides:
            side.end(self._trailers)
        self.finished.set()

    def is_level(self) -> bool:
        """Whether the sides were sent all that legacy was sent."""
        return self.finished.is_set() or not self.ended.is_set()

    def request(self) -> Request:
        """The request with as much of its body as is kept."""
        return replace(self._request, body=bytes(self._kept.data), truncated=self._kept.truncated)


@dataclass(slots=True, kw_only=True)
class Pending:
    """One mirrored request that has no outcome yet.

    ``tokens`` are its values that may be handles; ``suspects`` those whose legacy answers carried one of them.
    ``answered`` are the values of its own legacy answer; ``learnt``: what legacy alone minted there is known.
    ``begin_turn`` is the place of a live request's beginning, which it has once it has begun; ``turn`` that of the
    request, or of a live write's end. ``legacy`` is the reply, or the stream once it has begun.
    """

    frame: RequestFrame
    turn: Turn | None
    legacy: asyncio.Future[Reply | LegacyStream]
    tokens: frozenset[str]
    suspects: tuple["Pending", ...]
    answered: frozenset[str] = frozenset()
    learnt: bool = False
    begin_turn: Turn | None = None
    held_bytes: int = 0
    live: LiveBody | None = None
    stream: LegacyStream | None = None
    replied: asyncio.Event = field(default_factory=asyncio.Event)
    judged: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    ended: tuple[Outcome, Reason] | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it grows while it is followed."""
        return self.live is not None or self.stream is not None

    def request(self) -> Request:
        """The request as far as it is known."""
        return self.frame.request if self.live is None else self.live.request()

    def let_others_go_on(self) -> None:
        """Ends the turns that it has."""
        for turn in (self.begin_turn, self.turn):
            if turn is not None:
                turn.done()
