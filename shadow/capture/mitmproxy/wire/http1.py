"""HTTP/1.1 with trailers, with informational answers, and with an end at the drain."""

import re
from typing import Any

import h11
from h11._readers import ChunkedReader
from mitmproxy import http
from mitmproxy.net.http import http1, status_codes
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestTrailers,
    ResponseEndOfMessage,
    ResponseProtocolError,
    ResponseTrailers,
    SendHttp,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

from crossfade.shadow.capture.mitmproxy.crumbs import with_an_end
from crossfade.shadow.capture.mitmproxy.wire.events import (
    Choked,
    Commands,
    DrainHook,
    Flowing,
    Informational,
    LegacyClosed,
)

_INFORMATIONAL = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d")  # 101 is a final answer: it ends HTTP
_END_OF_CHUNKS = b"0\r\n\r\n"


class _TrailerReader(ChunkedReader):  # the one that mitmproxy uses
    """Keeps the trailers that mitmproxy has no word for."""

    def __init__(self) -> None:
        super().__init__()
        self.trailers: tuple[tuple[bytes, bytes], ...] = ()

    def __call__(self, buf: Any) -> Any:  # noqa: ANN401 - h11's own
        event = super().__call__(buf)
        if headers := getattr(event, "headers", None):
            self.trailers = tuple(headers.raw_items())
            return h11.EndOfMessage()
        return event


class _Trailers(Http1Connection):
    """Reads and writes the fields after the last chunk (RFC 9112 7.1.2)."""

    received: type[RequestTrailers | ResponseTrailers]
    sent: type[RequestTrailers | ResponseTrailers]
    ended: type[RequestEndOfMessage | ResponseEndOfMessage]
    _to_send: http.Headers | None = None

    def read_body(self, event: events.Event) -> Commands:
        if type(self.body_reader) is ChunkedReader:  # its first use
            self.body_reader = _TrailerReader()
        reader = self.body_reader
        for command in super().read_body(event):
            trailers = getattr(reader, "trailers", ())
            if trailers and isinstance(command, ReceiveHttp) and isinstance(command.event, self.ReceiveEndOfMessage):
                yield ReceiveHttp(self.received(command.event.stream_id, http.Headers(trailers)))
            yield command

    def send(self, event: HttpEvent) -> Commands:
        if isinstance(event, Choked | Flowing) or (isinstance(event, RequestData) and not event.data):
            return  # the socket itself holds the other side back; a chunk of nothing would be the last
        if isinstance(event, RequestHeaders):
            event = with_an_end(event)
        if isinstance(event, self.sent):
            self._to_send = event.trailers
            return
        trailers, ends = self._to_send, isinstance(event, self.ended)
        for command in super().send(event):
            if trailers and ends and isinstance(command, commands.SendData) and command.data == _END_OF_CHUNKS:
                yield commands.SendData(command.connection, b"0\r\n" + bytes(trailers) + b"\r\n")
            else:
                yield command
        if ends:
            self._to_send = None


class WireHttp1Server(_Trailers, Http1Server):
    """The client's connection."""

    received = RequestTrailers
    sent = ResponseTrailers
    ended = ResponseEndOfMessage
    draining = False

    def start(self, event: events.Start) -> Commands:
        yield from super().start(event)
        yield DrainHook.of(self.conn.id, self)

    state: Any = start

    def handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.HookCompleted) and isinstance(event.command, DrainHook):
            yield from self._drain()
        else:
            yield from super().handle_event(event)

    def send(self, event: HttpEvent) -> Commands:
        if isinstance(event, Informational):
            if self.request is not None and self.request.http_version != "HTTP/1.0" and self.response is None:
                yield commands.SendData(self.conn, _head(event.response))
            return
        if isinstance(event, LegacyClosed):
            yield from self._drain()  # the end of the last answer may still be on its way here
            return
        yield from super().send(event)

    def _drain(self) -> Commands:
        """Ends the connection, at once if nothing is under way, else after the answer."""
        self.draining = True
        if self.state == self.read_headers and not self.buf:
            yield commands.CloseConnection(self.conn)
            self.state = self.done

    def mark_done(self, *, request: bool = False, response: bool = False) -> Commands:
        yield from super().mark_done(request=request, response=response)
        if self.draining and self.state == self.read_headers:
            yield commands.CloseConnection(self.conn)
            self.state = self.done


class WireHttp1Client(_Trailers, Http1Client):
    """Legacy's connection."""

    received = ResponseTrailers
    sent = RequestTrailers
    ended = RequestEndOfMessage

    def read_headers(self, event: events.ConnectionEvent) -> Commands:
        if self.request is not None and self.stream_id is not None:
            while _INFORMATIONAL.match(bytes(self.buf)) and (head := self.buf.maybe_extract_lines()):
                response = http1.read_response_head([bytes(line) for line in head])
                yield SendHttp(Informational(self.stream_id, response), self.context.client)
        is_http1 = self.context.client.alpn != b"h2"
        if isinstance(event, events.ConnectionClosed) and is_http1 and not self.buf:
            yield from self._closed_without_answer()
        else:
            yield from super().read_headers(event)

    def _closed_without_answer(self) -> Commands:
        """The client sees the same, and asks again where it would without us; a 502 it would take for an answer."""
        yield commands.CloseConnection(self.conn)
        if self.stream_id is None:
            yield SendHttp(LegacyClosed(0), self.context.client)
        else:
            error = ResponseProtocolError(self.stream_id, "server closed connection", status_codes.NO_RESPONSE)
            yield ReceiveHttp(error)


def _head(response: http.Response) -> bytes:
    """An informational answer as HTTP/1.1 writes it."""
    if response.is_http2:
        response = response.copy()
        response.http_version = "HTTP/1.1"
    return bytes(http1.assemble_response_head(response))
