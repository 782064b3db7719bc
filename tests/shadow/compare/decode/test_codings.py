"""Compressed bodies come out whole, or not at all."""

import contextlib
import gzip
import random
import time
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import MAX_MEMBERS, decode_codings, decode_small

TEXT = b'{"builds": [' + b'{"id": 1234567, "ok": true}, ' * 400 + b"{}]}"


def _raw_deflate(body: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(body) + coder.flush()


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


def _zstd_without_size(body: bytes) -> bytes:
    coder = zstandard.ZstdCompressor().compressobj()
    return coder.compress(body) + coder.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", _zstd),
    "zstd stream": ("zstd", _zstd_without_size),
}
every_coding = pytest.mark.parametrize(("name", "encode"), ENCODERS.values(), ids=ENCODERS)


@every_coding
@pytest.mark.parametrize("body", [b"a", TEXT, random.Random(1).randbytes(70_000)], ids=["short", "text", "random"])
def test_round_trip(name: str, encode: Callable[[bytes], bytes], body: bytes) -> None:
    """What was coded comes back."""
    assert decode_codings(encode(body), (name,)) == body


@every_coding
def test_every_cut_is_seen(name: str, encode: Callable[[bytes], bytes]) -> None:
    """No proper prefix of a coded body is taken for a body."""
    whole = encode(TEXT)
    for end in range(1, len(whole)):
        with pytest.raises(UndecodableError):
            decode_codings(whole[:end], (name,))


@every_coding
def test_bytes_behind_the_end_are_not_dropped(name: str, encode: Callable[[bytes], bytes]) -> None:
    """A body with something behind it is not the same as one without."""
    with pytest.raises(UndecodableError):
        decode_codings(encode(TEXT) + b"junk", (name,))


def test_a_second_deflate_stream_is_not_dropped() -> None:
    """Only gzip and zstd have members."""
    with pytest.raises(UndecodableError, match="got more"):
        decode_codings(zlib.compress(b"a") * 2, ("deflate",))


@pytest.mark.parametrize(("name", "encode"), [("gzip", gzip.compress), ("zstd", _zstd)])
def test_members_are_joined(name: str, encode: Callable[[bytes], bytes]) -> None:
    """Several members, an empty one too, are one body."""
    assert decode_codings(encode(b"one,") + encode(b"") + encode(b"two"), (name,)) == b"one,two"


def test_a_skippable_frame_holds_nothing() -> None:
    """RFC 8878 3.1.2."""
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    assert decode_codings(skippable + _zstd(b"a") + skippable, ("zstd",)) == b"a"


@pytest.mark.parametrize(("name", "encode"), [("gzip", gzip.compress), ("zstd", _zstd)])
def test_members_are_bounded(name: str, encode: Callable[[bytes], bytes]) -> None:
    """A body of very many empty members costs no time."""
    with pytest.raises(UndecodableError, match=f"at most {MAX_MEMBERS}"):
        decode_codings(encode(b"") * (MAX_MEMBERS + 30), (name,))


@pytest.mark.parametrize(("name", "encode"), [("gzip", gzip.compress), ("zstd", _zstd)])
def test_very_many_small_members(name: str, encode: Callable[[bytes], bytes]) -> None:
    """What is behind a member is not copied for each of them."""
    one, large = encode(b"ab"), encode(random.Random(3).randbytes(3_000_000))
    started = time.process_time()
    assert decode_codings(one * (MAX_MEMBERS - 1) + large, (name,))[:4] == b"abab"
    assert time.process_time() - started < 2
    with pytest.raises(UndecodableError, match="got a cut one"):
        decode_codings(one * 3 + one[:-2], (name,))


@every_coding
def test_a_bomb_stops_at_the_limit(name: str, encode: Callable[[bytes], bytes]) -> None:
    """A small body that would fill the memory is refused, and one of exactly the limit is not."""
    bomb = encode(bytes(20_000_000))
    with pytest.raises(UndecodableError, match="at most 1000 bytes"):
        decode_codings(bomb, (name,), limit_bytes=1000)
    assert decode_codings(encode(bytes(1000)), (name,), limit_bytes=1000) == bytes(1000)
    with pytest.raises(UndecodableError, match="at most 999 bytes"):
        decode_codings(encode(bytes(1000)), (name,), limit_bytes=999)


