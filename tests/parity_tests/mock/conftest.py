"""Recorded calls, a book of them, and a served mock."""

import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session, Timing
from crossfade.parity_tests.mock.answering import Mock
from crossfade.parity_tests.mock.book import Book
from crossfade.parity_tests.mock.server import MockServer
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, Protocol, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage


class Recorder:
    """Makes calls, each a second after the one before it."""

    def __init__(self) -> None:
        self._number = 0

    def request(self, method: str, target: str, body: bytes = b"", **more: Any) -> Request:
        """A request of HTTP, or with a ``protocol`` of another one."""
        self._number += 1
        fields: dict[str, Any] = {
            "protocol": Protocol.HTTP,
            "scheme": "http",
            "authority": "svc.test",
            "headers": (("content-type", "application/json"),) if body else (),
            "trailers": (),
        }
        return Request(
            id=str(self._number),
            method=method,
            target=target,
            body=body,
            truncated=False,
            started_at=float(self._number),
            **(fields | more),
        )

    def http(self, line: str, answer: Any, body: Any = None, *, status: int = 200, **more: Any) -> Call:
        """A call with JSON; ``answer`` is a value or a whole reply; ``more`` are other parts of its request."""
        method, target = line.split()
        sent = b"" if body is None else json.dumps(body).encode()
        reply = answer if isinstance(answer, Reply) else json_answer(answer, status)
        return self.call(self.request(method, target, sent, **more), reply, write=method not in {"GET", "HEAD"})

    def grpc(self, target: str, sent: Iterable[bytes], got: Iterable[bytes], **more: Any) -> Call:
        """A call with these messages; ``more`` are ``trailers``, ``headers`` and ``timing``."""
        headers = (("content-type", "application/grpc"), *more.get("headers", ()))
        request = self.request("POST", target, frames(sent), protocol=Protocol.GRPC, headers=headers)
        reply = Answer(
            status=200,
            headers=(("content-type", "application/grpc"), ("x-made-by", "legacy")),
            body=frames(got),
            truncated=False,
            trailers=more.get("trailers", (("grpc-status", "0"),)),
            latency_ms=1.0,
        )
        return self.call(request, reply, timing=more.get("timing", Timing()), write=more.get("write", False))

    def call(self, request: Request, reply: Reply, *, write: bool = False, timing: Timing = Timing()) -> Call:  # noqa: B008 - frozen
        """A call of any kind."""
        kind = request.protocol.value
        info = RouteInfo(route=request.target, protocol=kind, call_type=kind, stage=Stage.SHADOW, listener="a")
        return Call(route=info, request=request, reply=reply, write=write, timing=timing)


def frames(messages: Iterable[bytes]) -> bytes:
    """The body of a call."""
    return b"".join(struct.pack(">BI", 0, len(message)) + message for message in messages)


def json_answer(value: Any, status: int = 200, **more: Any) -> Answer:
    """An answer with JSON."""
    body = json.dumps(value).encode()
    fields: dict[str, Any] = {
        "headers": (("Content-Type", "application/json"), ("Content-Length", str(len(body)))),
        "trailers": (),
        "body": body,
    }
    return Answer(status=status, truncated=False, latency_ms=1.0, **(fields | more))


@pytest.fixture
def recorder() -> Recorder:
    """Makes calls."""
    return Recorder()


@pytest.fixture
def json_reply() -> Callable[..., Answer]:
    """An answer with JSON."""
    return json_answer


@pytest.fixture
def framed() -> Callable[..., bytes]:
    """The body of a call."""
    return frames


@pytest.fixture
def book() -> Callable[..., Book]:
    """A book of sessions, each a list of calls."""

    def make(*sessions: list[Call], contract: Contract | None = None) -> Book:
        found = (Session(id=f"s-{number}", calls=tuple(calls)) for number, calls in enumerate(sessions, 1))
        return Book.of(found, contract)

    return make


@pytest.fixture
async def serve(book: Any) -> AsyncIterator[Callable[..., Awaitable[Upstream]]]:
    """Serves sessions; gives a client of it. ``more`` are settings of the mock."""
    async with AsyncExitStack() as ended:

        async def start(*sessions: list[Call], **more: Any) -> Upstream:
            contract = more.pop("contract", None)
            server = MockServer(Mock(book=book(*sessions, contract=contract), **more))
            ended.push_async_callback(server.stop)
            address = await server.start(("127.0.0.1", 0))
            client = Upstream(f"http://{address}", deadline_ms=10_000, body_limit_bytes=10_000_000)
            ended.push_async_callback(client.close)
            return client

        yield start
