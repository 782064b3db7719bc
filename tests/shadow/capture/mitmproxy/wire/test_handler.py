"""The owner of a client's sockets: who is read from, who waits for whom. Sockets and mitmproxy's layers are fakes."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import options
from mitmproxy.connection import Connection, ConnectionState, Server
from mitmproxy.proxy import events
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ReverseMode
from mitmproxy.proxy.server import ConnectionIO

from crossfade.shadow.capture.mitmproxy.wire import handler as module
from crossfade.shadow.capture.mitmproxy.wire.events import Clogged, DrainHook, TurnHook
from crossfade.shadow.capture.mitmproxy.wire.handler import FairHandler
from crossfade.shadow.capture.mitmproxy.wire.lines import Line
from crossfade.shadow.capture.mitmproxy.wire.streams import slow_heads

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_ROUNDS = 5  # of the loop, after which whatever can go on has gone on


class Writer:
    """One socket: full until it is drained, or broken."""

    def __init__(self) -> None:
        self.held_bytes = 0
        self.broken = False
        self.drains = 0
        self.taken = asyncio.Event()
        self.taken.set()
        self.transport = self

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name in {"peername", "sockname"} else default

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return self.held_bytes

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return (0, 100)

    def fill(self) -> None:
        """The peer does not take what it is sent, until it does."""
        self.held_bytes = 200
        self.taken.clear()

    def take(self) -> None:
        self.held_bytes = 0
        self.taken.set()

    async def drain(self) -> None:
        self.drains += 1
        if self.broken:
            raise OSError("broken")
        await self.taken.wait()


class Handler(FairHandler):
    """Keeps the events that would go to mitmproxy's layers."""

    def __init__(self) -> None:
        lines: Any = SimpleNamespace(others=Line(newest_first=False))
        master: Any = SimpleNamespace(addons=SimpleNamespace(get=lambda _name: lines))
        self.near = Writer()
        super().__init__(
            master, asyncio.StreamReader(), self.near, options.Options(), ReverseMode.parse("reverse:http://a")
        )
        self.heard: list[events.Event] = []

    async def _handle(self, event: events.Event) -> None:
        self.heard.append(event)

    def connect(self, alpn: bytes | None = None) -> Writer:
        """Another connection to legacy."""
        writer: Any = Writer()
        reader: Any = asyncio.StreamReader()
        server = Server(address=("b", len(self.transports)), alpn=alpn)
        server.state = ConnectionState.OPEN
        self.transports[server] = ConnectionIO(handler=None, reader=reader, writer=writer)
        made: Writer = writer
        return made

    def read_by(self, connection: Connection) -> asyncio.Task[None]:
        """What follows each read of a connection, in the task that reads it."""
        task = asyncio.create_task(self.drain_writers())
        self.transports[connection].handler = task
        return task


@pytest.fixture
async def handler() -> Handler:
    """Of a client that is connected."""
    return Handler()


async def _rounds() -> None:
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


async def test_as_many_connections_as_streams_need(handler: Handler) -> None:
    """Mitmproxy's sixth would wait for the end of one of the five."""
    for _ in range(6):
        async with asyncio.timeout(5):
            await handler.max_conns[("b", 80)].__aenter__()


