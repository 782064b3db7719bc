"""HTTP/2 to an upstream: gRPC frames pass as bytes, with metadata, trailers and status details untouched."""

import asyncio
from collections.abc import Callable

from crossfade.shadow.asking.clients.address import Address
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_connection import Http2Connection
from crossfade.shadow.asking.clients.http2_stream import ClosedAsUsedError, FullError, LostError, NotProcessedError
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request

_SENT_ANEW = 3
_FRUITLESS = 10  # connections in a row on which nothing was answered
_PAUSE_S = 0.01  # longer with each of them, up to that many


class Http2Client:
    """Sends requests as streams of one connection; a new one is opened when it is lost, or on a GOAWAY.

    A request is sent once. It is sent again, on a new connection, where the server declares that it has not processed
    it, even a write (RFC 9113 8.7), and once where it is safe and the server closed an idle connection under it.
    """

    def __init__(self, address: Address, note: Callable[[Note, Request], None]) -> None:
        """``note`` is called for requests that are sent again."""
        self._address = address
        self._note = note
        self._connection: Http2Connection | None = None
        self._connecting = asyncio.Lock()
        self._fruitless = 0

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

        Raises: SideFailedError. Cancelling it resets the stream.
        """
        left = _SENT_ANEW
        while True:
            connection = await self._open()
            try:
                return await connection.ask(request, headers, answer, parts)
            except FullError:
                continue
            except LostError:
                if self._fruitless >= _FRUITLESS and not connection.served:
                    raise
            except NotProcessedError:
                if not left or not (parts is None or parts.rewind()):
                    raise
                left -= 1
                self._note(Note.NOT_PROCESSED, request)
            except ClosedAsUsedError:
                if not left or not safe or parts is not None:
                    raise
                left = 0
                self._note(Note.CLOSED_AS_USED, request)

    async def close(self) -> None:
        """Sends GOAWAY and closes."""
        if self._connection is not None:
            self._connection.close()

    async def _open(self) -> Http2Connection:
        async with self._connecting:
            if self._connection is None or not self._connection.usable:
                self._fruitless = 0 if self._connection is None or self._connection.served else self._fruitless + 1
                await asyncio.sleep(_PAUSE_S * min(self._fruitless, _FRUITLESS))
                self._connection = await self._connect()
            elif self._connection.is_full:  # of streams that may last: what is short is not to wait behind them
                self._connection.retire()
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> Http2Connection:
        loop = asyncio.get_running_loop()
        address = self._address
        try:
            _, connection = await loop.create_connection(Http2Connection, address.host, address.port, ssl=address.tls)
        except OSError as error:
            raise SideFailedError(FailureReason.REFUSED, f"could not connect: {type(error).__name__}") from None
        return connection
