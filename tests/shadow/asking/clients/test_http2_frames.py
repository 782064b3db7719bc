"""Frames out of bytes."""

import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, PingFrame
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients import http2_frames as wire
from crossfade.shadow.asking.clients.http2_frames import Frame, FrameReader, Http2Error, block_frames, unpadded

_PING = wire.frame_bytes(wire.PING, 0, 0, b"12345678")


def _read(data: bytes) -> list[Frame]:
    return list(FrameReader().feed(data))


@given(st.lists(st.binary(max_size=60), max_size=5), st.integers(1, 40))
def test_frames_come_whole_however_the_bytes_are_cut(payloads: list[bytes], size: int) -> None:
    """Each once, in their order."""
    data = b"".join(DataFrame(1, payload).serialize() for payload in payloads)
    reader = FrameReader()
    found = [frame for at in range(0, len(data), size) for frame in reader.feed(data[at : at + size])]
    assert [frame.payload for frame in found] == payloads


def test_a_block_of_fields_comes_as_one_frame() -> None:
    """With the stream and the flags of its first part."""
    head = HeadersFrame(5, b"abc", flags=["END_STREAM"]).serialize()
    rest = ContinuationFrame(5, b"def", flags=["END_HEADERS"]).serialize()
    assert _read(head + rest + _PING) == [
        Frame(wire.HEADERS, wire.END_STREAM, 5, b"abcdef"),
        Frame(wire.PING, 0, 0, b"12345678"),
    ]


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 25])
def test_a_written_block_is_read_back(size: int) -> None:
    """In as many frames as it takes."""
    block = bytes(range(size))
    frames = list(block_frames(3, block, ends=True, most_bytes=10))
    assert len(frames) == max(1, -(-size // 10))
    (found,) = _read(b"".join(frames))
    assert (found.stream_id, found.flags & wire.END_STREAM, found.payload) == (3, 1, block)


def test_padding_and_priority_are_taken_off() -> None:
    """Of a part of a body when it is read: the padding counts for the windows."""
    padded = DataFrame(1, b"body", pad_length=9, flags=["PADDED"]).serialize()
    (data,) = _read(padded)
    assert (len(data.payload), unpadded(data).payload) == (14, b"body")
    head = HeadersFrame(1, b"fields", pad_length=3, flags=["PADDED", "PRIORITY", "END_HEADERS"])
    assert [frame.payload for frame in _read(head.serialize())] == [b"fields"]


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x05abc"])
def test_more_padding_than_there_is(payload: bytes) -> None:
    """Is an error, and so is a priority that is cut."""
    with pytest.raises(Http2Error, match="padding"):
        unpadded(Frame(wire.DATA, wire.PADDED, 1, payload))
    with pytest.raises(Http2Error, match="padding"):
        unpadded(Frame(wire.HEADERS, wire.PRIORITISED, 1, b"four"))


@pytest.mark.parametrize(
    "data",
    [
        HeadersFrame(1, b"a").serialize() + PingFrame(0, b"12345678").serialize(),
        HeadersFrame(1, b"a").serialize() + ContinuationFrame(3, b"b").serialize(),
        HeadersFrame(1, b"a").serialize() + HeadersFrame(1, b"b", flags=["END_HEADERS"]).serialize(),
        ContinuationFrame(1, b"b").serialize(),
        HeadersFrame(1, b"a").serialize() + ContinuationFrame(1, b"").serialize() * wire.MAX_BLOCK_FRAMES,
        b"\x00\x40\x01" + bytes(6),
    ],
    ids=["another kind", "another stream", "another block", "no beginning", "too many", "too long"],
)
def test_frames_that_can_not_be(data: bytes) -> None:
    """Are refused, the long one before it has come."""
    with pytest.raises(Http2Error):
        _read(data)


def test_what_came_before_an_error_is_told() -> None:
    """A ping, and then a frame that is too long."""
    frames = FrameReader().feed(_PING + b"\xff" * 9)
    assert next(frames).kind == wire.PING
    with pytest.raises(Http2Error):
        next(frames)
