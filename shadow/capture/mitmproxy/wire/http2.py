"""HTTP/2 whose resets keep their code, whose GOAWAY ends no stream, and whose windows hold both sides together."""

from collections.abc import Callable, Generator
from typing import Any

import h2.errors
import h2.events
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.net.http import status_codes
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestData,
    RequestHeaders,
    RequestProtocolError,
    ResponseData,
    ResponseProtocolError,
    SendHttp,
)
from mitmproxy.proxy.layers.http._http2 import (
    Http2Client,
    Http2Connection,
    Http2Server,
    StreamState,
    normalize_h1_headers,
    parse_h2_response_headers,
)

from crossfade.shadow.capture.mitmproxy.wire.events import (
    Choked,
    Commands,
    DrainHook,
    Flowing,
    Informational,
    reset_code,
    with_reset_code,
)
from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection, code_name

_REFUSED = int(h2.errors.ErrorCodes.REFUSED_STREAM)
_OPEN = StreamState.HEADERS_RECEIVED
_Handled = Generator[commands.Command, Any, bool]  # True: nothing more of what was received together is handled


class _Wire(Http2Connection):
    """What both ends have in common. Stream ids are those of this connection."""

    h2_conn: GracefulConnection
    is_clients: bool
    going_away = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)  # type: ignore[call-arg] # the other base knows which connection it is
        self._choked: set[int] = set()  # the peer does not take their data
        self._uncredited: dict[int, int] = {}  # bytes by stream that the other side has not taken
        self._ended: set[int] = set()  # the peer said all it had to say

    def _wire(self, event: events.Event, inner: Callable[[events.Event], Commands]) -> Commands:
        """``inner`` is mitmproxy's own handling of the event."""
        if isinstance(event, Choked | Flowing):
            yield from self._set_credit(event)
            return
        if isinstance(event, RequestProtocolError | ResponseProtocolError) and (code := reset_code(event)) is not None:
            yield from self._reset(event.stream_id, code)
        else:
            yield from inner(event)
        if isinstance(event, RequestData | ResponseData) and self.h2_conn.holds_back(event.stream_id):
            yield from self._choke(event.stream_id)
        elif isinstance(event, events.DataReceived):
            yield from self._release()
        for stream_id in [item for item in self._ended if self.is_closed(item)]:
            self._forget(stream_id)

    def handle_h2_event(self, event: h2.events.Event) -> _Handled:
        if isinstance(event, h2.events.DataReceived) and self.streams.get(event.stream_id) is _OPEN:
            yield ReceiveHttp(self.ReceiveData(event.stream_id, event.data))
            self._credit(event.stream_id, event.flow_controlled_length)
        elif isinstance(event, h2.events.StreamEnded):
            if event.stream_id in self.streams:
                yield ReceiveHttp(self.ReceiveEndOfMessage(event.stream_id))
                self._ended.add(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            yield from self._pass_reset(event.stream_id, int(event.error_code))
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.going_away = True
            yield from self._peer_goes_away(event.last_stream_id)
        else:
            return (yield from super().handle_h2_event(event))
        return False

    def _peer_goes_away(self, last_stream_id: int) -> Commands:  # noqa: ARG002 - see WireHttp2Client
        """A client that goes away asks for no more; legacy names the last stream it serves."""
        yield from ()

    def close_connection(self, msg: str) -> Commands:
        """As mitmproxy's, which does not bear that a stream ends meanwhile."""
        yield commands.CloseConnection(self.conn)
        self._handle_event = self.done
        for stream_id in list(self.streams):
            yield ReceiveHttp(self.ReceiveProtocolError(stream_id, msg))
        self.streams.clear()

    # resets

    def _pass_reset(self, stream_id: int, code: int) -> Commands:
        if stream_id not in self.streams:
            return
        by = "client" if self.is_clients else "server"
        error = self.ReceiveProtocolError(stream_id, f"stream reset by {by} ({code_name(code)})")
        if self.is_clients:
            error.code = status_codes.CLIENT_CLOSED_REQUEST
        yield ReceiveHttp(with_reset_code(error, code))
        self._ended.add(stream_id)

    def _reset(self, stream_id: int, code: int) -> Commands:
        """Without mitmproxy's page of HTML in front."""
        graceful = code == h2.errors.ErrorCodes.NO_ERROR and self.h2_conn.holds_back(stream_id)
        if self.is_closed(stream_id) or graceful:  # RFC 9113 8.1: an answer that is complete is not cut
            return
        self.h2_conn.reset_stream(stream_id, code)
        self._ended.add(stream_id)
        yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    # flow control

    def _choke(self, stream_id: int) -> Commands:
        if stream_id not in self._choked:
            self._choked.add(stream_id)
            yield ReceiveHttp(Choked(stream_id, self.is_clients))

    def _release(self) -> Commands:
        for stream_id in [item for item in self._choked if not self.h2_conn.holds_back(item)]:
            self._choked.discard(stream_id)
            yield ReceiveHttp(Flowing(stream_id, self.is_clients))

    def _credit(self, stream_id: int, size: int) -> None:
        if stream_id in self._uncredited:
            self._uncredited[stream_id] += size
        else:
            self.h2_conn.acknowledge_received_data(size, stream_id)

    def _set_credit(self, event: Choked | Flowing) -> Commands:
        if event.stream_id not in self.streams:
            return
        if isinstance(event, Choked):
            self._uncredited.setdefault(event.stream_id, 0)
        elif size := self._uncredited.pop(event.stream_id, 0):
            self.h2_conn.acknowledge_received_data(size, event.stream_id)
            if data := self.h2_conn.data_to_send():
                yield commands.SendData(self.conn, data)

    def _forget(self, stream_id: int) -> None:
        """A stream that both sides ended; mitmproxy would keep it for as long as the connection lives."""
        self.streams.pop(stream_id, None)
        self._ended.discard(stream_id)
        if size := self._uncredited.pop(stream_id, 0):
            self.h2_conn.acknowledge_received_data(size, stream_id)  # to the connection's window


class WireHttp2Server(_Wire, Http2Server):
    """The client's connection."""

    is_clients = True
    _last_stream_id: int | None = None

    def handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.HookCompleted) and isinstance(event.command, DrainHook):
            yield from self._drain()
        else:
            yield from super().handle_event(event)

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Informational):
            yield from self._inform(event)
            return
        yield from self._wire(event, super()._handle_event)
        if isinstance(event, events.Start):
            yield DrainHook.of(self.conn.id, self)
        elif self._last_stream_id is not None:
            yield from self._half_close()

    def handle_h2_event(self, event: h2.events.Event) -> _Handled:
        if self._last_stream_id is not None and isinstance(event, h2.events.RequestReceived):
            self.h2_conn.reset_stream(event.stream_id, _REFUSED)  # its client may ask elsewhere
            return False
        return (yield from super().handle_h2_event(event))

    def _inform(self, event: Informational) -> Commands:
        if self.is_open_for_us(event.stream_id):
            fields = list(event.response.headers.fields)
            if not event.response.is_http2:
                fields = normalize_h1_headers(fields, is_client=False)
            self.h2_conn.send_headers(event.stream_id, [(b":status", b"%d" % event.response.status_code), *fields])
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    def _drain(self) -> Commands:
        if self.conn.state is ConnectionState.OPEN:
            self._last_stream_id = self.h2_conn.say_go_away()
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())
            yield from self._half_close()

    def _half_close(self) -> Commands:
        """The client closes in its turn: were it we, a kernel might throw away what the client has not read."""
        if not self.streams and self.conn.state is ConnectionState.OPEN:
            yield commands.CloseTcpConnection(self.conn, half_close=True)


