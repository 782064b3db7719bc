"""Where a body ends. What is refused, with real connections: tests/transparency/http1/test_odd_requests.py."""

import pytest

from crossfade.shadow.capture.mitmproxy.wire.framing import CHUNKED, UNTIL_END, answer_size, check_request, closes
from crossfade.shadow.capture.mitmproxy.wire.head import RefusedError, UnreadableError, read_request, read_response

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _request(fields: bytes, version: bytes = b"HTTP/1.1") -> int | None:
    return check_request(read_request(b"POST / " + version + b"\r\n" + fields + b"\r\n"))


def _answer(fields: bytes, status: bytes = b"200", method: bytes = b"GET") -> int | None:
    return answer_size(method, read_response(b"HTTP/1.1 " + status + b"\r\n" + fields + b"\r\n"))


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        (b"", 0),
        (b"Content-Length: 0\r\n", 0),
        (b"content-length:12\r\nCONTENT-LENGTH: 12\r\n", 12),
        (b"Transfer-Encoding: Chunked\r\n", CHUNKED),
        (b"Transfer-Encoding: gzip ,\tchunked\r\n", CHUNKED),
        (b"Transfer-Encoding: identity\r\n", 0),
        (b"X-Content-Length: 5\r\nContent-Lengths: 5\r\n", 0),
    ],
)
def test_requests(fields: bytes, size: int | None) -> None:
    """Bytes, chunks, or nothing."""
    assert _request(fields) == size


@pytest.mark.parametrize(
    "name",
    [b"Content-Length ", b"Content_Length", b"\x0bContent-Length", b"Content-Length\xa0", b"Transfer-Encoding\x00"],
)
def test_other_spellings_of_a_length(name: bytes) -> None:
    """A legacy might take them for the field."""
    with pytest.raises(RefusedError, match="another spelling"):
        _request(name + b": 5\r\n")


def test_a_line_that_ends_the_head_for_python() -> None:
    """A length may stand in front of it, not behind."""
    assert _request(b"Content-Length: 5\r\njunk\r\n") == 5
    with pytest.raises(RefusedError, match="behind a line"):
        _request(b"junk\r\nContent-Length: 5\r\n")


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        (b"", UNTIL_END),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", 5),
        (b"Content-Length: 5 , 5\r\n", 5),
        (b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 5),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKED),
        (b"Transfer-Encoding: chunked, gzip\r\nContent-Length: 5\r\n", UNTIL_END),
    ],
)
def test_answers(fields: bytes, size: int | None) -> None:
    """Bytes, chunks, or all up to the end of the connection."""
    assert _answer(fields) == size


@pytest.mark.parametrize(
    ("method", "status"), [(b"HEAD", b"200"), (b"GET", b"204"), (b"GET", b"304"), (b"GET", b"101")]
)
def test_answers_without_a_body(method: bytes, status: bytes) -> None:
    """Whatever they name."""
    assert _answer(b"Content-Length: 5\r\nContent-Length: 6\r\n", status, method) == 0


@pytest.mark.parametrize("value", [b"5\r\nContent-Length: 6", b"-1", b"5x", b"", b"\xb2"])
def test_answers_that_end_nowhere(value: bytes) -> None:
    """No client could tell."""
    with pytest.raises(UnreadableError):
        _answer(b"Content-Length: " + value + b"\r\n")


@pytest.mark.parametrize(
    ("line", "connection", "ends"),
    [
        (b"HTTP/1.1 200", b"", False),
        (b"HTTP/1.1 200", b"Connection: x, CLOSE\r\n", True),
        (b"HTTP/1.0 200", b"", True),
        (b"HTTP/1.0 200", b"Connection: Keep-Alive\r\n", False),
    ],
)
def test_the_end_of_a_connection(line: bytes, connection: bytes, ends: bool) -> None:
    """By its version and what it says itself."""
    assert closes(read_response(line + b"\r\n" + connection + b"\r\n")) is ends
