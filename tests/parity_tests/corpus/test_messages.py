"""Where the messages of a body end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.shadow.exchange import Headers, Protocol

TYPES = st.sampled_from(("text/event-stream", "application/x-ndjson", "application/json"))


def of(kind: str, *more: tuple[str, str]) -> Headers:
    return (("content-type", kind), *more)


@pytest.mark.parametrize(
    ("kind", "body", "ends"),
    [
        ("text/event-stream", b"data: 1\n\n:\n\ndata: 2\r\n\r\n", (9, 12, 23)),
        ("text/event-stream", b"data: 1\n\ndata: 2", (9, 16)),
        ("application/x-ndjson", b"{}\n{}\r\n{}", (3, 7, 9)),
        ("application/json", b"{}\n{}\n", (6,)),
        ("text/plain", b"", ()),
    ],
)
def test_a_stream_over_http_is_cut(kind: str, body: bytes, ends: tuple[int, ...]) -> None:
    """With what stands between its messages; any other body is one."""
    assert message_ends(Protocol.HTTP, of(kind), body) == ends


def test_a_coded_body_is_one_message() -> None:
    """Its bytes show no lines."""
    headers = of("application/x-ndjson", ("content-encoding", "gzip"))
    assert message_ends(Protocol.HTTP, headers, b"a\nb\n") == (4,)


def test_grpc_messages_are_its_frames() -> None:
    """What is no whole frame is one more."""
    assert message_ends(Protocol.GRPC, (), b"\0\0\0\0\1a\0\0\0\0\0\0\0") == (6, 11, 13)


@given(st.sampled_from(Protocol), TYPES, st.binary(max_size=60) | st.text("ab\n\r", max_size=30).map(str.encode))
def test_nothing_is_lost(protocol: Protocol, kind: str, body: bytes) -> None:
    """Whatever the bytes are, the last message ends where the body does, and each has a byte."""
    ends = message_ends(protocol, of(kind), body)
    assert (ends[-1] if ends else 0) == len(body)
    assert list(ends) == sorted(set(ends))
