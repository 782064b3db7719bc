"""The body of a request that is still coming from the client, on its way to each side."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.judging.judge import MAX_MESSAGE_BYTES

_KEPT_BYTES = 1_048_576
_PREFIX_BYTES = 5

Render = Callable[[bytes, Side], bytes | Reason]
"""Gives a message with a side's own handles in it, or why that can't be."""


class RefusedError(Exception):
    """A message carries a handle that a side can't have."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Part:
    """Bytes as the client sent them; ``message`` where they are a gRPC frame that can be read."""

    data: bytes
    message: bytes | None = None


class LiveBody:
    """Keeps the beginning of the body, and the parts that wait to be sent.

    Of a gRPC call the parts are its frames: one goes on when it is whole, with each side's own handles in it. Whatever
    can't be read goes on as it came.
    """

    def __init__(self, request: Request, render: Render) -> None:
        self._request = request
        self._render = render
        self._trailers: Headers = ()
        self._kept = BodyCopy(_KEPT_BYTES)
        self._waiting: list[_Part] = []
        self._begun = bytearray()
        self._is_read = request.protocol is Protocol.GRPC
        self._sides: dict[Side | None, RequestParts] = {}
        self._held_bytes = 0

    def add(self, data: bytes) -> tuple[bytes, ...]:
        """Takes a part, and gives the gRPC frames that it completes, not compressed.

        Raises: RefusedError: it carries what a side can't have, and was begun there.
        """
        self._kept.take(data)
        parts = tuple(self._frames(data)) if self._is_read else (_Part(data),)
        if self._sides:
            self._pass_on(parts)
        else:
            self._waiting += parts
        return tuple(_frame(part.message) for part in parts if part.message is not None)

    def more_bytes(self) -> int:
        """How many more bytes wait to be sent than when this was last asked."""
        waiting = max((side.waiting_bytes for side in self._sides.values()), default=0)
        held = waiting + len(self._begun) + sum(len(part.data) for part in self._waiting)
        more, self._held_bytes = held - self._held_bytes, held
        return more

    def end(self, trailers: Headers) -> None:
        """The client has sent all; ``finish`` tells the sides."""
        self._trailers = trailers

    def start(self, sides: tuple[Side | None, ...]) -> tuple[RequestParts, ...]:
        """The body for each of these sides, with what has come so far; None is for legacy, as the client sent it.

        Raises: RefusedError: it carries what a side can't have.
        """
        self._sides = {side: RequestParts() for side in sides}
        waiting, self._waiting = tuple(self._waiting), []
        self._pass_on(waiting)
        return tuple(self._sides.values())

    def finish(self) -> None:
        """Tells the sides that this is all."""
        rest, self._begun = bytes(self._begun), bytearray()
        for side in self._sides.values():
            if rest:
                side.put(rest)
            side.end(self._trailers)

    def request(self) -> Request:
        """The request with as much of its body as is kept."""
        return replace(self._request, body=bytes(self._kept.data), truncated=self._kept.truncated)

    def _pass_on(self, parts: tuple[_Part, ...]) -> None:
        """Raises: RefusedError."""
        for part in parts:
            for side, waiting in self._sides.items():
                waiting.put(self._rendered(part, side))

    def _rendered(self, part: _Part, side: Side | None) -> bytes:
        if part.message is None or side is None:
            return part.data
        found = self._render(part.message, side)
        if isinstance(found, Reason):
            raise RefusedError(found)
        return part.data if found == part.message else _frame(found)

    def _frames(self, data: bytes) -> Iterator[_Part]:
        """The frames that are whole by now."""
        self._begun += data
        while len(self._begun) >= _PREFIX_BYTES:
            end = _PREFIX_BYTES + int.from_bytes(self._begun[1:_PREFIX_BYTES])
            if end > _PREFIX_BYTES + MAX_MESSAGE_BYTES:
                yield self._unread()
                return
            if len(self._begun) < end:
                return
            frame = bytes(self._begun[:end])
            del self._begun[:end]
            try:
                (message,) = split_frames(frame, self._request.headers, MAX_MESSAGE_BYTES)
            except UndecodableError:
                self._begun[:0] = frame
                yield self._unread()
                return
            yield _Part(frame, message)

    def _unread(self) -> _Part:
        """All that is left, of which no frame is read any more."""
        self._is_read = False
        rest, self._begun = bytes(self._begun), bytearray()
        return _Part(rest)


def _frame(message: bytes) -> bytes:
    """A message that is not compressed, as a frame (grpc/doc/PROTOCOL-HTTP2.md)."""
    return b"\0" + len(message).to_bytes(_PREFIX_BYTES - 1) + message
