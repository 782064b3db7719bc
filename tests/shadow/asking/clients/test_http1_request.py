"""The writer of requests: the client's bytes, one request, and a body that is as long as its head says."""

from collections.abc import Callable
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.http1_request import (
    begun_request,
    chunk,
    is_writable,
    last_chunk,
    length_of,
    whole_request,
)
from crossfade.shadow.exchange import Headers, Request
from crossfade.shadow.exchange.fields import wire_text

Requests = Callable[..., Request]


def _head(data: bytes) -> list[bytes]:
    return data.partition(b"\r\n\r\n")[0].split(b"\r\n")


@pytest.mark.parametrize(
    "target",
    [
        b"/a?b=%2F",
        "/café".encode(),
        "/q?a=测".encode(),
        "/q?a=测".encode("gbk"),
        b'/q?f={"a":[1,2]}|x^`\\',
        b"/a#frag",
        b"http://other.test/a",
        b"*",
        b"//a//b",
        b"/a/../b/./c",
        b"/%zz",
        b"/\x01\x7f\xff",
        b"?",
        b"a",
    ],
)
def test_a_target_is_sent_as_it_came(request_of: Requests, target: bytes) -> None:
    """Raw UTF-8 and other bytes, braces, fragments, the absolute form."""
    request = request_of(target=wire_text(target), headers=(("Host", "a"),))
    assert is_writable(request)
    assert whole_request(request, request.headers) == b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("method", ["GET", "get", "PROPFIND", "QUERY", "M-SEARCH", "G@T", "Ü"])
def test_a_method_is_sent_as_it_came(request_of: Requests, method: str) -> None:
    """Lower case and unusual ones."""
    request = request_of(method=method, target="/", headers=(("Host", "a"),))
    assert is_writable(request)
    assert whole_request(request, request.headers).startswith(method.encode() + b" / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "fields",
    [
        (("Host", "a"), ("Host", "b")),
        (("x@y", "1"), ("x[a]", "1"), ("a b", "1"), ("J\xfc", "1"), ("x_y", "1")),
        (("A", ""), ("A", "1"), ("a", "1"), ("A", "1")),
        (("A", "\x00"), ("A", "a\x01b"), ("A", "\xfc"), ("A", "1  2\t3")),
        (("Content-Length", "0"),),
        (("x-content-length", "9"), ("content-length-hint", "9")),
    ],
)
def test_fields_are_sent_as_they_came(request_of: Requests, fields: Headers) -> None:
    """Order, letter case, duplicates, odd names, empty values, control characters, two Host fields."""
    request = request_of(headers=fields)
    assert is_writable(request)
    written = _head(whole_request(request, fields))[1:]
    expected = [f"{name}: {value}".encode("latin-1") for name, value in fields]
    assert [line for line in written if line != b"Host: " + request.authority.encode()] == expected


def test_host_comes_from_the_authority(request_of: Requests) -> None:
    """Where the client's request had none (HTTP/2), or none at all (HTTP/1.0)."""
    assert _head(whole_request(request_of(authority="a.test"), ()))[1:] == [b"Host: a.test"]
    assert _head(whole_request(request_of(authority=""), ()))[1:] == [b"Host: "]


@pytest.mark.parametrize(
    ("lengths", "body", "written"),
    [
        ((), b"", []),
        ((), b"ab", [b"Content-Length: 2"]),
        (("2",), b"ab", [b"Content-Length: 2"]),
        (("9",), b"ab", [b"Content-Length: 2"]),
        (("1",), b"ab", [b"Content-Length: 2"]),
        (("9",), b"", [b"Content-Length: 0"]),
        (("2", "2"), b"ab", [b"Content-Length: 2"]),
        (("2", "9"), b"ab", [b"Content-Length: 2"]),
    ],
)
def test_the_length_is_that_of_the_body(
    request_of: Requests, lengths: tuple[str, ...], body: bytes, written: list[bytes]
) -> None:
    """Whatever the client's head says: what is behind a body would be another request."""
    fields = (("Host", "a"), *(("Content-Length", length) for length in lengths))
    data = whole_request(request_of(body=body, headers=fields), fields)
    assert _head(data)[2:] == written
    assert data.partition(b"\r\n\r\n")[2] == body


def test_trailers_follow_in_chunks(request_of: Requests) -> None:
    """They have no other place (RFC 9112 7.1.2)."""
    fields = (("Host", "a"), ("Content-Length", "2"))
    data = whole_request(request_of(body=b"ab", headers=fields, trailers=(("T", "1"),)), fields)
    assert data == b"GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: 1\r\n\r\n"


