"""Reads what legacy sent before it closed, even where writing to it already fails.

A legacy that answers early (413, 401) and closes resets the connection at the next byte of the upload. The loop then
closes its socket without reading the rest, and the answer would be lost; a client without a proxy gets it. So while a
request with a body waits for its answer, a second descriptor of legacy's socket is kept.
"""

import contextlib
import socket
from collections.abc import Mapping
from typing import Any

from mitmproxy.connection import Connection
from mitmproxy.proxy.server import ConnectionIO

_MOST_BYTES = 1 << 20


def share_transports(client: Connection, transports: Mapping[Connection, ConnectionIO]) -> None:
    """Gives ``listen`` what it needs, before anything is sent for this client."""
    vars(client)["crossfade_transports"] = transports


def listen(client: Connection, server: Connection) -> None:
    """Keeps a second descriptor of the socket of a legacy that is about to get a body."""
    transport = vars(client).get("crossfade_transports", {}).get(server)
    if transport is None or transport.writer.is_closing() or "crossfade_spare" in vars(server):
        return
    sock = transport.writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # no descriptor is left: then without
        vars(server)["crossfade_spare"] = socket.fromfd(sock.fileno(), sock.family, sock.type)


def unheard(connection: Connection, transport: ConnectionIO) -> bytes:
    """What a broken connection received and nobody read."""
    spare: socket.socket | None = vars(connection).pop("crossfade_spare", None)
    if spare is None:
        return b""
    reader: Any = transport.reader
    found = bytearray(reader._buffer)  # noqa: SLF001 - a reader that failed gives nothing
    with spare, contextlib.suppress(OSError):
        spare.settimeout(0)
        while len(found) < _MOST_BYTES and (data := spare.recv(65_536)):
            found += data
    return bytes(found)


def stop_listening(connection: Connection) -> None:
    """Closes the second descriptor, which would keep the connection from ending. May be repeated."""
    spare: socket.socket | None = vars(connection).pop("crossfade_spare", None)
    if spare is not None:
        spare.close()