async def test_a_task_that_begins_before_it_is_noted(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    """With eager tasks a connection's first bytes would be handled while nobody could end it."""
    noted: list[Any] = []

    async def inner(self: ProxyConnectionHandler, connection: Connection) -> None:
        noted.append(self.transports[connection].handler)

    monkeypatch.setattr(ProxyConnectionHandler, "handle_connection", inner)
    begun = handler.handle_connection(handler.client)
    begun.send(None)  # what an eager task does at once
    task: Any = "the task"
    handler.transports[handler.client].handler = task
    with pytest.raises(StopIteration):
        begun.send(None)
    assert noted == ["the task"]


async def test_work_beside_a_connection_is_held(handler: Handler) -> None:
    """Until it is done: the loop itself keeps only weak references to tasks."""
    go_on = asyncio.Event()

    async def work() -> None:
        await go_on.wait()

    handler.keep(work())
    await _rounds()
    assert len(handler._tasks) == 1
    go_on.set()
    await _rounds()
    assert not handler._tasks


async def test_nothing_is_read_during_a_turn(handler: Handler) -> None:
    """A connection that sent much at once is read again after the turns that it needs, and is told of their end."""
    hook = TurnHook(handler.client, 1)
    turn = handler.hook_task(hook)
    reading = handler.read_by(handler.client)
    await _rounds()
    assert not reading.done()
    await turn
    await asyncio.wait_for(reading, 5)
    (end,) = handler.heard
    assert isinstance(end, events.HookCompleted)
    assert end.command is hook


async def test_other_hooks_hold_nobody_up(handler: Handler) -> None:
    """They run as mitmproxy's do."""
    held = handler.hook_task(DrainHook(handler.client.id))
    held.close()
    await asyncio.wait_for(handler.read_by(handler.client), 5)


async def test_a_client_of_http1_waits_for_legacy(handler: Handler) -> None:
    """What it sends goes no faster than legacy takes it."""
    server = handler.connect()
    server.fill()
    reading = handler.read_by(handler.client)
    await _rounds()
    assert not reading.done()
    server.take()
    await asyncio.wait_for(reading, 5)


async def test_a_head_in_very_many_pieces(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them waits in line with those of others."""
    monkeypatch.setattr("crossfade.shadow.capture.mitmproxy.wire.lines._TURN_S", 3600.0)  # turns go by rounds alone
    crowd = [asyncio.create_task(handler._line.turn()) for _ in range(2)]
    await asyncio.sleep(0)
    slow_heads.add(handler.client)
    reading = handler.read_by(handler.client)
    await crowd[0]
    assert not reading.done()
    slow_heads.discard(handler.client)
    await asyncio.wait_for(handler.read_by(handler.client), 5)
    assert not reading.done()
    await asyncio.wait_for(reading, 5)


async def test_one_slow_stream_holds_no_other_up(handler: Handler) -> None:
    """A client of HTTP/2 before a legacy of HTTP/1.1: the stream is choked, and flows again; the client is read on."""
    handler.client.alpn = b"h2"
    server = handler.connect()
    server.fill()
    await asyncio.wait_for(handler.read_by(handler.client), 5)
    await asyncio.wait_for(handler.read_by(handler.client), 5)
    assert [event.is_clogged for event in handler.heard if isinstance(event, Clogged)] == [True]
    server.take()
    await _rounds()
    server.fill()
    await asyncio.wait_for(handler.read_by(handler.client), 5)
    assert [event.is_clogged for event in handler.heard if isinstance(event, Clogged)] == [True, False, True]


async def test_a_shared_connection_holds_its_client_up(handler: Handler) -> None:
    """HTTP/2 at both ends: one connection has all streams, and windows of their own."""
    handler.client.alpn = b"h2"
    server = handler.connect(alpn=b"h2")
    server.fill()
    reading = handler.read_by(handler.client)
    await _rounds()
    assert not reading.done()
    server.take()
    await asyncio.wait_for(reading, 5)
    assert not handler.heard


async def test_an_upload_holds_no_answer_up(handler: Handler) -> None:
    """Who reads legacy's answer waits for the client alone."""
    other, answering = handler.connect(), handler.connect()
    other.fill()
    connection = next(item for item, io in handler.transports.items() if io.writer is answering)
    await asyncio.wait_for(handler.read_by(connection), 5)
    assert (handler.near.drains, other.drains) == (1, 0)


async def test_a_socket_that_breaks_while_it_is_drained(handler: Handler) -> None:
    """Its own connection ends, not the one that is read."""
    cut: list[str] = []
    broken: Any = SimpleNamespace(cancel=cut.append)
    server = handler.connect()
    server.broken = True
    next(io for io in handler.transports.values() if io.writer is server).handler = broken
    await asyncio.wait_for(handler.read_by(handler.client), 5)
    assert cut == ["Error sending data: broken"]


@pytest.mark.parametrize(("took_s", "rests_s"), [(0.004, []), (0.02, [0.02]), (3.0, [0.05])])
async def test_who_takes_long_rests_as_long(
    handler: Handler, monkeypatch: pytest.MonkeyPatch, took_s: float, rests_s: list[float]
) -> None:
    """Within bounds; what is done quickly costs nobody a rest."""
    clock, rests = [0.0], []

    async def work(_self: ProxyConnectionHandler, _event: events.Event) -> None:
        clock[0] += took_s

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(ProxyConnectionHandler, "server_event", work)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    await FairHandler._handle(handler, events.Start())
    monkeypatch.setattr(asyncio, "sleep", rest)
    await handler._rest()
    await handler._rest()
    assert rests == pytest.approx(rests_s)


async def test_a_flood_lets_the_requests_of_others_end(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its share and beside others, a turn comes when those are quiet, or after a while."""
    now_s = [handler._clock()]
    monkeypatch.setattr(handler, "_clock", lambda: now_s[0])
    pauses: list[float] = []

    async def rest(seconds: float) -> None:
        pauses.append(seconds)
        module._contention.note("another client", now_s[0])

    monkeypatch.setattr(asyncio, "sleep", rest)
    module._contention.note("another client", now_s[0])
    await handler._give_turn(TurnHook(handler.client, 1))
    assert pauses == [0.0]
    await handler._give_turn(TurnHook(handler.client, 100_000))
    assert pauses[1] > 0
    assert pauses[2:] == [module._LOOK_S] * module._PATIENCE
