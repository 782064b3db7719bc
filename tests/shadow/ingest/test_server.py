"""Services over real sockets: what they may do, and what ends a connection without harm to the others."""

import asyncio
import contextlib
import logging
import random
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config.address import IngestAddress
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.ingest.connection import Limits, Shared
from crossfade.shadow.ingest.protocol import Hello
from crossfade.shadow.ingest.server import IngestServer

ANY: IngestAddress = ("127.0.0.1", 0)
LIMITS = {"connections": 8, "line_bytes": 10_000, "held_bytes": 30_000, "hello_s": 5.0, "line_s": 5.0}
Serve = Callable[..., AbstractAsyncContextManager["Served"]]


class Guests:
    """Stands for the runs: one intake, and a hello of any build of the service builds."""

    def __init__(self, bench: Any) -> None:
        self.service = bench.begin

    def welcome(self, hello: Hello, greeted: int) -> str:
        """What is wrong."""
        assert greeted >= 0
        return "" if hello.service == "builds" else f"expected service builds, got {hello.service}"


class Client:
    """A service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *lines: bytes) -> None:
        """Writes, though nobody may read it."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(b"".join(lines))
            await self._writer.drain()

    async def closed(self) -> bool:
        """Waits until the server closes; it never says anything."""
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(self._reader.read(), 5) == b""
        return True

    async def leave(self) -> None:
        """Closes its side."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class Served:
    """A server with its intake."""

    def __init__(self, bench: Any, server: IngestServer, shared: Shared, address: str) -> None:
        self.bench = bench
        self.server = server
        self.shared = shared
        self.address = address
        self.clients: list[Client] = []

    async def connect(self, *lines: bytes) -> Client:
        """A service that sends these lines."""
        if self.address.startswith("unix:"):
            client = Client(*await asyncio.open_unix_connection(self.address.removeprefix("unix:")))
        else:
            host, port = self.address.rsplit(":", 1)
            client = Client(*await asyncio.open_connection(host, int(port)))
        self.clients.append(client)
        await client.send(*lines)
        return client

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds."""
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110 - what it waits for has no event
                await asyncio.sleep(0.001)


@pytest.fixture
def serve(bench: Any) -> Serve:
    """Serves within the limits, on any port or on the socket that is named."""

    @contextlib.asynccontextmanager
    async def serve(address: IngestAddress = ANY, **limits: Any) -> AsyncIterator[Served]:
        server = IngestServer()
        guests: Any = Guests(bench)
        shared = Shared(limits=Limits(**{**LIMITS, **limits}), runs=guests, complaints=bench.complaints)
        bound = await server.bind(address, "ingest.address")
        await server.serve(shared)
        served = Served(bench, server, shared, bound)
        try:
            yield served
        finally:
            await server.aclose()
            for client in served.clients:
                await client.leave()
            assert (shared.held_bytes, shared.greeted, server.connections()) == (0, 0, 0)

    return serve


async def test_several_services_at_once(serve: Serve, lines: Any) -> None:
    """Lines cut anywhere are taken as they are completed, and sums are those of all."""
    text = lines.hello() + lines.counts(3, "00000000000000aa", "00000000000000bb", shed={"queue_full": 1})
    text += lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    async with serve() as served:

        async def send(step: int) -> None:
            client = await served.connect()
            for start in range(0, len(text), step):
                await client.send(text[start : start + step])
                await asyncio.sleep(0)

        await asyncio.gather(*(send(step) for step in (1, 7, 100, 10_000)))
        await served.until(lambda: len(served.bench.ends) == 16)
        assert served.server.connections() == 4
        assert served.server.is_serving()
    assert served.bench.balance() == (16, 16, 0)
    assert served.bench.complaints.totals == {}
    assert not served.server.is_serving()


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "json"),
        (b"\n", "json"),
        (b"\x16\x03\x01\x02\x00\x01\x00\n", "json"),
        (b'{"v":2,"kind":"hello","service":"builds"}\n', "version"),
        (b"x" * 20_000, "too_long"),
        (b'{"v":1,"kind":"hello","service":"users"}\n', "refused"),
        (b'{"v":1,"kind":"counts","route":"t.v1.Things/Get"}\n', "no_hello"),
        (b'{"v":1,"kind":"hello","service":5}\n', "field"),
    ],
)
async def test_a_stranger(serve: Serve, lines: Any, caplog: Any, sent: bytes, kind: str) -> None:
    """It is closed with one line in the log; a service beside it goes on."""
    async with serve() as served:
        friend = await served.connect(lines.hello())
        stranger = await served.connect(sent)
        assert await stranger.closed()
        await friend.send(lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])
    assert served.bench.complaints.totals == {kind: 1}
    (line,) = [message for message in caplog.messages if message.startswith(f"ingest.{kind} from=127.0.0.1:")]
    assert line.endswith("; closed")


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"{}\n", "version"),
        (b'{"v":1,"kind":"counts","route":"t.v1.Things/Get","entered":"many"}\n', "field"),
        (b'{"v":1,"kind":"hello","service":"builds"}\n', "kind"),
        (b"x" * 20_000 + b"\n", "too_long"),
    ],
)
async def test_a_service_that_breaks_the_protocol(serve: Serve, lines: Any, sent: bytes, kind: str) -> None:
    """What came before counts, what came after does not."""
    async with serve() as served:
        before, after = lines.counts(2, "00000000000000aa"), lines.counts(9, "00000000000000bb")
        assert await (await served.connect(lines.hello(), before, sent, after)).closed()
    assert served.bench.complaints.totals == {kind: 1}
    assert served.bench.ends == ["same", "shed(shutdown)"]
    assert served.bench.balance() == (2, 2, 0)