class WireHttp2Client(_Wire, Http2Client):
    """Legacy's connection."""

    is_clients = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._waiting: set[int] = set()  # the client's ids of streams that legacy's limit holds back

    def _handle_event(self, event: events.Event) -> Commands:
        if not isinstance(event, HttpEvent):
            yield from super()._handle_event(event)
            return
        client_id = event.stream_id
        if client_id not in self.our_stream_id:
            is_new = isinstance(event, RequestHeaders)
            if is_new and self.going_away:
                error = ResponseProtocolError(client_id, "refused: legacy said GOAWAY")
                yield ReceiveHttp(with_reset_code(error, _REFUSED))
                return
            if not is_new and client_id not in self.stream_queue:
                return  # its end has been seen
        yield from super()._handle_event(event)
        yield from self._hold(event, client_id)

    def _hold(self, event: HttpEvent, client_id: int) -> Commands:
        """A client whose stream waits for its turn gets no credit meanwhile."""
        if client_id in self.stream_queue:
            if isinstance(event, RequestData) and client_id not in self._waiting:
                self._waiting.add(client_id)
                yield ReceiveHttp(Choked(client_id, by_client=False))
        elif client_id in self._waiting:
            self._waiting.discard(client_id)
            yield ReceiveHttp(Flowing(client_id, by_client=False))

    def _handle_event2(self, event: events.Event) -> Commands:
        yield from self._wire(event, super()._handle_event2)
        if self.going_away and not self.streams:
            yield commands.CloseConnection(self.conn)

    def handle_h2_event(self, event: h2.events.Event) -> _Handled:
        if isinstance(event, h2.events.InformationalResponseReceived):
            if (client_id := self.their_stream_id.get(event.stream_id)) is not None:
                status, headers = parse_h2_response_headers(event.headers)
                response = http.Response(b"HTTP/2.0", status, b"", headers, None, None, 0, None)
                yield SendHttp(Informational(client_id, response), self.context.client)
            return False
        return (yield from super().handle_h2_event(event))

    def _peer_goes_away(self, last_stream_id: int) -> Commands:
        """Streams that legacy did not take are refused; mitmproxy is kept from opening more here."""
        self.conn.state &= ~ConnectionState.CAN_WRITE
        for stream_id in [item for item in self.streams if item > last_stream_id]:
            error = ResponseProtocolError(stream_id, "refused: legacy said GOAWAY")
            yield ReceiveHttp(with_reset_code(error, _REFUSED))
            self._forget(stream_id)

    def _forget(self, stream_id: int) -> None:
        super()._forget(stream_id)
        if (client_id := self.their_stream_id.pop(stream_id, None)) is not None:
            self.our_stream_id.pop(client_id, None)
