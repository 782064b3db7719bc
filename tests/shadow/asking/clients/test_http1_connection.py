"""One connection by a script of bytes: what is an answer, what is not, and whether another request may follow."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http1_connection import Http1Connection, NoAnswerError
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Request

Requests = Callable[..., Request]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


class Transport(asyncio.Transport):
    """Keeps what is written; ``unsent`` bytes are said to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False
        self.aborted = False
        self.paused = False
        self.unsent = 0

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Line:
    """A connection on a transport; ``notes`` is what it noted, with the id of the request."""

    def __init__(self, request_of: Requests) -> None:
        self.notes: list[tuple[Note, str]] = []
        self.connection = Http1Connection(lambda note, request: self.notes.append((note, request.id)))
        self.transport = Transport()
        self.connection.connection_made(self.transport)
        self._request_of = request_of
        self._asked = 0

    async def ask(self, parts: RequestParts | None = None, **values: Any) -> "asyncio.Task[Answer]":
        """Begins to ask."""
        self._asked += 1
        request = self._request_of(f"id-{self._asked}", headers=(("Host", "a"),), **values)
        answer = AnswerInProgress(limit_bytes=100)
        task = asyncio.create_task(self.connection.ask(request, request.headers, answer, parts))
        await asyncio.sleep(0)
        return task


@pytest.fixture
def line(request_of: Requests) -> Line:
    """A new connection."""
    return Line(request_of)


async def test_one_after_the_other(line: Line) -> None:
    """The same connection serves the next request."""
    for _ in range(2):
        task = await line.ask()
        line.connection.data_received(OK)
        assert (await task).body == b"hi"
        assert line.connection.keeps_open
    assert line.transport.written.count(b"GET ") == 2
    assert line.notes == []


@pytest.mark.parametrize("answer", [EMPTY + b"oops", OK + OK, OK + b"\n"])
async def test_bytes_behind_an_answer(line: Line, answer: bytes) -> None:
    """The answer counts, what is behind it is noted, and the connection is used no more."""
    task = await line.ask()
    line.connection.data_received(answer)
    await task
    assert (line.connection.keeps_open, line.transport.closed) == (False, True)
    assert line.notes == [(Note.BYTES_AFTER_ANSWER, "id-1")]


@pytest.mark.parametrize("asked", [True, False])
async def test_bytes_that_come_later(line: Line, asked: bool) -> None:
    """Before the asker has seen its answer, or when the connection rests."""
    task = await line.ask()
    line.connection.data_received(EMPTY)
    if asked:
        await task
    line.connection.data_received(b"oops")
    await task
    assert (line.connection.is_open, line.connection.keeps_open) == (False, False)
    assert line.notes == [(Note.BYTES_AFTER_ANSWER, "id-1")]


@pytest.mark.parametrize(
    ("answer", "reason", "is_none"),
    [
        (b"", FailureReason.RESET, True),
        (b"oops" + OK, FailureReason.INVALID, True),
        (b"H", FailureReason.RESET, False),
        (OK[:-1], FailureReason.RESET, False),
        (b"HTTP/1.1 103 E\r\n\r\n", FailureReason.RESET, False),
        (b"HTTP/1.1 103 E\r\n\r\noops\r\n", FailureReason.INVALID, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", FailureReason.INVALID, False),
    ],
)
async def test_no_answer(line: Line, answer: bytes, reason: FailureReason, is_none: bool) -> None:
    """Whether anything of an answer came decides whether a safe request may be sent once more."""
    task = await line.ask()
    line.connection.data_received(answer)
    line.connection.eof_received()
    line.connection.connection_lost(None)
    with pytest.raises(SideFailedError) as failed:
        await task
    assert (failed.value.reason, isinstance(failed.value, NoAnswerError)) == (reason, is_none)


@pytest.mark.parametrize("whole", [True, False])
async def test_a_reset_after_the_answer_is_no_reset(line: Line, whole: bool) -> None:
    """What has come counts, though the asker has not seen it yet; half of it does not."""
    task = await line.ask()
    line.connection.data_received(OK if whole else OK[:-1])
    line.connection.connection_lost(ConnectionResetError())
    if whole:
        assert (await task).body == b"hi"
    else:
        with pytest.raises(SideFailedError, match="ConnectionResetError"):
            await task


async def test_a_body_to_the_end(line: Line) -> None:
    """The end of the connection is the end of the answer; a reset is not."""
    task = await line.ask()
    line.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\nhi")
    line.connection.eof_received()
    assert (await task).body == b"hi"
    assert not line.connection.keeps_open


async def test_an_answer_before_the_request_is_sent(line: Line) -> None:
    """It counts, nothing waits for the rest, and the connection ends without it."""
    line.connection.pause_writing()
    line.transport.unsent = 10
    task = await line.ask(method="POST", body=b"x" * 100_000)
    line.connection.data_received(OK)
    assert (await task).body == b"hi"
    assert not line.connection.keeps_open
    line.connection.close()
    assert line.transport.aborted


async def test_an_answer_before_the_request_has_come(line: Line) -> None:
    """The client is still sending: the same."""
    parts = RequestParts()
    parts.put(b"ab")
    task = await line.ask(parts, method="POST")
    await asyncio.sleep(0)
    line.connection.data_received(OK)
    assert (await task).body == b"hi"
    assert not line.connection.keeps_open
    assert line.transport.written.endswith(b"\r\n\r\n2\r\nab\r\n")


async def test_a_request_in_parts(line: Line) -> None:
    """In chunks, with its trailers, and then another may follow."""
    parts = RequestParts()
    parts.put(b"ab")
    parts.put(b"")
    parts.end((("T", "1"),))
    task = await line.ask(parts, method="POST")
    for _ in range(3):
        await asyncio.sleep(0)
    line.connection.data_received(OK)
    await task
    assert line.transport.written.endswith(b"\r\n\r\n2\r\nab\r\n0\r\nT: 1\r\n\r\n")
    assert line.connection.keeps_open


@pytest.mark.parametrize("body", [b"a", b"abcd"])
async def test_a_body_of_another_length(request_of: Requests, line: Line, body: bytes) -> None:
    """Nothing is sent that would be read as another request; it is a failure."""
    parts = RequestParts()
    parts.put(body)
    parts.end()
    request = request_of(method="POST", headers=(("Host", "a"), ("Content-Length", "2")))
    with pytest.raises(SideFailedError, match="not as long"):
        await line.connection.ask(request, request.headers, AnswerInProgress(limit_bytes=9), parts)
    assert not line.transport.written.endswith(b"abcd")


async def test_what_is_not_taken_is_not_read(line: Line, request_of: Requests) -> None:
    """An answer that goes on is not read beyond what it may cost."""
    answer = AnswerInProgress(limit_bytes=100)
    answer.stop_past(10, times=1)
    request = request_of(headers=(("Host", "a"),))
    task = asyncio.create_task(line.connection.ask(request, request.headers, answer, None))
    await asyncio.sleep(0)
    line.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100)
    with pytest.raises(SideFailedError, match="on and on"):
        await task


async def test_a_connection_that_is_lost_already(line: Line) -> None:
    """Nothing is sent on it."""
    line.transport.closed = True
    task = await line.ask()
    with pytest.raises(NoAnswerError):
        await task
    assert line.transport.written == b""