async def test_what_is_open_on_one_connection(serve: Serve, lines: Any) -> None:
    """What ended early on another one does not stand for it: it is shed when its own connection is closed."""
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    async with serve() as served:
        await served.connect(lines.hello(), *[pair] * 8)
        await served.until(lambda: len(served.bench.ends) == 8)
        other = await served.connect(lines.hello(), lines.counts(10, "00000000000000aa", "00000000000000bb"))
        await served.until(lambda: len(served.bench.ends) == 10)
        assert served.bench.balance() == (18, 10, 8)
        await other.leave()
        await served.until(lambda: served.bench.ends[10:] == ["shed(shutdown)"] * 8)
        assert served.bench.balance() == (18, 18, 0)


async def test_an_unreadable_pair_does_not_end_a_connection(serve: Serve, lines: Any) -> None:
    """It is one outcome, and the next line is read."""
    async with serve() as served:
        bad = lines.pair({"messages": ["!"]}, lines.answer())
        await served.connect(lines.hello(), bad, lines.counts(2, "00000000000000aa"))
        await served.until(lambda: len(served.bench.ends) == 2)
    assert served.bench.ends == ["uncomparable(undecodable)", "same"]


async def test_a_pair_that_is_too_long(serve: Serve, lines: Any) -> None:
    """It is one outcome, however often its service would send it, and the next line is read."""
    async with serve() as served:
        long = lines.pair(lines.answer(b"x" * 10_000), lines.answer())
        await served.connect(lines.hello(), long, lines.counts(2, "00000000000000aa"))
        await served.until(lambda: len(served.bench.ends) == 2)
    assert served.bench.ends == ["uncomparable(truncated)", "same"]


async def test_no_hello(serve: Serve, lines: Any, caplog: Any) -> None:
    """One that never says who it is is closed, and so is one that says it slowly."""
    async with serve(hello_s=0.05) as served:
        silent, slow = await served.connect(), await served.connect(lines.hello()[:-1])
        assert await silent.closed()
        assert await slow.closed()
    assert served.bench.complaints.totals == {"no_hello": 2}
    assert "expected a hello within 0.05 s, got none; closed" in caplog.text


async def test_a_line_that_does_not_go_on(serve: Serve, lines: Any) -> None:
    """A part of a line is not kept for ever, though bytes drip in; a service that says nothing may stay."""
    async with serve(line_s=0.2) as served:
        quiet = await served.connect(lines.hello())
        slow = await served.connect(lines.hello(), b"{")
        dripping = asyncio.create_task(_drip(slow))
        assert await slow.closed()
        dripping.cancel()
        await quiet.send(lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])
    assert served.bench.complaints.totals == {"slow": 1}


async def _drip(client: Client) -> None:
    while True:
        await client.send(b" ")
        await asyncio.sleep(0.01)


async def test_many_connections(serve: Serve, lines: Any) -> None:
    """One more than the limit is closed; when one leaves there is room again."""
    async with serve(connections=2) as served:
        first, _ = await served.connect(lines.hello()), await served.connect(lines.hello())
        await served.until(lambda: served.server.connections() == 2)
        assert await (await served.connect(lines.hello())).closed()
        await first.leave()
        await served.until(lambda: served.server.connections() == 1)
        await served.connect(lines.hello(), lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])
    assert served.bench.complaints.totals == {"too_many": 1}


async def test_what_all_keep_together(serve: Serve, lines: Any) -> None:
    """Begun lines of all connections have one bound; the one that goes past it is closed, and its bytes are free."""
    async with serve(held_bytes=15_000) as served:
        await served.connect(lines.hello(), b"x" * 9_000)
        await served.until(lambda: served.shared.held_bytes == 9_000)
        assert await (await served.connect(lines.hello(), b"x" * 9_000)).closed()
        assert served.shared.held_bytes == 9_000
    assert served.bench.complaints.totals == {"full": 1}


