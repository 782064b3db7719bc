"""h2 for a proxy: a GOAWAY ends no stream (RFC 9113 6.8), and windows follow what the other side takes.

One peer can't keep it busy: open streams are counted, not searched for; too many are refused at once; frames are
handled in batches.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
from h2.connection import _decode_headers
from h2.stream import StreamClosedBy
from hyperframe.frame import Frame, GoAwayFrame, HeadersFrame, RstStreamFrame
from mitmproxy.proxy.layers.http._http_h2 import BufferedH2Connection

from crossfade.shadow.capture.mitmproxy.wire.batches import REFUSED_UNITS, FrameBatches, cost
from crossfade.shadow.capture.mitmproxy.wire.limits import (
    CONNECTION_WINDOW_BYTES,
    ENGINE_HEAD_LIMIT_BYTES,
    FIRST_STREAMS,
    STREAM_WINDOW_BYTES,
)

_Received = tuple[list[Frame], list[h2.events.Event]]


@dataclass
class PeerGoesAway(h2.events.Event):
    """A GOAWAY. Not h2's own event: at that, mitmproxy throws away what is still to be sent on open streams."""

    last_stream_id: int


class GracefulConnection(BufferedH2Connection):
    """h2 closes a connection at a GOAWAY; here the streams that the peer accepted go on."""

    DEFAULT_MAX_HEADER_LIST_SIZE = ENGINE_HEAD_LIMIT_BYTES  # what is announced
    MAX_CLOSED_STREAMS = 2**13  # how each ended: tells a late frame from a wrong one

    incoming_buffer: FrameBatches
    takes_streams: bool
    """Until ``say_go_away``."""

    def __init__(self, config: h2.config.H2Configuration) -> None:
        super().__init__(config)
        self.local_settings.initial_window_size = STREAM_WINDOW_BYTES
        self.local_settings.max_concurrent_streams = FIRST_STREAMS
        self.local_settings.acknowledge()
        # one message that is too large ends alone; only beyond this the connection does
        self.decoder.max_header_list_size = 2 * ENGINE_HEAD_LIMIT_BYTES
        # the time of hpack's Huffman coding grows with the square of a value's length: 256 KB take 11 s
        self.encoder.encode = partial(self.encoder.encode, huffman=False)
        self.incoming_buffer = FrameBatches(server=not config.client_side)
        self.takes_streams = True
        self._announced = FIRST_STREAMS
        self._closed: list[int] = []

    def initiate_connection(self) -> None:
        """As mitmproxy's, but with a bound on the connection's window."""
        h2.connection.H2Connection.initiate_connection(self)
        self.increment_flow_control_window(CONNECTION_WINDOW_BYTES - self.inbound_flow_control_window)

    # streams

    @property
    def open_inbound_streams(self) -> int:
        """0, to switch off h2's limit, which takes a late head of a closed stream for a new one: see ``_refuses``."""
        return 0

    @property
    def open_outbound_streams(self) -> int:
        """As h2's, which walks all streams each time. Without pushes all streams are the client's."""
        return len(self.streams)

    def allow_streams(self, count: int) -> None:
        """Queues a SETTINGS frame that lets the peer open more streams once it has acknowledged it.

        Never fewer: that would break open ones.
        """
        if count > self._announced:
            self._announced = count
            self.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: count})

    def closed_streams(self) -> list[int]:
        """Streams that have ended on both sides since the last call."""
        closed, self._closed = self._closed, []
        return closed

    def _settle(self, stream_id: int) -> None:
        stream = self.streams.get(stream_id)
        if stream is not None and stream.closed:
            del self.streams[stream_id]
            self._closed_streams[stream_id] = stream.closed_by
            self.stream_trailers.pop(stream_id, None)
            self._closed.append(stream_id)

    # receiving

    def receive_data(self, data: Any) -> list[h2.events.Event]:  # noqa: ANN401 - bytes, in mitmproxy 12 any buffer
        """One batch. Raises: h2.exceptions.ProtocolError."""
        self.incoming_buffer.begin()
        return list(super().receive_data(data))

    def _receive_frame(self, frame: Frame) -> list[h2.events.Event]:
        before = len(self.streams)
        received: list[h2.events.Event] = super()._receive_frame(frame)
        opens = len(self.streams) > before
        self.incoming_buffer.spend(cost(frame, opens=opens, open_streams=before))
        self._settle(frame.stream_id)
        return received

    def _receive_headers_frame(self, frame: HeadersFrame) -> _Received:
        if self._refuses(frame.stream_id):
            self.incoming_buffer.spend(REFUSED_UNITS)
            _decode_headers(self.decoder, frame.data)  # later heads lean on it
            self.highest_inbound_stream_id = frame.stream_id
            self._closed_streams[frame.stream_id] = StreamClosedBy.SEND_RST_STREAM
            reset = RstStreamFrame(frame.stream_id)
            reset.error_code = int(h2.errors.ErrorCodes.REFUSED_STREAM)  # it may be asked again (RFC 9113 8.7)
            return [reset], []
        received: _Received = super()._receive_headers_frame(frame)
        return received

    def _refuses(self, stream_id: int) -> bool:
        """Whether a stream is beyond the limit: a client may open too many before it has read our SETTINGS."""
        is_new = not self.config.client_side and stream_id % 2 == 1 and stream_id > self.highest_inbound_stream_id
        return is_new and not (self.takes_streams and len(self.streams) < self.local_settings.max_concurrent_streams)

    def _receive_goaway_frame(self, frame: Any) -> _Received:  # noqa: ANN401 - h2's own
        return [], [PeerGoesAway(frame.last_stream_id)]

    # sending

    def say_go_away(self) -> int:
        """Queues a GOAWAY without error and refuses later streams; returns the last one that is still served."""
        self.takes_streams = False
        frame = GoAwayFrame(0)
        frame.last_stream_id = self.highest_inbound_stream_id
        frame.error_code = int(h2.errors.ErrorCodes.NO_ERROR)
        self._prepare_for_sending([frame])
        return int(frame.last_stream_id)

    def holds_back(self, stream_id: int) -> bool:
        """Whether the peer's window keeps data of this stream here."""
        return bool(self.stream_buffers.get(stream_id))

    def send_headers(self, stream_id: int, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - h2's own
        super().send_headers(stream_id, *arguments, **more)
        self._settle(stream_id)

    def send_data(self, stream_id: int, data: bytes, end_stream: bool = False, pad_length: None = None) -> None:  # noqa: FBT001, FBT002 - h2's own
        super().send_data(stream_id, data, end_stream, pad_length)
        self._settle(stream_id)

    def reset_stream(self, stream_id: int, error_code: int = 0) -> None:
        super().reset_stream(stream_id, error_code)
        self._settle(stream_id)

    def stream_window_updated(self, stream_id: int) -> bool:
        sent = bool(super().stream_window_updated(stream_id))
        self._settle(stream_id)
        return sent


def head_bytes(fields: Any) -> int:  # noqa: ANN401 - h2's own
    """The size of a header list (RFC 9113 6.5.2)."""
    return sum(len(name) + len(value) + 32 for name, value in fields)


def code_name(code: int) -> str:
    """The name of an error code (RFC 9113 7), or its number."""
    try:
        return str(h2.errors.ErrorCodes(code).name)
    except ValueError:
        return str(code)
