"""What a brotli body tells of its size."""

import random

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.brotli_blocks import told_bytes

WINDOWS = st.integers(10, 24)


@given(st.binary(max_size=400), WINDOWS, st.integers(0, 11))
def test_one_call_of_an_encoder(body: bytes, window: int, quality: int) -> None:
    """It tells the very size, whatever the window."""
    assert told_bytes(brotli.compress(body, quality=quality, lgwin=window)) == len(body)


@pytest.mark.parametrize("body", [bytes(60_000), random.Random(1).randbytes(200_000), b'{"a": 1}' * 5000])
def test_long_ones(body: bytes) -> None:
    """Of one compressed block, and of several that are not compressed."""
    assert told_bytes(brotli.compress(body)) in {len(body), None}
    assert told_bytes(brotli.compress(bytes(2**23), quality=5, lgwin=24)) == 2**23


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=4), WINDOWS)
def test_never_less_than_it_holds(parts: list[bytes], window: int) -> None:
    """Where an encoder was flushed in between, the size is told, or not."""
    encoder = brotli.Compressor(lgwin=window)
    body = b"".join(encoder.process(part) + encoder.flush() for part in parts) + encoder.finish()
    told = told_bytes(body)
    assert told is None or told == len(b"".join(parts))


def test_metadata_holds_nothing() -> None:
    """RFC 7932 9.2: bytes that are skipped."""
    window, last = 0b0, 0b11
    metadata = 0b0 | 0b11 << 1 | 0b0 << 3 | 0b01 << 4 | 2 << 6  # not the last, of one length byte, of 3 bytes
    body = (window | metadata << 1).to_bytes(2, "little") + b"abc" + bytes([last])
    assert brotli.decompress(body) == b""
    assert told_bytes(body) == 0


@given(st.binary(max_size=40))
def test_any_bytes(body: bytes) -> None:
    """What is no brotli tells something or nothing, and never fails."""
    told = told_bytes(body)
    assert told is None or told >= 0


def test_a_cut_head_tells_nothing_of_a_block() -> None:
    """Behind the end there are zeros: the head of a compressed block that does not end."""
    assert told_bytes(b"\x0b") is None
