"""The same client against the same legacy, directly and through the proxy."""

import asyncio
import gc
import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.mitmproxy import MitmproxyEngine
from crossfade.shadow.capture.settings import CandidateServer, ListenerSettings
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Reply, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.serving.weights import Choice

_QUIET = ("DeprecationWarning", "ResourceWarning", "pytest.PytestUnraisableExceptionWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks this folder; mitmproxy 11 and its own dependencies warn on import and on closing sockets."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.transparency)
            for name in _QUIET:
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{name}"))


class Told:
    """A sink that keeps how each request ended."""

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}
        self.ends: dict[str, Reply | str] = {}
        self.wants_orphans = False

    def started(self, _head: RequestHead) -> Interest:
        return Interest.WHOLE

    def fell_back(self, request_id: str) -> None:
        raise AssertionError(f"{request_id} went to a legacy that is not there")

    def request_began(self, request: Request) -> None:
        self.requests[request.id] = request

    def request_part(self, *_: object) -> None:
        """Not kept."""

    def request_ended(self, *_: object) -> None:
        """Not kept."""

    def answer_began(self, *_: object) -> bool:
        return False

    def request_complete(self, request: Request) -> None:
        self.requests[request.id] = request

    def outlives_client(self, _request_id: str) -> bool:
        return self.wants_orphans

    def replied(self, request_id: str, reply: Reply) -> None:
        self.ends[request_id] = reply

    def cancelled(self, request_id: str) -> None:
        self.ends[request_id] = "cancelled"

    def passed_through(self, request_id: str, reason: Reason) -> None:
        self.ends[request_id] = reason.value


@dataclass
class Proxy:
    """A running engine in front of one legacy."""

    engine: MitmproxyEngine
    task: asyncio.Task[None]
    told: Told
    port: int


AT_CANDIDATE = "CROSSFADE_AT_CANDIDATE" in os.environ
"""The server is the candidate, which has been given all clients, and legacy can't be reached."""


def _candidates(_head: RequestHead) -> Choice:
    return Choice(served=Served.CANDIDATE, route="all")


def _listener(url: str, more: dict[str, Any]) -> ListenerSettings:
    if not AT_CANDIDATE:
        return ListenerSettings(name="one", host="127.0.0.1", port=0, legacy_url=url, **more)
    candidate = CandidateServer(url=url, ca=more.pop("ca", None), cert=more.pop("legacy_cert", None))
    scheme = url.partition(":")[0]
    return ListenerSettings(
        name="one", host="127.0.0.1", port=0, legacy_url=f"{scheme}://127.0.0.1:1", candidate=candidate, **more
    )


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Proxy]]]:
    """Starts an engine in front of a legacy; further arguments are those of ListenerSettings."""
    running: list[Proxy] = []

    async def start(legacy_port: int, scheme: str = "http", **more: Any) -> Proxy:
        numbers = itertools.count()
        told = Told()
        engine = MitmproxyEngine(
            EngineSettings(
                listeners=(_listener(f"{scheme}://127.0.0.1:{legacy_port}", more),),
                new_id=lambda: f"id-{next(numbers)}",
                body_limit_bytes=100_000,
                folder=tmp_path,
                choose=_candidates if AT_CANDIDATE else None,
            ),
            told,
        )
        task = asyncio.create_task(engine.run())
        await engine.ready()
        port = int(engine.addresses()["one"].rpartition(":")[2])
        running.append(Proxy(engine, task, told, port))
        return running[-1]

    yield start
    for item in running:
        await item.engine.shutdown(drain_s=0.2)
        await item.task
    running.clear()
    gc.collect()  # sockets that mitmproxy leaves open are told here, where that is passed over, not in another test


@dataclass
class Seen:
    """What the client got, and what legacy saw."""

    client: Any
    legacy: Any


Both = Callable[..., Awaitable[tuple[Seen, Seen]]]


@pytest.fixture
def both(proxy: Any) -> Both:
    """Runs a client (a blocking function of a port) directly and through the proxy, each with a legacy of its own."""

    async def run(
        legacy: Callable[[], AbstractAsyncContextManager[Any]], client: Callable[[int], Any], **more: Any
    ) -> tuple[Seen, Seen]:
        async with legacy() as server:
            direct = Seen(await asyncio.to_thread(client, server.port), server.seen)
        async with legacy() as server:
            through = await proxy(server.port, **more)
            got = await asyncio.to_thread(client, through.port)
            return direct, Seen(got, server.seen)

    return run


@pytest.fixture
def curl(tool: Callable[[str], str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs curl against a port, whatever host the URL names; status line, header fields and body are in stdout."""

    def run(port: int, *arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [
                tool("curl"),
                "-sS",
                "--noproxy",
                "*",
                "-i",
                "--max-time",
                "20",
                "--connect-to",
                f"::127.0.0.1:{port}",
                *arguments,
            ],
            capture_output=True,
            timeout=40,
            check=False,
            **more,
        )

    return run
