"""Owns a client's socket and its connections to legacy: as many as it needs, within a share of the loop."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any

from mitmproxy import options
from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.master import Master
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layer import NextLayerHook
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

from crossfade.shadow.capture.mitmproxy.wire import ends
from crossfade.shadow.capture.mitmproxy.wire.events import ClientGone, Clogged, TurnHook
from crossfade.shadow.capture.mitmproxy.wire.last_words import share_transports
from crossfade.shadow.capture.mitmproxy.wire.lines import Line
from crossfade.shadow.capture.mitmproxy.wire.orphans import bury, has_asked, orphan_of
from crossfade.shadow.capture.mitmproxy.wire.shares import Contention, Share
from crossfade.shadow.capture.mitmproxy.wire.streams import slow_heads
from crossfade.shadow.capture.mitmproxy.wire.upstream import CONNECT_S, is_legacys

_contention = Contention()
_LOOK_S = 0.001
_PATIENCE = 8  # looks
_LONG_S = 0.005  # 64 KB of a body take a tenth of it
_LONGEST_REST_S = 0.05


class FairHandler(ProxyConnectionHandler):
    """As mitmproxy's, which opens five connections to legacy and then waits until one of them is closed.

    Here the number of open streams is the bound. What a connection sends beyond one batch is handled in turns with all
    others, and the connection is not read meanwhile.
    """

    def __init__(
        self,
        master: Master,
        reader: Any,  # noqa: ANN401 - mitmproxy's own
        writer: Any,  # noqa: ANN401 - mitmproxy's own
        options: options.Options,
        mode: ProxyMode,
    ) -> None:
        self._clock = asyncio.get_running_loop().time
        super().__init__(master, reader, writer, options, mode)  # type: ignore[no-untyped-call]
        self.max_conns = defaultdict(contextlib.nullcontext)  # type: ignore[arg-type] # no semaphore
        share_transports(self.client, self.transports)
        self._share = Share(self._clock())
        self._held: dict[Connection, int] = {}  # connections that are not read from, by the hooks that they wait for
        self._released = asyncio.Condition()
        self._clogged: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._took_s = 0.0  # the longest that was done at a stretch since the last rest
        self._line: Line = master.addons.get("lines").others

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs it beside the connection; the loop itself keeps only weak references to tasks."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hook_task(self, hook: commands.StartHook) -> Coroutine[Any, Any, None]:
        """Called at once when a hook begins."""
        if isinstance(hook, TurnHook):
            return self._hold(hook.connection, self._give_turn(hook))
        if isinstance(hook, NextLayerHook):
            return self._hold(self.client, super().hook_task(hook))
        return super().hook_task(hook)

    def _hold(self, connection: Connection, hook: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None]:
        """Pauses reading from the connection until the hook has ended."""
        self._held[connection] = self._held.get(connection, 0) + 1

        async def run() -> None:
            await hook  # at its end, the next one may begin
            self._held[connection] -= 1
            if not self._held[connection]:
                del self._held[connection]
                async with self._released:
                    self._released.notify_all()

        return run()

    async def _give_turn(self, hook: TurnHook) -> None:
        now = self._clock()
        contended = _contention.has_others(self.client.id, now)
        rest_s = self._share.rest_s(hook.units, now, contended=contended)
        await asyncio.sleep(rest_s)
        if rest_s and contended:
            await self._await_quiet()
        await self.server_event(events.HookCompleted(hook))

    async def _await_quiet(self) -> None:
        """Lets the requests of others end first, within bounds."""
        for _ in range(_PATIENCE):
            if _contention.is_quiet(self.client.id, self._clock()):
                return
            await asyncio.sleep(_LOOK_S)

    async def open_connection(self, command: commands.OpenConnection) -> None:
        """As mitmproxy's; one to the candidate is given up after a while, because legacy can answer in its place."""
        if is_legacys(self.client, command.connection):
            await super().open_connection(command)
            return
        task = asyncio.current_task()

        def give_up() -> None:
            server = command.connection
            if server.timestamp_tcp_setup is None:
                if task is not None:
                    task.cancel()
            elif server.tls and server.timestamp_tls_setup is None:  # its system takes connections, and it hangs
                self._abort(server)

        timer = asyncio.get_running_loop().call_later(CONNECT_S, give_up)
        try:
            await super().open_connection(command)
        finally:
            timer.cancel()

    def _abort(self, connection: Connection) -> None:
        """Its task sees that as an end, wherever it is."""
        io = self.transports.get(connection)
        if io is not None and isinstance(io.writer, asyncio.StreamWriter):
            io.writer.transport.abort()

    async def handle_connection(self, connection: Connection) -> None:
        """As mitmproxy's, but not before the task is registered: eager tasks (mitmproxy 12) begin earlier."""
        if self.transports[connection].handler is None:
            await asyncio.sleep(0)
        try:
            await super().handle_connection(connection)
        finally:
            if connection is self.client:
                await self._outlive_client()

    async def _outlive_client(self) -> None:
        """The connections to legacy live as long as this one: it waits for an answer that is wanted all the same."""
        if self._is_cut or not has_asked(self.client):
            return
        transport = self.transports.pop(self.client, None)
        if transport is not None and transport.writer is not None:  # it was cancelled before it could see the end
            transport.writer.close()
        self.client.state = ConnectionState.CLOSED
        await self.server_event(ClientGone(0))
        if (orphan := orphan_of(self.client)) is not None:
            try:
                await orphan.wait()
            finally:
                bury(self.client)

    def cut(self) -> None:
        """Ends all connections as if the client had left and no answer were wanted."""
        self._is_cut = True
        transport = self.transports.get(self.client)
        if transport is not None and transport.handler is not None:
            transport.handler.cancel("shutdown")
        if (orphan := orphan_of(self.client)) is not None:
            orphan.end()

    async def server_event(self, event: events.Event) -> None:
        """Everything that is done for this client passes through here."""
        if isinstance(event, events.ConnectionClosed) and event.connection is self.client:
            await self._line.turn()
        _contention.note(self.client.id, self._clock())
        await ends.server_event(self, event, self._handle)

    async def _handle(self, event: events.Event) -> None:
        started_s = time.perf_counter()
        await super().server_event(event)
        self._took_s = max(self._took_s, time.perf_counter() - started_s)

    async def drain_writers(self) -> None:
        """Called after each read: the next one waits until what was read is handled and written."""
        await self._rest()
        task = asyncio.current_task()
        client = self.transports.get(self.client)
        if client is not None and client.handler is task:
            await self._may_read(self.client)
            if self.client in slow_heads:
                await self._line.turn()
            await self._drain(self.transports if self.client.alpn != b"h2" else await self._apart())
        else:
            if self._held:
                await self._may_read(next(item for item, io in self.transports.items() if io.handler is task))
            await self._drain([self.client])  # another stream's upload does not hold an answer up

    async def _rest(self) -> None:
        """A client that kept the loop busy for long waits as long: with a body in very many chunks, for instance."""
        took_s, self._took_s = self._took_s, 0.0
        if took_s > _LONG_S:
            await asyncio.sleep(min(took_s, _LONGEST_REST_S))

    async def _apart(self) -> list[Connection]:
        """The connections that a client of HTTP/2 waits for; not those to HTTP/1.1, as each stream has its own."""
        shared = []
        for connection, io in list(self.transports.items()):
            if connection is self.client or connection.alpn == b"h2":
                shared.append(connection)
            elif io.writer is not None and connection not in self._clogged and _is_full(io.writer):
                self._clogged.add(connection)
                await self.server_event(Clogged(connection, is_clogged=True))
                self.keep(self._unclog(connection))
        return shared

    async def _unclog(self, connection: Connection) -> None:
        await self._drain([connection])
        self._clogged.discard(connection)
        await self.server_event(Clogged(connection, is_clogged=False))

    async def _drain(self, connections: Iterable[Connection]) -> None:
        for connection in list(connections):
            io = self.transports.get(connection)
            if io is not None and io.writer is not None:
                try:
                    await io.writer.drain()
                except OSError as error:
                    if io.handler is not None:
                        io.handler.cancel(f"Error sending data: {error}")

    async def _may_read(self, connection: Connection) -> None:
        if connection in self._held:
            async with self._released:
                await self._released.wait_for(lambda: connection not in self._held)


def _is_full(writer: Any) -> bool:  # noqa: ANN401 - as mitmproxy has it
    """Whether asyncio would make a sender wait."""
    transport = writer.transport
    return bool(transport.get_write_buffer_size() > transport.get_write_buffer_limits()[1])
