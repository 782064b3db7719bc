"""What a socket knows and mitmproxy does not look at: whether an end is a reset, and whether the client is still there.

A client that ends its sending side and waits looks like one that closed. Only sending to it shows the difference: an
answer, or TCP keep-alive probes, which the system of a client that is gone answers with a reset.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any
from typing import Protocol as Interface

from mitmproxy.connection import Client, Connection, ConnectionState
from mitmproxy.proxy import events
from mitmproxy.proxy.server import ConnectionIO

from crossfade.shadow.capture.mitmproxy.wire.last_words import stop_listening, unheard

_PROBE_S = 15
_LOOK_S = 0.5
_LAST_LOOK_S = 0.01  # once all is sent, an answer of the peer's system is one round trip away
_LAST_LOOKS = 200
_HOLD_S = 0.01
_TCP_CLOSE = 7  # linux/tcp_states.h
_CAN_TELL = hasattr(socket, "TCP_INFO")
Handle = Callable[[events.Event], Awaitable[None]]


class Handler(Interface):
    """What this module needs from the owner of a client's sockets."""

    client: Client
    transports: MutableMapping[Connection, ConnectionIO]

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs it beside the connection."""


async def server_event(handler: Handler, event: events.Event, handle: Handle) -> None:
    """Wraps mitmproxy's own handling of an event, which is ``handle``."""
    if not isinstance(event, events.ConnectionEvent):
        await handle(event)
        return
    connection = event.connection
    ends = isinstance(event, events.ConnectionClosed)
    transport = handler.transports.get(connection)
    if ends and transport is not None and _is_broken(transport):
        connection.state = ConnectionState.CLOSED
        if last_words := unheard(connection, transport):
            await handle(events.DataReceived(connection, last_words))
    elif ends:
        stop_listening(connection)
    await handle(event)
    if ends and vars(connection).get("crossfade_owed") and connection.state is ConnectionState.CAN_WRITE:
        _watch(handler)
    elif isinstance(event, events.DataReceived):
        await _hold(handler, connection)


def hold(connection: Connection, *, is_held: bool) -> None:
    """Sets whether reading from a connection pauses."""
    vars(connection)["crossfade_held"] = is_held


def owe(connection: Connection) -> None:
    """Marks a client that sends no more and still has an answer to get: its fate matters."""
    vars(connection)["crossfade_owed"] = True


def fate(connection: Connection) -> Awaitable[bool] | None:
    """Whether a client that sends no more took what it was sent; None: it may still send, or nobody can tell."""
    watch: Watch | None = vars(connection).get("crossfade_watch")
    return None if watch is None else watch.found


def finish(connection: Connection) -> bool:
    """Ends a watched connection once all is sent. False: nobody watches it, so the caller closes it."""
    watch: Watch | None = vars(connection).get("crossfade_watch")
    if watch is None:
        return False
    watch.finished.set()
    return True


class Watch:
    """Watches a client that sends no more until its connection has ended."""

    def __init__(self, handler: Handler, sock: Any) -> None:  # noqa: ANN401 - asyncio's own
        self.finished = asyncio.Event()
        self.found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._handler = handler
        self._transport = handler.transports[handler.client]
        self._sock = sock

    async def run(self) -> None:
        """Returns when the connection has ended."""
        taken = True
        try:
            taken = await self._wait_for_reset() and await self._end()
        finally:
            self.found.set_result(taken)
            if self._is_open() and self._transport.handler is not None:
                self._transport.handler.cancel("the client is gone" if not taken else "all is sent")

    def _is_open(self) -> bool:
        return self._handler.transports.get(self._handler.client) is self._transport

    async def _wait_for_reset(self) -> bool:
        """False: the client is gone. True: all is sent."""
        while not self.finished.is_set() and self._is_open():
            if _is_closed(self._transport):
                return False
            try:
                await asyncio.wait_for(self.finished.wait(), _LOOK_S)
            except TimeoutError:
                continue
        return True

    async def _end(self) -> bool:
        """Ends the sending side; returns whether the client's system took everything, as far as a wait can show."""
        writer: Any = self._transport.writer
        try:
            if _is_closed(self._transport):
                return False
            if self._is_open():
                writer.write_eof()
            for _ in range(_LAST_LOOKS):
                if not self._is_open():
                    break
                if writer.is_closing():  # because it could not write
                    return False
                if _is_closed(self._transport):
                    return not self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                await asyncio.sleep(_LAST_LOOK_S)
        except (OSError, RuntimeError):  # uvloop's word for a transport that is closed
            return False
        return True


def _is_closed(transport: ConnectionIO) -> bool:
    """Whether nothing can be sent any more: a reset came, or both sides have ended."""
    writer: Any = transport.writer
    if writer.is_closing():  # because it could not write; its socket may be another's by now
        return True
    sock = writer.get_extra_info("socket")
    return _CAN_TELL and bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE)


def _is_broken(transport: ConnectionIO) -> bool:
    """After a mere end asyncio keeps its transport; after a reset it does not."""
    return transport.writer is not None and bool(transport.writer.is_closing())


async def _hold(handler: Handler, connection: Connection) -> None:
    transport = handler.transports.get(connection)
    try:
        while vars(connection).get("crossfade_held") and transport is not None and not _is_closed(transport):  # noqa: ASYNC110 - ends with the connection, too
            await asyncio.sleep(_HOLD_S)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.cancel()  # mitmproxy looks for it at its next step


def _watch(handler: Handler) -> None:
    """Starts a watch, where the system can tell a reset from an end (Linux)."""
    transport = handler.transports.get(handler.client)
    if transport is None or not _CAN_TELL or _is_closed(transport):
        return
    writer: Any = transport.writer
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBE_S)
    watch = Watch(handler, sock)
    vars(handler.client)["crossfade_watch"] = watch
    handler.keep(watch.run())
