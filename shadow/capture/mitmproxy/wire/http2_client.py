"""Legacy's connection in HTTP/2."""

import h2.errors
import h2.events
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestData,
    RequestHeaders,
    RequestProtocolError,
    ResponseProtocolError,
    SendHttp,
)
from mitmproxy.proxy.layers.http._http2 import Http2Client, parse_h2_response_headers

from crossfade.shadow.capture.mitmproxy.wire.events import (
    Choked,
    Commands,
    Flowing,
    Informational,
    StreamLimit,
    Unsent,
    failure,
    with_reset_code,
)
from crossfade.shadow.capture.mitmproxy.wire.http2 import Handled, WireHttp2
from crossfade.shadow.capture.mitmproxy.wire.upstream import is_legacys

_REFUSED = int(h2.errors.ErrorCodes.REFUSED_STREAM)


class WireHttp2Client(WireHttp2, Http2Client):
    """Keeps streams beyond legacy's limit in ``stream_queue``, by the client's id."""

    is_clients = False
    provisional_max_concurrency = 1  # until legacy has said its limit, which it does first: more might be refused

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.stream_queue: dict[int, list[HttpEvent]] = {}  # type: ignore[assignment] # no defaultdict
        self._leaving: dict[int, list[HttpEvent]] = {}  # they waited, and go to another connection

    def _handle_event(self, event: events.Event) -> Commands:
        """Replaces mitmproxy's, which starts one waiting stream itself and the others by recursion."""
        if isinstance(event, HttpEvent):
            yield from self._send(event)
        else:
            yield from self._translated(event)
        yield from self._take_up()

    def _translated(self, event: events.Event) -> Commands:
        """Handles an event; the commands carry the client's stream ids."""
        for command in self._handle_event2(event):
            if isinstance(command, ReceiveHttp) and not isinstance(command.event, Unsent):
                command.event.stream_id = self.their_stream_id[command.event.stream_id]
            yield command

    def _handle_event2(self, event: events.Event) -> Commands:
        yield from self.wire(event, super()._handle_event2)
        if self.going_away and not self.streams:
            yield commands.CloseConnection(self.conn)

    # streams

    def _send(self, event: HttpEvent) -> Commands:
        client_id = event.stream_id
        if client_id in self.our_stream_id:
            event.stream_id = self.our_stream_id[client_id]
            yield from self._translated(event)
        elif client_id in self.stream_queue:
            yield from self._wait(event)
        elif client_id in self._leaving:
            self._leaving[client_id].append(event)
        elif isinstance(event, RequestHeaders):
            yield from self._begin(event)
        # else its end has been seen

    def _begin(self, event: RequestHeaders) -> Commands:
        client_id = event.stream_id
        if self.going_away:
            error = failure(ResponseProtocolError, client_id, "refused: legacy said GOAWAY")
            yield ReceiveHttp(with_reset_code(error, _REFUSED))
        elif self._is_full():
            self.stream_queue[client_id] = [event]
        else:
            event.stream_id = self.h2_conn.get_next_available_stream_id()
            self.our_stream_id[client_id] = event.stream_id
            self.their_stream_id[event.stream_id] = client_id
            yield from self._translated(event)

    def _is_full(self) -> bool:
        most = self.provisional_max_concurrency or self.h2_conn.remote_settings.max_concurrent_streams
        return self.h2_conn.open_outbound_streams >= most

    def _wait(self, event: HttpEvent) -> Commands:
        """A waiting stream gets no credit; one whose client leaves is forgotten."""
        waiting = self.stream_queue[event.stream_id]
        if isinstance(event, RequestProtocolError):
            del self.stream_queue[event.stream_id]
        elif not isinstance(event, Choked | Flowing):
            if isinstance(event, RequestData) and not Unsent(event.stream_id, waiting).has_data():
                yield ReceiveHttp(Choked(event.stream_id, by_client=False))
            waiting.append(event)

    def _take_up(self) -> Commands:
        while self.stream_queue and not self._is_full():
            client_id = next(iter(self.stream_queue))
            stream = Unsent(client_id, self.stream_queue.pop(client_id))
            had_data = stream.has_data()
            for event in stream.waiting:
                yield from self._send(event)
            if had_data:
                yield ReceiveHttp(Flowing(client_id, by_client=False))

    def _hand_back(self) -> Commands:
        """Sends waiting streams elsewhere: nothing of them was sent, so they need not fail with this connection."""
        self._leaving, self.stream_queue = self.stream_queue, {}
        for client_id, waiting in self._leaving.items():
            yield ReceiveHttp(Unsent(client_id, waiting))

    def forget(self, stream_id: int) -> None:
        super().forget(stream_id)
        if (client_id := self.their_stream_id.pop(stream_id, None)) is not None:
            self.our_stream_id.pop(client_id, None)

    # what legacy sends

    def handle_h2_event(self, event: h2.events.Event) -> Handled:
        if isinstance(event, h2.events.InformationalResponseReceived):
            if (client_id := self.their_stream_id.get(event.stream_id)) is not None:
                status, headers = parse_h2_response_headers(event.headers)
                response = http.Response(b"HTTP/2.0", status, b"", headers, None, None, 0, None)
                yield SendHttp(Informational(client_id, response), self.context.client)
            return False
        handled = yield from super().handle_h2_event(event)
        if isinstance(event, h2.events.RemoteSettingsChanged) and self.context.client.alpn == b"h2":
            limit = StreamLimit(0, self.h2_conn.remote_settings.max_concurrent_streams)
            limit.of_legacy = is_legacys(self.context.client, self.context.server)
            yield SendHttp(limit, self.context.client)
        return handled

    def peer_goes_away(self, last_stream_id: int) -> Commands:
        """Streams that legacy did not take are refused, waiting ones go elsewhere; mitmproxy opens no more here."""
        self.conn.state &= ~ConnectionState.CAN_WRITE
        for stream_id in [item for item in self.streams if item > last_stream_id]:
            error = failure(ResponseProtocolError, stream_id, "refused: legacy said GOAWAY")
            yield ReceiveHttp(with_reset_code(error, _REFUSED))
            self.forget(stream_id)
        yield from self._hand_back()

    def close_connection(self, msg: str) -> Commands:
        yield from super().close_connection(msg)
        yield from self._hand_back()

    def done(self, event: events.Event) -> Commands:
        """The connection is closed."""
        if isinstance(event, HttpEvent) and event.stream_id in self._leaving:
            self._leaving[event.stream_id].append(event)
        yield from ()
