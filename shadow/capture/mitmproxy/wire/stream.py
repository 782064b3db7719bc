"""One request between its two connections."""

from mitmproxy.proxy import events
from mitmproxy.proxy.layers.http import HttpStream, ResponseEndOfMessage, SendHttp

from crossfade.shadow.capture.mitmproxy.wire.events import Choked, Commands, Flowing


class WholeStream(HttpStream):
    """Passes back-pressure on, and ends an answer when legacy ended it, though the client may still be sending."""

    _answer_ended = False

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Choked | Flowing):
            yield from self._pass_pressure(event)
        else:
            yield from super()._handle_event(event)

    def _pass_pressure(self, event: Choked | Flowing) -> Commands:
        """From the side that does not take data to the side that sends it."""
        other = self.context.server if event.by_client else self.context.client
        if other.connected:
            yield SendHttp(event, other)

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
