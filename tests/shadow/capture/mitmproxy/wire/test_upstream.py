"""Requests that the candidate gets in legacy's place, on real connections."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest

from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.mitmproxy import MitmproxyEngine
from crossfade.shadow.capture.mitmproxy.wire import handler
from crossfade.shadow.capture.settings import CandidateServer, ListenerSettings
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Answer, Failure, Reply, Request
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.serving.weights import LEGACYS, Choice

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NOWHERE = 1


class Told:
    """A sink that keeps what it was told, in its order."""

    def __init__(self) -> None:
        self.heads: list[RequestHead] = []
        self.calls: list[str] = []
        self.ends: list[Reply | str] = []

    def started(self, head: RequestHead) -> Interest:
        self.heads.append(head)
        return Interest.WHOLE

    def fell_back(self, _id: str) -> None:
        self.calls.append("fell_back")

    def request_complete(self, _request: Request) -> None:
        self.calls.append("request_complete")

    def request_began(self, _request: Request) -> None:
        self.calls.append("request_began")

    def request_part(self, *_: object) -> None:
        """Not kept."""

    def request_ended(self, *_: object) -> None:
        """Not kept."""

    def answer_began(self, *_: object) -> bool:
        self.calls.append("answer_began")
        return False

    def outlives_client(self, _id: str) -> bool:
        return False

    def replied(self, _id: str, reply: Reply) -> None:
        self.ends.append(reply)

    def cancelled(self, _id: str) -> None:
        self.ends.append("cancelled")


def by_path(head: RequestHead) -> Choice:
    """Paths that begin with /c are the candidate's."""
    return Choice(served=Served.CANDIDATE, route="c") if head.target.startswith("/c") else LEGACYS


class Server:
    """A server of HTTP/1.1 that answers with its name, and keeps the requests of each connection."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.connections: list[list[bytes]] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self.breaks_off = False

    @property
    def requests(self) -> list[bytes]:
        """All of them."""
        return [request for connection in self.connections for request in connection]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections.append(mine := [])
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                sizes = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")]
                mine.append(head + await reader.readexactly(int(sizes[0]) if sizes else 0))
                if self.breaks_off:
                    break
                body = self.name.encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(name: str, tls: Any = None) -> AsyncIterator[Server]:
    """A server on a port of its own."""
    server = Server(name)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


Start = Callable[..., Awaitable[tuple[int, Told]]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an engine between a legacy and a candidate; gives the port that clients use, and what its sink is told."""
    running: list[tuple[MitmproxyEngine, asyncio.Task[None]]] = []

    async def begin(legacy: str, candidate: CandidateServer, **more: Any) -> tuple[int, Told]:
        told = Told()
        listener = ListenerSettings(
            name="one", host="127.0.0.1", port=0, legacy_url=legacy, candidate=candidate, **more
        )
        ids = iter(range(10_000))
        settings = EngineSettings(
            listeners=(listener,),
            new_id=lambda: f"id-{next(ids)}",
            body_limit_bytes=100_000,
            folder=tmp_path,
            choose=by_path,
        )
        engine = MitmproxyEngine(settings, told)  # type: ignore[arg-type] # what these tests don't need is missing
        task = asyncio.create_task(engine.run())
        await engine.ready()
        running.append((engine, task))
        return int(engine.addresses()["one"].rpartition(":")[2]), told

    yield begin
    for engine, task in running:
        await engine.shutdown(drain_s=1)
        await task


def at(port: int) -> str:
    """A URL without TLS."""
    return f"http://127.0.0.1:{port}"


def candidate_at(port: int) -> CandidateServer:
    """A candidate without TLS."""
    return CandidateServer(url=at(port))


class Client:
    """One connection of HTTP/1.1."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, port: int, **more: Any) -> "Client":
        """Connects."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, **more))

    async def ask(self, path: str, body: bytes = b"") -> str:
        """The body of the answer, "" where there is none."""
        method = "POST" if body else "GET"
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nhOsT: builds.test\r\n{length}\r\n".encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
        return (await self.reader.readexactly(size)).decode()


