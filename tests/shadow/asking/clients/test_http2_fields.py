"""Blocks of header fields, with hpack as the oracle."""

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.http2_fields import NO_TABLE, BlockReader, block_of
from crossfade.shadow.asking.clients.http2_frames import Http2Error

_NAMES = st.one_of(
    st.sampled_from([b":status", b":method", b"content-type", b"authorization", b"cookie", b"x-a"]),
    st.binary(min_size=1, max_size=80).map(lambda name: b"x-" + name.hex().encode()),
)
_VALUES = st.one_of(
    st.sampled_from([b"200", b"POST", b"", b"application/grpc"]),
    st.binary(max_size=300).map(lambda text: text.hex().encode()),
)
_FIELDS = st.lists(st.tuples(_NAMES, _VALUES), max_size=8)


def _text(fields: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode(), value.decode()) for name, value in fields)


@given(st.lists(_FIELDS, max_size=4))
def test_a_written_block_is_read_alone(blocks: list[list[tuple[bytes, bytes]]]) -> None:
    """By any reader, whatever blocks came before, also one whose table has no room."""
    decoder = hpack.Decoder()
    decoder.max_allowed_table_size = 0
    for at, fields in enumerate(blocks):
        block = (NO_TABLE if at == 0 else b"") + block_of(fields)
        assert [tuple(field) for field in decoder.decode(block, raw=True)] == fields


@given(st.lists(_FIELDS, max_size=6), st.booleans())
def test_blocks_of_a_server_say_the_same_as_to_hpack(blocks: list[list[tuple[bytes, bytes]]], huffman: bool) -> None:
    """Also where one that was seen before means something else by now."""
    encoder, reader = hpack.Encoder(), BlockReader(65_536)
    for fields in (*blocks, *blocks):
        assert reader.fields(encoder.encode(fields, huffman=huffman)) == _text(fields)


def test_references_mean_what_the_table_holds_now() -> None:
    """The same byte names another field once a new one stands in front of it."""
    reader = BlockReader(65_536)
    newest = bytes([0x80 | 62])  # the first entry behind the static ones
    assert reader.fields(b"\x40\x01a\x01b") == (("a", "b"),)
    assert [reader.fields(newest) for _ in range(2)] == [(("a", "b"),)] * 2
    assert reader.fields(b"\x40\x01c\x01d") == (("c", "d"),)
    assert reader.fields(newest) == (("c", "d"),)


@pytest.mark.parametrize("block", [b"\xff", b"\xbe", b"\x80", b"\x40\x05ab", b"\x00\x81\xff\x00", b"\x3f\xff\xff\x7f"])
def test_a_block_that_can_not_be_read(block: bytes) -> None:
    """A cut number, a field that is not there, a cut name, bad Huffman code, a table that is too large."""
    with pytest.raises(Http2Error, match="header fields"):
        BlockReader(65_536).fields(block)


def test_a_list_that_is_too_long_is_refused_though_its_block_is_short() -> None:
    """Each reference costs the field that it names."""
    reader = BlockReader(10_000)
    reader.fields(b"\x40\x01a\x7f\x81\x0f" + b"x" * 2048)
    with pytest.raises(Http2Error):
        reader.fields(bytes([0x80 | 62]) * 20)


def test_secrets_are_not_to_be_remembered_on_the_way() -> None:
    """Their fields are marked for those who pass them on (RFC 7541 7.1.3)."""
    found = hpack.Decoder().decode(block_of([(b"authorization", b"Bearer x"), (b"x-a", b"b")]), raw=True)
    assert [isinstance(field, hpack.NeverIndexedHeaderTuple) for field in found] == [True, False]


def test_what_a_server_makes_a_connection_remember_is_bounded() -> None:
    """Long blocks are not kept, and of short ones only so many."""
    reader = BlockReader(2**21)
    for count in range(1, 200):
        reader.fields(b"\x88" * count)
    assert max(map(len, reader._known)) <= 32
    for first in range(61):
        for second in range(61):
            reader.fields(bytes((0x81 + first, 0x81 + second)))
    assert len(reader._known) <= 64
