"""h2 that one peer can't keep busy."""

from typing import Any

import h2.config

from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection


def test_the_time_to_write_a_field_grows_with_its_length(cpu_time: Any) -> None:
    """A value of 250 KB takes milliseconds; hpack's Huffman coding of it takes 10 s."""
    connection = GracefulConnection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    head = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"), ("x-long", "v" * 250_000)]
    with cpu_time(at_most_s=1.0):
        connection.send_headers(1, head, end_stream=True)
    assert len(connection.data_to_send()) > 250_000
