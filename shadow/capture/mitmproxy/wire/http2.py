"""HTTP/2 that keeps the codes of resets, ends no stream at a GOAWAY, and joins the windows of both sides."""

from collections.abc import Callable, Generator
from typing import Any

import h2.errors
import h2.events
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestData,
    ResponseData,
)
from mitmproxy.proxy.layers.http._http2 import Http2Connection, StreamState

from crossfade.shadow.capture.mitmproxy.wire.events import (
    NOT_PASSED_ON,
    Choked,
    Commands,
    Flowing,
    TurnHook,
    failure,
    reset_code,
    with_reset_code,
)
from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection, PeerGoesAway, code_name, head_bytes
from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.versions import CLIENT_LEFT

TOO_MUCH = int(h2.errors.ErrorCodes.ENHANCE_YOUR_CALM)
_OPEN = StreamState.HEADERS_RECEIVED
_HEADS = (
    h2.events.RequestReceived,
    h2.events.ResponseReceived,
    h2.events.InformationalResponseReceived,
    h2.events.TrailersReceived,
)
Handled = Generator[commands.Command, Any, bool]  # True: nothing more of what was received together is handled


class WireHttp2(Http2Connection):
    """What both codecs of HTTP/2 share. Stream ids are those of this connection."""

    h2_conn: GracefulConnection
    is_clients: bool
    going_away = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)  # type: ignore[call-arg] # the other base knows which connection it is
        self._choked: set[int] = set()  # the peer does not take their data
        self._uncredited: dict[int, int] = {}  # bytes by stream that the other side has not taken
        self._receiving = False
        self._turn: TurnHook | None = None  # what was received waits for it
        self._end: events.ConnectionClosed | None = None  # which then comes

    def handle_event(self, event: events.Event) -> Commands:
        if self._turn is None or isinstance(event, HttpEvent):
            return super().handle_event(event)
        return self._await_turn(event)

    def _await_turn(self, event: events.Event) -> Commands:
        """Handles nothing more until the turn; the connection is not read, but for what was on its way."""
        if isinstance(event, events.DataReceived):
            self.h2_conn.incoming_buffer.add_data(event.data)
        elif isinstance(event, events.ConnectionClosed):
            self._end = event
        elif isinstance(event, events.HookCompleted) and event.command is self._turn:
            self._turn = None
            yield from super().handle_event(events.DataReceived(self.conn, b""))
            if self._turn is None and self._end is not None:
                yield from super().handle_event(self._end)
        else:
            yield from super().handle_event(event)

    def wire(self, event: events.Event, inner: Callable[[events.Event], Commands]) -> Commands:
        """``inner`` is mitmproxy's own handling of the event."""
        if isinstance(event, Choked | Flowing):
            yield from self._set_credit(event)
            return
        if isinstance(event, events.DataReceived):
            yield from self._receive(event, inner)
        elif (code := reset_code(event)) is not None and isinstance(event, HttpEvent):
            yield from self.reset(event.stream_id, code)
        else:
            yield from inner(event)
        if isinstance(event, RequestData | ResponseData) and self.h2_conn.holds_back(event.stream_id):
            yield from self._choke(event.stream_id)
        if not self._receiving:  # else what ended may still have to be told
            for stream_id in self.h2_conn.closed_streams():
                self.forget(stream_id)

    def _receive(self, event: events.DataReceived, inner: Callable[[events.Event], Commands]) -> Commands:
        """One batch of frames."""
        self._receiving = True
        yield from inner(event)
        self._receiving = False
        yield from self._release()
        if units := self.h2_conn.incoming_buffer.due():
            self._turn = TurnHook.of(self.conn, units, self)
            yield self._turn

    def handle_h2_event(self, event: h2.events.Event) -> Handled:
        if isinstance(event, _HEADS) and (size := head_bytes(event.headers)) > ENGINE_HEAD_LIMIT_BYTES:
            yield from self.refuse_head(event, size)
        elif isinstance(event, h2.events.DataReceived) and self.streams.get(event.stream_id) is _OPEN:
            if event.data:
                yield ReceiveHttp(self.ReceiveData(event.stream_id, event.data))
            self._credit(event.stream_id, event.flow_controlled_length)
        elif isinstance(event, h2.events.StreamEnded):
            if event.stream_id in self.streams:
                yield ReceiveHttp(self.ReceiveEndOfMessage(event.stream_id))
        elif isinstance(event, h2.events.StreamReset):
            yield from self._pass_reset(event.stream_id, int(event.error_code))
        elif isinstance(event, PeerGoesAway):
            self.going_away = True
            yield from self.peer_goes_away(event.last_stream_id)
        else:
            return (yield from super().handle_h2_event(event))
        return False

    def refuse_head(self, event: h2.events.Event, size: int) -> Commands:
        """A head or trailers beyond the limit: its stream ends, both ways."""
        yield from self.refuse_stream(event.stream_id, self.too_large(size), TOO_MUCH)

    def refuse_stream(self, stream_id: int, text: str, code: int) -> Commands:
        """Ends a stream both ways."""
        if self.streams.pop(stream_id, None) is not None:  # what follows of it is not looked at
            yield ReceiveHttp(failure(self.ReceiveProtocolError, stream_id, text))
        yield from self.reset(stream_id, code)

    def too_large(self, size: int) -> str:
        """The error text for a head beyond the limit."""
        start, side = (NOT_PASSED_ON, "client") if self.is_clients else ("", "server")
        return f"{start}received {size} bytes of header fields from {side}, expected at most {ENGINE_HEAD_LIMIT_BYTES}"

    def peer_goes_away(self, last_stream_id: int) -> Commands:  # noqa: ARG002 - see WireHttp2Client
        """A client that goes away sends no more requests; legacy names the last stream that it serves."""
        yield from ()

    def close_connection(self, msg: str) -> Commands:
        """As mitmproxy's, which fails if a stream ends meanwhile."""
        yield commands.CloseConnection(self.conn)
        self._handle_event = self.done
        for stream_id in list(self.streams):
            yield ReceiveHttp(failure(self.ReceiveProtocolError, stream_id, msg))
        self.streams.clear()

    # resets

    def _pass_reset(self, stream_id: int, code: int) -> Commands:
        if stream_id not in self.streams:
            return
        by = "client" if self.is_clients else "server"
        error = failure(self.ReceiveProtocolError, stream_id, f"stream reset by {by} ({code_name(code)})")
        if self.is_clients:
            error.code = CLIENT_LEFT
        yield ReceiveHttp(with_reset_code(error, code))

    def reset(self, stream_id: int, code: int) -> Commands:
        """Resets a stream, without mitmproxy's HTML page in front."""
        graceful = code == h2.errors.ErrorCodes.NO_ERROR and self.h2_conn.holds_back(stream_id)
        if self.is_closed(stream_id) or graceful:  # RFC 9113 8.1: an answer that is complete is not cut
            return
        self.h2_conn.reset_stream(stream_id, code)
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

    def forget(self, stream_id: int) -> None:
        """Forgets a stream that both sides ended; mitmproxy would keep it as long as the connection lives."""
        self.streams.pop(stream_id, None)
        if size := self._uncredited.pop(stream_id, 0):
            self.h2_conn.acknowledge_received_data(size, stream_id)  # to the connection's window
