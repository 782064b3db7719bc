"""Where a message ends does not depend on where the chunks do."""

import gzip
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.errors import TooLongError
from crossfade.shadow.compare.decode.framing import (
    Framing,
    GrpcFraming,
    answer_framing,
    split_texts,
    text_value,
)
from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.exchange import Headers

NDJSON = (("content-type", "application/x-ndjson"),)
EVENTS = (("content-type", "text/event-stream; charset=utf-8"),)
SEQUENCE = (("content-type", "application/json-seq"),)


def _frame(message: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(message)) + message


def _fed(framing: Framing | None, data: bytes, cuts: list[int]) -> tuple[bytes, ...]:
    """The messages of a stream cut at these places."""
    assert framing is not None
    found: list[bytes] = []
    at = 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        found += framing.feed(data[at:cut])
        at = cut
    return (*found, *framing.end())


@pytest.mark.parametrize("headers", [None, NDJSON, EVENTS], ids=["grpc", "ndjson", "events"])
def test_messages_that_are_joined_are_cut_again(headers: Headers | None) -> None:
    """The same ones come out."""
    messages = (b'{"a": 1}', b'{"b":\t2}') if headers is NDJSON else (b"data: 1\r\nid: 2", b"data: 3\rid: 4")
    framing = GrpcFraming((), 100) if headers is None else answer_framing(headers, 100)
    assert framing is not None
    assert _fed(framing, b"".join(map(framing.join, messages)), []) == messages


_cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.lists(st.binary(max_size=40), max_size=8), _cuts)
def test_grpc_frames(messages: list[bytes], cuts: list[int]) -> None:
    """All messages come out, empty ones too, in their order."""
    data = b"".join(map(_frame, messages))
    assert _fed(GrpcFraming((), 100), data, cuts) == tuple(messages)


def test_compressed_frames() -> None:
    """A message comes out as it was before it was compressed."""
    framing = GrpcFraming((("grpc-encoding", "gzip"),), 1000)
    assert framing.feed(_frame(gzip.compress(b"hello"), 1) + _frame(b"plain")) == (b"hello", b"plain")


@pytest.mark.parametrize("data", [b"\x02\x00\x00\x00\x00", _frame(b"x", 1)])
def test_what_is_no_frame(data: bytes) -> None:
    """An unknown flag, and a compressed frame without an encoding, are refused."""
    with pytest.raises(UndecodableError):
        GrpcFraming((), 100).feed(data)


def test_a_cut_frame() -> None:
    """A stream that ends within a message is not whole."""
    framing = GrpcFraming((), 100)
    assert framing.feed(_frame(b"abc")[:-1]) == ()
    with pytest.raises(UndecodableError, match="cut"):
        framing.end()


def test_a_message_past_the_limit() -> None:
    """It is refused by its announced length, before it is kept."""
    with pytest.raises(TooLongError, match="at most 100 bytes"):
        GrpcFraming((), 100).feed(struct.pack(">BI", 0, 101))
    with pytest.raises(TooLongError):
        _fed(answer_framing(NDJSON, 10), b"1" * 11, [])


@given(st.lists(st.integers(), max_size=8), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), _cuts)
def test_lines(numbers: list[int], end: bytes, last_has_end: bool, cuts: list[int]) -> None:
    """The last line needs no end; blank lines are none."""
    lines = [str(number).encode() for number in numbers]
    data = (end + end).join(lines) + (end if last_has_end and lines else b"")
    assert _fed(answer_framing(NDJSON, 100), data, cuts) == tuple(lines)


@given(st.sampled_from([b"\n", b"\r\n", b"\r"]), _cuts)
def test_events(end: bytes, cuts: list[int]) -> None:
    """An empty line ends an event, whatever ends a line; a comment alone is no event."""
    data = (b"data: 1|id: a||: beat||data: 2||").replace(b"|", end)
    found = _fed(answer_framing(EVENTS, 100), data, cuts)
    assert [text_value(Form.EVENTS, text) for text in found] == [{"data": "1", "id": "a"}, {"data": "2"}]


@pytest.mark.parametrize(
    "headers",
    [
        (("content-type", "application/json"),),
        (),
        (*NDJSON, ("content-encoding", "gzip")),
        (*EVENTS, ("content-encoding", "br")),
    ],
)
def test_what_is_no_stream(headers: Headers) -> None:
    """Other types, and streams that are coded as a whole, are read when they are complete."""
    assert answer_framing(headers, 100) is None


def test_a_stream_that_is_not_coded() -> None:
    """Identity is no coding."""
    assert answer_framing((*NDJSON, ("content-encoding", "identity")), 100) is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'data: {"a":\ndata: 1}', {"data": {"a": 1}}),
        (b"data: {broken", {"data": "{broken"}),
        (b"data:x\ndata: y", {"data": "x\ny"}),
        (b": note\nevent: e\nretry: 10", {"event": "e", "retry": "10"}),
        (b"data", {"data": ""}),
    ],
)
def test_one_event(text: bytes, value: object) -> None:
    """Fields by name, lines of data joined, JSON read where it is JSON."""
    assert text_value(Form.EVENTS, text) == value