def _run_lengths(blocks: int) -> bytes:
    """A zstd frame (RFC 8878 3.1.1) of blocks of 128 KiB in 4 bytes each."""
    head = b"\x28\xb5\x2f\xfd\x00\x70"
    return head + b"".join(
        (131_072 << 3 | 2 | (at == blocks - 1)).to_bytes(3, "little") + b"\0" for at in range(blocks)
    )


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("gzip", lambda: gzip.compress(bytes(2**24))),
        ("deflate", lambda: zlib.compress(bytes(2**24))),
        ("br", lambda: brotli.compress(bytes(2**23), quality=5, lgwin=24)),
        ("br", lambda: brotli.compress(bytes(2**25), quality=5, lgwin=24)),
        ("zstd", lambda: _zstd(bytes(2**24))),
        ("zstd", lambda: _run_lengths(512)),
    ],
)
def test_a_bomb_costs_no_more_than_the_limit(name: str, encode: Callable[[], bytes]) -> None:
    """What would be decoded at once past a small limit is not begun, or is little."""
    bomb, took_s = encode(), []
    for _ in range(5):
        started = time.process_time()
        with pytest.raises(UndecodableError):
            decode_small(bomb, (name,), limit_bytes=40_000)
        took_s.append(time.process_time() - started)
    assert min(took_s) < 0.005


@every_coding
def test_small_bodies_are_decoded_all_the_same(name: str, encode: Callable[[bytes], bytes]) -> None:
    """As they are where nothing is asked of the cost, but for br in several blocks."""
    assert decode_small(encode(TEXT), (name,), 40_000) == TEXT
    with pytest.raises(UndecodableError, match="at most 1000 bytes"):
        decode_small(encode(TEXT), (name,), 1000)
    encoder = brotli.Compressor()
    blocks = encoder.process(TEXT) + encoder.flush() + encoder.finish()
    assert decode_codings(blocks, ("br",)) == TEXT
    with pytest.raises(UndecodableError, match="got several blocks"):
        decode_small(blocks, ("br",), 40_000)


def test_many_small_steps_are_linear() -> None:
    """Output that comes in very many parts is not copied for each of them."""
    body = random.Random(2).randbytes(8_000_000)
    started = time.process_time()
    assert decode_codings(_zstd(body), ("zstd",)) == body
    assert time.process_time() - started < 5


def test_codings_are_undone_from_the_last() -> None:
    """In one field or in several, in any letter case, with identity in between."""
    body = brotli.compress(gzip.compress(b"a"))
    assert decode_codings(body, ("gzip, br",)) == b"a"
    assert decode_codings(body, (" GZIP", "identity", "Br ")) == b"a"
    with pytest.raises(UndecodableError):
        decode_codings(body, ("br, gzip",))


@pytest.mark.parametrize("codings", [(), ("",), ("identity",), ("identity, identity",)])
def test_no_coding(codings: tuple[str, ...]) -> None:
    """What is not coded stays."""
    assert decode_codings(b"a", codings) == b"a"


def test_an_empty_body_needs_no_decoding() -> None:
    """A HEAD answer names the coding that its body would have."""
    assert decode_codings(b"", ("gzip",)) == b""


@pytest.mark.parametrize("name", ["compress", "aws-chunked", "nonsense", "gzip;q=1"])
def test_an_unknown_coding(name: str) -> None:
    """It is said, and also where the body is empty."""
    for body in (b"a", b""):
        with pytest.raises(UndecodableError, match="expected gzip, deflate, br or zstd"):
            decode_codings(body, (name,))


def test_the_chain_is_bounded() -> None:
    """A header of thousands of codings costs no time."""
    with pytest.raises(UndecodableError, match="at most 4 content codings, got 5"):
        decode_codings(b"a", ("gzip, " * 5,))


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_any_bytes(body: bytes, name: str) -> None:
    """Arbitrary bytes are decoded or refused."""
    with contextlib.suppress(UndecodableError):
        decode_codings(body, (name,))


@given(st.binary(max_size=40), st.sampled_from(list(ENCODERS.values())), st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte(body: bytes, coder: tuple[str, Callable[[bytes], bytes]], at: int, flip: int) -> None:
    """A damaged body is decoded to something or refused, never another error."""
    name, encode = coder
    coded = bytearray(encode(body))
    coded[at % len(coded)] ^= flip
    with contextlib.suppress(UndecodableError):
        decode_codings(bytes(coded), (name,))
