"""HTTP/2 without TLS, by prior knowledge: gRPC, and HTTP; by h2."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from crossfade.parity_tests.corpus.protocols import protocol_of
from crossfade.parity_tests.mock.answering import MAX_BODY_BYTES, Heard, Mock, answer
from crossfade.parity_tests.mock.book import Client
from crossfade.shadow.exchange import Headers, Request
from crossfade.shadow.exchange.fields import as_recorded, wire_text
from crossfade.shadow.exchange.shadow_headers import HOP_BY_HOP

IDLE_S = 600.0
MAX_STREAMS = 256
_READ_BYTES = 65_536
_WINDOW_BYTES = 1_048_576
_HEAD_BYTES = 65_536
_SETTINGS = {
    SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
    SettingCodes.MAX_HEADER_LIST_SIZE: _HEAD_BYTES,
    SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES,
}


@dataclass(slots=True)
class _Stream:
    heard: Heard
    task: "asyncio.Task[None] | None" = None
    window: asyncio.Event = field(default_factory=asyncio.Event)


async def serve_http2(mock: Mock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
    """Answers all requests of a connection; ``first`` was read of it already. Raises: ConnectionError, TimeoutError."""
    connection = _Connection(mock, writer)
    try:
        await connection.receive(first)
        while not connection.closed:
            async with asyncio.timeout(IDLE_S):
                data = await reader.read(_READ_BYTES)
            if not data:
                return
            await connection.receive(data)
    except ProtocolError:
        await connection.flush()
    finally:
        await connection.close()


class _Connection:
    """h2's state, the streams, and the bytes."""

    def __init__(self, mock: Mock, writer: asyncio.StreamWriter) -> None:
        self.closed = False
        self._mock = mock
        self._writer = writer
        self._client = Client()
        self._streams: dict[int, _Stream] = {}
        config = H2Configuration(client_side=False, header_encoding=None, validate_outbound_headers=False)
        self.state = H2Connection(config)
        self.state.local_settings = Settings(client=False, initial_values=_SETTINGS)
        self.state.initiate_connection()
        self.state.increment_flow_control_window(_WINDOW_BYTES)

    async def receive(self, data: bytes) -> None:
        """Takes bytes. Raises: ProtocolError."""
        for event in self.state.receive_data(data):
            self._take(event)
        await self.flush()

    async def flush(self) -> None:
        """Sends what h2 has to send. Raises: ConnectionError."""
        self._writer.write(self.state.data_to_send())
        await self._writer.drain()

    async def close(self) -> None:
        """Ends all streams."""
        tasks = [stream.task for stream in self._streams.values() if stream.task is not None]
        for stream in list(self._streams.values()):
            _leave(stream)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, event: Any) -> None:  # noqa: ANN401 - h2's events
        match event:
            case RequestReceived():
                self._begin(event)
            case DataReceived():
                self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self._hear(event.stream_id, event.data)
            case TrailersReceived() if event.stream_id in self._streams:
                self._streams[event.stream_id].heard.trailers = _fields(event.headers)
            case StreamEnded() if event.stream_id in self._streams:
                heard = self._streams[event.stream_id].heard
                heard.ended = True
                heard.changed.set()
            case StreamReset() if event.stream_id in self._streams:
                _leave(self._streams[event.stream_id])
            case WindowUpdated() | RemoteSettingsChanged():
                for stream in self._streams.values():
                    stream.window.set()
            case ConnectionTerminated():
                self.closed = True
            case _:
                pass

    def _begin(self, event: Any) -> None:  # noqa: ANN401 - h2's events
        stream = _Stream(Heard(_request(event.headers)))
        self._streams[event.stream_id] = stream
        stream.task = asyncio.create_task(self._answer(event.stream_id, stream))

    def _hear(self, stream_id: int, data: bytes) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        stream.heard.body += data
        if len(stream.heard.body) > MAX_BODY_BYTES:
            self.state.reset_stream(stream_id, ErrorCodes.ENHANCE_YOUR_CALM)
            _leave(stream)
        stream.heard.changed.set()

    async def _answer(self, stream_id: int, stream: _Stream) -> None:
        try:
            with contextlib.suppress(ConnectionError, ProtocolError):
                await answer(self._mock, stream.heard, _Wire(self, stream_id, stream), self._client)
        finally:
            self._streams.pop(stream_id, None)


class _Wire:
    """One answer. The header waits for what follows it: a call without messages has one block (Trailers-Only)."""

    def __init__(self, connection: _Connection, stream_id: int, stream: _Stream) -> None:
        self._connection = connection
        self._id = stream_id
        self._stream = stream
        self._head: list[tuple[bytes, bytes]] | None = None

    async def begin(self, status: int, headers: Headers) -> None:
        """See Wire."""
        self._head = [(b":status", str(status).encode()), *_own(headers)]

    async def send(self, data: bytes) -> None:
        """See Wire."""
        await self._send_head(end=False)
        state = self._connection.state
        while data:
            self._check()
            self._stream.window.clear()
            room = min(state.local_flow_control_window(self._id), state.max_outbound_frame_size)
            if room > 0:
                state.send_data(self._id, data[:room])
                data = data[room:]
                await self._connection.flush()
            else:
                await self._stream.window.wait()

    async def end(self, trailers: Headers) -> None:
        """See Wire."""
        if self._head is not None:
            await self._send_head(end=not trailers)
            if not trailers:
                return
        self._check()
        if trailers:
            self._connection.state.send_headers(self._id, list(_own(trailers)), end_stream=True)
        else:
            self._connection.state.end_stream(self._id)
        await self._connection.flush()

    async def abort(self) -> None:
        """See Wire."""
        self._check()
        self._connection.state.reset_stream(self._id, ErrorCodes.INTERNAL_ERROR)
        await self._connection.flush()

    async def _send_head(self, *, end: bool) -> None:
        self._check()
        if self._head is not None:
            self._connection.state.send_headers(self._id, self._head, end_stream=end)
            self._head = None
            await self._connection.flush()

    def _check(self) -> None:
        if self._stream.heard.gone:
            raise ConnectionResetError


def _leave(stream: _Stream) -> None:
    stream.heard.gone = True
    stream.heard.changed.set()
    stream.window.set()


def _own(headers: Headers) -> Iterable[tuple[bytes, bytes]]:
    """RFC 9113 8.2: lower case, and nothing of another connection."""
    return (
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in headers
        if name.lower() not in HOP_BY_HOP and not name.startswith(":")
    )


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return as_recorded((name, value) for name, value in headers if name[:1] != b":")


def _request(fields: Iterable[tuple[bytes, bytes]]) -> Request:
    fields = list(fields)
    pseudo = {name: wire_text(value) for name, value in fields if name[:1] == b":"}
    headers = _fields(fields)
    return Request(
        id="",
        protocol=protocol_of(headers, http2=True),
        method=pseudo.get(b":method", ""),
        scheme=pseudo.get(b":scheme", "http"),
        authority=pseudo.get(b":authority", ""),
        target=pseudo.get(b":path", ""),
        headers=headers,
        body=b"",
        truncated=False,
        trailers=(),
        started_at=time.time(),
    )
