"""The client's half of an HTTP/2 connection: bytes in, events out, and the bytes to send (RFC 9113). Pure.

It opens streams, keeps the windows of both directions, and refuses what no server may send. Own code in place of h2's:
that took half of a replay's time. A wire.GOAWAY ends no stream (RFC 9113 6.8), and pushes are refused.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.shadow.asking.clients import http2_frames as wire
from crossfade.shadow.asking.clients.http2_events import Data, Event, GoAway, Head, Opened, Reset, Settled, Trailers
from crossfade.shadow.asking.clients.http2_fields import NO_TABLE, BlockReader, block_of
from crossfade.shadow.asking.clients.http2_frames import (
    Frame,
    FrameReader,
    Http2Error,
    block_frames,
    frame_bytes,
    unpadded,
)
from crossfade.shadow.asking.clients.http2_windows import Inbound, Outbound
from crossfade.shadow.exchange import Headers, header_values

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_TABLE_SIZE, _ENABLE_PUSH, _MAX_STREAMS, _INITIAL_WINDOW, _MAX_FRAME = 1, 2, 3, 4, 5
_SETTING, _UINT32, _GOAWAY = struct.Struct(">HI"), struct.Struct(">I"), struct.Struct(">II")
_FIRST_WINDOW_BYTES = 65_535
_MOST_FRAME_BYTES = 2**24 - 1
_LAST_STREAM_ID = 2**31 - 1  # RFC 9113 5.1.1
_PING_BYTES = 8
Fields = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Stream:
    """``has_head``: the final head came. ``left_bytes`` of the body as declared, None where nothing was."""

    outbound: Outbound
    inbound: Inbound
    sends: bool = True
    receives: bool = True
    has_head: bool = False
    left_bytes: int | None = None


class Http2State:
    """One connection. What is to be sent is taken with ``to_send`` after each step."""

    def __init__(self, *, window_bytes: int, connection_window_bytes: int, head_bytes: int) -> None:
        """The windows that the server gets, and how large its lists of fields may be."""
        self._reader = FrameReader()
        self._blocks = BlockReader(head_bytes)
        self._window_bytes = window_bytes
        self._streams: dict[int, _Stream] = {}
        self._last_id = -1
        self._outbound = Outbound(_FIRST_WINDOW_BYTES)
        self._inbound = Inbound(_FIRST_WINDOW_BYTES + connection_window_bytes)
        self._first_window = _FIRST_WINDOW_BYTES
        self._table_is_told = False
        self.open_streams = 0
        self.max_streams = _LAST_STREAM_ID
        self.max_frame_bytes = wire.MAX_FRAME_BYTES
        settings = _SETTING.pack(_ENABLE_PUSH, 0) + _SETTING.pack(_INITIAL_WINDOW, window_bytes)
        opening = frame_bytes(wire.WINDOW_UPDATE, 0, 0, _UINT32.pack(connection_window_bytes))
        self._unsent = [_PREFACE, frame_bytes(wire.SETTINGS, 0, 0, settings), opening]

    def to_send(self) -> bytes:
        """What has not been taken yet."""
        data = b"".join(self._unsent)
        self._unsent.clear()
        return data

    # streams

    @property
    def takes_streams(self) -> bool:
        """Whether there are ids left."""
        return self._last_id < _LAST_STREAM_ID - 2

    def open(self, fields: Fields, *, ends: bool) -> int:
        """Begins a request; gives its stream's id."""
        self._last_id = stream_id = self._last_id + 2
        self._streams[stream_id] = _Stream(Outbound(self._first_window), Inbound(self._window_bytes))
        self.open_streams += 1
        self.send_fields(stream_id, fields, ends=ends)
        return stream_id

    def send_fields(self, stream_id: int, fields: Fields, *, ends: bool) -> None:
        """A head, or trailers."""
        block = block_of(fields)
        if not self._table_is_told:
            self._table_is_told, block = True, NO_TABLE + block
        self._unsent += block_frames(stream_id, block, ends=ends, most_bytes=self.max_frame_bytes)
        if ends:
            self._ended(self._streams[stream_id], sends=True)

    def room_bytes(self, stream_id: int) -> int:
        """How much may be sent of a body now, in one frame."""
        stream = self._streams[stream_id]
        return min(stream.outbound.bytes_left, self._outbound.bytes_left, self.max_frame_bytes)

    def send_data(self, stream_id: int, data: bytes, *, ends: bool) -> None:
        """A part of a body, for which there is room; empty at an end that comes alone."""
        stream = self._streams[stream_id]
        stream.outbound.take(len(data))
        self._outbound.take(len(data))
        self._unsent.append(frame_bytes(wire.DATA, wire.END_STREAM if ends else 0, stream_id, data))
        if ends:
            self._ended(stream, sends=True)

    def give_back(self, stream_id: int, size_bytes: int) -> None:
        """Data of a stream were read, or are not needed: the server may send as much more."""
        stream = self._streams.get(stream_id)
        if stream is not None and stream.receives:
            self._widen(stream_id, stream.inbound.give_back(size_bytes))
        self._widen(0, self._inbound.give_back(size_bytes))

    def forget(self, stream_id: int, code: int) -> None:
        """Nobody waits for a stream any more: one that is open on either side is reset with this code."""
        stream = self._streams.pop(stream_id, None)
        if stream is not None and (stream.sends or stream.receives):
            self.open_streams -= 1
            self._unsent.append(frame_bytes(wire.RST_STREAM, 0, stream_id, _UINT32.pack(code)))

    def say_go_away(self) -> None:
        """Nothing more is asked on this connection."""
        self._unsent.append(frame_bytes(wire.GOAWAY, 0, 0, _GOAWAY.pack(0, 0)))

    # receiving

    def receive(self, data: bytes) -> Iterator[Event]:
        """What the server says with these bytes. Raises: Http2Error: after which nothing can be understood."""
        for frame in self._reader.feed(data):
            event = self._read(frame)
            if event is not None:
                yield event

    def _read(self, frame: Frame) -> Event | None:  # noqa: PLR0911 - one for each kind
        match frame.kind:
            case wire.DATA:
                return self._read_data(frame)
            case wire.HEADERS:
                return self._read_fields(frame)
            case wire.WINDOW_UPDATE:
                return self._read_window_update(frame)
            case wire.RST_STREAM:
                return self._read_reset(frame)
            case wire.SETTINGS:
                return self._read_settings(frame)
            case wire.PING:
                return self._read_ping(frame)
            case wire.GOAWAY:
                return _go_away(frame)
            case wire.PUSH_PROMISE:
                raise Http2Error("a push that nobody asked for")
        return None  # RFC 9113 5.5

    def _read_data(self, frame: Frame) -> Event | None:
        size_bytes = len(frame.payload)
        stream = self._streams.get(frame.stream_id)
        self._inbound.take(size_bytes)
        if stream is None:
            self._require_known(frame)
            self._widen(0, self._inbound.give_back(size_bytes))
            return None
        if not stream.receives or not stream.has_head:
            raise Http2Error("data of an answer that has not begun, or has ended")
        stream.inbound.take(size_bytes)
        data, ends = unpadded(frame).payload, bool(frame.flags & wire.END_STREAM)
        if stream.left_bytes is not None:
            stream.left_bytes -= len(data)
            if stream.left_bytes < 0 or (ends and stream.left_bytes):
                raise Http2Error("a body that is not as long as its head says")
        self._ended(stream, receives=ends)
        return Data(frame.stream_id, data, size_bytes, ends)

    def _read_fields(self, frame: Frame) -> Event | None:
        fields = self._blocks.fields(frame.payload)  # also of a stream that is forgotten: later blocks lean on it
        stream = self._streams.get(frame.stream_id)
        ends = bool(frame.flags & wire.END_STREAM)
        if stream is None:
            self._require_known(frame)
            return None
        if not stream.receives:
            raise Http2Error("header fields behind an answer's end")
        if stream.has_head:
            if not ends:
                raise Http2Error("trailers that end nothing")
            self._ended(stream, receives=True)
            return Trailers(frame.stream_id, fields)
        if _is_interim(fields):
            if ends:
                raise Http2Error("an answer that ends before its status")
            return None
        stream.has_head = True
        stream.left_bytes = _declared_bytes(fields)
        self._ended(stream, receives=ends)
        return Head(frame.stream_id, fields, ends)

    def _read_reset(self, frame: Frame) -> Event | None:
        code = _uint32(frame)
        self._require_known(frame)
        stream = self._streams.get(frame.stream_id)
        if stream is None:
            return None
        self._ended(stream, sends=True, receives=True)
        return Reset(frame.stream_id, code)

    def _read_settings(self, frame: Frame) -> Event | None:
        if frame.stream_id or len(frame.payload) % _SETTING.size or (frame.flags & wire.ACK and frame.payload):
            raise Http2Error("settings that are none")
        if frame.flags & wire.ACK:
            return None
        for name, value in _SETTING.iter_unpack(frame.payload):
            self._set(name, value)
        self._unsent.append(frame_bytes(wire.SETTINGS, wire.ACK, 0))
        return Settled()

    def _set(self, name: int, value: int) -> None:
        if name == _TABLE_SIZE:
            self._table_is_told = False
        elif name == _MAX_STREAMS:
            self.max_streams = value
        elif name == _MAX_FRAME:
            if not wire.MAX_FRAME_BYTES <= value <= _MOST_FRAME_BYTES:
                raise Http2Error("a size of frames that can't be")
            self.max_frame_bytes = value
        elif name == _INITIAL_WINDOW:
            for stream in self._streams.values():
                stream.outbound.add(value - self._first_window)
            Outbound(0).add(value)  # a window of its own may not be larger either
            self._first_window = value

    def _read_window_update(self, frame: Frame) -> Event | None:
        size_bytes = _uint32(frame) & _LAST_STREAM_ID
        if not size_bytes:
            raise Http2Error("a window that grows by nothing")
        if not frame.stream_id:
            self._outbound.add(size_bytes)
        elif (stream := self._streams.get(frame.stream_id)) is not None:
            stream.outbound.add(size_bytes)
        else:
            self._require_known(frame)
            return None
        return Opened(frame.stream_id)

    def _read_ping(self, frame: Frame) -> Event | None:
        if len(frame.payload) != _PING_BYTES or frame.stream_id:
            raise Http2Error("a ping that is none")
        if not frame.flags & wire.ACK:
            self._unsent.append(frame_bytes(wire.PING, wire.ACK, 0, frame.payload))
        return None

    def _require_known(self, frame: Frame) -> None:
        """Raises: Http2Error: a stream that was never opened."""
        if frame.stream_id % 2 == 0 or frame.stream_id > self._last_id:
            raise Http2Error("a frame of a stream that nobody opened")

    def _ended(self, stream: _Stream, *, sends: bool = False, receives: bool = False) -> None:
        """We, or the server, have ended a stream."""
        was_open = stream.sends or stream.receives
        stream.sends, stream.receives = stream.sends and not sends, stream.receives and not receives
        self.open_streams -= was_open and not (stream.sends or stream.receives)

    def _widen(self, stream_id: int, size_bytes: int) -> None:
        if size_bytes:
            self._unsent.append(frame_bytes(wire.WINDOW_UPDATE, 0, stream_id, _UINT32.pack(size_bytes)))


def _go_away(frame: Frame) -> GoAway:
    if len(frame.payload) < _GOAWAY.size or frame.stream_id:
        raise Http2Error("a farewell that is none")
    last_stream_id, _ = _GOAWAY.unpack_from(frame.payload)
    return GoAway(last_stream_id & _LAST_STREAM_ID)


def _uint32(frame: Frame) -> int:
    if len(frame.payload) != _UINT32.size:
        raise Http2Error("a frame of another size than its kind has")
    return int(_UINT32.unpack(frame.payload)[0])


def _is_interim(fields: Headers) -> bool:
    """Whether the final head is still to come (RFC 9110 15.2)."""
    return any(status[:1] == "1" for status in header_values(fields, ":status")[:1])


def _declared_bytes(fields: Headers) -> int | None:
    """The length of the body as declared, where that is a number."""
    value = next(iter(header_values(fields, "content-length")), "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None  # noqa: PLR2004
