"""The client's connection in HTTP/1."""

from http import HTTPStatus
from typing import Any

from mitmproxy import http, version
from mitmproxy.connection import ConnectionState
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    RequestTrailers,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)
from mitmproxy.proxy.layers.http._http1 import Http1Server

from crossfade.shadow.capture.mitmproxy.wire.body import BodyError, reader_of
from crossfade.shadow.capture.mitmproxy.wire.buffer import TooLongError
from crossfade.shadow.capture.mitmproxy.wire.ends import finish, hold, owe
from crossfade.shadow.capture.mitmproxy.wire.events import (
    NOT_PASSED_ON,
    Choked,
    Commands,
    DrainHook,
    Flowing,
    Informational,
    LegacyClosed,
    RefusalError,
    SenderEnded,
    failure,
)
from crossfade.shadow.capture.mitmproxy.wire.framing import CHUNKED, UNTIL_END, check_request, closes
from crossfade.shadow.capture.mitmproxy.wire.head import (
    RefusedError,
    UnreadableError,
    WireRequest,
    WireResponse,
    read_request,
)
from crossfade.shadow.capture.mitmproxy.wire.http1 import SWITCHING, Http1Wire
from crossfade.shadow.capture.mitmproxy.wire.limits import AHEAD_BYTES, ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.versions import CLIENT_LEFT, status_of

_LINGER_S = 2.0  # RFC 9112 9.6: who still sends would lose an answer that is followed by a reset; and see ``ends``


