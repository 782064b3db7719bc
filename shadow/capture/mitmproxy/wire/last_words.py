"""What legacy said before it closed, though we could not write to it any more.

A legacy that answers early (413, 401) and closes resets the connection at the next byte of the upload. The loop then
closes its socket without reading it to the end, and the answer would be lost; a client without a proxy has it. So from
a body on, until it is answered, a second descriptor is kept of legacy's socket.
"""

import contextlib
import socket
from typing import Any

from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.proxy.server import ConnectionHandler

_MOST_BYTES = 1 << 20


def upload(client: Connection, *, is_under_way: bool) -> None:
    """Whether a client sends a body that is not answered yet."""
    vars(client)["crossfade_uploads"] = is_under_way


def listen(handler: ConnectionHandler) -> None:
    """Keeps an ear on those who are to answer such a client, and on no others."""
    if not vars(handler.client).get("crossfade_uploads"):
        for connection in handler.transports:
            stop_listening(connection)
        return
    for connection, transport in handler.transports.items():
        speaks = connection is not handler.client and connection.state & ConnectionState.CAN_READ
        writer: Any = transport.writer
        if not speaks or writer is None or writer.is_closing() or "crossfade_spare" in vars(connection):
            continue
        sock = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):  # no descriptor is left: then without
            vars(connection)["crossfade_spare"] = socket.fromfd(sock.fileno(), sock.family, sock.type)


def unheard(handler: ConnectionHandler, connection: Connection) -> bytes:
    """What came of a broken connection and was not read."""
    spare: socket.socket | None = vars(connection).pop("crossfade_spare", None)
    if spare is None:
        return b""
    reader: Any = handler.transports[connection].reader
    found = bytearray(reader._buffer)  # noqa: SLF001 - a reader that failed gives nothing
    with spare, contextlib.suppress(OSError):
        spare.settimeout(0)
        while len(found) < _MOST_BYTES and (data := spare.recv(65_536)):
            found += data
    return bytes(found)


def stop_listening(connection: Connection) -> None:
    """An open descriptor would keep the connection from ending."""
    spare: socket.socket | None = vars(connection).pop("crossfade_spare", None)
    if spare is not None:
        spare.close()
