"""h2 that one peer can't keep busy."""

from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.settings
from hpack import NeverIndexedHeaderTuple

from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection


def test_the_time_to_write_a_field_grows_with_its_length(cpu_time: Any) -> None:
    """A value of 250 KB takes milliseconds; hpack's Huffman coding of it takes 10 s."""
    connection = GracefulConnection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    head = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"), ("x-long", "v" * 250_000)]
    with cpu_time(at_most_s=1.0):
        connection.send_headers(1, head, end_stream=True)
    assert len(connection.data_to_send()) > 250_000


_REQUEST = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
_MANY = 150


def _pair(*, client: type[h2.connection.H2Connection], server: type[h2.connection.H2Connection]) -> tuple[Any, Any]:
    """Two ends whose settings are known to each other."""
    one = client(h2.config.H2Configuration(client_side=True))
    other = server(h2.config.H2Configuration(client_side=False))
    one.initiate_connection()
    other.initiate_connection()
    for _ in range(2):
        other.receive_data(one.data_to_send())
        one.receive_data(other.data_to_send())
    return one, other


def test_a_late_answer_to_a_cancelled_stream_among_many() -> None:
    """It means nothing; above all it is no stream too many, for which all others would end."""
    client, legacy = _pair(client=GracefulConnection, server=h2.connection.H2Connection)
    legacy.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 2 * _MANY})
    client.receive_data(legacy.data_to_send())
    for number in range(_MANY):
        client.send_headers(2 * number + 1, _REQUEST, end_stream=True)
    legacy.receive_data(client.data_to_send())
    client.reset_stream(1, h2.errors.ErrorCodes.CANCEL)
    legacy.send_headers(1, [(":status", "200")], end_stream=True)
    legacy.send_headers(3, [(":status", "200")], end_stream=True)
    late = legacy.data_to_send()
    events = []
    while len(events) < 2 and (found := client.receive_data(late)):
        events += found
        late = b""
    assert [event.stream_id for event in events] == [3, 3]


def test_late_trailers_of_a_stream_that_is_closed_at_the_limit() -> None:
    """A client with as many streams open as it may have sends the end of one that was reset."""
    client, server = _pair(client=h2.connection.H2Connection, server=GracefulConnection)
    client.send_headers(1, _REQUEST)
    server.receive_data(client.data_to_send())
    client.send_headers(1, [NeverIndexedHeaderTuple("x-t", "1")], end_stream=True)
    late = client.data_to_send()
    server.reset_stream(1)
    client.receive_data(server.data_to_send())
    for number in range(1, 101):
        client.send_headers(2 * number + 1, _REQUEST)
    data = client.data_to_send() + late
    while server.incoming_buffer.is_behind or data:
        server.receive_data(data)
        data = b""
    assert len(server.streams) == 100
