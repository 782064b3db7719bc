"""h2 with the sending half of a proxy: GOAWAY ends no stream (RFC 9113 6.8), windows are a flowing stream's."""

from typing import Any

import h2.config
import h2.errors
import h2.events
from hyperframe.frame import GoAwayFrame
from mitmproxy.proxy.layers.http._http_h2 import BufferedH2Connection

STREAM_WINDOW_BYTES = 1_048_576  # what one side may be ahead of the other
_MAX_STREAMS = 2**31 - 1


class GracefulConnection(BufferedH2Connection):
    """h2 closes a connection at a GOAWAY; here the streams that the peer accepted go on."""

    def __init__(self, config: h2.config.H2Configuration) -> None:
        super().__init__(config)
        self.local_settings.initial_window_size = STREAM_WINDOW_BYTES
        self.local_settings.max_concurrent_streams = _MAX_STREAMS  # legacy's own limit rules
        self.local_settings.acknowledge()

    def say_go_away(self) -> int:
        """Queues a GOAWAY without error; gives the last stream that is still served."""
        frame = GoAwayFrame(0)
        frame.last_stream_id = self.highest_inbound_stream_id
        frame.error_code = int(h2.errors.ErrorCodes.NO_ERROR)
        self._prepare_for_sending([frame])
        return int(frame.last_stream_id)

    def holds_back(self, stream_id: int) -> bool:
        """Whether the peer's window keeps data of this stream here."""
        return bool(self.stream_buffers.get(stream_id))

    def _receive_goaway_frame(self, frame: Any) -> tuple[list[Any], list[h2.events.Event]]:  # noqa: ANN401 - h2's own
        event = h2.events.ConnectionTerminated()
        event.error_code = frame.error_code
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data or None
        return [], [event]


def code_name(code: int) -> str:
    """The name of an error code (RFC 9113 7), or its number."""
    try:
        return str(h2.errors.ErrorCodes(code).name)
    except ValueError:
        return str(code)
