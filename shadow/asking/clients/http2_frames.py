"""The frames of HTTP/2 as they stand on the wire (RFC 9113 4 and 6): a server's are read, a client's are written. Pure.

A block of header fields comes as one frame, whole and without what pads it.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITISED = 0x1, 0x1, 0x4, 0x8, 0x20
MAX_FRAME_BYTES = 16_384
"""What a server may send in a frame as long as it is not told otherwise (RFC 9113 6.5.2)."""
MAX_BLOCK_FRAMES = 64
"""In how many frames a block of header fields may come."""

_HEAD = struct.Struct(">HBBBI")
_HEAD_BYTES = 9
_PRIORITY_BYTES = 5
_OF_BLOCKS = frozenset({HEADERS, PUSH_PROMISE, CONTINUATION})
_STREAM_ID = 2**31 - 1  # the bit above is reserved (RFC 9113 4.1)


class Http2Error(Exception):
    """What came is no HTTP/2; the text is one line and holds no payload."""


class Frame(NamedTuple):
    """One frame of a server."""

    kind: int
    flags: int
    stream_id: int
    payload: bytes


class FrameReader:
    """Cuts what a server sends into frames; keeps the beginning of one, and of a block of header fields."""

    def __init__(self) -> None:
        self._begun = b""
        self._block: list[bytes] = []
        self._opening: Frame | None = None

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete. Raises: Http2Error."""
        data, at = self._begun + data if self._begun else data, 0
        self._begun = b""
        while len(data) - at >= _HEAD_BYTES:
            high, low, kind, flags, stream_id = _HEAD.unpack_from(data, at)
            end = at + _HEAD_BYTES + (high << 8 | low)
            if end - at - _HEAD_BYTES > MAX_FRAME_BYTES:
                raise Http2Error("a frame that is too long")
            if end > len(data):
                break
            frame = Frame(kind, flags, stream_id & _STREAM_ID, data[at + _HEAD_BYTES : end])
            at = end
            if self._opening is not None or kind in _OF_BLOCKS:
                whole = self._joined(frame)
                if whole is not None:
                    yield whole
            else:
                yield frame
        self._begun = data[at:]

    def _joined(self, frame: Frame) -> Frame | None:
        """The frame that a block makes, once it is whole; nothing may stand between its parts (RFC 9113 4.3)."""
        if self._opening is None:
            if frame.kind == CONTINUATION:
                raise Http2Error("a part of header fields that nothing began")
            self._opening = unpadded(frame)
            self._block = [self._opening.payload]
        elif frame.kind == CONTINUATION and frame.stream_id == self._opening.stream_id:
            self._block.append(frame.payload)
        else:
            raise Http2Error("a frame between parts of header fields")
        if len(self._block) > MAX_BLOCK_FRAMES:
            raise Http2Error("header fields in too many frames")
        if not frame.flags & END_HEADERS:
            return None
        opening, self._opening = self._opening, None
        return opening._replace(payload=b"".join(self._block))


def unpadded(frame: Frame) -> Frame:
    """Without its padding and its priority. Raises: Http2Error: there is less than that."""
    payload, left, right = frame.payload, 0, len(frame.payload)
    if frame.flags & PADDED:
        left, right = 1, right - (payload[0] if payload else 0)
    if frame.kind == HEADERS and frame.flags & PRIORITISED:
        left += _PRIORITY_BYTES
    if left > right:
        raise Http2Error("a frame with more padding than there is")
    return frame._replace(payload=payload[left:right]) if left or right < len(payload) else frame


def frame_bytes(kind: int, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    """One frame."""
    size = len(payload)
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream_id) + payload


def block_frames(stream_id: int, block: bytes, *, ends: bool, most_bytes: int) -> Iterator[bytes]:
    """The frames of a block of header fields; ``ends``: nothing follows it."""
    kind, flags = HEADERS, END_STREAM if ends else 0
    for at in range(0, len(block) or 1, most_bytes):
        is_last = at + most_bytes >= len(block)
        yield frame_bytes(kind, flags | (END_HEADERS if is_last else 0), stream_id, block[at : at + most_bytes])
        kind, flags = CONTINUATION, 0
