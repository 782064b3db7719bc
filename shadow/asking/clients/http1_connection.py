"""One HTTP/1.1 connection to an upstream: moves the bytes between a socket and the pure reader and writer."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
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
from crossfade.shadow.asking.clients.http1_request import begun_request, chunk, last_chunk, length_of, whole_request
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request


class NoAnswerError(SideFailedError):
    """Nothing of an answer came: the connection was closed, or what came belongs to the request before."""


_Ended = Answer | SideFailedError


class Http1Connection(asyncio.Protocol):
    """Takes one request at a time. ``keeps_open``: the last one went well, and another may follow.

    ``rests``: its last answer had no body, after which some servers send one. ``idle_s``: so long after its answer the
    side closed it. ``last`` is the request that was sent last (without its body), ``before`` the one before that.
    """

    def __init__(self, note: Callable[[Note, Request], None]) -> None:
        """``note`` is called for bytes after an answer, with the request of that answer."""
        self.used_at = time.monotonic()
        self.keeps_open = False
        self.rests = False
        self.idle_s: float | None = None
        self.last: Request | None = None
        self.before: Request | None = None
        self._note = note
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_sent = False
        self._reader = AnswerReader("")
        self._answer: AnswerInProgress | None = None
        self._done: asyncio.Future[_Ended] | None = None

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed it."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection, without waiting for what could not be sent."""
        if self._transport is not None:
            with contextlib.suppress(RuntimeError):  # the loop is already closed
                (self._transport.abort if self._unsent_bytes() else self._transport.close)()

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        """The answer, collected by ``answer``. Raises: SideFailedError; NoAnswerError: nothing of one came."""
        self.before, self.last = self.last, replace(request, body=b"") if request.body else request
        self._reader, self._answer = AnswerReader(request.method), answer
        self._done = done = asyncio.get_running_loop().create_future()
        self._is_sent = False
        answer.on_room = self._read_on
        try:
            if not self.is_open:  # it was lost a moment ago
                self._fail(FailureReason.RESET, "connection closed before the request was sent")
            ended = await self._send_and_wait(done, request, headers, parts)
        finally:
            self._answer = self._done = None
        if isinstance(ended, SideFailedError):
            # Another one: an error that is raised where it is kept makes a circle, which would keep the answer's bytes.
            raise type(ended)(ended.reason, ended.detail)
        self._rest()
        return ended

    async def _send_and_wait(
        self, done: "asyncio.Future[_Ended]", request: Request, headers: Headers, parts: RequestParts | None
    ) -> "_Ended":
        """An answer may come while the request is still being sent, and ends it."""
        if parts is None:
            self._write(whole_request(request, headers))
            if self._writable.is_set():
                self._sent(done)
                return await done
        sending = asyncio.create_task(self._send_rest(done, request, headers, parts))
        try:
            waited: set[asyncio.Future[Any]] = {sending, done}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
            return await done
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_rest(
        self, done: "asyncio.Future[_Ended]", request: Request, headers: Headers, parts: RequestParts | None
    ) -> None:
        if parts is not None:
            await self._send_parts(request, headers, parts)
        await self._writable.wait()
        self._sent(done)

    async def _send_parts(self, request: Request, headers: Headers, parts: RequestParts) -> None:
        """Raises: SideFailedError: the body is not as long as its head says, so nothing after it is understood."""
        left = length_of(headers)
        self._write(begun_request(request, headers))
        while (part := await parts.take()) is not None:
            if left is not None:
                left -= len(part)
            if left is not None and left < 0:
                break
            self._write(chunk(part) if left is None else part)
            await self._writable.wait()
        if left:
            raise SideFailedError(FailureReason.INVALID, "the request's body is not as long as its head says")
        if left is None:
            self._write(last_chunk(parts.trailers))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and self.is_open:
            self._transport.write(data)

    def _sent(self, done: "asyncio.Future[_Ended]") -> None:
        self._is_sent = True
        if self._answer is not None and not done.done():
            self._answer.sent_at = time.perf_counter()

    def _rest(self) -> None:
        """After an answer: what came behind it ends the connection."""
        self.used_at = time.monotonic()
        self.rests = self._reader.has_no_body
        self.keeps_open = self._reader.keeps_open and self._is_sent and self.is_open and not self._unsent_bytes()
        if self._reader.rest:
            self._stray()

    def _stray(self) -> None:
        """Bytes came that belong to no answer: nothing that follows would be understood."""
        self.keeps_open = False
        if self.last is not None and self.is_open:
            self._note(Note.BYTES_AFTER_ANSWER, self.last)
        self.close()

    def _idle_ended(self) -> None:
        if self._reader.done and self.idle_s is None:
            self.idle_s = time.monotonic() - self.used_at

    def _unsent_bytes(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def _read_on(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but has all its methods

    def data_received(self, data: bytes) -> None:
        if not self._reader.done:
            self._take(lambda: self._reader.feed(data))
        elif data:
            self._stray()

    def eof_received(self) -> None:
        self._idle_ended()
        self._take(self._reader.end)

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable.set()
        self._idle_ended()
        if exc is None:
            self._take(self._reader.end)
        self._fail(FailureReason.RESET, "connection lost: " + type(exc).__name__)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # the answer

    def _take(self, read: Callable[[], list[Event]]) -> None:
        answer, done = self._answer, self._done
        if answer is None or done is None or done.done():
            return
        try:
            for event in read():
                _handle(event, answer, done)
        except NotHttpError as error:
            kind = NoAnswerError if isinstance(error, NoStatusLineError) else SideFailedError
            self._fail(FailureReason.INVALID, f"not HTTP/1.1: {error}", kind)
        except CutError:
            self._fail(FailureReason.RESET, "connection closed before the answer was complete")
        if answer.is_overlong:
            self._fail(FailureReason.INVALID, "its answer goes on and on")
        elif not answer.has_room() and not done.done() and self._transport is not None:
            self._transport.pause_reading()

    def _fail(self, reason: FailureReason, detail: str, kind: type[SideFailedError] | None = None) -> None:
        if self._done is None or self._done.done():
            return
        kind = kind or (SideFailedError if self._reader.began else NoAnswerError)
        self._done.set_result(kind(reason, detail))


def _handle(event: Event, answer: AnswerInProgress, done: "asyncio.Future[_Ended]") -> None:
    match event:
        case Head():
            answer.begin(event.status, event.fields)
        case Data():
            answer.add(event.data)
        case End():
            done.set_result(answer.end(event.trailers))
