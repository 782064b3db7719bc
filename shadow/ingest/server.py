"""Listens for services, on TCP or on a unix socket, within a bound of connections."""

import asyncio
import contextlib
import errno
import itertools
import os
import socket
import stat
from pathlib import Path

from crossfade.shadow.config.address import IngestAddress
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.ingest.connection import READ_BYTES, Connection, Shared

_DRAIN_S = 10.0
_PROBE_S = 1.0
_SOCKET_MODE = 0o660


class IngestServer:
    """Takes connections from ``serve`` to ``aclose``."""

    def __init__(self) -> None:
        self._shared: Shared | None = None
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._numbers = itertools.count(1)

    async def bind(self, address: IngestAddress, place: str) -> str:
        """Takes the address, and the real one is returned; ``place`` names it in an error. Raises: ShadowError."""
        try:
            if isinstance(address, Path):
                return await self._bind_socket(address)
            host, port = address
            self._server = await asyncio.start_server(
                self._on_connection, host, port, limit=READ_BYTES, start_serving=False
            )
        except OSError as error:
            got = f"unix:{address}" if isinstance(address, Path) else f"{address[0]}:{address[1]}"
            why = os.strerror(error.errno) if error.errno else str(error)
            message = f"{place}: expected an address to listen on, got {got} ({why})"
            raise ShadowError(f"{message}; stop what listens there, or choose another", exit_code=4) from None
        bound = self._server.sockets[0].getsockname()
        return f"[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"{bound[0]}:{bound[1]}"

    async def serve(self, shared: Shared) -> None:
        """Takes connections from now on."""
        if self._server is None:
            raise RuntimeError("expected a server that is bound")
        self._shared = shared
        await self._server.start_serving()

    def is_serving(self) -> bool:
        """Whether a service may connect."""
        return self._server is not None and self._server.is_serving()

    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    async def aclose(self) -> None:
        """Takes no more connections, and what is on its way on those that are open; returns when all are closed."""
        if self._server is not None:
            self._server.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
        for connection in self._open:
            connection.end()
        tasks = set(self._open.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=_DRAIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _bind_socket(self, path: Path) -> str:
        _remove_left_over(path)
        self._server = await asyncio.start_unix_server(self._on_connection, path, limit=READ_BYTES, start_serving=False)
        self._path = path
        os.chmod(path, _SOCKET_MODE)  # noqa: PTH101 - a call that does not wait, and the rule for pathlib knows no such
        return f"unix:{path}"

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shared = self._shared
        if shared is None:
            writer.close()
            return
        name = _name(writer, next(self._numbers))
        limit = shared.limits.connections
        if len(self._open) >= limit:
            shared.complaints.add("too_many", f"from={name} expected at most {limit} connections, got one more; closed")
            writer.close()
            return
        _keep_alive(writer)
        connection = Connection(reader, writer, name, shared)
        task = asyncio.create_task(connection.run())
        self._open[connection] = task
        task.add_done_callback(lambda _: self._open.pop(connection))


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Lets the system notice that the other end is gone without a word; a service may be quiet for long."""
    end = writer.get_extra_info("socket")
    if end is not None and end.family != socket.AF_UNIX:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
            if hasattr(socket, option):
                end.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _name(writer: asyncio.StreamWriter, number: int) -> str:
    """Who is at the other end, for the log."""
    peer = writer.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else f"unix#{number}"


def _remove_left_over(path: Path) -> None:
    """Removes a socket that nobody listens on: a process that was killed left it. Raises: OSError: it is in use."""
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(errno.EEXIST, "")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PROBE_S)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(errno.EADDRINUSE, "")
