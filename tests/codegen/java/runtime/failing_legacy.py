"""A legacy that is well for a health check, and ends every other call in a way of its own without an answer."""

import socket
import threading
from typing import Any

import h2.config
import h2.connection
import h2.events

_GRPC = [(":status", "200"), ("content-type", "application/grpc")]


class FailingLegacy:
    """Speaks HTTP/2 by hand; ``way`` is one of fin, goaway, eos, 503 and bare."""

    def __init__(self, way: str) -> None:
        self._way = way
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(wire)
            self._threads.append(threading.Thread(target=self._serve, args=(wire,), daemon=True))
            self._threads[-1].start()

    def _serve(self, wire: socket.socket) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        paths: dict[int, bytes] = {}
        with wire:
            try:
                wire.sendall(connection.data_to_send())
                while data := wire.recv(65536):
                    over = [self._take(connection, event, paths) for event in connection.receive_data(data)]
                    wire.sendall(connection.data_to_send())
                    if any(over):
                        wire.shutdown(socket.SHUT_RDWR)
                        return
            except OSError:
                return

    def _take(self, connection: Any, event: Any, paths: dict[int, bytes]) -> bool:
        """True where the connection is to be ended."""
        if isinstance(event, h2.events.RequestReceived):
            paths[event.stream_id] = dict(event.headers)[b":path"]
        if isinstance(event, h2.events.DataReceived):
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if not isinstance(event, h2.events.StreamEnded):
            return False
        if b"Health" in paths[event.stream_id]:
            connection.send_headers(event.stream_id, [*_GRPC, ("grpc-status", "12")], end_stream=True)
            return False
        return self._fail(connection, event.stream_id)

    def _fail(self, connection: Any, stream: int) -> bool:
        if self._way == "eos":
            connection.send_headers(stream, _GRPC)
            connection.end_stream(stream)
        elif self._way == "503":
            connection.send_headers(stream, [(":status", "503"), ("content-type", "text/plain")], end_stream=True)
        elif self._way == "bare":
            connection.send_headers(stream, _GRPC)
            connection.send_headers(stream, [("x-odd", "1")], end_stream=True)
        elif self._way == "goaway":
            connection.close_connection(last_stream_id=stream)
        return self._way in {"fin", "goaway"}

    def close(self) -> None:
        """Takes nothing more."""
        for wire in (self._listener, *self._open):
            try:
                wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
