"""A reset, the end of one direction, and the fate of a client that sends no more: without sockets."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from typing import Any

import pytest
from mitmproxy.connection import Client, ConnectionState
from mitmproxy.proxy import events
from mitmproxy.proxy.server import ConnectionIO

from crossfade.shadow.capture.mitmproxy.wire import ends

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_ESTABLISHED, _CLOSED = 1, 7  # linux/tcp_states.h


class Sock:
    """What the kernel knows of a connection."""

    def __init__(self) -> None:
        self.state = _ESTABLISHED
        self.error = 0
        self.options: dict[int, int] = {}

    def getsockopt(self, level: int, _option: int, _size: int = 0) -> Any:
        return self.error if level == socket.SOL_SOCKET else bytes([self.state])

    def setsockopt(self, _level: int, option: int, value: int) -> None:
        self.options[option] = value


class Writer:
    """Asyncio's end of a connection."""

    def __init__(self) -> None:
        self.sock = Sock()
        self.closing = False
        self.ended = asyncio.Event()

    def is_closing(self) -> bool:
        return self.closing

    def get_extra_info(self, _name: str) -> Sock:
        return self.sock

    def write_eof(self) -> None:
        self.ended.set()


class Handler:
    """The owner of one client's socket; ``heard`` is what reached mitmproxy, ``cut`` why the connection was ended."""

    def __init__(self) -> None:
        self.client = Client(peername=("a", 1), sockname=("b", 2), state=ConnectionState.OPEN)
        self.writer: Any = Writer()
        reader: Any = asyncio.StreamReader()
        self.cut: list[str] = []
        task: Any = self
        self.transports: Any = {self.client: ConnectionIO(handler=task, reader=reader, writer=self.writer)}
        self.heard: list[tuple[str, ConnectionState]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def cancel(self, why: str) -> None:
        self.cut.append(why)

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    async def handle(self, event: events.Event) -> None:
        self.heard.append((type(event).__name__, self.client.state))

    async def event(self, event: events.Event) -> None:
        await ends.server_event(self, event, self.handle)

    async def end(self) -> None:
        """The client sends no more; mitmproxy has taken note of that before it tells."""
        self.client.state &= ~ConnectionState.CAN_READ
        await self.event(events.ConnectionClosed(self.client))

    async def fate(self) -> bool:
        """What became of the client, and its connection is ended."""
        found = ends.fate(self.client)
        assert found is not None
        taken = await found
        await asyncio.gather(*self.tasks)
        return taken


@pytest.fixture
async def handler(monkeypatch: pytest.MonkeyPatch) -> Handler:
    """Of a client that is connected; looks follow each other without a pause."""
    for pause in ("_LOOK_S", "_LAST_LOOK_S", "_HOLD_S"):
        monkeypatch.setattr(ends, pause, 0.0)
    monkeypatch.setattr(ends, "_CAN_TELL", True)
    return Handler()


async def test_an_end_is_no_reset(handler: Handler) -> None:
    """The client may still be sent something."""
    await handler.end()
    assert handler.heard == [("ConnectionClosed", ConnectionState.CAN_WRITE)]


async def test_a_reset_is_an_end_of_both_directions(handler: Handler) -> None:
    """Asyncio has closed its transport by then, which is how it is told from an end."""
    handler.writer.closing = True
    await handler.end()
    assert handler.heard == [("ConnectionClosed", ConnectionState.CLOSED)]


async def test_last_words_come_before_the_end(handler: Handler) -> None:
    """What was kept of a connection that broke is handled as if it had been read."""
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"HTTP/1.1 413 Too Large\r\n\r\n")
        vars(handler.client)["crossfade_spare"] = near.dup()
        handler.writer.closing = True
        await handler.end()
    assert [kind for kind, _ in handler.heard] == ["DataReceived", "ConnectionClosed"]


async def test_nobody_watches_a_client_to_whom_nothing_is_owed(handler: Handler) -> None:
    """Then there is no fate to wait for, and the connection is closed as usual."""
    await handler.end()
    assert ends.fate(handler.client) is None
    assert not ends.finish(handler.client)


async def test_nobody_watches_where_the_system_can_not_tell(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only Linux says what became of a connection."""
    monkeypatch.setattr(ends, "_CAN_TELL", False)
    ends.owe(handler.client)
    await handler.end()
    assert ends.fate(handler.client) is None


async def test_a_client_that_takes_its_answer(handler: Handler) -> None:
    """After all is sent its system closes in its turn: the answer was taken, and the connection ends."""
    ends.owe(handler.client)
    await handler.end()
    assert handler.writer.sock.options[socket.SO_KEEPALIVE]
    assert ends.finish(handler.client)
    await handler.writer.ended.wait()
    handler.writer.sock.state = _CLOSED
    assert await handler.fate()
    assert handler.cut == ["all is sent"]


async def test_a_client_that_is_gone_before_its_answer(handler: Handler) -> None:
    """Its system has forgotten the connection: nothing more is sent."""
    ends.owe(handler.client)
    await handler.end()
    handler.writer.sock.state = _CLOSED
    assert not await handler.fate()
    assert (handler.cut, handler.writer.ended.is_set()) == (["the client is gone"], False)


async def test_a_client_that_resets_at_the_last_byte(handler: Handler) -> None:
    """Its answer was sent, and not taken."""
    ends.owe(handler.client)
    await handler.end()
    ends.finish(handler.client)
    await handler.writer.ended.wait()
    handler.writer.sock.error = 104  # ECONNRESET
    handler.writer.sock.state = _CLOSED
    assert not await handler.fate()


async def test_a_client_that_can_not_be_written_to(handler: Handler) -> None:
    """What was to be sent is still here."""
    ends.owe(handler.client)
    await handler.end()
    ends.finish(handler.client)
    await handler.writer.ended.wait()
    handler.writer.closing = True
    assert not await handler.fate()


async def test_a_client_that_neither_closes_nor_resets(handler: Handler) -> None:
    """After a while it is taken for one that has what it was sent."""
    ends.owe(handler.client)
    await handler.end()
    ends.finish(handler.client)
    assert await handler.fate()
    assert handler.cut == ["all is sent"]


async def test_a_connection_that_is_held(handler: Handler) -> None:
    """Nothing more is read of it until it is released."""
    ends.hold(handler.client, is_held=True)
    reading = asyncio.create_task(handler.event(events.DataReceived(handler.client, b"a")))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not reading.done()
    ends.hold(handler.client, is_held=False)
    await asyncio.wait_for(reading, 5)


async def test_a_held_connection_that_breaks(handler: Handler) -> None:
    """Its end is to be read."""
    ends.hold(handler.client, is_held=True)
    handler.writer.sock.state = _CLOSED
    await asyncio.wait_for(handler.event(events.DataReceived(handler.client, b"a")), 5)


async def test_a_held_connection_that_is_cancelled(handler: Handler) -> None:
    """What was read has been handled; the cancellation is found at the next step."""
    ends.hold(handler.client, is_held=True)
    steps: list[str] = []

    async def read() -> None:
        await handler.event(events.DataReceived(handler.client, b"a"))
        steps.append("handled")
        await asyncio.sleep(0)
        steps.append("read on")

    reading = asyncio.create_task(read())
    for _ in range(5):
        await asyncio.sleep(0)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    assert steps == ["handled"]


async def test_other_events_pass(handler: Handler) -> None:
    """What is of no connection is mitmproxy's alone."""
    await handler.event(events.Start())
    assert [kind for kind, _ in handler.heard] == ["Start"]
