"""The reader of answers: what comes out of which bytes, however they are cut, and never more work than bytes."""

import time
from collections.abc import Iterable
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.http1_answer import (
    AnswerReader,
    CutError,
    Data,
    End,
    Event,
    Head,
    NoStatusLineError,
    NotHttpError,
)
from crossfade.shadow.exchange.fields import CANDIDATE_HEAD_LIMIT_BYTES, CANDIDATE_HEAD_LIMIT_FIELDS


def _read(parts: Iterable[bytes], method: str = "GET") -> tuple[list[Event], AnswerReader]:
    """The events of a connection that is closed after these parts, where that is needed to know the end."""
    reader = AnswerReader(method)
    events = [event for part in parts for event in reader.feed(part)]
    if not reader.done:
        events += reader.end()
    return events, reader


def _joined(events: list[Event]) -> tuple[Any, ...]:
    """Status, fields, body, trailers."""
    head, *data, end = events
    assert isinstance(head, Head)
    assert isinstance(end, End)
    return head.status, head.fields, b"".join(item.data for item in data if isinstance(item, Data)), end.trailers


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[start:end] for start, end in zip([0, *at], [*at, len(data)], strict=True)]


def test_odd_answers(odd_answers: Any) -> None:
    """Each is read as a lenient client reads it, at once and byte by byte."""
    assert len(odd_answers) >= 60
    for name, odd in odd_answers.items():
        expected = (odd.status, odd.fields, odd.body, odd.trailers)
        assert _joined(_read([odd.data], odd.method)[0]) == expected, name
        if len(odd.data) < 2000:
            assert _joined(_read([bytes([byte]) for byte in odd.data], odd.method)[0]) == expected, name


@given(st.lists(st.integers(0, 10**6), max_size=6), st.integers(0, 10**6))
def test_any_cut_gives_the_same(odd_answers: Any, cuts: list[int], which: int) -> None:
    """However the network cuts an answer."""
    small = [odd for odd in odd_answers.values() if len(odd.data) < 20_000]
    odd = small[which % len(small)]
    assert _joined(_read(_cut(odd.data, cuts), odd.method)[0]) == (odd.status, odd.fields, odd.body, odd.trailers)


_tokens = st.text("abcXYZ-_!#$%&'*+.^`|~019", min_size=1, max_size=8)
_values = st.text("".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))), max_size=20)
_fields = st.lists(st.tuples(_tokens, _values), max_size=5)
_FRAMING = {"content-length", "transfer-encoding", "connection"}


