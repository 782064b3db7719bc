"""The body of a request that is still coming from the client, on its way to each side."""

from dataclasses import replace

from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import GrpcFraming
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.judging.judge import MAX_MESSAGE_BYTES

_KEPT_BYTES = 1_048_576


class LiveBody:
    """Keeps the beginning of the body, and the parts that wait to be sent."""

    def __init__(self, request: Request) -> None:
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
        """The client has sent all; ``finish`` tells the sides."""
        self._trailers = trailers

    def start(self, sides: int) -> tuple[RequestParts, ...]:
        """The body for each of so many sides, with what has come so far."""
        (first,) = self._sides
        self._sides = (first, *(first.copy() for _ in range(sides - 1)))
        return self._sides

    def finish(self) -> None:
        """Tells the sides that this is all."""
        for side in self._sides:
            side.end(self._trailers)

    def request(self) -> Request:
        """The request with as much of its body as is kept."""
        return replace(self._request, body=bytes(self._kept.data), truncated=self._kept.truncated)
