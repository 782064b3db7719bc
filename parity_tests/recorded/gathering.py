"""Calls put together from the frames of what passed, with the moments of their messages. Pure."""

from collections import Counter
from dataclasses import dataclass, field, replace

from msgspec import structs

from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.pipe.frames import (
    AnswerFrame,
    AnswerHeadFrame,
    FailureFrame,
    Frame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
)

_MS = 1000
_BROKEN_OFF = frozenset({Reason.CLIENT_CANCELLED, Reason.SHUTDOWN})
_ENTRY_BYTES = 1024
"""What a call takes beside its bodies."""


@dataclass(slots=True)
class _Body:
    """One direction of a call that comes in parts: where each ended, and when it passed."""

    data: bytearray = field(default_factory=bytearray)
    parts: list[tuple[int, float]] = field(default_factory=list)

    def take(self, data: bytes, at: float) -> None:
        self.data += data
        self.parts.append((len(self.data), at))

    def times_ms(self, protocol: Protocol, headers: Headers, since: float) -> tuple[float, ...]:
        """When each message was complete, in milliseconds."""
        times, parts = [], iter(self.parts)
        reached, at = 0, since
        for end in message_ends(protocol, headers, bytes(self.data)):
            while reached < end:
                reached, at = next(parts)
            times.append(round((at - since) * _MS, 3))
        return tuple(times)


@dataclass(slots=True)
class _Begun:
    """A call whose end has not come."""

    frame: RequestFrame
    request: _Body = field(default_factory=_Body)
    answer: _Body = field(default_factory=_Body)
    head: AnswerHeadFrame | None = None
    ended_at: float | None = None
    trailers: Headers = ()
    too_long: bool = False

    @property
    def size_bytes(self) -> int:
        return _ENTRY_BYTES + len(self.frame.request.body) + len(self.request.data) + len(self.answer.data)

    @property
    def seen_at(self) -> float:
        """When something passed last."""
        return max(self.frame.at, *(at for body in (self.request, self.answer) for _, at in body.parts[-1:]), 0.0)


class Gathering:
    """Takes frames, gives calls; what is begun takes at most ``held_bytes``, and a body ``body_bytes``."""

    def __init__(self, *, body_bytes: int, held_bytes: int) -> None:
        self._body_bytes = body_bytes
        self._held_bytes = held_bytes
        self._held = 0
        self._begun: dict[str, _Begun] = {}
        self.left_out: Counter[Reason] = Counter()

    def take(self, frame: Frame) -> Call | None:
        """The call that a frame completes."""
        match frame:
            case RequestFrame():
                self._begin(frame)
            case PartFrame():
                self._take_part(frame)
            case RequestEndFrame():
                if (begun := self._begun.get(frame.request_id)) is not None:
                    begun.ended_at, begun.trailers = frame.at, frame.trailers
            case AnswerHeadFrame():
                if (begun := self._begun.get(frame.request_id)) is not None:
                    begun.head = frame
            case AnswerFrame() | FailureFrame():
                begun = self._end(frame.request_id)
                return None if begun is None else _call(begun, _whole(begun, frame.reply), None)
            case SettledFrame():
                return self._settle(frame)
            case _:
                pass
        return None

    def break_off(self) -> tuple[Call, ...]:
        """The calls whose end will not come, as far as they went."""
        calls = (self._broken_off(self._begun[request_id].seen_at, request_id) for request_id in list(self._begun))
        return tuple(call for call in calls if call is not None)

    def _begin(self, frame: RequestFrame) -> None:
        begun = _Begun(frame=frame, ended_at=None if frame.live else frame.at)
        if self._held + begun.size_bytes > self._held_bytes:
            self.left_out[Reason.QUEUE_FULL] += 1
            return
        if frame.live and frame.request.body:
            begun.frame = structs.replace(frame, request=replace(frame.request, body=b""))
            begun.request.take(frame.request.body, frame.at)
        self._begun[frame.request.id] = begun
        self._held += begun.size_bytes

    def _take_part(self, frame: PartFrame) -> None:
        """Of an answer that is too long the beginning is kept; a request of which a part is missing is another one."""
        begun = self._begun.get(frame.request_id)
        if begun is None or (frame.of_answer and begun.too_long):
            return
        body = begun.answer if frame.of_answer else begun.request
        if len(body.data) + len(frame.data) > self._body_bytes:
            if frame.of_answer:
                begun.too_long = True
            else:
                self._leave_out(frame.request_id, Reason.TRUNCATED)
        elif self._held + len(frame.data) > self._held_bytes:
            self._leave_out(frame.request_id, Reason.QUEUE_FULL)
        else:
            body.take(frame.data, frame.at)
            self._held += len(frame.data)

    def _settle(self, frame: SettledFrame) -> Call | None:
        if frame.reason in _BROKEN_OFF:
            return self._broken_off(frame.at, frame.request_id)
        self._leave_out(frame.request_id, frame.reason)
        return None

    def _broken_off(self, at: float, request_id: str) -> Call | None:
        begun = self._end(request_id)
        if begun is None:
            return None
        since = begun.ended_at if begun.ended_at is not None else at
        cancelled_ms = max(0.0, round((at - since) * _MS, 3))
        return _call(begun, _begun_answer(begun, cancelled_ms), cancelled_ms)

    def _leave_out(self, request_id: str, reason: Reason) -> None:
        if self._end(request_id) is not None:
            self.left_out[reason] += 1

    def _end(self, request_id: str) -> _Begun | None:
        begun = self._begun.pop(request_id, None)
        if begun is not None:
            self._held -= begun.size_bytes
        return begun


def _whole(begun: _Begun, reply: Reply) -> Reply:
    """The reply, with the body that came in parts."""
    if isinstance(reply, Failure) or begun.head is None:
        return reply
    return replace(reply, body=bytes(begun.answer.data), truncated=reply.truncated or begun.too_long)


def _begun_answer(begun: _Begun, latency_ms: float) -> Reply:
    """What had come of an answer."""
    if begun.head is None:
        return Failure(reason=FailureReason.RESET, detail="the client left before an answer", latency_ms=latency_ms)
    return Answer(
        status=begun.head.status,
        headers=begun.head.headers,
        body=bytes(begun.answer.data),
        truncated=begun.too_long,
        trailers=(),
        latency_ms=latency_ms,
    )


def _call(begun: _Begun, reply: Reply, cancelled_ms: float | None) -> Call:
    frame = begun.frame
    request = frame.request
    if frame.live:
        request = replace(request, body=bytes(begun.request.data), trailers=begun.trailers)
    since = begun.seen_at if begun.ended_at is None else begun.ended_at
    headers = begun.head.headers if begun.head is not None else ()
    timing = Timing(
        client_ms=begun.request.times_ms(request.protocol, request.headers, since),
        server_ms=begun.answer.times_ms(request.protocol, headers, since),
        cancelled_ms=cancelled_ms,
        half_closed=begun.ended_at is not None,
    )
    return Call(route=frame.route, request=request, reply=reply, write=frame.write, timing=timing)
