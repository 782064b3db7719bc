"""HTTP/1.1: one connection, one request after the other, by h11."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import h11

from crossfade.parity_tests.mock.answering import MAX_BODY_BYTES, Heard, Mock, answer
from crossfade.parity_tests.mock.book import Client
from crossfade.shadow.exchange import Headers, Protocol, Request, header_values
from crossfade.shadow.exchange.fields import as_recorded, wire_text
from crossfade.shadow.exchange.shadow_headers import HOP_BY_HOP

IDLE_S = 120.0
_READ_BYTES = 65_536
_HEAD_BYTES = 65_536
_BODY_TOO_LARGE, _HEAD_TOO_LARGE = 413, 431
_NO_BODY = frozenset({204, 304})
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


async def serve_http1(mock: Mock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
    """Answers all requests of a connection; ``first`` was read of it already. Raises: ConnectionError, TimeoutError."""
    connection = _Connection(reader, writer, first)
    client = Client()
    while (heard := await connection.request()) is not None:
        wire = _Wire(connection, heard.request)
        answering = asyncio.create_task(answer(mock, heard, wire, client))
        watching = asyncio.create_task(connection.watch(heard))
        try:
            await answering
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await watching
        if not connection.next_cycle():
            return


class _Connection:
    """h11's state, and the bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
        self._reader = reader
        self._writer = writer
        self.state = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        self.state.receive_data(first)

    async def request(self) -> Heard | None:
        """The next request, whole; None at the end of the connection, or where it is none."""
        heard: Heard | None = None
        try:
            while True:
                event = await self._next()
                match event:
                    case h11.Request() if _size_bytes(event) > _HEAD_BYTES:
                        await self._reject(_HEAD_TOO_LARGE)
                        return None
                    case h11.Request():
                        heard = Heard(_request(event))
                    case h11.Data() if heard is not None:
                        heard.body += event.data
                        if len(heard.body) > MAX_BODY_BYTES:
                            await self._reject(_BODY_TOO_LARGE)
                            return None
                    case h11.EndOfMessage() if heard is not None:
                        heard.trailers = as_recorded(event.headers.raw_items())
                        heard.ended = True
                        return heard
                    case _:
                        return None
        except h11.RemoteProtocolError as error:
            await self._reject(error.error_status_hint)
            return None

    async def watch(self, heard: Heard) -> None:
        """Notes when the client has ended its side; what it sends ahead is kept for later, as far as it may."""
        while data := await self._reader.read(_READ_BYTES):
            self.state.receive_data(data)
            if len(self.state.trailing_data[0]) > _HEAD_BYTES + MAX_BODY_BYTES:
                return
        heard.gone = True
        heard.changed.set()

    def next_cycle(self) -> bool:
        """Whether another request may come."""
        if self.state.our_state is not h11.DONE or self.state.their_state is not h11.DONE:
            return False
        self.state.start_next_cycle()
        return True

    async def send(self, event: Any) -> None:  # noqa: ANN401 - h11's events
        """Sends an event. Raises: ConnectionError."""
        self._writer.write(self.state.send(event) or b"")
        await self._writer.drain()

    async def _next(self) -> Any:  # noqa: ANN401 - h11's events
        async with asyncio.timeout(IDLE_S):
            while (event := self.state.next_event()) is h11.NEED_DATA:
                if self.state.they_are_waiting_for_100_continue:
                    await self.send(h11.InformationalResponse(status_code=100, headers=[]))
                self.state.receive_data(await self._reader.read(_READ_BYTES))
        return event

    async def _reject(self, status: int) -> None:
        if self.state.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self.send(
                h11.Response(status_code=status, headers=[("content-length", "0"), ("connection", "close")])
            )
            await self.send(h11.EndOfMessage())


class _Wire:
    """One answer of a connection."""

    def __init__(self, connection: _Connection, request: Request) -> None:
        self._connection = connection
        self._is_head = request.method == "HEAD"
        self._has_body = True

    async def begin(self, status: int, headers: Headers) -> None:
        """See Wire."""
        self._has_body = not self._is_head and status not in _NO_BODY
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in _own(headers)]
        await self._connection.send(h11.Response(status_code=status, headers=fields, reason=_phrase(status)))

    async def send(self, data: bytes) -> None:
        """See Wire."""
        if self._has_body:
            await self._connection.send(h11.Data(data=data))

    async def end(self, trailers: Headers) -> None:
        """See Wire."""
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in trailers]
        await self._connection.send(h11.EndOfMessage(headers=fields))

    async def abort(self) -> None:
        """See Wire."""
        raise ConnectionAbortedError


def _phrase(status: int) -> bytes:
    """The usual one: a recording does not have it."""
    return _PHRASES.get(status, "").encode()


def _own(headers: Headers) -> Iterable[tuple[str, str]]:
    """The fields of the answer, without those of the connection that it came over, and with a length only once."""
    lengths = header_values(headers, "content-length")
    for name, value in headers:
        lower = name.lower()
        if lower in HOP_BY_HOP or lower == "trailer" or (lower == "content-length" and len(lengths) > 1):
            continue
        yield name, value


def _size_bytes(event: h11.Request) -> int:
    """h11 bounds only a head that is not complete."""
    return len(event.target) + sum(len(name) + len(value) for name, value in event.headers)


def _request(event: h11.Request) -> Request:
    headers = as_recorded(event.headers.raw_items())
    return Request(
        id="",
        protocol=Protocol.HTTP,
        method=wire_text(bytes(event.method)),
        scheme="http",
        authority=next(iter(header_values(headers, "host")), ""),
        target=wire_text(bytes(event.target)),
        headers=headers,
        body=b"",
        truncated=False,
        trailers=(),
        started_at=time.time(),
    )