def test_a_whole_body() -> None:
    """A stream that came as a whole is cut in the same way."""
    assert split_texts(Form.LINES, b"1\n\n2") == (b"1", b"2")


def test_an_event_that_is_not_dispatched() -> None:
    """A last event without its empty line reaches no listener (WHATWG HTML 9.2.6): it is not the same as one with it."""
    cut, whole = split_texts(Form.EVENTS, b"data: a\n"), split_texts(Form.EVENTS, b"data: a\n\n")
    values = [[text_value(Form.EVENTS, text) for text in texts] for texts in (cut, whole)]
    assert values == [[{"data": "a", "(not dispatched)": ""}], [{"data": "a"}]]


def test_mixed_line_ends() -> None:
    """Two events stay two, whatever ends their lines."""
    assert len(split_texts(Form.EVENTS, b"data: a\n\r\ndata: b\n\n")) == 2
    assert len(split_texts(Form.EVENTS, b"data: a\r\ndata: b\r\n\r\n")) == 1


def test_a_byte_order_mark_in_a_line() -> None:
    """A reader of lines fails at it, so a line with one is another line."""
    kind = Form.LINES
    assert text_value(kind, b"\xef\xbb\xbf1") != text_value(kind, b"1")


def test_a_long_message_in_small_chunks(cpu_time: Any) -> None:
    """What was searched is not searched again: 4 MB in chunks of 4 KB is no square."""
    framing = answer_framing(EVENTS, 5_000_000)
    assert framing is not None
    with cpu_time(4):
        for _ in range(1000):
            assert framing.feed(b"x" * 4096) == ()
        assert len(framing.feed(b"\n\n")) == 1


@given(st.lists(st.binary(max_size=40), max_size=8), _cuts)
def test_what_is_begun(messages: list[bytes], cuts: list[int]) -> None:
    """What came out joined, and what is begun, are the stream again."""
    framing = GrpcFraming((), 100)
    data = b"".join(map(_frame, messages))[: cuts[0] % 400 if cuts else None]
    assert b"".join(map(framing.join, framing.feed(data))) + framing.rest() == data


@given(
    st.lists(
        st.sampled_from([b"{}", b'{"a": [1, "]"]}', b'[{"b": "\\"}"}]', b'"x y"', b"12", b"null", b'["\\\\"]']),
        max_size=6,
    ),
    st.sampled_from([b"\n", b" ", b"\x1e", b"\n\x1e", b"\r\n\r\n"]),
    _cuts,
)
def test_json_texts(texts: list[bytes], between: bytes, cuts: list[int]) -> None:
    """One after the other, whatever stands between them and wherever the chunks end; brackets in a text are none."""
    assert _fed(answer_framing(SEQUENCE, 100), between.join(texts), cuts) == tuple(texts)
    assert split_texts(Form.DOCUMENTS, between + between.join(texts) + between) == tuple(texts)


def test_json_texts_without_anything_between() -> None:
    """A bracket ends a text."""
    assert split_texts(Form.DOCUMENTS, b'{"a":1}{"a":2}[3]4') == (b'{"a":1}', b'{"a":2}', b"[3]", b"4")


def test_a_json_text_that_was_cut() -> None:
    """By the next record (RFC 7464 2.1) or by the end of the stream: a message that is no JSON."""
    for body in (b'\x1e{"a": [1,\n\x1e{"b":2}\n', b'{"b":2}\n{"a": [1,'):
        texts = split_texts(Form.DOCUMENTS, body)
        assert b'{"b":2}' in texts
        cut = next(text for text in texts if text != b'{"b":2}')
        with pytest.raises(UndecodableError):
            text_value(Form.DOCUMENTS, cut)


def test_a_json_text_without_an_end(cpu_time: Any) -> None:
    """It is refused at the limit, and looked at once: 4 MB in small chunks are no square."""
    framing = answer_framing(SEQUENCE, 4_000_000)
    assert framing is not None
    with cpu_time(4):
        for _ in range(970):
            assert framing.feed(b'[{"a":"' + b"x" * 4096) == ()
    with pytest.raises(TooLongError):
        framing.feed(b"x" * 100_000)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("application/json", Form.JSON),
        ("application/json; charset=utf-8", Form.JSON),
        ("application/json;stream=watch", Form.DOCUMENTS),
        ("application/vnd.watch+json; stream=true", Form.DOCUMENTS),
        ("application/json; stream=false", Form.JSON),
        ("application/stream+json", Form.DOCUMENTS),
        ("application/geo+json-seq", Form.DOCUMENTS),
        ("application/jsonlines", Form.LINES),
        ("text/event-stream", Form.EVENTS),
        ("multipart/mixed; boundary=a", Form.PARTS),
        ("text/xml", Form.XML),
        ("application/soap+xml", Form.XML),
        ("application/xhtml+xml", Form.XML),
        ("text/html; charset=utf-8", Form.HTML),
        ("text/csv", Form.TABLE),
        ("image/png", Form.BYTES),
        ("", Form.BYTES),
    ],
)
def test_how_a_type_is_read(kind: str, form: Form) -> None:
    """By its name and its parameters."""
    assert form_of(*media_type((("content-type", kind),))) is form
