"""One call over HTTP/2 by hand: it sends what no client would, and shows what the server itself sends."""

import socket
import struct
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.settings

_TIMEOUT_S = 10
_CHUNK_BYTES = 16_384

Fields = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Seen:
    """What a server sent: header blocks and bytes as they came; ``reset`` is the code of a stream that it broke off."""

    status: int = 0
    headers: Fields = ()
    body: bytes = b""
    trailers: Fields = ()
    reset: int | None = None


@dataclass(slots=True)
class _Call:
    seen: Seen = field(default_factory=Seen)
    over: bool = False


def frame(message: bytes, *, flag: int = 0) -> bytes:
    """A message behind its prefix."""
    return struct.pack(">BI", flag, len(message)) + message


def call(port: int, target: str, body: bytes, headers: Fields = (), *, cancel: bool = False) -> Seen:
    """What the server sends back for these bytes; with ``cancel`` the stream is broken off at once."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="latin-1"))
    connection.initiate_connection()
    connection.increment_flow_control_window(2**20)
    state = _Call()
    with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S) as wire:
        stream = connection.get_next_available_stream_id()
        fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", target),
            (":authority", f"127.0.0.1:{port}"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            *headers,
        ]
        connection.send_headers(stream, fields, end_stream=not body)
        wire.sendall(connection.data_to_send())
        while not state.over:
            body = _send(connection, stream, body, state)
            if cancel:
                connection.reset_stream(stream, 8)
                state.over = True
            wire.sendall(connection.data_to_send())
            if not state.over:
                _take(connection, wire.recv(65_536), state)
    return state.seen


def _send(connection: Any, stream: int, body: bytes, state: _Call) -> bytes:
    """Sends as much as the windows allow, and gives back the rest."""
    while body and not state.over:
        size = min(len(body), connection.local_flow_control_window(stream), _CHUNK_BYTES)
        if not size:
            break
        connection.send_data(stream, body[:size], end_stream=size == len(body))
        body = body[size:]
    return body


def _take(connection: Any, data: bytes, state: _Call) -> None:
    seen = state.seen
    state.over = not data
    for event in connection.receive_data(data):
        match event:
            case h2.events.ResponseReceived():
                fields = tuple(event.headers)
                seen.status = int(dict(fields)[":status"])
                seen.headers = tuple(item for item in fields if not item[0].startswith(":"))
            case h2.events.DataReceived():
                seen.body += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.TrailersReceived():
                seen.trailers = tuple(event.headers)
            case h2.events.StreamEnded():
                state.over = True
            case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                seen.reset = int(event.error_code)
                state.over = True