@st.composite
def _valid(draw: Any) -> bytes:
    """An answer as RFC 9112 has it, with or without an interim one in front, and with something behind it."""
    head = b"HTTP/1.1 %d %s\r\n" % (draw(st.sampled_from([200, 204, 301, 304, 404, 500, 599])), draw(_tokens).encode())
    fields = [(name, value.strip()) for name, value in draw(_fields) if name.lower() not in _FRAMING]
    head += b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in fields)
    body = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=4))
    match draw(st.sampled_from(["length", "chunks", "end"])):
        case "length":
            data = head + b"Content-Length: %d\r\n\r\n" % sum(map(len, body)) + b"".join(body)
        case "chunks":
            trailers = b"".join(f"{name}: {value.strip()}\r\n".encode("latin-1") for name, value in draw(_fields))
            chunks = b"".join(
                b"%X%s\r\n%s\r\n" % (len(part), draw(st.sampled_from([b"", b";a=1"])), part) for part in body
            )
            data = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n" + trailers + b"\r\n"
        case _:
            data = head + b"\r\n" + b"".join(body)
    interim: bytes = draw(st.sampled_from([b"", b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"]))
    return interim + data


def _by_h11(data: bytes, method: str) -> tuple[Any, ...]:
    """What h11 makes of it."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=10**6)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    connection.receive_data(b"")
    body = b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            head = (event.status_code, _text(event.headers.raw_items()))
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return (*head, body, _text(event.headers.raw_items()))


def _text(items: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in items)


@given(_valid(), st.sampled_from(["GET", "HEAD"]), st.lists(st.integers(0, 10**6), max_size=4))
def test_valid_answers_as_h11_reads_them(data: bytes, method: str, cuts: list[int]) -> None:
    """What is valid is read as another parser reads it."""
    assert _joined(_read(_cut(data, cuts), method)[0]) == _by_h11(data, method)


@given(
    st.lists(
        st.binary(max_size=30)
        | st.sampled_from(
            [b"HTTP/1.1 200 OK\r\n", b"\r\n", b"Content-Length: 3\r\n", b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"]
        ),
        max_size=12,
    )
)
def test_any_bytes(parts: list[bytes]) -> None:
    """An answer, or one of the errors."""
    try:
        events, reader = _read(parts)
    except (NotHttpError, CutError):
        return
    assert reader.done
    assert sum(len(event.data) for event in events if isinstance(event, Data)) <= sum(map(len, parts))


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-x\r\n",
        b"oops\r\n",
        b"HTTP/1.1\r\n",
        b"HTTP/1.1 abc OK\r\n",
        b"HTTP/1.1 +200 OK\r\n",
        b"HTTP/1.1 2_00 OK\r\n",
        b"HTTP/1.x 200 OK\r\n",
        b"oopsHTTP/1.1 200 OK\r\n",
        b"ICY 200 OK\r\n",
    ],
)
def test_no_status_line(data: bytes) -> None:
    """It is known from the first line, before more comes."""
    with pytest.raises(NoStatusLineError):
        AnswerReader("GET").feed(data)


@pytest.mark.parametrize(
    "lines",
    [
        b"no colon\r\n",
        b": no name\r\n",
        b" folded before all\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 1, 2\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +1\r\n",
        b"Content-Length: 1_0\r\n",
        b"Content-Length: 0x1\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: " + b"9" * 19 + b"\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n 1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\nhi\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 21 + b"\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n",
    ],
)
def test_not_http(lines: bytes) -> None:
    """Where nobody could tell how long the body is, or what a field is called, it is no answer."""
    with pytest.raises(NotHttpError):
        AnswerReader("GET").feed(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTT",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 103 Early\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
    ],
)
def test_cut_off(data: bytes) -> None:
    """What ends before its end is not whole."""
    reader = AnswerReader("GET")
    reader.feed(data)
    assert reader.began is bool(data)
    with pytest.raises(CutError):
        reader.end()
    assert not reader.done


@pytest.mark.parametrize(
    ("head", "keeps_open"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x\r\nConnection: Close\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n", True),
        (b"HTTP/1.1 204 No\r\n", True),
        (b"HTTP/1.1 304 No\r\nContent-Length: 9\r\n", True),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n", False),
    ],
)
def test_whether_the_connection_lasts(head: bytes, keeps_open: bool) -> None:
    """By version, Connection and how the end was known."""
    reader = AnswerReader("GET")
    assert reader.feed(head + b"\r\n")[-1] == End(())
    assert reader.keeps_open is keeps_open


def test_what_a_body_is_wrapped_in_twice_ends_the_connection() -> None:
    """With a length and chunks, two readers may part the stream in two ways."""
    reader = AnswerReader("GET")
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert (reader.done, reader.keeps_open) == (True, False)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_comes_behind(method: str) -> None:
    """Bytes after the end are no part of it, and are kept aside."""
    reader = AnswerReader(method)
    body = b"" if method == "HEAD" else b"hi"
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body + b"oops")
    assert (reader.done, reader.rest, reader.has_no_body) == (True, b"oops", method == "HEAD")


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b"x" * 10_000),
        (b"", b"\r\n" * 5000),
        (b"HTTP/1.1 200 OK\r\nA: ", b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\n", b"A: 1\r\n" * 2000),
        (b"HTTP/1.1 200 OK\r\n", b"A:\n" * 3000),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n", b" \n" * 5000),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n", b" b\r\n" * 3000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: 1\r\n" * 2000),
    ],
)
def test_what_has_no_end_is_refused(start: bytes, more: bytes) -> None:
    """Nothing is kept beyond the bound, and the work grows with the bytes alone."""
    reader = AnswerReader("GET")
    reader.feed(start)
    fed = 0
    with pytest.raises(NotHttpError):  # noqa: PT012 - it is refused somewhere on the way
        while fed < 3 * CANDIDATE_HEAD_LIMIT_BYTES:
            fed += len(more)
            reader.feed(more)


def test_a_million_chunks() -> None:
    """Chunks of one byte cost no more than their number."""

    def seconds(times: int) -> float:
        reader = AnswerReader("GET")
        reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        part = b"1\r\nx\r\n" * 1000
        started = time.process_time()
        for _ in range(times):
            reader.feed(part)
        return time.process_time() - started

    seconds(10)
    few, many = seconds(20), seconds(200)
    assert many < 40 * few


def test_as_many_fields_as_may_be() -> None:
    """One more is refused."""
    head = b"HTTP/1.1 200 OK\r\n" + b"A:\n" * CANDIDATE_HEAD_LIMIT_FIELDS
    (event,) = AnswerReader("GET").feed(head + b"\r\n")
    assert isinstance(event, Head)
    with pytest.raises(NotHttpError):
        AnswerReader("GET").feed(head + b"A:\n\r\n")
