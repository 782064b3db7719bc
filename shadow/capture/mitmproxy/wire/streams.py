"""All streams of a client, and their connections to legacy."""

from weakref import WeakSet

from mitmproxy.connection import Client, ConnectionState, Server
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import GetHttpConnection, HttpLayer, HTTPMode, RegisterHttpConnection
from mitmproxy.proxy.layers.http._http1 import Http1Server

from crossfade.shadow.capture.mitmproxy.wire.events import Choked, ClientGone, Clogged, Commands, Flowing

_SWEEP_FROM = 16
_PIECES = 1
slow_heads: WeakSet[Client] = WeakSet()
"""Clients whose current head comes piece by piece."""


class WireHttpLayer(HttpLayer):
    """As mitmproxy's, which never forgets a connection, and after one failed attempt fails all later requests."""

    def __init__(self, context: Context, mode: HTTPMode) -> None:
        super().__init__(context, mode)
        self._sweep_at = _SWEEP_FROM
        self._pieces = 0  # of a head, so far

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, Clogged):
            kind = Choked if event.is_clogged else Flowing
            for stream in [item for item in self.streams.values() if item.context.server is event.connection]:
                yield from self.event_to_child(stream, kind(stream.stream_id, by_client=False))
        elif isinstance(event, ClientGone):
            for stream in list(self.streams.values()):
                yield from self.event_to_child(stream, event)
        else:
            yield from super()._handle_event(event)
            if isinstance(event, events.DataReceived) and event.connection is self.context.client:
                self._look_for_slow_head()

    def _look_for_slow_head(self) -> None:
        """A head of HTTP/1 in three pieces may come in three thousand: the next pieces wait for their turn."""
        codec = self.connections[self.context.client]
        is_midway = isinstance(codec, Http1Server) and codec.state == codec.read_headers and len(codec.buf) > 0
        self._pieces = self._pieces + 1 if is_midway else 0
        if self._pieces > _PIECES:
            slow_heads.add(self.context.client)
        else:
            slow_heads.discard(self.context.client)

    def leave(self, command: GetHttpConnection) -> None:
        """Takes a stream out of the wait for this connection."""
        self.command_sources.pop(command, None)
        for waiting in self.waiting_for_establishment.values():
            waiting[:] = [item for item in waiting if item is not command]

    def get_connection(self, event: GetHttpConnection, *, reuse: bool = True) -> Commands:
        """As mitmproxy's, but each request tries again whether legacy is there."""
        self.context.server.error = None
        if len(self.connections) >= self._sweep_at:
            self._sweep()
            self._sweep_at = max(_SWEEP_FROM, 2 * len(self.connections))
        yield from super().get_connection(event, reuse=reuse)

    def _sweep(self) -> None:
        """Forgets closed connections that no stream uses any more."""
        used = {id(stream.context.server) for stream in self.streams.values()}
        for connection in list(self.connections):
            is_legacys = isinstance(connection, Server) and connection not in self.waiting_for_establishment
            if is_legacys and connection.state is ConnectionState.CLOSED and id(connection) not in used:
                del self.connections[connection]

    def register_connection(self, command: RegisterHttpConnection) -> Commands:
        """As mitmproxy's, but closes a connection that nobody waits for any more and that can't be shared."""
        is_wanted = bool(self.waiting_for_establishment.get(command.connection))
        yield from super().register_connection(command)
        if command.err:
            self.connections.pop(command.connection, None)
        elif not is_wanted and command.connection.alpn != b"h2":
            yield commands.CloseConnection(command.connection)
