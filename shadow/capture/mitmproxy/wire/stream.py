"""One request between its two connections."""

from collections.abc import Generator
from http import HTTPStatus
from typing import Any

from mitmproxy import flow, http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    DropStream,
    GetHttpConnection,
    GetHttpConnectionCompleted,
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
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook, HttpRequestHeadersHook, HttpRequestHook

from crossfade.shadow.capture.mitmproxy.wire.events import (
    NOT_PASSED_ON,
    Choked,
    ClientGone,
    Commands,
    Flowing,
    RefusalError,
    RefusedHead,
    SenderEnded,
    Unsent,
    failure,
    with_reset_code,
)
from crossfade.shadow.capture.mitmproxy.wire.head import WireRequest, WireResponse
from crossfade.shadow.capture.mitmproxy.wire.http1 import SWITCHING
from crossfade.shadow.capture.mitmproxy.wire.http2 import TOO_MUCH
from crossfade.shadow.capture.mitmproxy.wire.orphans import Orphan, adopt
from crossfade.shadow.capture.mitmproxy.wire.streams import WireHttpLayer
from crossfade.shadow.capture.mitmproxy.wire.upstream import diversion_of, give_back, has_used_others, use
from crossfade.shadow.capture.mitmproxy.wire.versions import CLIENT_LEFT