async def test_a_client_gets_each_answer_from_the_side_that_was_chosen(start: Start) -> None:
    """On one connection; each side has one with it, and gets the bytes that the client sent."""
    async with serving("legacy") as legacy, serving("candidate") as candidate:
        port, told = await start(at(legacy.port), candidate_at(candidate.port))
        client = await Client.to(port)
        answers = [await client.ask(path) for path in ("/c1", "/l1", "/c2", "/l2", "/l3", "/c3")]
        assert await client.ask("/c4", b"x" * 200_000) == "candidate"
        client.writer.close()
    assert answers == ["candidate", "legacy", "candidate", "legacy", "legacy", "candidate"]
    assert [len(side.connections) for side in (legacy, candidate)] == [1, 1]
    assert candidate.requests[0] == b"GET /c1 HTTP/1.1\r\nhOsT: builds.test\r\n\r\n"
    assert candidate.requests[3].endswith(b"\r\n\r\n" + b"x" * 200_000)
    assert [head.choice.served for head in told.heads[:2]] == [Served.CANDIDATE, Served.LEGACY]
    assert told.heads[0].peer == "127.0.0.1"


@pytest.mark.parametrize("body", [b"", b"x" * 200_000])
async def test_a_candidate_that_takes_no_connection(start: Start, body: bytes) -> None:
    """Legacy answers, and the sink is told before anything of the answer; later requests try again."""
    async with serving("legacy") as legacy:
        port, told = await start(at(legacy.port), candidate_at(NOWHERE))
        client = await Client.to(port)
        assert await client.ask("/c", body) == "legacy"
        assert await client.ask("/c", body) == "legacy"
        client.writer.close()
    assert len(legacy.requests) == 2
    assert legacy.requests[0].endswith(b"\r\n\r\n" + body)
    assert told.calls.index("fell_back") < told.calls.index("answer_began")
    assert Counter(told.calls)["fell_back"] == 2


async def test_a_request_that_was_sent_is_never_sent_twice(start: Start) -> None:
    """A candidate that breaks off is no reason to ask legacy: it may have done its work."""
    async with serving("legacy") as legacy, serving("candidate") as candidate:
        candidate.breaks_off = True
        port, told = await start(at(legacy.port), candidate_at(candidate.port))
        client = await Client.to(port)
        with pytest.raises(asyncio.IncompleteReadError):
            await client.ask("/c", b"a write")
        client.writer.close()
        for _ in range(100):
            if told.ends:
                break
            await asyncio.sleep(0.01)
    assert (len(candidate.requests), legacy.requests) == (1, [])
    (end,) = told.ends
    assert isinstance(end, Failure)
    assert end.detail == "candidate: reset"


async def test_a_candidate_that_does_not_take_the_connection_in_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queue is full, so nothing refuses: after a bounded wait legacy answers."""
    monkeypatch.setattr(handler, "CONNECT_S", 0.1)
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    crowd = [socket.socket() for _ in range(4)]
    for item in crowd:
        item.settimeout(0)
        item.connect_ex(full.getsockname())
    async with serving("legacy") as legacy:
        port, told = await start(at(legacy.port), candidate_at(full.getsockname()[1]))
        client = await Client.to(port)
        assert await asyncio.wait_for(client.ask("/c", b"a write"), 20) == "legacy"
        client.writer.close()
    for item in (*crowd, full):
        item.close()
    assert "fell_back" in told.calls


async def test_a_candidate_that_takes_the_connection_and_no_tls(
    start: Start, certificates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that hangs is still given connections by its system; nothing was sent, so legacy answers."""
    monkeypatch.setattr(handler, "CONNECT_S", 0.1)
    hung = socket.create_server(("127.0.0.1", 0))
    async with serving("legacy") as legacy:
        candidate = CandidateServer(url=f"https://127.0.0.1:{hung.getsockname()[1]}", ca=certificates.ca)
        port, told = await start(at(legacy.port), candidate)
        client = await Client.to(port)
        assert await asyncio.wait_for(client.ask("/c", b"a write"), 20) == "legacy"
        assert await asyncio.wait_for(client.ask("/l"), 20) == "legacy"
        client.writer.close()
    hung.close()
    assert len(legacy.requests) == 2
    assert told.calls.count("fell_back") == 1


