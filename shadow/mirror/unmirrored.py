"""Writes that one side alone gets: when they begin, and how they end, is told to who compares the reads beside them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.pipe.frames import Frame, UnmirroredFrame, WriteFrame


@dataclass(slots=True, kw_only=True)
class _Write:
    """``request`` is there once it has come, ``is_told`` where its beginning was."""

    route: RouteInfo
    served: Served
    request: Request | None = None
    is_told: bool = False


class UnmirroredWrites:
    """Those under way. Nothing is told for which there is no room, but for the end of what was told of."""

    def __init__(self, write: Callable[[Frame], None], has_room: Callable[[int], bool]) -> None:
        """``write`` sends a frame, ``has_room`` says whether one of so many bytes more may be sent."""
        self._write = write
        self._has_room = has_room
        self._open: dict[str, _Write] = {}

    def __len__(self) -> int:
        return len(self._open)

    def take(self, request_id: str, route: RouteInfo, served: Served) -> None:
        """A write that is such a one, of which nothing but the head is there yet."""
        self._open[request_id] = _Write(route=route, served=served)

    def came(self, request: Request) -> None:
        """A request has come, whosesoever it is: as a whole, or its beginning."""
        write = self._open.get(request.id)
        if write is None:
            return
        write.request = request
        if self._has_room(len(request.body)):
            write.is_told = True
            self._write(WriteFrame(request=request))

    def fell_back(self, request_id: str) -> None:
        """Legacy gets a request after all."""
        if (write := self._open.get(request_id)) is not None:
            write.served = Served.LEGACY

    def ended(self, request_id: str, reply: Reply | None) -> None:
        """A request has ended; None where nobody knows its answer."""
        write = self._open.pop(request_id, None)
        if write is None or write.request is None:
            return
        request, answer = write.request, reply if isinstance(reply, Answer) else None
        if answer is None or not self._has_room(0):
            if not write.is_told:
                return
            request, answer = replace(request, body=b"", truncated=True), None
        self._write(UnmirroredFrame(route=write.route, request=request, answer=answer, served=write.served))

    def clear(self) -> None:
        """Forgets all."""
        self._open.clear()