@pytest.mark.parametrize(
    ("lengths", "written", "length"),
    [
        ((), b"Transfer-Encoding: chunked", None),
        (("5",), b"Content-Length: 5", 5),
        (("5", "5"), b"Content-Length: 5", 5),
        (("5", "6"), b"Transfer-Encoding: chunked", None),
        (("x",), b"Transfer-Encoding: chunked", None),
        (("²",), b"Transfer-Encoding: chunked", None),
    ],
)
def test_a_body_that_is_still_coming(
    request_of: Requests, lengths: tuple[str, ...], written: bytes, length: int | None
) -> None:
    """With the length that its head has, else in chunks."""
    fields = (("Host", "a"), *(("Content-Length", item) for item in lengths))
    assert _head(begun_request(request_of(headers=fields), fields))[2:] == [written]
    assert length_of(fields) == length


@pytest.mark.parametrize("body", [b"", b"ab"])
def test_how_the_client_wrapped_its_body_is_not_repeated(request_of: Requests, body: bytes) -> None:
    """The body is known without its chunks: a coding in the head would belie it."""
    fields = (("Host", "a"), ("Transfer-Encoding", "chunked"))
    assert b"chunked" not in whole_request(request_of(body=body, headers=fields), fields)
    fields = (*fields, ("Content-Length", "2"))
    assert b"chunked" not in whole_request(request_of(body=b"ab", headers=fields), fields)
    assert b"chunked" not in begun_request(request_of(headers=fields), fields)


def test_chunks() -> None:
    """An empty part is none, because an empty chunk is the last."""
    assert (chunk(b"a" * 17), chunk(b"")) == (b"11\r\n" + b"a" * 17 + b"\r\n", b"")
    assert last_chunk((("T", "1"),)) == b"0\r\nT: 1\r\n\r\n"


@pytest.mark.parametrize(
    "values",
    [
        {"target": "/a HTTP/1.1\r\nHost: a\r\n\r\nDELETE /b"},
        {"target": "/a b"},
        {"target": "/a\nb"},
        {"target": "/a\rb"},
        {"target": "/a\tb"},
        {"target": "/a\x00b"},
        {"target": ""},
        {"method": "GET /b HTTP/1.1\r\nX:"},
        {"method": ""},
        {"authority": "a\r\nContent-Length: 9"},
        {"headers": (("A", "1\r\n\r\nDELETE /b HTTP/1.1"),)},
        {"headers": (("A", "1\nB: 2"),)},
        {"headers": (("A", "1\rB: 2"),)},
        {"headers": (("A\r\nB", "1"),)},
        {"headers": (("A: 1\r\nB", "1"),)},
        {"headers": (("A:B", "1"),)},
        {"headers": ((" A", "1"),)},
        {"headers": (("\tA", "1"),)},
        {"headers": (("", "1"),)},
        {"headers": ((":path", "/"),)},
        {"headers": (("\x00A", "1"),)},
        {"headers": (("Transfer-Encoding\x0b", "chunked"),)},
        {"headers": (("Transfer_Encoding", "chunked"),)},
        {"headers": (("content-length\x01", "9"),)},
        {"headers": (("content length", "9"), ("Content_Length", "9"))},
        {"trailers": (("A", "1\r\nB: 2"),)},
    ],
)
def test_what_could_be_read_as_two_requests_is_not_sent(request_of: Requests, values: Any) -> None:
    """A line break in any part of the head, or a second word for where the body ends."""
    assert not is_writable(request_of(**values))


_text = st.text("".join(map(chr, range(256))), max_size=8) | st.sampled_from(
    ["\r\n", "\n", "\r", " ", "\t", ":", "\x00", "Content-Length", "Transfer-Encoding", "chunked", "2", "a", "Host"]
)
_joined = st.lists(_text, max_size=4).map("".join)


@given(
    method=_joined,
    target=_joined,
    fields=st.lists(st.tuples(_joined, _joined), max_size=4).map(tuple),
    body=st.binary(max_size=20),
)
def test_what_is_sent_is_one_request(
    request_of: Requests, method: str, target: str, fields: Headers, body: bytes
) -> None:
    """Whatever the client sent: one line, one line for each field, and a body that ends where the head says."""
    request = request_of(method=method, target=target, headers=fields, body=body)
    if not is_writable(request):
        return
    data = whole_request(request, fields)
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert len(lines[0].split(b" ")) == 3
    assert not any(line[:1] in (b" ", b"\t", b"") for line in lines)
    named = [(line.partition(b":")[0].lower(), line.partition(b":")[2]) for line in lines[1:]]
    lengths = [int(value) for name, value in named if name == b"content-length"]
    assert b"transfer-encoding" not in dict(named)
    assert (lengths or [0]) == [len(rest)]
    assert rest == body


@given(target=st.text("abc/?=&%", min_size=1, max_size=8), body=st.binary(max_size=20))
def test_h11_reads_the_same(request_of: Requests, target: str, body: bytes) -> None:
    """Where a request is plain, another parser reads what was meant."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(whole_request(request_of(method="POST", target=target, body=body), (("Host", "a"),)))
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    assert request.target == target.encode()
    found = b""
    while isinstance(event := connection.next_event(), h11.Data):
        found += bytes(event.data)
    assert (found, type(event)) == (body, h11.EndOfMessage)
    assert connection.trailing_data == (b"", False)
