"""What both codecs of HTTP/1 share: heads as they came, trailers, bounds, and the end of one direction."""

from typing import Any

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    ReceiveHttp,
    RequestEndOfMessage,
    RequestTrailers,
    ResponseEndOfMessage,
    ResponseTrailers,
)
from mitmproxy.proxy.layers.http._http1 import Http1Connection

from crossfade.shadow.capture.mitmproxy.wire.body import BodyError, End, Reader
from crossfade.shadow.capture.mitmproxy.wire.buffer import Buffer
from crossfade.shadow.capture.mitmproxy.wire.events import Commands, failure

SWITCHING = 101
_EACH = 16
"""So many chunks of what is read at once keep their bounds, which mean nothing (RFC 9112 7.1)."""


class Http1Wire(Http1Connection):
    """Reads bodies, writes bodies, and passes bytes on once another protocol is spoken."""

    received: type[RequestTrailers | ResponseTrailers]
    ended: type[RequestEndOfMessage | ResponseEndOfMessage]
    is_clients: bool
    buf: Buffer  # type: ignore[assignment] # in the place of h11's
    reader: Reader
    peer_ended = False  # it sends no more
    sends_chunks = False
    sent_ahead: int | None = None  # bytes since the other side was choked; None: it is not
    _to_send: http.Headers | None = None

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - mitmproxy's own
        super().__init__(context)  # type: ignore[call-arg] # the other base knows which connection it is
        self.buf = Buffer()

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.ConnectionClosed):
            self.peer_ended = True
        yield from super()._handle_event(event)

    def read_body(self, event: events.Event) -> Commands:  # noqa: ARG002 - mitmproxy's own
        """Passes on what has come of a body; of very many chunks the later ones are joined, as each costs time."""
        pieces: list[bytes] = []
        error: BodyError | None = None
        piece: bytes | End | None = None
        try:
            while isinstance(piece := self.reader.read(self.buf, many=len(pieces) >= _EACH), bytes):
                pieces.append(piece)
            if piece is None and self.peer_ended:
                piece = self.reader.at_end()
        except BodyError as found:
            error = found
        for data in (*pieces[:_EACH], b"".join(pieces[_EACH:])):
            if data and self.state == self.read_body:
                yield from self._pass_on(data)
        if self.state != self.read_body:  # it was ended meanwhile
            return
        if error is not None:
            yield from self.refuse_body(error)
        elif isinstance(piece, End):
            yield from self._end_message(piece)

    def _pass_on(self, data: bytes) -> Commands:
        if self.sent_ahead is not None:
            self.sent_ahead += len(data)
        yield ReceiveHttp(self.ReceiveData(self._stream(), data))

    def refuse_body(self, why: BodyError) -> Commands:
        """Ends a message whose body can't be read."""
        raise NotImplementedError

    def _end_message(self, end: End) -> Commands:
        stream_id = self._stream()
        if end.trailers is not None:
            yield ReceiveHttp(self.received(stream_id, end.trailers))
        yield ReceiveHttp(self.ReceiveEndOfMessage(stream_id))
        yield from self.mark_done(request=self.is_clients, response=not self.is_clients)

    def send_piece(self, data: bytes) -> Commands:
        """Sends a piece of a body, or of another protocol."""
        if data:
            chunked = self.sends_chunks and self.state != self.passthrough
            yield commands.SendData(self.conn, b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)

    def send_end(self) -> Commands:
        """Sends what follows the last piece (RFC 9112 7.1.2)."""
        trailers, self._to_send = self._to_send, None
        if self.sends_chunks:
            yield commands.SendData(self.conn, b"0\r\n" + (bytes(trailers) if trailers else b"") + b"\r\n")

    def keep_trailers(self, event: RequestTrailers | ResponseTrailers) -> None:
        """Keeps trailers for ``send_end``."""
        self._to_send = event.trailers

    def make_pipe(self) -> Commands:
        """From now on bytes pass unchanged."""
        self.state = self.passthrough
        if len(self.buf):
            yield ReceiveHttp(self.ReceiveData(self._stream(), self.buf.take(len(self.buf))))
        if self.peer_ended:
            yield ReceiveHttp(self.ended(self._stream()))

    def passthrough(self, event: events.Event) -> Commands:
        """Passes another protocol: bytes, and the end of each direction."""
        if isinstance(event, events.DataReceived):
            yield ReceiveHttp(self.ReceiveData(self._stream(), event.data))
        elif isinstance(event, events.ConnectionClosed):
            if self.conn.state is ConnectionState.CLOSED:
                yield ReceiveHttp(failure(self.ReceiveProtocolError, self._stream(), "connection reset"))
            else:
                yield ReceiveHttp(self.ended(self._stream()))

    def end_sending(self) -> Commands:
        """Ends the sending side, and keeps listening."""
        if self.conn.state & ConnectionState.CAN_WRITE:
            yield commands.CloseTcpConnection(self.conn, half_close=True)

    def close(self) -> Commands:
        """Ends the connection."""
        self.state = self.done
        yield commands.CloseConnection(self.conn)

    def done(self, event: events.Event) -> Commands:  # noqa: ARG002 - mitmproxy's own
        """Nothing more is read."""
        yield from ()

    def _stream(self) -> int:
        if self.stream_id is None:
            raise TypeError("expected a message under way")
        return self.stream_id
