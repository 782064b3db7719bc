"""HTTP/1.1 to an upstream by h11, over a few kept connections."""

import asyncio
import contextlib
import time
from collections.abc import Iterable

import h11

from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request, header_values
from crossfade.shadow.mirror.clients.exchange import Address, AnswerInProgress, RequestParts, SideFailedError

_READ_BYTES = 65_536
_HEADER_BYTES = 65_536  # as h2 allows; h11's own 16 KB refuses what callers of legacy get
_IDLE_S = 2.0  # servers keep idle connections for 5 s and more: a shorter time avoids writing into a closing one


class Http1Client:
    """Sends requests one by one; nothing is retried, because the upstream may have begun to work on it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[_Connection] = []

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        """The upstream's answer, collected by ``answer``; ``parts`` is the body where it is still coming.

        Raises: SideFailedError. Cancelling it closes the connection.
        """
        connection = await self._connection()
        try:
            finished = await connection.ask(request, headers, answer, parts)
        except h11.RemoteProtocolError as error:
            connection.close()
            raise SideFailedError(*_what_broke(connection, error)) from None
        except OSError as error:
            connection.close()
            raise SideFailedError(FailureReason.RESET, f"connection lost: {type(error).__name__}") from None
        except BaseException:
            connection.close()
            raise
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return finished

    async def close(self) -> None:
        """Closes what is idle."""
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> "_Connection":
        now = time.monotonic()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fresh(now):
                return connection
            connection.close()
        try:
            streams = await asyncio.open_connection(self._address.host, self._address.port, ssl=self._address.tls)
        except OSError as error:
            raise SideFailedError(FailureReason.REFUSED, f"could not connect: {type(error).__name__}") from None
        return _Connection(*streams)


class _Connection:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
        self._used_at = time.monotonic()
        self.reusable = False
        self.lost = False

    def is_fresh(self, now: float) -> bool:
        """Whether it was used a moment ago, and the upstream has neither closed it nor sent what nobody asked for."""
        silent = not self._reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to ask
        open_still = not self._reader.at_eof() and not self._writer.is_closing()
        return silent and open_still and now - self._used_at < _IDLE_S

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is already closed
            self._writer.close()

    async def ask(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts | None
    ) -> Answer:
        if parts is None:
            self._write(*_events(request, headers))
            # A server may answer and close before it read all of the body: its answer counts.
            with contextlib.suppress(ConnectionError):
                await self._writer.drain()
            answer.sent_at = time.perf_counter()
            finished = await self._read(answer)
        else:
            finished = await self._ask_in_parts(request, headers, answer, parts)
        self._start_next()
        return finished

    async def _ask_in_parts(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts
    ) -> Answer:
        """An answer may come while the request is still being sent, and ends it.

        Raises: h11.LocalProtocolError, ValueError: a request that HTTP/1.1 does not know.
        """
        sending = asyncio.create_task(self._send_parts(request, headers, answer, parts))
        reading = asyncio.create_task(self._read(answer))
        try:
            await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() and not isinstance(sending.exception(), ConnectionError):
                await sending
            return await reading
        finally:
            for task in (sending, reading):
                task.cancel()
            await asyncio.gather(sending, reading, return_exceptions=True)

    async def _send_parts(
        self, request: Request, headers: Headers, answer: AnswerInProgress, parts: RequestParts
    ) -> None:
        self._write(_head(request, _with_framing(headers)))
        while (part := await parts.take()) is not None:
            self._write(h11.Data(data=part))
            await self._writer.drain()
        self._write(h11.EndOfMessage(headers=_bytes(parts.trailers)))
        await self._writer.drain()
        answer.sent_at = time.perf_counter()

    def _write(self, *events: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        """One write, so that a small request is one packet."""
        self._writer.write(b"".join(self._state.send(event) or b"" for event in events))

    async def _read(self, answer: AnswerInProgress) -> Answer:
        while True:
            await self._room(answer)
            event = self._state.next_event()
            if event is h11.NEED_DATA:
                data = await self._reader.read(_READ_BYTES)
                self.lost = not data
                self._state.receive_data(data)
            elif isinstance(event, h11.Response):
                answer.begin(event.status_code, _text(event.headers.raw_items()))
            elif isinstance(event, h11.Data):
                answer.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return answer.end(_text(event.headers.raw_items()))
            elif not isinstance(event, h11.InformationalResponse):
                raise SideFailedError(FailureReason.INVALID, "the answer ended before its end")

    async def _room(self, answer: AnswerInProgress) -> None:
        """Does not read what would have to be kept. Raises: SideFailedError: nor what is longer than it is read."""
        if answer.is_overlong:
            raise SideFailedError(FailureReason.INVALID, "its answer goes on and on")
        if answer.has_room():
            return
        room = asyncio.Event()
        answer.on_room = room.set
        await room.wait()

    def _start_next(self) -> None:
        both_done = self._state.our_state is h11.DONE and self._state.their_state is h11.DONE
        # Bytes past the answer (a body after HEAD or 204) would be taken for the next request's answer.
        self.reusable = both_done and not self._state.trailing_data[0]
        if self.reusable:
            self._state.start_next_cycle()
            self._used_at = time.monotonic()


def _what_broke(connection: _Connection, error: h11.RemoteProtocolError) -> tuple[FailureReason, str]:
    if connection.lost:
        return FailureReason.RESET, "connection closed before the answer was complete"
    return FailureReason.INVALID, f"not HTTP/1.1: {error}"[:200]


def _events(request: Request, headers: Headers) -> list[h11.Request | h11.Data | h11.EndOfMessage]:
    """The request as h11 takes it: a length where it has a body."""
    if request.body and not header_values(headers, "content-length"):
        headers = (*headers, ("Content-Length", str(len(request.body))))
    body = [h11.Data(data=request.body)] if request.body else []
    return [_head(request, headers), *body, h11.EndOfMessage()]


def _head(request: Request, headers: Headers) -> h11.Request:
    """Host comes from the authority where HTTP/2 carried none."""
    fields = _bytes(headers)
    if not header_values(headers, "host"):
        fields.insert(0, (b"Host", request.authority.encode("latin-1")))
    return h11.Request(method=request.method, target=request.target.encode("latin-1"), headers=fields)


def _with_framing(headers: Headers) -> Headers:
    """A body of unknown length is chunked (RFC 9112 6.1)."""
    return headers if header_values(headers, "content-length") else (*headers, ("Transfer-Encoding", "chunked"))


def _bytes(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
