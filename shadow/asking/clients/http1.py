"""HTTP/1.1 to an upstream over a few kept connections."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from crossfade.shadow.asking.clients.address import Address
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http1_connection import Http1Connection, NoAnswerError
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request

_IDLE_S = 2.0  # servers keep idle connections for 5 s and more: a shorter time avoids writing into a closing one
_WRITE_IDLE_S = 0.2  # a write that meets a closing connection can't be sent again
_REMEMBERED_S = 60.0  # a server that was restarted is not one that closes each connection
_REST_S = 0.1  # a body that a server sends after HEAD, 204 or 304 has come by then
_RESTING = 64


class Http1Client:
    """Sends requests one by one.

    A request is sent once. Only a safe one of which the upstream has read nothing that it answered, on a connection
    that had served before, is sent once more, on a new connection (RFC 9110 9.2.2, RFC 9112 9.3.1).
    """

    def __init__(self, address: Address, note: Callable[[Note, Request], None]) -> None:
        """``note`` is called for what is neither answer nor failure."""
        self._address = address
        self._note = note
        self._idle: deque[Http1Connection] = deque()
        self._resting: deque[Http1Connection] = deque()
        self._closed_unsaid_at = -_REMEMBERED_S

    async def ask(
        self,
        request: Request,
        headers: Headers,
        answer: AnswerInProgress,
        parts: RequestParts | None,
        *,
        safe: bool = False,
    ) -> Answer:
        """The upstream's answer, collected by ``answer``; ``parts`` is the body where it is still coming.

        Raises: SideFailedError. Cancelling it closes the connection.
        """
        safe = safe and parts is None
        if not safe:
            await asyncio.sleep(0)  # the end of a connection may have come with its last answer
        failed: tuple[FailureReason, str] | None = None
        kept = self._kept(safe=safe)
        if kept is not None:
            try:
                return await self._ask(kept, request, headers, answer, parts)
            except NoAnswerError as error:
                if not safe:
                    raise
                failed = (error.reason, error.detail)
            self._note_repeat(failed[0], request, kept.before)
        try:
            connection = await self._connect()
        except SideFailedError:
            if failed is None:
                raise
            raise SideFailedError(*failed) from None  # what happened first tells more
        return await self._ask(connection, request, headers, answer, parts)

    async def close(self) -> None:
        """Closes what is idle."""
        for kept in (self._idle, self._resting):
            while kept:
                kept.pop().close()

    async def _ask(
        self,
        connection: Http1Connection,
        request: Request,
        headers: Headers,
        answer: AnswerInProgress,
        parts: RequestParts | None,
    ) -> Answer:
        try:
            finished = await connection.ask(request, headers, answer, parts)
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return finished

    def _note_repeat(self, reason: FailureReason, request: Request, before: Request | None) -> None:
        """What came instead of an answer belongs to the request before."""
        if reason is FailureReason.RESET:
            self._note(Note.CLOSED_AS_USED, request)
        elif before is not None:
            self._note(Note.BYTES_AFTER_ANSWER, before)

    def _keep(self, connection: Http1Connection) -> None:
        if not connection.keeps_open:
            connection.close()
            return
        (self._resting if connection.rests else self._idle).append(connection)
        if len(self._resting) > _RESTING:
            self._resting.popleft().close()
        now = time.monotonic()
        for kept in (self._idle, self._resting):
            while kept and not _is_fresh(kept[0], now, _IDLE_S):
                self._drop(kept.popleft())

    def _kept(self, *, safe: bool) -> Http1Connection | None:
        """A connection that was used a moment ago, the last one first; one that rests is for safe requests alone."""
        now = time.monotonic()
        while self._idle and not _is_fresh(self._idle[-1], now, _IDLE_S):
            self._drop(self._idle.pop())
        closes_unsaid = now - self._closed_unsaid_at < _REMEMBERED_S
        if self._idle and (safe or (_is_fresh(self._idle[-1], now, _WRITE_IDLE_S) and not closes_unsaid)):
            return self._idle.pop()
        while safe and self._resting and now - self._resting[0].used_at >= _REST_S:
            connection = self._resting.popleft()
            if _is_fresh(connection, now, _IDLE_S):
                return connection
            self._drop(connection)
        return None

    def _drop(self, connection: Http1Connection) -> None:
        """A side that closes a kept connection right after its answer gets writes on new connections only."""
        if connection.idle_s is not None and connection.idle_s < _WRITE_IDLE_S:
            self._closed_unsaid_at = time.monotonic()
        connection.close()

    async def _connect(self) -> Http1Connection:
        loop = asyncio.get_running_loop()
        address = self._address
        try:
            _, connection = await loop.create_connection(
                lambda: Http1Connection(self._note), address.host, address.port, ssl=address.tls
            )
        except OSError as error:
            raise SideFailedError(FailureReason.REFUSED, f"could not connect: {type(error).__name__}") from None
        return connection


def _is_fresh(connection: Http1Connection, now: float, most_s: float) -> bool:
    return connection.is_open and now - connection.used_at < most_s
