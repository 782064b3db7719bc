"""An answer as it arrives: a body within the limit, or messages."""

import time

import pytest

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import GrpcFraming, answer_framing


@pytest.mark.parametrize(
    ("parts", "body", "truncated"),
    [
        ((), b"", False),
        ((b"ab", b"cd"), b"abcd", False),
        ((b"abcd", b""), b"abcd", False),
        ((b"abc", b"de"), b"abcd", True),
        ((b"abcd", b"e", b"f"), b"abcd", True),
        ((b"abcdefgh",), b"abcd", True),
    ],
)
def test_a_body_is_cut_at_the_limit(parts: tuple[bytes, ...], body: bytes, truncated: bool) -> None:
    """One byte past it is enough to be called truncated; exactly the limit is whole."""
    answer = AnswerInProgress(limit_bytes=4)
    for part in parts:
        answer.add(part)
    found = answer.end()
    assert (found.body, found.truncated, bool(found.windows)) == (body, truncated, truncated)


def test_a_finished_answer() -> None:
    """All that came, with the milliseconds since the request was sent."""
    answer = AnswerInProgress(limit_bytes=4)
    answer.begin(200, (("a", "1"),))
    answer.add(b"abcde")
    answer.sent_at = time.perf_counter() - 2.0
    finished = answer.end((("b", "2"),))
    assert (finished.status, finished.headers, finished.trailers) == (200, (("a", "1"),), (("b", "2"),))
    assert (finished.body, finished.truncated) == (b"abcd", True)
    assert 2000 <= finished.latency_ms < 60_000


def test_a_stream_is_cut_into_messages() -> None:
    """Each is there as soon as it is whole; they are no body."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 100))
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1\n2")
    assert answer.take_messages() == (b"1",)
    answer.add(b"2\n3")
    finished = answer.end()
    assert (answer.take_messages(), finished.body, finished.truncated) == ((b"22", b"3"), b"", False)


def test_a_copy_of_a_stream() -> None:
    """Whole messages up to the bound; where one is left out, no later one is taken, and it says that it is cut."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 100), copy_bytes=6)
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1\r\n22")
    assert (answer.answer().body, answer.answer().truncated) == (b"1\n", False)
    answer.add(b"\n4444\n5\n")
    found = answer.end()
    assert (found.body, found.truncated, found.windows) == (b"1\n22\n", True, b"")
    assert answer.take_messages() == (b"1", b"22", b"4444", b"5")


def test_a_stream_that_is_not_read_is_paused() -> None:
    """Past a megabyte of messages there is no room, until they are taken."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 10**7))
    calls: list[str] = []
    answer.on_room = lambda: calls.append("room")
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1" * 10**6 + b"\n")
    assert answer.has_room()
    answer.add(b"1" * 10**6 + b"\n")
    assert not answer.has_room()
    assert [len(message) for message in answer.take_messages()] == [10**6, 10**6]
    assert (answer.has_room(), calls) == (True, ["room"])


def test_a_stream_that_is_none() -> None:
    """Bytes that can't be cut are said, and what follows is not read."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: GrpcFraming(headers, 10))
    answer.begin(200, ())
    answer.add(b"\x07\x00\x00\x00\x01x")
    answer.add(b"\x00\x00\x00\x00\x01x")
    assert isinstance(answer.undecodable, UndecodableError)
    assert answer.take_messages() == ()