class WireHttp1Server(Http1Wire, Http1Server):
    """Reads requests one after the other, and writes what legacy answers."""

    received = RequestTrailers
    ended = RequestEndOfMessage
    is_clients = True
    draining = False
    request: WireRequest | None
    _size: int | None = 0  # of the answer

    def start(self, event: events.Event) -> Commands:
        """Waits for requests, and for the drain."""
        yield from super().start(event)
        yield DrainHook.of(self.conn.id, self)

    state: Any = start

    def handle_event(self, event: events.Event) -> Commands:
        """As mitmproxy's, but the end of the drain hook, for which nothing waits, starts the drain."""
        if isinstance(event, events.HookCompleted) and isinstance(event.command, DrainHook):
            yield from self._drain()
        else:
            yield from super().handle_event(event)

    def _handle_event(self, event: events.Event) -> Commands:
        yield from super()._handle_event(event)
        ahead = len(self.buf) if self.state == self.wait else self.sent_ahead or 0
        hold(self.conn, is_held=ahead > AHEAD_BYTES)

    # requests

    def read_headers(self, event: events.Event) -> Commands:  # noqa: ARG002 - mitmproxy's own
        """Reads a head, and skips empty lines in front of it (RFC 9112 2.2)."""
        self.buf.skip_empty_lines()
        try:
            raw = self.buf.take_head(ENGINE_HEAD_LIMIT_BYTES)
            if raw is not None:
                yield from self._begin(read_request(raw))
            elif self.peer_ended:
                yield from self.close()
        except TooLongError:
            yield from self._refuse_long_head()
        except UnreadableError as error:
            yield from self._refuse(HTTPStatus.BAD_REQUEST, str(error))

    def _begin(self, request: WireRequest, refusal: RefusedError | None = None) -> Commands:
        """Reports a request; one that is refused ends with its head."""
        try:
            request.size = check_request(request)
        except RefusedError as error:
            refusal = refusal or error
        request.refusal = refusal
        self.request = request
        if refusal is not None:
            self.state = self.drop
            yield ReceiveHttp(RequestHeaders(self.stream_id, request, end_stream=True))
            return
        self.reader = reader_of(request.size, ENGINE_HEAD_LIMIT_BYTES, strict=True)
        self.state = self.read_body
        yield ReceiveHttp(RequestHeaders(self.stream_id, request, end_stream=request.size == 0))
        yield from self.read_body(events.DataReceived(self.conn, b""))

    def _refuse_long_head(self) -> Commands:
        text = f"expected a head of at most {ENGINE_HEAD_LIMIT_BYTES} bytes"
        line = self.buf.first_line(ENGINE_HEAD_LIMIT_BYTES) or b""
        self.buf.take(len(self.buf))
        try:
            request = read_request(line + b"\r\n")
        except UnreadableError:
            yield from self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)
        else:
            yield from self._begin(request, RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text))

    def refuse_body(self, why: BodyError) -> Commands:
        """The client left in the middle, or sent an invalid body."""
        if self.peer_ended:
            self.state = self.wait
            yield from self._end_of_client()
        else:
            yield from self._refuse(why.status, str(why))
            yield ReceiveHttp(failure(RequestProtocolError, self.stream_id, f"{NOT_PASSED_ON}{why}"))

    def _refuse(self, status: int, text: str) -> Commands:
        """Answers in legacy's place, unless an answer has begun, and takes what the client still sends."""
        if self.response is None and self.conn.state & ConnectionState.CAN_WRITE:
            yield commands.SendData(self.conn, own_answer(status, text))
        yield from self._linger()

    def _linger(self) -> Commands:
        self.buf.take(len(self.buf))
        if self.peer_ended:
            yield from self.close()
            return
        self.state = self.linger
        yield from self.end_sending()
        yield commands.RequestWakeup(_LINGER_S)

    def drop(self, event: events.Event) -> Commands:  # noqa: ARG002 - mitmproxy's own
        """Drops what comes until the refusal of a request is on its way."""
        self.buf.take(len(self.buf))
        yield from ()

    def linger(self, event: events.Event) -> Commands:
        """Drops what comes until the client has read the answer and closes, or for a while."""
        self.buf.take(len(self.buf))
        if isinstance(event, events.ConnectionClosed | events.Wakeup):
            yield from self.close()

    def wait(self, event: events.Event) -> Commands:
        """The request is complete: keeps the next one, or sees the end."""
        if isinstance(event, events.ConnectionClosed):
            yield from self._end_of_client()

    def _end_of_client(self) -> Commands:
        """A client that sends no more may be gone or waiting for its answer: legacy sees what it would without us."""
        if self.conn.state is ConnectionState.CLOSED:  # a reset
            self.state = self.done
            yield ReceiveHttp(RequestProtocolError(self.stream_id, "Client disconnected.", CLIENT_LEFT))
            return
        owe(self.conn)
        if self.buf.is_blank():
            yield ReceiveHttp(SenderEnded(self.stream_id, by_client=True))

    # answers

    def send(self, event: HttpEvent) -> Commands:
        """Writes an answer."""
        if isinstance(event, Informational):
            yield from self._inform(event)
        elif isinstance(event, LegacyClosed):
            yield from self._drain()  # the end of the last answer may still be on its way here
        elif isinstance(event, SenderEnded):
            yield from self.end_sending()
        elif isinstance(event, ResponseProtocolError):
            yield from self._send_error(event)
        elif isinstance(event, Choked | Flowing):
            self.sent_ahead = 0 if isinstance(event, Choked) else None
        else:
            yield from self._send_answer(event)

    def _send_answer(self, event: HttpEvent) -> Commands:
        if isinstance(event, ResponseHeaders):
            yield from self._send_head(event)
        elif isinstance(event, ResponseData):
            yield from self.send_piece(event.data)
        elif isinstance(event, ResponseTrailers):
            self.keep_trailers(event)
        elif isinstance(event, ResponseEndOfMessage):
            yield from self.send_end()
            if self._size == UNTIL_END and not self.request_done:
                yield from self.end_sending()
            yield from self.mark_done(response=True)
        else:
            raise TypeError(f"expected an event of an answer, got {event}")

    def _send_head(self, event: ResponseHeaders) -> Commands:
        if isinstance(event.response, WireResponse):
            self.response = event.response
            self._size = event.response.size
            yield commands.SendData(self.conn, event.response.head())
        else:  # of HTTP/2
            yield from super().send(event)
            self._size = http1.expected_http_body_size(self.request, event.response) if self.request else 0
        self.sends_chunks = self._size is CHUNKED

    def _inform(self, event: Informational) -> Commands:
        if self.request is not None and self.request.http_version != "HTTP/1.0" and self.response is None:
            yield commands.SendData(self.conn, head_of(event.response))

    def _send_error(self, event: ResponseProtocolError) -> Commands:
        if not self.conn.state & ConnectionState.CAN_WRITE:
            return
        status = event.status if isinstance(event, RefusalError) else status_of(event)
        if self.response is None and status is not None:
            yield commands.SendData(self.conn, own_answer(status, event.message))
            if not self.request_done:
                yield from self._linger()
                return
        yield from self.close()

    def mark_done(self, *, request: bool = False, response: bool = False) -> Commands:
        """Goes on to the next request once both have ended."""
        self.request_done |= request
        self.response_done |= response
        if not (self.request_done and self.response_done):
            if self.request_done:
                self.state = self.wait
                if self.peer_ended:
                    yield from self._end_of_client()
            elif self.peer_ended:  # in the middle of its request
                yield from self.close()
        elif self.response is not None and self.response.status_code == SWITCHING:
            yield from self.make_pipe()
        elif self._is_last():
            yield from self.close()
        else:
            self.request_done = self.response_done = False
            self.request = self.response = None
            self.stream_id += 2
            self.state = self.read_headers
            if len(self.buf) or self.peer_ended:
                yield from self.read_headers(events.DataReceived(self.conn, b""))

    def close(self) -> Commands:
        """Ends the connection, gently where the client has ended its side."""
        if self.conn.state is ConnectionState.CAN_WRITE and not self.conn.tls and finish(self.conn):
            self.state = self.done
        else:  # see ``tls_end``
            yield from super().close()

    def _is_last(self) -> bool:
        messages = [message for message in (self.request, self.response) if message is not None]
        return self.draining or self._size == UNTIL_END or any(closes(message) for message in messages)

    def _drain(self) -> Commands:
        """Ends the connection, at once if nothing is under way, else after the answer."""
        self.draining = True
        if self.state == self.read_headers and not len(self.buf):
            yield from self.close()


def own_answer(status: int, text: str) -> bytes:
    """The proxy's own answer, after which the connection ends."""
    body = text.encode("utf-8", "replace") + b"\n"
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: {version.MITMPROXY}\r\nConnection: close\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def head_of(response: http.Response) -> bytes:
    """An informational answer as HTTP/1.1 writes it."""
    if isinstance(response, WireResponse):
        return response.head()
    response = response.copy()
    response.http_version = "HTTP/1.1"
    return bytes(http1.assemble_response_head(response))
