"""A small service in two implementations, which name what they make differently."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.handles import SharedHandles
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge

UNKNOWN = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)


class Notes:
    """Makes, lists, gives, changes and deletes notes; ``new_id`` names one, ``bug`` is a mistake of the port."""

    def __init__(self, new_id: Callable[[], Any], bug: str = "") -> None:
        self._new_id = new_id
        self._bug = bug
        self._first: Any = None
        self._notes: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON."""
        _, _, name = path.removeprefix("/notes").partition("/")
        if method == "POST":
            return self._make(body)
        if name == "reset":
            self._notes.clear()
        if name in {"", "reset"}:
            found = {"notes": list(self._notes.values())}
            return 200, found | (
                {"made": ("red", "green", "blue")[self._new_id() % 3]} if self._bug == "counts" else {}
            )
        if name not in self._notes:
            return 404, {"error": "no such note"}
        if method == "PUT":
            self._notes[name] |= json.loads(body)
        elif method == "DELETE":
            del self._notes[name]
            return 204, None
        if self._bug == "another":
            return 200, next(iter(self._notes.values()))
        return 200, self._notes[name]

    def _make(self, body: bytes) -> tuple[int, Any]:
        if self._bug == "fails":
            return 500, {"error": "no"}
        made = self._new_id()
        if self._bug == "one id":
            made = self._first = self._first or made
        self._notes[str(made)] = {"id": made, **json.loads(body)}
        return 201, self._notes[str(made)]


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves what answers requests; gives its URL."""
    with ExitStack() as ended:

        def start(service: Any) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


def _handler(service: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts
        timeout = 5

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            service.authorization = self.headers.get("authorization")
            status, value = service.answer(self.command, self.path, body)
            data = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler


@pytest.fixture
def numbered() -> Callable[..., Notes]:
    """The service as legacy has it: 1, 2, 3."""

    def make(bug: str = "", start: int = 1) -> Notes:
        numbers = count(start)
        return Notes(lambda: next(numbers), bug)

    return make


@pytest.fixture
def renumbered() -> Callable[[str], Notes]:
    """The service as its port has it: 501, 502, 503."""

    def make(bug: str = "") -> Notes:
        numbers = count(501)
        return Notes(lambda: next(numbers), bug)

    return make


@pytest.fixture
def call_of() -> Callable[..., Call]:
    """A call with JSON."""

    def make(number: int, method: str, target: str, route: str, body: Any = None, reply: Reply = UNKNOWN) -> Call:
        data = b"" if body is None else json.dumps(body).encode()
        request = Request(
            id=f"c{number}",
            protocol=Protocol.HTTP,
            method=method,
            scheme="http",
            authority="notes.test",
            target=target,
            headers=(("Content-Type", "application/json"), ("Content-Length", str(len(data)))),
            body=data,
            truncated=False,
            trailers=(),
            started_at=1.0 + number,
        )
        info = RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
        return Call(route=info, request=request, reply=reply, write=method != "GET")

    return make


@pytest.fixture
def life_of(call_of: Callable[..., Call]) -> Callable[..., Session]:
    """Two notes are made; the second one is listed, read, changed, read and deleted.

    ``service``: records what it answers; without it nothing was recorded, and the second note is ``second``.
    """

    def make(
        session_id: str, service: Any = None, second: str = "2", source: str = "", start_s: float = 0.0
    ) -> Session:
        def call(number: int, method: str, target: str, route: str, body: Any = None) -> Call:
            made = call_of(number, method, target, route, body)
            made = replace(made, request=replace(made.request, started_at=start_s + number))
            return made if service is None else replace(made, reply=_recorded(service, made))

        first = [call(at, "POST", "/notes", "POST /notes", {"text": text}) for at, text in enumerate(("one", "two"))]
        if isinstance(first[1].reply, Answer):
            second = str(json.loads(first[1].reply.body)["id"])
        more = (
            call(2, "GET", "/notes", "GET /notes"),
            call(3, "GET", f"/notes/{second}", "GET /notes/{id}"),
            call(4, "PUT", f"/notes/{second}", "PUT /notes/{id}", {"text": "three"}),
            call(5, "GET", f"/notes/{second}", "GET /notes/{id}"),
            call(6, "DELETE", f"/notes/{second}", "DELETE /notes/{id}"),
        )
        return Session(id=session_id, calls=(*first, *more), source=source)

    return make


def _recorded(service: Any, call: Call) -> Answer:
    status, value = service.answer(call.request.method, call.request.target, call.request.body)
    return Answer(
        status=status,
        headers=(("Content-Type", "application/json"),),
        body=b"" if value is None else json.dumps(value).encode(),
        truncated=False,
        trailers=(),
        latency_ms=1.0,
    )


@pytest.fixture
def config_of(tmp_path: Path) -> Callable[..., Config]:
    """The config of a pair of HTTP services."""

    def write(legacy: str, candidate: str, more: str = "") -> Config:
        path = tmp_path / "crossfade.toml"
        path.write_text(
            '[service]\nname = "notes"\n[[listen]]\nname = "web"\naddress = "127.0.0.1:1"\n'
            f'legacy = "{legacy}"\ncandidate = "{candidate}"\n[routes]\nhttp = ["GET /notes/{{id}}"]\n{more}',
            encoding="utf-8",
        )
        return load_config(path)

    return write


class Heads:
    """A server that keeps the heads of what it is asked."""

    def __init__(self) -> None:
        self.url = ""
        self._heads: list[str] = []

    def fields(self, name: str) -> list[str]:
        """The values of a header field, in all requests."""
        lines = (line.partition(":") for head in self._heads for line in head.splitlines())
        return [value.strip() for found, _, value in lines if found.lower() == name]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request."""
        self._heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def tcp_heads() -> AsyncIterator[Callable[[], Awaitable[Heads]]]:
    """Starts servers that keep heads."""
    servers = []

    async def start() -> Heads:
        heads = Heads()
        server = await asyncio.start_server(heads.serve, "127.0.0.1", 0)
        heads.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        servers.append(server)
        return heads

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.fixture
def new_handles() -> Callable[..., SharedHandles]:
    """Handles of sessions that are judged on the loop."""
    judge = Judge(contract=None)
    judging = partial(Judging, judge=judge, queue=None, recorder=None)

    def make(*, shared: bool = False) -> SharedHandles:
        return SharedHandles(contract=None, shared=shared, judging=lambda bindings: judging(bindings=bindings))

    return make
