"""The client's connection in HTTP/2."""

import time

import h2.events
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import ReceiveHttp
from mitmproxy.proxy.layers.http._http2 import Http2Server, StreamState, normalize_h1_headers, split_pseudo_headers

from crossfade.shadow.capture.mitmproxy.wire.events import Commands, DrainHook, Informational, RefusedHead, StreamLimit
from crossfade.shadow.capture.mitmproxy.wire.http2 import WireHttp2
from crossfade.shadow.capture.mitmproxy.wire.limits import MOST_STREAMS

_TOLD_BYTES = 8_192  # of the target and the authority of a request that is refused


class WireHttp2Server(WireHttp2, Http2Server):
    """Takes as many streams as legacy does, within a bound, and ends when it is drained."""

    is_clients = True

    def handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.HookCompleted) and isinstance(event.command, DrainHook):
            return self._drain()
        return super().handle_event(event)

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Informational):
            yield from self._inform(event)
            return
        if isinstance(event, StreamLimit):
            self.h2_conn.allow_streams(min(event.count, MOST_STREAMS))
            if data := self.h2_conn.data_to_send():
                yield commands.SendData(self.conn, data)
            return
        yield from self.wire(event, super()._handle_event)
        if isinstance(event, events.Start):
            yield DrainHook.of(self.conn.id, self)
        elif not self.h2_conn.takes_streams:
            yield from self._half_close()

    def refuse_head(self, event: h2.events.Event, size: int) -> Commands:
        """A request is answered; trailers end theirs."""
        if not isinstance(event, h2.events.RequestReceived):
            yield from super().refuse_head(event, size)
            return
        pseudo, _ = split_pseudo_headers(event.headers)
        fields = [(name, value) for name, value in event.headers if name.lower() == b"content-type"]
        request = http.Request(
            host="",
            port=0,
            method=pseudo.get(b":method", b""),
            scheme=pseudo.get(b":scheme", b""),
            authority=pseudo.get(b":authority", b"")[:_TOLD_BYTES],
            path=pseudo.get(b":path", b"")[:_TOLD_BYTES],
            http_version=b"HTTP/2.0",
            headers=http.Headers(fields[:1]),
            content=None,
            trailers=None,
            timestamp_start=time.time(),
            timestamp_end=None,
        )
        self.streams[event.stream_id] = StreamState.HEADERS_RECEIVED
        yield ReceiveHttp(RefusedHead(event.stream_id, request, end_stream=False, text=self.too_large(size)))

    def _inform(self, event: Informational) -> Commands:
        if self.is_open_for_us(event.stream_id):
            fields = list(event.response.headers.fields)
            if not event.response.is_http2:
                fields = normalize_h1_headers(fields, is_client=False)
            self.h2_conn.send_headers(event.stream_id, [(b":status", b"%d" % event.response.status_code), *fields])
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    def _drain(self) -> Commands:
        if self.conn.state is ConnectionState.OPEN:
            self.h2_conn.say_go_away()
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())
            yield from self._half_close()

    def _half_close(self) -> Commands:
        """The client closes in its turn: were it we, a kernel might throw away what the client has not read."""
        if not self.streams and self.conn.state is ConnectionState.OPEN:
            yield commands.CloseTcpConnection(self.conn, half_close=True)