class WholeStream(HttpStream):
    """Passes back-pressure on, and ends an answer when legacy does, even if the client is still sending."""

    _answer_ended = False
    _orphan: Orphan | None = None

    def handle_event(self, event: events.Event) -> Commands:
        """As mitmproxy's, which leaves a stream waiting for legacy even when its client has gone."""
        if isinstance(event, ClientGone) or (isinstance(event, RequestProtocolError) and event.code == CLIENT_LEFT):
            return self._client_left(event)
        if isinstance(event, RequestProtocolError) and self._paused:
            return self._stop_waiting(event, self._paused.command)
        commands_of = super().handle_event(event)
        return commands_of if self._orphan is None else self._without_client(commands_of, self._orphan)

    def _client_left(self, event: ClientGone | RequestProtocolError) -> Commands:
        """Legacy sees the end of the request; where its answer is wanted, it is read on."""
        if self._orphan is not None:
            return
        if self._is_sent() and (orphan := adopt(self.flow)) is not None:
            self._orphan = orphan
            end = SenderEnded(self.stream_id, by_client=True)
            yield from self._without_client(super().handle_event(end), orphan)
        elif isinstance(event, RequestProtocolError) and self._paused:
            yield from self._stop_waiting(event, self._paused.command)
        elif isinstance(event, RequestProtocolError):
            yield from super().handle_event(event)

    def _is_sent(self) -> bool:
        """Whether legacy was sent a whole request of HTTP/1 and has not answered it completely."""
        waits_for = self._paused.command if self._paused else None
        is_on_the_way = not isinstance(waits_for, HttpRequestHook | GetHttpConnection)
        is_under_way = self.client_state == self.state_done and self.server_state in (
            self.state_wait_for_response_headers,
            self.state_consume_response_body,
            self.state_stream_response_body,
        )
        ends = (self.context.client, self.context.server)
        return is_on_the_way and is_under_way and all(end.alpn != b"h2" for end in ends)

    def _without_client(self, commands_of: Commands, orphan: Orphan) -> Commands:
        """What is done for a request whose client has gone: nothing is sent to it."""
        for command in commands_of:
            if isinstance(command, SendHttp) and command.connection is self.context.client:
                if isinstance(command.event, ResponseData):
                    orphan.take(len(command.event.data))
                continue
            yield command
            if isinstance(command, DropStream):
                orphan.end()

    def _stop_waiting(self, event: RequestProtocolError, waits_for: commands.Command) -> Commands:
        yield from super().handle_event(event)
        if isinstance(waits_for, GetHttpConnection):
            all_streams = next(item for item in self.context.layers if isinstance(item, WireHttpLayer))
            all_streams.leave(waits_for)
            yield from super().handle_event(GetHttpConnectionCompleted(waits_for, (None, event.message)))

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Choked | Flowing):
            yield from self._pass_pressure(event)
        elif isinstance(event, SenderEnded):
            yield from self._pass_end(event)
        elif isinstance(event, Unsent):
            yield from self._send_elsewhere(event)
        elif isinstance(event, RefusedHead):
            yield from self._refuse_head(event)
        else:
            yield from super()._handle_event(event)

    def _pass_pressure(self, event: Choked | Flowing) -> Commands:
        """Passes it from the side that does not take data to the side that sends it."""
        other = self.context.server if event.by_client else self.context.client
        if other.state is not ConnectionState.CLOSED:  # after a GOAWAY open streams go on
            yield SendHttp(event, other)

    def _pass_end(self, event: SenderEnded) -> Commands:
        """Passes the end of one direction on, behind everything that was sent before."""
        server = self.context.server
        if not event.by_client:
            yield SendHttp(event, self.context.client)
        elif self.server_state == self.state_done:
            return
        elif server.connected and server.alpn != b"h2":
            yield SendHttp(event, server)
        elif self.client_state != self.state_done:  # HTTP/2 has no word for a request that breaks off, but its reset
            error = RequestProtocolError(self.stream_id, "Client disconnected.", CLIENT_LEFT)
            yield from super()._handle_event(error)

    def make_server_connection(self) -> Generator[commands.Command, Any, bool]:
        """As mitmproxy's, which takes everything that a client sends while legacy is not connected."""
        client = self.context.client
        if client.alpn == b"h2":
            return (yield from self._connect())
        yield SendHttp(Choked(self.stream_id, by_client=False), client)
        is_connected = yield from self._connect()
        yield SendHttp(Flowing(self.stream_id, by_client=False), client)
        return is_connected

    def _connect(self) -> Generator[commands.Command, Any, bool]:
        """To the candidate where the flow was diverted, and to legacy where that takes no connection."""
        client = self.context.client
        diversion = diversion_of(self.flow)
        if diversion is not None:
            use(client, diversion.to.address)
            connection, error = yield GetHttpConnection(diversion.to.address, diversion.to.tls, None, "tcp")
            if not error:
                self.context.server = self.flow.server_conn = connection
                return True
            if any(isinstance(event, RequestProtocolError) for event in self._paused_event_queue):
                yield from self.handle_protocol_error(failure(ResponseProtocolError, self.stream_id, error))
                return False  # because the client left
            give_back(self.flow, diversion)
        if has_used_others(client):
            use(client, (self.flow.request.host, self.flow.request.port))
        return (yield from super().make_server_connection())

    def check_invalid(self, request: bool) -> Generator[commands.Command, Any, bool]:  # noqa: FBT001 - mitmproxy's own
        """As mitmproxy's; for HTTP/1 the codec has already decided what is safe to pass on."""
        message = self.flow.request if request else self.flow.response
        if isinstance(message, WireResponse) or (isinstance(message, WireRequest) and message.refusal is None):
            return False
        if not isinstance(message, WireRequest) or message.refusal is None:
            return (yield from self._check_of_mitmproxy(request))
        error = RefusalError(self.stream_id, f"{NOT_PASSED_ON}{message.refusal}", message.refusal.status)
        yield from self._refuse(error)
        return True

    def _check_of_mitmproxy(self, request: bool) -> Generator[commands.Command, Any, bool]:  # noqa: FBT001 - its own
        """As mitmproxy's, which keeps a refused stream as long as the client's connection lives."""
        invalid = yield from super().check_invalid(request)
        if invalid:
            yield DropStream(self.stream_id)
        return bool(invalid)

    def _send_elsewhere(self, event: Unsent) -> Commands:
        if self.state_errored in (self.client_state, self.server_state):
            return
        if not (yield from self.make_server_connection()):
            self.client_state = self.state_errored
            return
        had_data = event.has_data()
        for item in event.waiting:
            yield SendHttp(item, self.context.server)
        if had_data:
            yield from self._pass_pressure(Flowing(self.stream_id, by_client=False))

    def _refuse_head(self, event: RefusedHead) -> Commands:
        self.flow = http.HTTPFlow(self.context.client, self.context.server)
        self.flow.request = event.request
        error: RequestProtocolError | ResponseProtocolError
        error = RefusalError(self.stream_id, event.text, event.status)
        is_grpc = event.request.headers.get("content-type", "").startswith("application/grpc")
        if is_grpc and event.status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            error = with_reset_code(error, TOO_MUCH)  # RESOURCE_EXHAUSTED, as from gRPC itself
        yield from self._refuse(error)
        yield DropStream(self.stream_id)

    def _refuse(self, error: RequestProtocolError | ResponseProtocolError) -> Commands:
        """Reports the request, and ends it."""
        self.flow.error = flow.Error(error.message)
        yield HttpRequestHeadersHook(self.flow)
        yield HttpErrorHook(self.flow)
        yield SendHttp(error, self.context.client)
        self.flow.live = False
        self.client_state = self.server_state = self.state_errored

    def send_response(self, already_streamed: bool = False) -> Commands:  # noqa: FBT001, FBT002 - mitmproxy's own
        """As mitmproxy's, which holds the end of the answer back until the request has ended."""
        yield from super().send_response(already_streamed)
        if self.client_state == self.state_stream_request_body and self.server_state == self.state_done:
            self._answer_ended = True
            yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)

    def flow_done(self) -> Commands:
        """As mitmproxy's, but an answer ends once, and another protocol passes unread."""
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
    """After a 101: passes bytes both ways, each direction with an end of its own, and keeps nothing."""

    def __init__(self, stream: HttpStream) -> None:
        self._id = stream.stream_id
        self._client, self._server = stream.context.client, stream.context.server
        self._ended: set[type[HttpEvent]] = set()

    def handle(self, event: events.Event) -> Commands:
        """Passes an event from one connection to the other."""
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
            yield SendHttp(failure(RequestProtocolError, self._id, "EOF"), self._server)
            yield SendHttp(failure(ResponseProtocolError, self._id, "EOF"), self._client)
