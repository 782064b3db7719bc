"""Bodies of HTTP/1, piece by piece."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.capture.mitmproxy.wire.body import BodyError, Chunked, End, Reader, reader_of
from crossfade.shadow.capture.mitmproxy.wire.buffer import Buffer
from crossfade.shadow.capture.mitmproxy.wire.framing import CHUNKED, UNTIL_END

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
LIMIT = 100


def _read(reader: Reader, data: bytes, size: int, *, many: bool = False) -> tuple[bytes, End | None, bytes]:
    """The body, its end if it has come, and what is left; the data come in pieces of ``size``."""
    buf, body = Buffer(), b""
    for at in range(0, len(data), size):
        buf += data[at : at + size]
        while (piece := reader.read(buf, many=many)) is not None:
            if isinstance(piece, End):
                return body, piece, bytes(buf) + data[at + size :]
            body += piece
    return body, None, bytes(buf)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_chunks(size: int, many: bool) -> None:
    """The data without what stands between them, however they come; extensions and trailers are read."""
    data = b"3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\nX:1\r\n\r\nnext"
    body, end, left = _read(reader_of(CHUNKED, LIMIT, strict=True), data, size, many=many)
    assert body == b"abc0123456789"
    assert end is not None
    assert end.trailers is not None
    assert bytes(end.trailers) == b"X:1\r\n"
    assert left == b"next"


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """They are a body, its beginning, or refused; nothing else is raised."""
    with contextlib.suppress(BodyError):
        _read(reader_of(CHUNKED, LIMIT, strict=True), data, 16)


def test_a_size_and_an_end() -> None:
    """So many bytes and no more; or all there are."""
    assert _read(reader_of(3, LIMIT, strict=True), b"abcd", 2) == (b"abc", End(), b"d")
    assert _read(reader_of(0, LIMIT, strict=True), b"x", 1) == (b"", End(), b"x")
    assert _read(reader_of(UNTIL_END, LIMIT, strict=True), b"abcd", 2) == (b"abcd", None, b"")
    assert reader_of(UNTIL_END, LIMIT, strict=True).at_end() == End()


@pytest.mark.parametrize("size", [3, CHUNKED])
def test_a_body_that_breaks_off(size: int | None) -> None:
    """It is said to be incomplete."""
    with pytest.raises(BodyError, match="without sending complete"):
        reader_of(size, LIMIT, strict=True).at_end()


@pytest.mark.parametrize("data", [b"3\nabc\r\n", b"3\r\nabc\n", b"3;\rx\r\n", b"0\r\nX: \ry\r\n\r\n"])
def test_lines_that_end_otherwise(data: bytes) -> None:
    """In a request they are refused, in an answer they are read."""
    with pytest.raises(BodyError):
        _read(Chunked(LIMIT, strict=True), data, 1)
    _read(Chunked(LIMIT, strict=False), data, 1)


@pytest.mark.parametrize(
    "data", [b"zz\r\n", b"\r\n", b"-1\r\n", b"0x3\r\n", b"3 4\r\n", b"f" * 16 + b"\r\n", b"3\r\nabcd\r\n"]
)
def test_sizes_that_are_none(data: bytes) -> None:
    """No reader guesses."""
    with pytest.raises(BodyError):
        _read(Chunked(LIMIT, strict=False), data, 1)


@pytest.mark.parametrize("data", [b"3;" + b"x" * 200, b"0\r\n" + b"X: y\r\n" * 50])
def test_what_has_no_end(data: bytes) -> None:
    """Beyond the limit it is refused as too large."""
    with pytest.raises(BodyError) as raised:
        _read(Chunked(LIMIT, strict=False), data, 1)
    assert raised.value.status == 431


@given(st.binary(max_size=60) | st.text("0123af\r\n;x", max_size=60).map(str.encode), st.integers(1, 9), st.booleans())
def test_many_chunks_at_once(data: bytes, size: int, strict: bool) -> None:
    """Give the same body, end and rest as one by one, or the same error."""

    def read(*, many: bool) -> object:
        try:
            body, end, left = _read(reader_of(CHUNKED, LIMIT, strict=strict), data, size, many=many)
        except BodyError as error:
            return str(error)
        return body, end is None, left

    assert read(many=True) == read(many=False)


def test_many_chunks_are_one_piece() -> None:
    """The last chunk is not among them."""
    buf = Buffer()
    buf += b"1\r\na\r\n" * 10_000 + b"0\r\n\r\n"
    reader = reader_of(CHUNKED, LIMIT, strict=True)
    assert reader.read(buf, many=True) == b"a" * 10_000
    assert reader.read(buf, many=True) == End()
