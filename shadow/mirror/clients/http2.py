"""HTTP/2 to an upstream by h2: gRPC frames pass as bytes, with metadata, trailers and status details untouched."""

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import Any, cast

import h2.config
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request, header_values
from crossfade.shadow.mirror.clients.exchange import Address, AnswerInProgress, RequestParts, SideFailedError
from crossfade.shadow.mirror.clients.lasting import LastingConnection

_WINDOW_BYTES = 1_048_576
_CONNECTION_WINDOW_BYTES = 2**30  # so that streams that are paused hold up no other
_STATUS = re.compile("[0-9]{3}")  # RFC 9113 8.3.2, RFC 9110 15
_LAST_STREAM_ID = 2**31 - 1  # RFC 9113 5.1.1


class Http2Client:
    """Sends requests as streams of one connection; a new one is opened when it is lost or the server says go away."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        """The upstream's answer, collected by ``answer``; ``parts`` is the body where it is still coming.

        Raises: SideFailedError. Cancelling it resets the stream.
        """
        connection = await self._open()
        return await connection.ask(request, headers, answer, parts)

    async def close(self) -> None:
        """Says go away and closes."""
        if self._connection is not None:
            self._connection.close()

    async def _open(self) -> "_Connection":
        async with self._connecting:
            if self._connection is None or not self._connection.usable:
                self._connection = await self._connect()
            elif self._connection.is_full:  # of streams that may last: what is short is not to wait behind them
                self._connection.retire()
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        address = self._address
        try:
            _, connection = await loop.create_connection(_Connection, address.host, address.port, ssl=address.tls)
        except OSError as error:
            raise SideFailedError(FailureReason.REFUSED, f"could not connect: {type(error).__name__}") from None
        return connection


@dataclass(slots=True, kw_only=True)
class _Stream:
    answer: AnswerInProgress
    done: asyncio.Future[Answer]
    trailers: Headers = ()
    unacknowledged_bytes: int = 0
    window_opened: asyncio.Event = field(default_factory=asyncio.Event)


class _Connection(asyncio.Protocol):
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
        self._streams: dict[int, _Stream] = {}
        self._slot_freed = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._going_away = False

    @property
    def usable(self) -> bool:
        """Whether a new stream may be opened."""
        closing = self._transport is None or self._transport.is_closing()
        return not closing and not self._going_away and self._h2.highest_outbound_stream_id < _LAST_STREAM_ID - 2

    @property
    def is_full(self) -> bool:
        """Whether its streams are as many as the server allows."""
        return bool(self._streams) and self._has_no_slot()

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
        await self._free_slot()
        stream_id = self._h2.get_next_available_stream_id()
        stream = _Stream(answer=answer, done=asyncio.get_running_loop().create_future())
        answer.on_room = lambda: self._acknowledge(stream_id, stream)
        self._streams[stream_id] = stream
        try:
            self._h2.send_headers(stream_id, _fields(request, headers), end_stream=parts is None and not request.body)
            self._flush()
            if parts is None:
                await self._send(stream_id, stream, request.body, last=True)
                answer.sent_at = time.perf_counter()
                return await stream.done
            return await self._ask_in_parts(stream_id, stream, parts)
        except h2.exceptions.ProtocolError as error:
            raise SideFailedError(FailureReason.RESET, f"could not send: {type(error).__name__}") from None
        finally:
            self._forget(stream_id)

    async def _ask_in_parts(self, stream_id: int, stream: "_Stream", parts: RequestParts) -> Answer:
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

    async def _send_parts(self, stream_id: int, stream: "_Stream", parts: RequestParts) -> None:
        while (part := await parts.take()) is not None:
            await self._send(stream_id, stream, part, last=False)
        stream.answer.sent_at = time.perf_counter()
        if stream.done.done():
            return
        if parts.trailers:
            self._h2.send_headers(stream_id, _bytes(parts.trailers), end_stream=True)
        else:
            self._h2.end_stream(stream_id)
        self._flush()

    def _has_no_slot(self) -> bool:
        return bool(self._h2.open_outbound_streams >= self._h2.remote_settings.max_concurrent_streams)

    async def _free_slot(self) -> None:
        while self._has_no_slot():
            self._slot_freed.clear()
            await self._slot_freed.wait()
            if not self.usable:
                raise SideFailedError(FailureReason.RESET, "connection lost")

    async def _send(self, stream_id: int, stream: "_Stream", data: bytes, *, last: bool) -> None:
        unsent = memoryview(data)
        while unsent and not stream.done.done():
            room = min(self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size)
            if room <= 0:
                stream.window_opened.clear()
                await stream.window_opened.wait()
                continue
            chunk, unsent = unsent[:room], unsent[room:]
            self._h2.send_data(stream_id, bytes(chunk), end_stream=last and not unsent)
            self._flush()

    def _acknowledge(self, stream_id: int, stream: "_Stream") -> None:
        """Lets the side send more of a stream that was paused."""
        if stream_id in self._streams:
            self._give_window_back(stream_id, stream)

    def _give_window_back(self, stream_id: int, stream: "_Stream") -> None:
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

    def _flush(self) -> None:
        if self._transport is not None and (data := self._h2.data_to_send()):
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
        self._slot_freed.set()

    # events

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.WindowUpdated | h2.events.RemoteSettingsChanged):
            self._slot_freed.set()
            for waiting in self._streams.values():
                waiting.window_opened.set()
        elif isinstance(event, h2.events.ConnectionTerminated):
            self._go_away(event.last_stream_id)
        elif isinstance(event, h2.events.DataReceived):
            self._take_data(event)
        elif (stream := self._streams.get(getattr(event, "stream_id", 0) or 0)) is not None:
            _handle_stream(event, stream)

    def _take_data(self, event: h2.events.DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.answer.add(event.data)
            if stream.answer.is_overlong:
                _fail(stream, FailureReason.INVALID, "its answer goes on and on")
        if stream is None or stream.answer.has_room():
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        else:
            stream.unacknowledged_bytes += event.flow_controlled_length

    def _go_away(self, last_stream_id: int | None) -> None:
        self._going_away = True
        for stream_id, stream in self._streams.items():
            if last_stream_id is not None and stream_id > last_stream_id:
                _fail(stream, FailureReason.REFUSED, "the server went away")

    def _fail_all(self, reason: FailureReason, detail: str) -> None:
        self._going_away = True
        for stream in self._streams.values():
            _fail(stream, reason, detail)


def _handle_stream(event: h2.events.Event, stream: _Stream) -> None:
    if isinstance(event, h2.events.ResponseReceived):
        fields = _text(event.headers)
        status = ",".join(header_values(fields, ":status"))
        if not _STATUS.fullmatch(status):
            _fail(stream, FailureReason.INVALID, "not HTTP/2: an answer without a status")
            return
        stream.answer.begin(int(status), tuple(item for item in fields if item[0][:1] != ":"))
    elif isinstance(event, h2.events.TrailersReceived):
        stream.trailers = _text(event.headers)
    elif isinstance(event, h2.events.StreamEnded):
        if not stream.done.done():
            stream.done.set_result(stream.answer.end(stream.trailers))
        stream.window_opened.set()
    elif isinstance(event, h2.events.StreamReset):
        _fail(stream, FailureReason.RESET, f"stream reset: {_code_name(event.error_code)}")


def _fail(stream: _Stream, reason: FailureReason, detail: str) -> None:
    if not stream.done.done():
        stream.done.set_exception(SideFailedError(reason, detail))
        stream.done.exception()  # seen: the asker may have been cancelled
    stream.window_opened.set()


def _code_name(code: h2.errors.ErrorCodes | int | None) -> str:
    return code.name if isinstance(code, h2.errors.ErrorCodes) else str(code)


def _fields(request: Request, headers: Headers) -> list[tuple[bytes, bytes]]:
    """Pseudo fields first (RFC 9113 8.3), then the client's, lower case; Host is carried by :authority."""
    pseudo = (
        (":method", request.method),
        (":scheme", request.scheme),
        (":authority", request.authority),
        (":path", request.target),
    )
    kept = ((name.lower(), value) for name, value in headers if name.lower() != "host")
    return _bytes((*pseudo, *kept))


def _bytes(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _text(headers: list[tuple[bytes, bytes]] | None) -> Headers:
    return tuple((bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers or ())
