"""h2 whose streams survive a GOAWAY (RFC 9113 6.8): those that the server took are answered to their end.

h2 closes its state machine there, so a candidate that ends its connections gracefully would count as failed.
Works with h2 4.1 to 4.3; it leans on internals, which is why nothing else is in this file.
"""

from functools import partial
from typing import Any

import h2.connection
import h2.events


class LastingConnection(h2.connection.H2Connection):  # type: ignore[misc] # h2 has no types
    """Reports the GOAWAY, and stays usable."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - h2's own
        super().__init__(*arguments, **options)
        # The time of hpack's Huffman coding grows with the square of a value's length: 0.9 MB take minutes.
        self.encoder.encode = partial(self.encoder.encode, huffman=False)

    def _receive_goaway_frame(self, frame: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401 - hyperframe's own
        event = h2.events.ConnectionTerminated()
        event.error_code = frame.error_code
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data or None
        return [], [event]
