"""What has come and is not read yet."""

import time

import pytest

from crossfade.shadow.capture.mitmproxy.wire.buffer import Buffer, TooLongError

LIMIT = 1_000


def _of(data: bytes) -> Buffer:
    buf = Buffer()
    buf += data
    return buf


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\r\n\n", b"\n\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_head_in_pieces(end: bytes, size: int) -> None:
    """It is taken whole with its end, however it comes, and what follows stays."""
    data = b"GET / HTTP/1.1\r\nA: b" + end
    buf = Buffer()
    for at in range(0, len(data), size):
        assert buf.take_head(LIMIT) is None
        buf += data[at : at + size]
    buf += b"rest"
    assert buf.take_head(LIMIT) == data
    assert bytes(buf) == b"rest"


def test_a_section_of_nothing() -> None:
    """An empty line ends it at once."""
    assert _of(b"\r\nmore").take_head(LIMIT) == b"\r\n"
    assert _of(b"\nmore").take_head(LIMIT) == b"\n"


@pytest.mark.parametrize("data", [b"x" * 1_001, b"x" * 1_200 + b"\r\n\r\n", b"x\r\n" * 400])
def test_a_head_without_an_end(data: bytes) -> None:
    """Beyond the limit it is refused, whether or not an end has come by then."""
    with pytest.raises(TooLongError):
        _of(data).take_head(LIMIT)


def test_a_line() -> None:
    """With its LF; beyond the limit it is refused."""
    buf = _of(b"5;a=b\r\nhello")
    assert buf.take_line(LIMIT) == b"5;a=b\r\n"
    assert buf.take_line(LIMIT) is None
    with pytest.raises(TooLongError):
        _of(b"x" * 1_001).take_line(LIMIT)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b"\r\n\r\n\nGET", b"GET"),
        (b"\r\n\r", b"\r"),
        (b"\r", b"\r"),
        (b"\rGET", b"\rGET"),
        (b"\n\rGET", b"\rGET"),
        (b" \r\n", b" \r\n"),
        (b"", b""),
    ],
)
def test_empty_lines(data: bytes, left: bytes) -> None:
    """Whole ones are dropped; a CR may be the first half of one, or none."""
    buf = _of(data)
    buf.skip_empty_lines()
    assert bytes(buf) == left


def test_a_head_that_dribbles_is_searched_once() -> None:
    """Ten times the bytes, one at a time, cost about ten times as much, not a hundred times."""

    def seconds(count: int) -> float:
        began = time.perf_counter()
        buf = Buffer()
        for _ in range(count):
            buf += b"x"
            buf.take_head(10**9)
        return time.perf_counter() - began

    seconds(1_000)
    assert seconds(200_000) < 40 * seconds(20_000)
