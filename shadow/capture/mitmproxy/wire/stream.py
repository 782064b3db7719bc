"""One request between its two connections."""

from collections.abc import Generator
from typing import Any

from mitmproxy import flow
from mitmproxy.net.http import status_codes
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    HttpStream,
    RequestData,
    RequestEndOfMessage,
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseProtocolError,
    SendHttp,
)
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook, HttpRequestHeadersHook

from crossfade.shadow.capture.mitmproxy.wire.events import NOT_PASSED_ON, Choked, Commands, Flowing, SenderEnded
from crossfade.shadow.capture.mitmproxy.wire.head import WireRequest, WireResponse
from crossfade.shadow.capture.mitmproxy.wire.http1 import SWITCHING


class WholeStream(HttpStream):
    """Passes back-pressure on, and ends an answer when legacy ended it, though the client may still be sending."""

    _answer_ended = False

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Choked | Flowing):
            yield from self._pass_pressure(event)
        elif isinstance(event, SenderEnded):
            yield from self._pass_end(event)
        else:
            yield from super()._handle_event(event)

    def _pass_pressure(self, event: Choked | Flowing) -> Commands:
        """From the side that does not take data to the side that sends it."""
        other = self.context.server if event.by_client else self.context.client
        if other.connected:
            yield SendHttp(event, other)

    def _pass_end(self, event: SenderEnded) -> Commands:
        """From one end of HTTP/1 to the other, behind all that was said before."""
        server = self.context.server
        if not event.by_client:
            yield SendHttp(event, self.context.client)
        elif self.server_state == self.state_done:
            return
        elif server.connected and server.alpn != b"h2":
            yield SendHttp(event, server)
        elif self.client_state != self.state_done:  # HTTP/2 has no word for a request that breaks off, but its reset
            error = RequestProtocolError(self.stream_id, "Client disconnected.", status_codes.CLIENT_CLOSED_REQUEST)
            yield from super()._handle_event(error)

    def make_server_connection(self) -> Generator[commands.Command, Any, bool]:
        """As mitmproxy's, which takes all that a client sends while legacy is not connected."""
        client = self.context.client
        if client.alpn == b"h2":
            return (yield from super().make_server_connection())
        yield SendHttp(Choked(self.stream_id, by_client=False), client)
        is_connected = yield from super().make_server_connection()
        yield SendHttp(Flowing(self.stream_id, by_client=False), client)
        return is_connected

    def check_invalid(self, request: bool) -> Generator[commands.Command, Any, bool]:  # noqa: FBT001 - mitmproxy's own
        """As mitmproxy's; what is safe to pass on of HTTP/1 its codec has decided."""
        message = self.flow.request if request else self.flow.response
        if isinstance(message, WireResponse) or (isinstance(message, WireRequest) and message.refusal is None):
            return False
        if not isinstance(message, WireRequest) or message.refusal is None:
            return bool((yield from super().check_invalid(request)))
        yield from self._refuse(message.refusal.status, str(message.refusal))
        return True

    def _refuse(self, status: int, text: str) -> Commands:
        """The request is told of, and ends."""
        self.flow.error = flow.Error(NOT_PASSED_ON + text)
        yield HttpRequestHeadersHook(self.flow)
        yield HttpErrorHook(self.flow)
        yield SendHttp(ResponseProtocolError(self.stream_id, text, status), self.context.client)
        self.flow.live = False
        self.client_state = self.server_state = self.state_errored

    def send_response(self, already_streamed: bool = False) -> Commands:  # noqa: FBT001, FBT002 - mitmproxy's own
        """As mitmproxy's, which holds the end of the answer back until the request has ended."""
        yield from super().send_response(already_streamed)
        if self.client_state == self.state_stream_request_body and self.server_state == self.state_done:
            self._answer_ended = True
            yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)

    def flow_done(self) -> Commands:
        """As mitmproxy's; an answer ends once, and another protocol is not looked at."""
        if self.flow.response is not None and self.flow.response.status_code == SWITCHING:
            self._handle_event = Tunnel(self).handle
            self.flow.live = False
            yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)
            return
        for command in super().flow_done():
            ends = isinstance(command, SendHttp) and isinstance(command.event, ResponseEndOfMessage)
            if not (ends and self._answer_ended):
                yield command


class Tunnel:
    """What follows a 101: bytes both ways, each direction with an end of its own. Nothing is kept."""

    def __init__(self, stream: HttpStream) -> None:
        self._id = stream.stream_id
        self._client, self._server = stream.context.client, stream.context.server
        self._ended: set[type[HttpEvent]] = set()

    def handle(self, event: events.Event) -> Commands:
        """From one connection to the other."""
        if isinstance(event, RequestData | RequestProtocolError):
            yield SendHttp(event, self._server)
        elif isinstance(event, ResponseData | ResponseProtocolError):
            yield SendHttp(event, self._client)
        elif isinstance(event, RequestEndOfMessage | ResponseEndOfMessage):
            yield from self._end(event)

    def _end(self, event: HttpEvent) -> Commands:
        self._ended.add(type(event))
        if len(self._ended) == 1:
            other = self._server if isinstance(event, RequestEndOfMessage) else self._client
            yield SendHttp(SenderEnded(self._id, by_client=other is self._server), other)
        else:
            yield SendHttp(RequestProtocolError(self._id, "EOF"), self._server)
            yield SendHttp(ResponseProtocolError(self._id, "EOF"), self._client)
