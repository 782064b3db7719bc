"""Everything that passed, for a process that keeps it: writes too, whether they are mirrored or not."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Headers, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_REQUESTS, RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.mirror.feed import Pipe, is_stream, settled_by_head
from crossfade.shadow.pipe.frames import (
    AnswerHeadFrame,
    CountsFrame,
    EndFrame,
    Frame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
    encode,
    reply_frame,
)
from crossfade.shadow.routes.table import RouteTable

_CUT = (Outcome.SKIPPED, Reason.CLIENT_CANCELLED)
_STOPPED = (Outcome.SHED, Reason.SHUTDOWN)
_SHED = (Outcome.SHED, Reason.QUEUE_FULL)


@dataclass(slots=True, kw_only=True)
class _Open:
    """A request whose end has not come."""

    route: RouteInfo
    listener: str
    write: bool
    sent: bool = False


class RecordFeed:
    """A Sink that sends what passes, with its moments, while fewer than ``buffer_bytes`` wait in the pipe.

    No rule keeps anything from it: a rule is about the candidate, which gets nothing of this.
    """

    def __init__(
        self,
        *,
        routes: RouteTable,
        is_write: Callable[[RequestHead], bool],
        pipe: Pipe,
        buffer_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since the epoch."""
        self._routes = routes
        self._is_write = is_write
        self._pipe = pipe
        self._buffer_bytes = buffer_bytes
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._entered: Counter[RouteInfo] = Counter()
        self._left_out: Counter[tuple[RouteInfo, Outcome, Reason]] = Counter()

    # Sink

    def started(self, head: RequestHead) -> Interest:
        """Counts the request; it is kept unless its head shows that it can't be, or nobody is there to keep it."""
        route = self._routes.resolve(head.protocol, head.method, head.target, head.listener)
        self._entered[route] += 1
        if (settled := settled_by_head(head) or self._left_out_of(head)) is not None:
            self._left_out[(route, *settled)] += 1
            return Interest.NOTHING
        self._open[head.id] = _Open(route=route, listener=head.listener, write=self._is_write(head))
        return Interest.LIVE if route.call_type in STREAMED_REQUESTS else Interest.WHOLE

    def _left_out_of(self, head: RequestHead) -> tuple[Outcome, Reason] | None:
        """A corpus holds legacy's answers, so what the candidate answers is none of it."""
        if head.choice.served is Served.CANDIDATE:
            return Outcome.SKIPPED, Reason.SERVED_BY_CANDIDATE
        return (Outcome.SHED, Reason.COMPARE_DOWN) if self._pipe.is_down() else None

    def fell_back(self, request_id: str) -> None:
        """It stays left out: its beginning was not kept."""

    def request_complete(self, request: Request) -> None:
        """Sends a whole request."""
        self._send_request(request, live=False)

    def request_began(self, request: Request) -> None:
        """Sends the beginning of a request whose parts follow."""
        self._send_request(request, live=True)

    def request_part(self, request_id: str, data: bytes) -> None:
        """Sends a part of a live request."""
        self._send_part(request_id, data, of_answer=False)

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        """Ends a live request."""
        if request_id in self._open:
            self._write(RequestEndFrame(request_id=request_id, trailers=trailers, at=self._clock()))

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        """True where legacy's answer is a stream: the moments of its messages are kept."""
        entry = self._open.get(request_id)
        if entry is None or not entry.sent or not is_stream(entry.route, headers):
            return False
        self._write(AnswerHeadFrame(request_id=request_id, status=status, headers=headers))
        return True

    def answer_part(self, request_id: str, data: bytes) -> None:
        """Sends a part of an answer."""
        self._send_part(request_id, data, of_answer=True)

    def outlives_client(self, request_id: str) -> bool:  # noqa: ARG002 - a Sink's
        """False: an answer that nobody took is recorded as that."""
        return False

    def replied(self, request_id: str, reply: Reply) -> None:
        """Sends legacy's reply after its request."""
        entry = self._open.get(request_id)
        if entry is None:
            return
        if not entry.sent:  # legacy answered before it had the whole request
            self._end(request_id, Outcome.UNCOMPARABLE, Reason.TRUNCATED)
        elif self._pipe.waiting_bytes() > 2 * self._buffer_bytes:
            self._end(request_id, *_SHED)
        else:
            del self._open[request_id]
            self._write(reply_frame(request_id, reply))

    def cancelled(self, request_id: str) -> None:
        """The client left; what had passed until then is kept."""
        self._end(request_id, *_CUT)

    def passed_through(self, request_id: str, reason: Reason) -> None:
        """It became something that is not kept, such as a WebSocket."""
        self._end(request_id, Outcome.UNCOMPARABLE, reason)

    # The run.

    def finish(self) -> None:
        """Ends what is still open, as far as it went, then sends the counters and the end."""
        for request_id in list(self._open):
            self._end(request_id, *_STOPPED)
        self._write(self.counts())
        self._write(EndFrame())

    def counts(self) -> CountsFrame:
        """What entered, and what of it was left out here."""
        return CountsFrame(
            entered=tuple(self._entered.items()),
            settled=tuple((*key, count) for key, count in self._left_out.items()),
        )

    def entered_total(self) -> int:
        """Requests that entered since the run began."""
        return self._entered.total()

    def _send_request(self, request: Request, *, live: bool) -> None:
        entry = self._open.get(request.id)
        if entry is None:
            return
        if request.truncated:
            self._end(request.id, Outcome.UNCOMPARABLE, Reason.TRUNCATED)
        elif self._pipe.waiting_bytes() + len(request.body) > self._buffer_bytes:
            self._end(request.id, *_SHED)
        else:
            entry.sent = True
            self._write(
                RequestFrame(
                    route=entry.route,
                    listener=entry.listener,
                    write=entry.write,
                    ask_secondary=False,
                    live=live,
                    request=request,
                    at=self._clock(),
                )
            )

    def _send_part(self, request_id: str, data: bytes, *, of_answer: bool) -> None:
        """Sends a part. Without room for it the request ends: a copy with a gap would be another one."""
        if request_id not in self._open:
            return
        if self._pipe.waiting_bytes() + len(data) > self._buffer_bytes:
            self._end(request_id, *_SHED)
        else:
            self._write(PartFrame(request_id=request_id, of_answer=of_answer, data=data, at=self._clock()))

    def _end(self, request_id: str, outcome: Outcome, reason: Reason) -> None:
        """Ends a request without a reply. What was sent counts at the other end of the pipe, the rest here."""
        entry = self._open.pop(request_id, None)
        if entry is None:
            return
        if entry.sent:
            self._write(SettledFrame(request_id=request_id, outcome=outcome, reason=reason, at=self._clock()))
        else:
            self._left_out[entry.route, outcome, reason] += 1

    def _write(self, frame: Frame) -> None:
        if not self._pipe.is_down():
            self._pipe.write(encode(frame))
