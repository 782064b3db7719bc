"""Legacy's connection in HTTP/1."""

from typing import Any

from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    ReceiveHttp,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    RequestTrailers,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
    SendHttp,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client

from crossfade.shadow.capture.mitmproxy.crumbs import with_an_end
from crossfade.shadow.capture.mitmproxy.wire.body import BodyError, reader_of
from crossfade.shadow.capture.mitmproxy.wire.buffer import TooLongError
from crossfade.shadow.capture.mitmproxy.wire.events import (
    Choked,
    Commands,
    Flowing,
    Informational,
    LegacyClosed,
    SenderEnded,
)
from crossfade.shadow.capture.mitmproxy.wire.framing import (
    CHUNKED,
    UNTIL_END,
    answer_size,
    answer_without_head,
    closes,
)
from crossfade.shadow.capture.mitmproxy.wire.head import UnreadableError, WireRequest, WireResponse, read_response
from crossfade.shadow.capture.mitmproxy.wire.http1 import SWITCHING, Http1Wire
from crossfade.shadow.capture.mitmproxy.wire.last_words import listen, stop_listening
from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.upstream import is_in_use
from crossfade.shadow.capture.mitmproxy.wire.versions import NO_ANSWER


class WireHttp1Client(Http1Wire, Http1Client):
    """Writes a request as it came, and reads its answer."""

    received = ResponseTrailers
    ended = ResponseEndOfMessage
    is_clients = False
    response: WireResponse | None

    # requests

    def send(self, event: HttpEvent) -> Commands:
        """Writes a request."""
        if isinstance(event, RequestProtocolError):
            yield from self.close()
        elif isinstance(event, RequestHeaders):
            yield from self._send_head(event)
        elif isinstance(event, RequestData):
            yield from self.send_piece(event.data)
        elif isinstance(event, RequestTrailers):
            self.keep_trailers(event)
        elif isinstance(event, RequestEndOfMessage):
            yield from self.send_end()
            yield from self.mark_done(request=True)
        elif isinstance(event, SenderEnded):
            yield from self.end_sending()
        elif not isinstance(event, Choked | Flowing):  # the socket itself holds the other side back
            raise TypeError(f"expected an event of a request, got {event}")

    def _send_head(self, event: RequestHeaders) -> Commands:
        if not event.end_stream:
            listen(self.context.client, self.conn)
        if isinstance(event.request, WireRequest):
            self.stream_id = event.stream_id
            self.request = event.request
            self.sends_chunks = event.request.size is CHUNKED
            yield commands.SendData(self.conn, event.request.head())
        else:  # of HTTP/2
            event = with_an_end(event)
            yield from super().send(event)
            self.sends_chunks = "chunked" in event.request.headers.get("transfer-encoding", "").lower()

    # answers

    def read_headers(self, event: events.Event) -> Commands:  # noqa: ARG002 - mitmproxy's own
        """Reads heads: informational ones, and that of the answer."""
        if self.request is None or self.stream_id is None:
            yield from self._idle()
            return
        try:
            while (response := self._next_head()) is not None:
                if response.status_code // 100 != 1 or response.status_code == SWITCHING:
                    if response.start_line:
                        response.size = answer_size(self.request.data.method, response)
                    yield from self._begin(response)
                    return
                yield SendHttp(Informational(self.stream_id, response), self.context.client)
        except (TooLongError, UnreadableError) as error:
            text = str(error) or f"expected a head of at most {ENGINE_HEAD_LIMIT_BYTES} bytes"
            yield from self._fail(f"Cannot parse HTTP response: {text}")
            return
        if self.peer_ended:
            yield from self._closed_without_answer()

    def _next_head(self) -> WireResponse | None:
        self.buf.skip_empty_lines()
        if self._is_for_http1() and not self.buf.begins_with(b"HTTP/"):
            return answer_without_head()
        raw = self.buf.take_head(ENGINE_HEAD_LIMIT_BYTES)
        if raw is None:
            return None
        try:
            return self._read_head(raw)
        except UnreadableError:
            if not self._is_for_http1():
                raise
            self.buf.put_back(raw)
            return answer_without_head()

    def _read_head(self, raw: bytes) -> WireResponse:
        response = read_response(raw)
        if response.status_code == SWITCHING and not self._is_for_http1():
            raise UnreadableError("expected an answer to a request of HTTP/2, got 101")
        return response

    def _begin(self, response: WireResponse) -> Commands:
        stop_listening(self.conn)
        self.response = response
        self.reader = reader_of(response.size, ENGINE_HEAD_LIMIT_BYTES, strict=False)
        self.state = self.read_body
        yield ReceiveHttp(ResponseHeaders(self._stream(), response, end_stream=response.size == 0))
        yield from self.read_body(events.DataReceived(self.conn, b""))

    def _idle(self) -> Commands:
        """No request is open: what legacy sends now is not an answer, and its end is passed on to the client."""
        yield from self.close()
        if self.peer_ended and self._is_for_http1() and is_in_use(self.context.client, self.conn):
            yield SendHttp(LegacyClosed(0), self.context.client)

    def _closed_without_answer(self) -> Commands:
        """Closes the client's connection as well, so that it retries as without us; a 502 would look like an answer."""
        if len(self.buf) and self._is_for_http1():
            yield from self._begin(answer_without_head())
        else:
            code = NO_ANSWER if self._is_for_http1() else ResponseProtocolError.code
            yield from self._fail("server closed connection", code)

    def _is_for_http1(self) -> bool:
        """Whether the client speaks HTTP/1: then it has a connection of its own to legacy."""
        return self.context.client.alpn != b"h2"

    def close(self) -> Commands:
        """Ends the connection."""
        stop_listening(self.conn)
        yield from super().close()

    def refuse_body(self, why: BodyError) -> Commands:
        """Legacy broke off, or sent an invalid body."""
        yield from self._fail(f"HTTP/1 protocol error: {why}")

    def _fail(self, message: str, code: Any = ResponseProtocolError.code) -> Commands:  # noqa: ANN401 - see versions
        error = ResponseProtocolError(self._stream(), message, code)
        yield from self.close()
        yield ReceiveHttp(error)

    def answered(self, event: events.Event) -> Commands:
        """The answer is complete and the request is not: drops what else legacy sends, and passes its end on."""
        self.buf.take(len(self.buf))
        if isinstance(event, events.ConnectionClosed) and self._is_for_http1():
            yield ReceiveHttp(SenderEnded(self._stream(), by_client=False))

    def mark_done(self, *, request: bool = False, response: bool = False) -> Commands:
        """Waits for another request once both have ended."""
        self.request_done |= request
        self.response_done |= response
        if not (self.request_done and self.response_done):
            if self.response_done:
                self.state = self.answered
        elif self.response is not None and self.response.status_code == SWITCHING:
            yield from self.make_pipe()
        elif self._is_last():
            yield from self.close()
        else:
            self.request_done = self.response_done = False
            self.request = self.response = None
            self.stream_id = None
            self.state = self.read_headers
            if len(self.buf) or self.peer_ended:
                yield from self._idle()

    def _is_last(self) -> bool:
        if self.request is None or self.response is None:
            return False
        spoken = (self.request, self.response)
        return self.request.is_http2 or self.response.size == UNTIL_END or any(closes(item) for item in spoken)
