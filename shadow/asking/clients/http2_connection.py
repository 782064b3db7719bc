"""One HTTP/2 connection to an upstream: ``http2_state`` knows the protocol, this moves the bytes."""

import asyncio
import contextlib
import time
from typing import Any, assert_never, cast

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_events import (
    Data,
    Event,
    GoAway,
    Head,
    Opened,
    Reset,
    Settled,
    Trailers,
)
from crossfade.shadow.asking.clients.http2_frames import Http2Error
from crossfade.shadow.asking.clients.http2_state import Http2State
from crossfade.shadow.asking.clients.http2_stream import (
    CANCEL,
    ClosedAsUsedError,
    FullError,
    LostError,
    NotProcessedError,
    Stream,
    end,
    fail,
    field_bytes,
    handle,
    is_refusal,
    request_fields,
)
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request
from crossfade.shadow.exchange.fields import CANDIDATE_HEAD_LIMIT_BYTES

_WINDOW_BYTES = 1_048_576
_CONNECTION_WINDOW_BYTES = 2**30  # so that streams that are paused hold up no other
_HEAD_BYTES = 2 * CANDIDATE_HEAD_LIMIT_BYTES  # RFC 9113 6.5.2 counts 32 bytes more for each field


class Http2Connection(asyncio.Protocol):
    """One connection: ``Http2State`` knows the protocol, this class moves the bytes."""

    def __init__(self) -> None:
        self._state = Http2State(
            window_bytes=_WINDOW_BYTES, connection_window_bytes=_CONNECTION_WINDOW_BYTES, head_bytes=_HEAD_BYTES
        )
        self._streams: dict[int, Stream] = {}
        self._slot_freed = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._going_away = False
        self._is_settled = False
        self._is_flushing = False
        self.served = False

    @property
    def usable(self) -> bool:
        """Whether a new stream may be opened."""
        closing = self._transport is None or self._transport.is_closing()
        return not closing and not self._going_away and self._state.takes_streams

    @property
    def is_full(self) -> bool:
        """Whether its streams are as many as the server allows."""
        return bool(self._streams) and self._is_settled and self._has_no_slot()

    def retire(self) -> None:
        """Takes no new streams, and closes when those that it has are over."""
        self._going_away = True

    def close(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._state.say_go_away()
            self._flush()
            self._transport.close()

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        """Raises: FullError, LostError, NotProcessedError, ClosedAsUsedError: it may be sent again; SideFailedError."""
        await self._free_slot()
        on_idle = self.served and not self._streams
        stream = Stream(answer=answer, done=asyncio.get_running_loop().create_future(), on_idle=on_idle)
        ends = parts is None and not request.body
        stream_id = self._state.open(request_fields(request, headers), ends=ends)
        answer.on_room = lambda: self._acknowledge(stream_id, stream)
        self._streams[stream_id] = stream
        try:
            self._flush_soon()
            if parts is not None:
                return await self._ask_in_parts(stream_id, stream, parts)
            if not ends:
                await self._send(stream_id, stream, request.body, last=True)
            answer.sent_at = time.perf_counter()
            return await stream.done
        finally:
            self._forget(stream_id)

    async def _ask_in_parts(self, stream_id: int, stream: Stream, parts: RequestParts) -> Answer:
        """An answer may begin, and end, while the request is still coming."""
        sending = asyncio.create_task(self._send_parts(stream_id, stream, parts))
        waited: set[asyncio.Future[Any]] = {sending, stream.done}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
            return await stream.done
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    async def _send_parts(self, stream_id: int, stream: Stream, parts: RequestParts) -> None:
        while (part := await parts.take()) is not None:
            await self._send(stream_id, stream, part, last=False)
        stream.answer.sent_at = time.perf_counter()
        if stream.done.done():
            return
        if parts.trailers:
            self._state.send_fields(stream_id, field_bytes(parts.trailers), ends=True)
        else:
            self._state.send_data(stream_id, b"", ends=True)
        self._flush()

    def _has_no_slot(self) -> bool:
        return self._state.open_streams >= self._state.max_streams

    async def _free_slot(self) -> None:
        """Waits for room. What the server takes is known from its settings on: till then one stream is enough.

        Raises: FullError, LostError: another connection may have room.
        """
        while self.usable and (self._has_no_slot() or (self._streams and not self._is_settled)):
            if self.is_full:  # of streams that may last
                raise FullError(FailureReason.RESET, "the server takes no more streams here")
            self._slot_freed.clear()
            await self._slot_freed.wait()
        if not self.usable:
            raise LostError(FailureReason.RESET, "connections are closed before anything is sent on them")

    async def _send(self, stream_id: int, stream: Stream, data: bytes, *, last: bool) -> None:
        unsent = memoryview(data)
        while unsent and not stream.done.done():
            room = self._state.room_bytes(stream_id)
            if room <= 0:
                self._flush()
                stream.window_opened.clear()
                await stream.window_opened.wait()
                continue
            chunk, unsent = unsent[:room], unsent[room:]
            self._state.send_data(stream_id, bytes(chunk), ends=last and not unsent)
            self._flush_soon()

    def _acknowledge(self, stream_id: int, stream: Stream) -> None:
        """Lets the side send more of a stream that was paused."""
        if stream_id in self._streams:
            self._give_window_back(stream_id, stream)

    def _give_window_back(self, stream_id: int, stream: Stream) -> None:
        """What a paused stream has taken of the connection's window is not lost with it."""
        if stream.unacknowledged_bytes:
            self._state.give_back(stream_id, stream.unacknowledged_bytes)
            stream.unacknowledged_bytes = 0
            self._flush_soon()

    def _forget(self, stream_id: int) -> None:
        """Ends a stream; one that is open on either side (cancelled, answered before it had all) is reset."""
        stream = self._streams.pop(stream_id)
        self._give_window_back(stream_id, stream)
        self._state.forget(stream_id, CANCEL)
        self._flush()
        self._slot_freed.set()
        if self._going_away and not self._streams:
            self.close()  # the server waits for it

    def _flush_soon(self) -> None:
        """Requests that begin together go out together."""
        if not self._is_flushing:
            self._is_flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flushing = False
        if self._transport is not None and not self._transport.is_closing() and (data := self._state.to_send()):
            self._transport.write(data)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but has all its methods
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._state.receive(data):
                self._handle(event)
        except Http2Error as error:
            self._flush()
            self._fail_all(FailureReason.INVALID, f"not HTTP/2: {error}")
            if self._transport is not None:
                self._transport.close()
            return
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        detail = "connection closed" if exc is None else f"connection lost: {type(exc).__name__}"
        self._fail_all(FailureReason.RESET, f"{detail} before the answer was complete")

    # events

    def _handle(self, event: Event) -> None:
        match event:
            case Data():
                self._take_data(event)
            case Head() | Trailers() | Reset():
                if (stream := self._streams.get(event.stream_id)) is not None:
                    self.served = self.served or isinstance(event, Head)
                    if is_refusal(event, stream):
                        self.retire()
                    handle(event, stream)
            case Opened():
                self._open_windows(event.stream_id)
            case Settled():
                self._is_settled = True
                self._slot_freed.set()
                self._open_windows(0)
            case GoAway():
                self._go_away(event.last_stream_id)
            case _:
                assert_never(event)

    def _open_windows(self, stream_id: int) -> None:
        """More may be sent on a stream, 0: on all."""
        for waiting in self._streams.values() if not stream_id else filter(None, [self._streams.get(stream_id)]):
            waiting.window_opened.set()

    def _take_data(self, event: Data) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.answer.add(event.data)
            if stream.answer.is_overlong:
                fail(stream, FailureReason.INVALID, "its answer goes on and on")
        if stream is None or stream.answer.has_room():
            self._state.give_back(event.stream_id, event.size_bytes)
        else:
            stream.unacknowledged_bytes += event.size_bytes
        if stream is not None and event.ends:
            end(stream)

    def _go_away(self, last_stream_id: int) -> None:
        self._going_away = True
        self._slot_freed.set()
        for stream_id, stream in self._streams.items():
            if stream_id > last_stream_id:
                fail(stream, FailureReason.REFUSED, "the server went away", NotProcessedError)

    def _fail_all(self, reason: FailureReason, detail: str) -> None:
        self._going_away = True
        for stream in self._streams.values():
            as_used = stream.on_idle and not stream.answer.status and reason is FailureReason.RESET
            fail(stream, reason, detail, ClosedAsUsedError if as_used else SideFailedError)
        self._slot_freed.set()
