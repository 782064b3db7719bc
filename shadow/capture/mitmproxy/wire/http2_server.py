"""The client's connection in HTTP/2."""

import time
from collections import deque
from http import HTTPStatus

import h2.errors
import h2.events
import h2.exceptions
from h2.utilities import HeaderValidationFlags, validate_headers
from mitmproxy import http, version
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import ReceiveHttp, ResponseHeaders, ResponseTrailers
from mitmproxy.proxy.layers.http._base import format_error
from mitmproxy.proxy.layers.http._http2 import Http2Server, StreamState

from crossfade.shadow.capture.mitmproxy.wire.between import fault_of, in_http2
from crossfade.shadow.capture.mitmproxy.wire.events import (
    NOT_PASSED_ON,
    Commands,
    DrainHook,
    Informational,
    RefusalError,
    RefusedHead,
    StreamLimit,
)
from crossfade.shadow.capture.mitmproxy.wire.head import Fields, WireResponse
from crossfade.shadow.capture.mitmproxy.wire.http2 import Handled, WireHttp2
from crossfade.shadow.capture.mitmproxy.wire.limits import MOST_STREAMS

_TOLD_BYTES = 8_192  # of the target and the authority of a request that is refused


class WireHttp2Server(WireHttp2, Http2Server):
    """Takes as many streams as legacy does, and the candidate once it serves, within a bound, and ends at the drain."""

    is_clients = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # h2 would end the connection and with it all its streams; ``handle_h2_event`` first refuses what can end alone
        self.h2_conn.config.validate_inbound_headers = False
        self._limits: dict[bool, int] = {}  # of streams: legacy's, and the candidate's

    def handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.HookCompleted) and isinstance(event.command, DrainHook):
            return self._drain()
        return super().handle_event(event)

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Informational):
            yield from self._inform(event)
            return
        if isinstance(event, StreamLimit):
            self._limits[event.of_legacy] = event.count
            self.h2_conn.allow_streams(min(*self._limits.values(), MOST_STREAMS))
            if data := self.h2_conn.data_to_send():
                yield commands.SendData(self.conn, data)
            return
        yield from self.wire(_of_http2(event), self._handle_as_mitmproxy)
        if isinstance(event, events.Start):
            yield DrainHook.of(self.conn.id, self)
        elif not self.h2_conn.takes_streams:
            yield from self._half_close()

    def handle_h2_event(self, event: h2.events.Event) -> Handled:
        if isinstance(event, h2.events.RequestReceived | h2.events.TrailersReceived):
            is_whole = isinstance(event, h2.events.RequestReceived) and event.stream_ended is not None
            if fault := fault_of(event.headers, is_whole=is_whole):
                yield from self._refuse_malformed(event, f"{NOT_PASSED_ON}expected a request of HTTP/2, got {fault}")
                return False
            if error := _error_of(event):
                yield from self.protocol_error(f"HTTP/2 protocol error: {error}")
                return True
        return (yield from super().handle_h2_event(event))

    def _refuse_malformed(self, event: h2.events.Event, text: str) -> Commands:
        if isinstance(event, h2.events.RequestReceived):
            yield from self._refuse_request(event, text, HTTPStatus.BAD_REQUEST)
        else:
            yield from self.refuse_stream(event.stream_id, text, h2.errors.ErrorCodes.PROTOCOL_ERROR)

    def refuse_head(self, event: h2.events.Event, size: int) -> Commands:
        """Answers a request; trailers end their stream."""
        if isinstance(event, h2.events.RequestReceived):
            text = self.too_large(size)
            yield from self._refuse_request(event, text, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            yield from super().refuse_head(event, size)

    def _refuse_request(self, event: h2.events.RequestReceived, text: str, status: int) -> Commands:
        pseudo = dict(reversed(event.headers))  # of several with one name the first
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
        yield ReceiveHttp(RefusedHead(event.stream_id, request, end_stream=False, text=text, status=status))

    def _handle_as_mitmproxy(self, event: events.Event) -> Commands:
        if isinstance(event, RefusalError):
            yield from self._answer_refusal(event)
        else:
            yield from super()._handle_event(event)

    def _answer_refusal(self, event: RefusalError) -> Commands:
        """As mitmproxy answers an error, but with any status."""
        if self.is_open_for_us(event.stream_id):
            fields = [
                (b":status", b"%d" % event.status),
                (b"server", version.MITMPROXY.encode()),
                (b"content-type", b"text/html"),
            ]
            self.h2_conn.send_headers(event.stream_id, fields)
            self.h2_conn.send_data(event.stream_id, format_error(event.status, event.message), end_stream=True)
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    def _inform(self, event: Informational) -> Commands:
        if self.is_open_for_us(event.stream_id):
            headers = event.response.headers
            fields = (headers if event.response.is_http2 else in_http2(headers)).fields
            self.h2_conn.send_headers(event.stream_id, [(b":status", b"%d" % event.response.status_code), *fields])
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    def _drain(self) -> Commands:
        if self.conn.state is ConnectionState.OPEN:
            self.h2_conn.say_go_away()
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())
            yield from self._half_close()

    def _half_close(self) -> Commands:
        """Leaves the close to the client: after ours a kernel might drop what the client has not read."""
        if not self.streams and self.conn.state is ConnectionState.OPEN:
            yield commands.CloseTcpConnection(self.conn, half_close=True)


def _error_of(event: h2.events.RequestReceived | h2.events.TrailersReceived) -> str | None:
    """What h2 itself finds wrong with a head or trailers."""
    is_trailer = isinstance(event, h2.events.TrailersReceived)
    flags = HeaderValidationFlags(
        is_client=False, is_trailer=is_trailer, is_response_header=False, is_push_promise=False
    )
    try:
        deque(validate_headers(event.headers, flags), maxlen=0)
    except h2.exceptions.ProtocolError as error:
        return str(error)
    return None


def _of_http2(event: events.Event) -> events.Event:
    """An answer of HTTP/1.1 as HTTP/2 has it."""
    if isinstance(event, ResponseHeaders) and isinstance(event.response, WireResponse):
        status, fields = event.response.status_code, in_http2(event.response.headers)
        response = http.Response(b"HTTP/2.0", status, b"", fields, None, None, event.response.timestamp_start, None)
        return ResponseHeaders(event.stream_id, response, event.end_stream)
    if isinstance(event, ResponseTrailers) and isinstance(event.trailers, Fields):
        return ResponseTrailers(event.stream_id, in_http2(event.trailers))
    return event