async def test_a_service_that_is_cut_off(serve: Serve, lines: Any, caplog: Any) -> None:
    """Whole lines count; the begun one does not, and is said."""
    async with serve() as served:
        client = await served.connect(lines.hello(), lines.counts(1, "00000000000000aa"), b'{"v":1')
        await served.until(lambda: served.shared.held_bytes > 0)
        await client.leave()
        await served.until(lambda: served.server.connections() == 0)
    assert served.bench.ends == ["same"]
    assert "left within a line, which is not counted" in caplog.text


async def test_connections_that_are_cut_anywhere(serve: Serve, lines: Any) -> None:
    """A service that sends a cut line anew is counted once, and no connection that is closed leaves anything open."""
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    counts = lines.counts(5, "00000000000000aa", "00000000000000bb", shed={"queue_full": 1})
    rng = random.Random(11)

    async def pod(served: Served) -> None:
        client = await served.connect(lines.hello())
        for line in [counts, pair] * 10:
            while rng.random() < 0.3:
                await client.send(line[: rng.randrange(len(line))])
                await client.leave()
                client = await served.connect(lines.hello())
            await client.send(line)

    async with serve(connections=100) as served:
        await asyncio.gather(*(pod(served) for _ in range(5)))
        await served.until(lambda: sum(end != "shed(shutdown)" for end in served.bench.ends) == 200)
    entered, ended, still_open = served.bench.balance()
    assert (entered, still_open) == (ended, 0)
    assert ended >= 250  # a pair that comes over another connection than the counts that tell of it
    assert set(served.bench.complaints.totals) == {"cut"}


async def test_a_service_that_is_reset(serve: Serve, lines: Any) -> None:
    """A connection that breaks is no error of ours."""
    async with serve() as served:
        client = await served.connect(lines.hello(), lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])
        end = client._writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        client._writer.transport.abort()
        await served.until(lambda: served.server.connections() == 0)
    assert served.bench.balance() == (1, 1, 0)


async def test_the_end_reads_what_is_on_its_way(serve: Serve, lines: Any) -> None:
    """What was sent before the end counts; a connection that never ends does not hold it up for long."""
    async with serve() as served:
        for _ in range(3):
            await served.connect(lines.hello(), *[lines.counts(1, "00000000000000aa")] * 50, b'{"v":')
        await served.until(lambda: served.server.connections() == 3)
    assert served.bench.balance() == (150, 150, 0)


async def test_a_unix_socket(serve: Serve, lines: Any, tmp_path: Path) -> None:
    """Its owner and group may connect; it is gone at the end."""
    path = tmp_path / "ingest.sock"
    async with serve(path) as served:
        assert served.address == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        await served.connect(lines.hello(), lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])
    assert not path.exists()


async def test_a_socket_that_was_left_over(serve: Serve, tmp_path: Path) -> None:
    """That of a process that was killed is replaced."""
    path = tmp_path / "ingest.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with serve(path):
        pass
    assert not path.exists()


async def test_a_socket_in_use(serve: Serve, lines: Any, tmp_path: Path) -> None:
    """One line with the way out, and the other server goes on."""
    path = tmp_path / "ingest.sock"
    async with serve(path) as served:
        server = IngestServer()
        with pytest.raises(ShadowError) as raised:
            await server.bind(path, "--address")
        await server.aclose()
        assert str(raised.value) == (
            f"--address: expected an address to listen on, got unix:{path} (Address already in use); "
            "stop what listens there, or choose another"
        )
        assert raised.value.exit_code == 4
        await served.connect(lines.hello(), lines.counts(1, "00000000000000aa"))
        await served.until(lambda: served.bench.ends == ["same"])


@pytest.mark.parametrize("name", ["file", "nowhere/ingest.sock", "x" * 200])
async def test_a_path_that_can_not_be(tmp_path: Path, name: str) -> None:
    """A file is never replaced."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ShadowError, match="expected an address to listen on, got unix:"):
        await IngestServer().bind(tmp_path / name, "--address")
    assert (tmp_path / "file").read_text() == "mine"


async def test_a_taken_port() -> None:
    """As for a path."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ShadowError, match=rf"got 127.0.0.1:{port} \(Address already in use\)"):
            await IngestServer().bind(("127.0.0.1", port), "ingest.address")


async def test_ipv6_is_written_as_in_a_config() -> None:
    """With brackets."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    server = IngestServer()
    try:
        bound = await server.bind(("::1", 0), "ingest.address")
    except ShadowError:
        pytest.skip("no IPv6 address")
    finally:
        await server.aclose()
    assert bound.startswith("[::1]:")


async def test_a_flood_is_logged_in_few_lines(serve: Serve, caplog: Any) -> None:
    """All are counted."""
    with caplog.at_level(logging.WARNING):
        async with serve() as served:
            for _ in range(50):
                assert await (await served.connect(b"nonsense\n")).closed()
    assert served.bench.complaints.totals == {"json": 50}
    assert len(caplog.messages) == 1