async def test_a_client_that_leaves_while_the_candidate_is_awaited(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Legacy is not asked for somebody who has gone."""
    monkeypatch.setattr(handler, "CONNECT_S", 60)
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    crowd = [socket.socket() for _ in range(4)]
    for item in crowd:
        item.settimeout(0)
        item.connect_ex(full.getsockname())
    async with serving("legacy") as legacy:
        port, told = await start(at(legacy.port), candidate_at(full.getsockname()[1]))
        client = await Client.to(port)
        client.writer.write(b"GET /c HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in range(500):
            if told.heads:
                break
            await asyncio.sleep(0.01)
        sock = client.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.writer.transport.abort()
        for _ in range(500):
            if told.ends:
                break
            await asyncio.sleep(0.01)
    for item in (*crowd, full):
        item.close()
    assert told.ends == ["cancelled"]
    assert legacy.requests == []


async def test_legacys_idle_end_means_nothing_to_a_client_of_the_candidate(start: Start) -> None:
    """The end of the connection that has the last request is passed on, as without a proxy; another one is not."""
    async with serving("legacy") as legacy, serving("candidate") as candidate:
        port, _ = await start(at(legacy.port), candidate_at(candidate.port))
        client = await Client.to(port)
        assert [await client.ask(path) for path in ("/l", "/c")] == ["legacy", "candidate"]
        legacy.writers[0].close()
        await asyncio.sleep(0.05)
        assert await client.ask("/c") == "candidate"
        assert await client.ask("/l") == "legacy"
        assert len(legacy.connections) == 2
        legacy.writers[1].close()
        assert await asyncio.wait_for(client.reader.read(), 5) == b""
        client.writer.close()


async def test_a_candidate_with_tls_of_its_own(start: Start, certificates: Any) -> None:
    """It is verified by its CA, not by legacy's; one of another authority takes no connection."""
    context = certificates.server_context()
    async with serving("legacy") as legacy, serving("candidate", tls=context) as candidate:
        url = f"https://127.0.0.1:{candidate.port}"
        port, _ = await start(at(legacy.port), CandidateServer(url=url, ca=certificates.ca), ca=certificates.other_ca)
        client = await Client.to(port)
        assert [await client.ask(path) for path in ("/c", "/l")] == ["candidate", "legacy"]
        client.writer.close()
        port, told = await start(at(legacy.port), CandidateServer(url=url, ca=certificates.other_ca))
        client = await Client.to(port)
        assert await client.ask("/c") == "legacy"
        client.writer.close()
    assert "fell_back" in told.calls


@asynccontextmanager
async def grpc_serving(name: str) -> AsyncIterator[int]:
    """A server of gRPC whose answers begin with its name."""

    async def unary(data: bytes, context: Any) -> bytes:
        await context.send_initial_metadata((("x-authority", str(context.peer()).partition(":")[0]),))
        return name.encode() + data

    async def both(items: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
        async for item in items:
            yield name.encode() + item

    handlers = {
        "One": grpc.unary_unary_rpc_method_handler(unary),
        "Both": grpc.stream_stream_rpc_method_handler(both),
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        tuple(grpc.method_handlers_generic_handler(service, handlers) for service in ("c.S", "l.S"))
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


async def test_calls_and_streams_of_grpc(start: Start) -> None:
    """On one connection of the client, both sides at the same time; a stream stays where it began."""
    async with grpc_serving("L") as legacy, grpc_serving("C") as candidate:
        port, told = await start(at(legacy), candidate_at(candidate))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            streams = [channel.stream_stream(f"/{service}/Both")() for service in ("c.S", "l.S")]
            for number in (b"1", b"2"):
                for stream, side in zip(streams, (b"C", b"L"), strict=True):
                    await stream.write(number)
                    assert await stream.read() == side + number
            calls = [channel.unary_unary(f"/{service}/One")(b"x") for service in ("c.S", "l.S") * 50]
            assert await asyncio.gather(*calls) == [b"Cx", b"Lx"] * 50
            for stream in streams:
                await stream.done_writing()
                assert await stream.read() is grpc.aio.EOF
    assert all(isinstance(end, Answer) and ("grpc-status", "0") in end.trailers for end in told.ends)


async def test_a_call_of_grpc_that_falls_back(start: Start) -> None:
    """Many at once wait for one connection that is refused: each gets legacy's answer."""
    async with grpc_serving("L") as legacy:
        port, told = await start(at(legacy), candidate_at(NOWHERE))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            calls = [channel.unary_unary("/c.S/One")(b"x") for _ in range(20)]
            assert await asyncio.gather(*calls) == [b"Lx"] * 20
            stream = channel.stream_stream("/c.S/Both")()
            await stream.write(b"1")
            assert await stream.read() == b"L1"
            await stream.done_writing()
    assert Counter(told.calls)["fell_back"] == 21
