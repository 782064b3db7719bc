"""One request between its two connections."""

from mitmproxy import flow, http
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import (
    DropStream,
    GetHttpConnection,
    GetHttpConnectionCompleted,
    HttpStream,
    RequestProtocolError,
    ResponseEndOfMessage,
    ResponseProtocolError,
    SendHttp,
)
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook, HttpRequestHeadersHook

from crossfade.shadow.capture.mitmproxy.wire.events import (
    Choked,
    Commands,
    Flowing,
    RefusedHead,
    Unsent,
    with_reset_code,
)
from crossfade.shadow.capture.mitmproxy.wire.http2 import TOO_MUCH
from crossfade.shadow.capture.mitmproxy.wire.streams import WireHttpLayer

_TOO_LARGE = 431  # RFC 6585 5


class WholeStream(HttpStream):
    """Passes back-pressure on, and ends an answer when legacy ended it, though the client may still be sending."""

    _answer_ended = False

    def handle_event(self, event: events.Event) -> Commands:
        """As mitmproxy's, which lets a stream whose client has gone wait for its connection to legacy."""
        if isinstance(event, RequestProtocolError) and self._paused:
            return self._stop_waiting(event, self._paused.command)
        return super().handle_event(event)

    def _stop_waiting(self, event: RequestProtocolError, waits_for: commands.Command) -> Commands:
        yield from super().handle_event(event)
        if isinstance(waits_for, GetHttpConnection):
            all_streams = next(item for item in self.context.layers if isinstance(item, WireHttpLayer))
            all_streams.leave(waits_for)
            yield from super().handle_event(GetHttpConnectionCompleted(waits_for, (None, event.message)))

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Choked | Flowing):
            yield from self._pass_pressure(event)
        elif isinstance(event, Unsent):
            yield from self._send_elsewhere(event)
        elif isinstance(event, RefusedHead):
            yield from self._refuse_head(event)
        else:
            yield from super()._handle_event(event)

    def _pass_pressure(self, event: Choked | Flowing) -> Commands:
        """From the side that does not take data to the side that sends it."""
        other = self.context.server if event.by_client else self.context.client
        if other.connected:
            yield SendHttp(event, other)

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
        error = ResponseProtocolError(self.stream_id, event.text, _TOO_LARGE)
        if event.request.headers.get("content-type", "").startswith("application/grpc"):
            error = with_reset_code(error, TOO_MUCH)  # RESOURCE_EXHAUSTED, as from gRPC itself
        yield from self._refuse(error)
        yield DropStream(self.stream_id)

    def _refuse(self, error: RequestProtocolError | ResponseProtocolError) -> Commands:
        """The request is told of, and ends."""
        self.flow.error = flow.Error(error.message)
        yield HttpRequestHeadersHook(self.flow)
        yield HttpErrorHook(self.flow)
        yield SendHttp(error, self.context.client)
        self.flow.live = False
        self.client_state = self.server_state = self.state_errored

    def check_invalid(self, request: bool) -> CommandGenerator[bool]:  # noqa: FBT001 - mitmproxy's own
        """As mitmproxy's, which keeps such a stream for as long as the client's connection lives."""
        invalid = yield from super().check_invalid(request)
        if invalid:
            yield DropStream(self.stream_id)
        return invalid

    def send_response(self, already_streamed: bool = False) -> Commands:  # noqa: FBT001, FBT002 - mitmproxy's own
        """As mitmproxy's, which holds the end of the answer back until the request has ended."""
        yield from super().send_response(already_streamed)
        if self.client_state == self.state_stream_request_body and self.server_state == self.state_done:
            self._answer_ended = True
            yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)

    def flow_done(self) -> Commands:
        """As mitmproxy's; an answer ends once."""
        for command in super().flow_done():
            ends = isinstance(command, SendHttp) and isinstance(command.event, ResponseEndOfMessage)
            if not (ends and self._answer_ended):
                yield command
