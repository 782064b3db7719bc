"""Fields between HTTP/2 and HTTP/1.1. With real connections: tests/transparency/http2/test_to_http1.py."""

import pytest
from mitmproxy import http

from crossfade.shadow.capture.mitmproxy.wire.between import fault_of, in_http2

Fields = list[tuple[bytes, bytes]]


@pytest.mark.parametrize(
    ("fields", "is_whole"),
    [
        ([(b":path", b"/\r\n")], True),
        ([(b":authority", b"a\nb")], False),
        ([(b"x\r\ny", b"1")], False),
        ([(b"x: 1", b"1")], False),
        ([(b"transfer-encoding:chunked", b"1")], False),
        ([(b"::path", b"1")], False),
        ([(b"x ", b"1")], False),
        ([(b"host", b"a"), (b"host", b"a")], True),
        ([(b"x\xff", b"1")], False),
        ([(b"x", b"\0")], False),
        ([(b":method", b"")], True),
        ([(b":method", b"GET /")], True),
        ([(b"content-length", b"10")], True),
    ],
)
def test_malformed(fields: Fields, is_whole: bool) -> None:
    """What RFC 9113 8.1.1 would not have passed on is told."""
    assert fault_of([(b"a", b"b"), *fields], is_whole=is_whole)


@pytest.mark.parametrize(
    "fields",
    [
        [(b":method", b"M-SEARCH"), (b":path", b"/a b"), (b"x", "grüß".encode()), (b"y", b"a\tb")],
        [(b":method", b"GET"), (b"content-length", b"0"), (b"host", b"a")],
    ],
)
def test_well_formed(fields: Fields) -> None:
    """Odd but harmless."""
    assert fault_of(fields, is_whole=True) is None


def test_a_length_of_a_body_that_follows() -> None:
    """It is no fault where the body is still to come."""
    assert fault_of([(b":method", b"POST"), (b"content-length", b"10")], is_whole=False) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([(b"X-A", b"1"), (b"x-a", b"")], [(b"x-a", b"1"), (b"x-a", b"")]),
        ([(b"", b"1"), (b":status", b"1"), (b"a b", b"1"), (b"a\0", b"1")], []),
        ([(b"Connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"Transfer-Encoding", b"chunked")], []),
        ([(b"A", b"1\r\n \r\n  2"), (b"B", b"\r"), (b"C", b"\xff")], [(b"a", b"1 2"), (b"b", b""), (b"c", b"\xff")]),
    ],
)
def test_fields_of_an_answer(fields: Fields, expected: Fields) -> None:
    """Only what a client of HTTP/2 may get."""
    assert list(in_http2(http.Headers(fields)).fields) == expected
