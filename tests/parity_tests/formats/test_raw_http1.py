"""One HTTP/1.1 message as its bytes."""

import pytest

from crossfade.parity_tests.formats.exchanges import DamagedError
from crossfade.parity_tests.formats.raw_http1 import read_answer, read_request
from crossfade.shadow.asking.clients.http1_answer import CutError


def test_a_request() -> None:
    """Letter case and order of the fields are kept; chunks are joined, and trailers found."""
    data = b"PUT /a?b=%20 HTTP/1.1\r\nHOST: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\nmore"
    found = read_request(data, "7", 1.5, "here")
    assert (found.method, found.target, found.authority, found.body) == ("PUT", "/a?b=%20", "x", b"abc")
    assert found.headers == (("HOST", "x"), ("Transfer-Encoding", "chunked"))
    assert found.trailers == (("T", "1"),)
    assert (found.id, found.started_at, found.peer) == ("7", 1.5, "here")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", CutError),
        (b"GET / HT", CutError),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc", CutError),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", CutError),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", CutError),
        (b"?\r\n\r\n", DamagedError),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", DamagedError),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 1_100_000, DamagedError),
    ],
)
def test_what_is_no_whole_request(data: bytes, error: type[Exception]) -> None:
    """Cut off, or something else."""
    with pytest.raises(error):
        read_request(data, "7", 0.0, "")


def test_an_answer() -> None:
    """That to HEAD has no body."""
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert read_answer(data, "GET", 3.0).body == b"ok"
    assert read_answer(data[:-2], "HEAD", 3.0).headers == (("Content-Length", "2"),)
    with pytest.raises(CutError):
        read_answer(data[:-1], "GET", 3.0)
    with pytest.raises(DamagedError, match=r"expected an answer of HTTP/1\.1"):
        read_answer(b"?\r\n\r\n", "GET", 3.0)
