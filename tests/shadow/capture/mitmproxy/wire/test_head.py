"""Heads of HTTP/1: their bytes and their meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.capture.mitmproxy.wire.head import (
    UnreadableError,
    read_fields,
    read_request,
    read_response,
    tokens,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_a_request() -> None:
    """Method, target and version; the fields without the blanks around their values."""
    raw = b"get  http://a/b?c  HTTP/1.0 \r\nHost:a\r\nX:  1 \t\r\n\r\n"
    request = read_request(raw)
    assert (request.data.method, request.data.path, request.data.http_version) == (b"get", b"http://a/b?c", b"HTTP/1.0")
    assert request.headers.fields == ((b"Host", b"a"), (b"X", b"1"))
    assert request.head() == raw


@pytest.mark.parametrize(
    ("version", "meant"),
    [(b"HTTP/1.1", b"HTTP/1.1"), (b"http/1.1", b"HTTP/1.1"), (b"HTTP/2.0", b"HTTP/1.1"), (b"HTTP/0.9", b"HTTP/1.0")],
)
def test_versions(version: bytes, meant: bytes) -> None:
    """A line of HTTP/1 is HTTP/1, whatever it names."""
    assert read_request(b"GET / " + version + b"\r\n\r\n").data.http_version == meant


@pytest.mark.parametrize(
    "line", [b"", b"GET", b"GET /", b"GET /a", b"GET HTTP/1.1", b"/ HTTP/1.1", b"GET / HTTP/x.y", b"GET / FTP/1.1"]
)
def test_no_request(line: bytes) -> None:
    """What has no method, target and version is none."""
    with pytest.raises(UnreadableError, match="expected a request line"):
        read_request(line + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [(b"HTTP/1.1 200 OK", 200, b"OK"), (b"http/1.0\t099", 99, b""), (b"HTTP/2 600 a b", 600, b"a b")],
)
def test_an_answer(line: bytes, status: int, reason: bytes) -> None:
    """Status and reason, if there is one."""
    response = read_response(line + b"\r\n\r\n")
    assert (response.status_code, response.reason.encode()) == (status, reason)


@pytest.mark.parametrize("line", [b"garbage", b"HTTP/1.1", b"HTTP/1.1 OK", b"HTTP/1.1 2x0 OK", b"HTTP/1.1 200OK"])
def test_no_answer(line: bytes) -> None:
    """Without a status it is none."""
    with pytest.raises(UnreadableError, match="expected a status line"):
        read_response(line + b"\r\n\r\n")


def test_odd_lines() -> None:
    """A fold belongs to its field; a line without a colon is a name."""
    fields = read_fields([b"A: 1\r\n", b"\t2 \r\n", b"junk\n", b": x\r\n", b"B:\r\n"])
    assert fields.fields == ((b"A", b"1\r\n\t2"), (b"junk", b""), (b"", b"x"), (b"B", b""))
    assert bytes(fields) == b"A: 1\r\n\t2 \r\njunk\n: x\r\nB:\r\n"


def test_fields_that_are_changed() -> None:
    """The others keep their bytes."""
    fields = read_fields([b"A:1\r\n", b"B:2\r\n"])
    del fields[b"A"]
    fields.add("C", "3")
    assert bytes(fields) == b"B:2\r\nC: 3\r\n"


def test_tokens() -> None:
    """Of all fields of a name, in lower case."""
    fields = read_fields([b"Connection: Close, x\r\n", b"connection:\tKeep-Alive\r\n"])
    assert tokens(fields, b"connection") == [b"close", b"x", b"keep-alive"]


@given(st.lists(st.binary(max_size=20).map(lambda text: text.replace(b"\n", b""))))
def test_no_byte_is_lost(lines: list[bytes]) -> None:
    """Whatever stands in the lines of a head, it is written as it was read."""
    raw = b"".join([b"GET /\xff HTTP/1.1\r\n", *(line + b"\n" for line in lines if line.strip(b"\r")), b"\r\n"])
    assert read_request(raw).head() == raw
