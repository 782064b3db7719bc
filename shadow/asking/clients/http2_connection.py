"""One HTTP/2 connection to an upstream: h2 keeps the state, this moves the bytes."""

import asyncio
import contextlib
import time
from typing import Any, cast

import h2.config
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_stream import (
    ClosedAsUsedError,
    FullError,
    LostError,
    NotProcessedError,
    Stream,
    fail,
    field_bytes,
    handle,
    is_refusal,
    request_fields,
)
from crossfade.shadow.asking.clients.lasting import LastingConnection
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request
from crossfade.shadow.exchange.fields import CANDIDATE_HEAD_LIMIT_BYTES

_WINDOW_BYTES = 1_048_576
_CONNECTION_WINDOW_BYTES = 2**30  # so that streams that are paused hold up no other
_LAST_STREAM_ID = 2**31 - 1  # RFC 9113 5.1.1
_HEAD_BYTES = 2 * CANDIDATE_HEAD_LIMIT_BYTES  # RFC 9113 6.5.2 counts 32 bytes more for each field


class Http2Connection(asyncio.Protocol):
    """One connection: h2 keeps the state, this class moves the bytes."""

    def __init__(self) -> None:
        self._h2 = LastingConnection(
            h2.config.H2Configuration(
                client_side=True, header_encoding=None, validate_outbound_headers=False, validate_inbound_headers=False
            )
        )
        self._h2.local_settings = h2.settings.Settings(
            client=True, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES}
        )
        self._h2.decoder.max_header_list_size = _HEAD_BYTES
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
        return not closing and not self._going_away and self._h2.highest_outbound_stream_id < _LAST_STREAM_ID - 2

    @property
    def is_full(self) -> bool:
        """Whether its streams are as many as the server allows."""
        return bool(self._streams) and self._is_settled and self._has_no_slot()

    def retire(self) -> None:
        """Takes no new streams, and closes when those that it has are over."""
        self._going_away = True

    def close(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._h2.close_connection()
            self._flush()
            self._transport.close()

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        """Raises: FullError, LostError, NotProcessedError, ClosedAsUsedError: it may be sent again; SideFailedError."""
        await self._free_slot()
        stream_id = self._h2.get_next_available_stream_id()
        on_idle = self.served and not self._streams
        stream = Stream(answer=answer, done=asyncio.get_running_loop().create_future(), on_idle=on_idle)
        answer.on_room = lambda: self._acknowledge(stream_id, stream)
        self._streams[stream_id] = stream
        try:
            self._h2.send_headers(
                stream_id, request_fields(request, headers), end_stream=parts is None and not request.body
            )
            if parts is not None or not request.body:
                self._flush_soon()  # else they go out with the body
            if parts is None:
                await self._send(stream_id, stream, request.body, last=True)
                answer.sent_at = time.perf_counter()
                return await stream.done
            return await self._ask_in_parts(stream_id, stream, parts)
        except h2.exceptions.ProtocolError as error:
            raise SideFailedError(FailureReason.RESET, f"could not send: {type(error).__name__}") from None
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
            with contextlib.suppress(asyncio.CancelledError, h2.exceptions.ProtocolError):
                await sending

    async def _send_parts(self, stream_id: int, stream: Stream, parts: RequestParts) -> None:
        while (part := await parts.take()) is not None:
            await self._send(stream_id, stream, part, last=False)
        stream.answer.sent_at = time.perf_counter()
        if stream.done.done():
            return
        if parts.trailers:
            self._h2.send_headers(stream_id, field_bytes(parts.trailers), end_stream=True)
        else:
            self._h2.end_stream(stream_id)
        self._flush()

    def _has_no_slot(self) -> bool:
        return bool(self._h2.open_outbound_streams >= self._h2.remote_settings.max_concurrent_streams)

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
            room = min(self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size)
            if room <= 0:
                self._flush()
                stream.window_opened.clear()
                await stream.window_opened.wait()
                continue
            chunk, unsent = unsent[:room], unsent[room:]
            self._h2.send_data(stream_id, bytes(chunk), end_stream=last and not unsent)
            self._flush_soon()

    def _acknowledge(self, stream_id: int, stream: Stream) -> None:
        """Lets the side send more of a stream that was paused."""
        if stream_id in self._streams:
            self._give_window_back(stream_id, stream)

    def _give_window_back(self, stream_id: int, stream: Stream) -> None:
        """What a paused stream has taken of the connection's window is not lost with it."""
        if stream.unacknowledged_bytes:
            with contextlib.suppress(h2.exceptions.ProtocolError):  # the connection broke in the meantime
                self._h2.acknowledge_received_data(stream.unacknowledged_bytes, stream_id)
            stream.unacknowledged_bytes = 0
            self._flush()

    def _forget(self, stream_id: int) -> None:
        """Ends a stream; one that is open on either side (cancelled, answered before it had all) is reset."""
        stream = self._streams.pop(stream_id, None)
        if stream is not None:
            self._give_window_back(stream_id, stream)
        state = self._h2.streams.get(stream_id)
        open_still = state is not None and not state.closed
        if open_still and self._transport is not None and not self._transport.is_closing():
            with contextlib.suppress(h2.exceptions.ProtocolError):  # the connection broke in the meantime
                self._h2.reset_stream(stream_id, h2.errors.ErrorCodes.CANCEL)
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
        if self._transport is not None and not self._transport.is_closing() and (data := self._h2.data_to_send()):
            self._transport.write(data)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but has all its methods
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(_CONNECTION_WINDOW_BYTES)
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self._flush()
            self._fail_all(FailureReason.INVALID, f"not HTTP/2: {type(error).__name__}")
            if self._transport is not None:
                self._transport.close()
            return
        for event in events:
            self._handle(event)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        detail = "connection closed" if exc is None else f"connection lost: {type(exc).__name__}"
        self._fail_all(FailureReason.RESET, f"{detail} before the answer was complete")

    # events

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.WindowUpdated | h2.events.RemoteSettingsChanged):
            self._is_settled = self._is_settled or isinstance(event, h2.events.RemoteSettingsChanged)
            self._slot_freed.set()
            for waiting in self._streams.values():
                waiting.window_opened.set()
        elif isinstance(event, h2.events.ConnectionTerminated):
            self._go_away(event.last_stream_id)
        elif isinstance(event, h2.events.DataReceived):
            self._take_data(event)
        elif (stream := self._streams.get(getattr(event, "stream_id", 0) or 0)) is not None:
            self.served = self.served or isinstance(event, h2.events.ResponseReceived)
            if is_refusal(event, stream):
                self.retire()
            handle(event, stream)

    def _take_data(self, event: h2.events.DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.answer.add(event.data)
            if stream.answer.is_overlong:
                fail(stream, FailureReason.INVALID, "its answer goes on and on")
        if stream is None or stream.answer.has_room():
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        else:
            stream.unacknowledged_bytes += event.flow_controlled_length

    def _go_away(self, last_stream_id: int | None) -> None:
        self._going_away = True
        self._slot_freed.set()
        for stream_id, stream in self._streams.items():
            if last_stream_id is not None and stream_id > last_stream_id:
                fail(stream, FailureReason.REFUSED, "the server went away", NotProcessedError)

    def _fail_all(self, reason: FailureReason, detail: str) -> None:
        self._going_away = True
        for stream in self._streams.values():
            as_used = stream.on_idle and not stream.answer.status and reason is FailureReason.RESET
            fail(stream, reason, detail, ClosedAsUsedError if as_used else SideFailedError)
        self._slot_freed.set()
