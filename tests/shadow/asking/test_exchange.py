"""Contacting real servers with one request, without an engine."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.call import Terms, terms_of
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import Read, exchange_with, reply_of, together
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Request, header_values
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.shadow_headers import shadow_headers
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge

HTTP = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW)
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
Requests = Callable[..., Request]


class Server:
    """Speaks HTTP/1.1: gives these parts, with a pause behind each; ``None`` hangs. ``heads`` are what it got."""

    def __init__(self, *parts: bytes | None, pause_s: float = 0.0) -> None:
        self.heads: list[bytes] = []
        self.left = asyncio.Event()
        self._parts = parts
        self._pause_s = pause_s

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            for part in self._parts:
                if part is None:
                    await reader.read()
                    break
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(self._pause_s)
        except ConnectionError:
            pass
        finally:
            self.left.set()
            writer.close()


def json_answer(body: bytes) -> bytes:
    """An answer whose connection is closed behind it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def upstream(url: str, **values: Any) -> Upstream:
    """A side at this URL."""
    return Upstream(url, **{"deadline_ms": 2000, "body_limit_bytes": 1000, **values})


@asynccontextmanager
async def serving(*servers: Server, **values: Any) -> AsyncIterator[Sides]:
    """Legacy, candidate and perhaps a secondary of these."""
    began = [await asyncio.start_server(server.serve, "127.0.0.1", 0) for server in servers]
    urls = [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in began]
    legacy, candidate, *secondary = (upstream(url, **values) for url in urls)
    sides = Sides(legacy=legacy, candidate=candidate, secondary=secondary[0] if secondary else None)
    try:
        yield sides
    finally:
        await sides.close()
        for server in began:
            server.close()


def findings(comparison: Comparison, route: RouteInfo = HTTP, contract: Contract | None = None) -> set[tuple[str, str]]:
    """Where and how the judge sees a difference."""
    found = Judge(contract=contract).observe(comparison, route).observation
    assert isinstance(found, Judged), found
    return {(item.template, item.kind) for item in found.signature}


def http_terms(**values: Any) -> Terms:
    """Those of an HTTP route."""
    return replace(terms_of(Judge(contract=None), HTTP, write=False), **values)


async def test_three_sides_over_http1(request_of: Requests) -> None:
    """Each gets the request once, with the shadow marks, and the answers are judged as those of live traffic."""
    servers = [Server(json_answer(b'{"a": %d}' % number)) for number in (1, 2, 1)]
    async with serving(*servers) as sides:
        comparison = await exchange_with(sides, request_of(headers=(("Host", "a.test"),)), HTTP.route, http_terms())
    assert [len(server.heads) for server in servers] == [1, 1, 1]
    assert all(b"x-crossfade-role: shadow" in server.heads[0] for server in servers)
    assert findings(comparison) == {("body/a", "value")}
    assert isinstance(comparison.legacy, Answer)
    assert isinstance(comparison.secondary, Answer)
    assert replace(comparison.secondary, latency_ms=0.0) == replace(comparison.legacy, latency_ms=0.0)
    assert (comparison.followed, comparison.cut) == (False, None)


async def test_the_header_policy_of_a_side(request_of: Requests) -> None:
    """What is kept from the candidate reaches legacy."""

    def without_token(request: Request) -> Any:
        return tuple(field for field in shadow_headers(request) if field[0] != "Authorization")

    legacy, candidate = Server(json_answer(b"1")), Server(json_answer(b"1"))
    async with serving(legacy, candidate) as both, serving(legacy, candidate, fields=without_token) as stripped:
        sides = Sides(legacy=both.legacy, candidate=stripped.candidate, secondary=None)
        await exchange_with(sides, request_of(headers=(("Authorization", "x"),)), HTTP.route, http_terms())
    assert (b"Authorization" in legacy.heads[0], b"Authorization" in candidate.heads[0]) == (True, False)


async def test_a_side_that_hangs(request_of: Requests) -> None:
    """It has failed after its deadline; the others' answers are there."""
    async with serving(Server(json_answer(b"1")), Server(None), deadline_ms=100) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms())
    assert isinstance(comparison.legacy, Answer)
    assert isinstance(comparison.candidate, Failure)
    assert comparison.candidate.reason is FailureReason.DEADLINE


async def test_a_write_is_never_sent_twice(request_of: Requests) -> None:
    """Not where the connection is closed instead of an answer, either."""
    candidate = Server()
    write = replace(http_terms(), safe=False)
    async with serving(Server(json_answer(b"1")), candidate) as sides:
        comparison = await exchange_with(sides, request_of(method="POST", body=b"x"), "POST /a", write)
    assert isinstance(comparison.candidate, Failure)
    assert len(candidate.heads) == 1


async def test_a_reply_that_is_known(request_of: Requests, answer_of: Callable[..., Answer]) -> None:
    """A legacy whose reply was recorded is not contacted."""
    legacy, candidate = Server(json_answer(b"2")), Server(json_answer(b"1"))
    async with serving(legacy, candidate) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms(), legacy=answer_of(b"1"))
        with pytest.raises(ValueError, match="expected legacy's reply or a legacy to contact, got neither"):
            await exchange_with(Sides(candidate=sides.candidate, secondary=None), request_of(), "", Terms())
    assert legacy.heads == []
    assert isinstance(comparison.candidate, Answer)
    assert (comparison.legacy.body, comparison.candidate.body) == (b"1", b"1")  # type: ignore[union-attr]


async def test_what_can_not_be_sent_as_it_is(request_of: Requests) -> None:
    """Nobody gets it."""
    servers = Server(json_answer(b"1")), Server(json_answer(b"1"))
    async with serving(*servers) as sides:
        with pytest.raises(NotComparableError) as raised:
            await exchange_with(sides, request_of(target="/a\r\nb"), HTTP.route, http_terms())
    assert raised.value.reason is Reason.UNSUPPORTED
    assert [server.heads for server in servers] == [[], []]


async def test_events_over_http1(request_of: Requests) -> None:
    """A stream is read to its end, longer than the deadline for a whole answer, and compared event by event."""
    parts = [b"data: %d\n\n" % number for number in range(8)]
    servers = Server(EVENTS, *parts, pause_s=0.05), Server(EVENTS, *parts[:-1], b"data: 9\n\n", pause_s=0.05)
    async with serving(*servers, deadline_ms=300) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms())
    assert (comparison.followed, comparison.cut) == (True, None)
    assert findings(comparison) == {("body/*/data", "value")}


async def test_a_stream_without_end(request_of: Requests) -> None:
    """It is read for as long as the terms tell, and the two are the same as far as they came."""
    servers = [Server(EVENTS, b"data: 1\n\n", b"data: 2\n\n", *sent, None) for sent in ((b"data: 3\n\n",), ())]
    async with serving(*servers) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms(stream_s=0.3))
        assert (comparison.followed, comparison.cut) == (True, Reason.CUT_BY_CLIENT)
        assert findings(comparison) == set()
        await asyncio.wait_for(asyncio.gather(*(server.left.wait() for server in servers)), 5)  # both were hung up on


async def test_a_stream_that_falls_silent(request_of: Requests) -> None:
    """The candidate's has failed."""
    servers = Server(EVENTS, b"data: 1\n\n"), Server(EVENTS, b"data: 1\n\n", None)
    async with serving(*servers, deadline_ms=200) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms())
    assert isinstance(comparison.candidate, Failure)
    assert (comparison.candidate.reason, comparison.candidate.detail) == (
        FailureReason.DEADLINE,
        "nothing more in 0.2 s",
    )


async def test_a_long_stream(request_of: Requests) -> None:
    """It is read to its end, and kept up to the limit; what is not whole is not judged."""
    parts = [b"data: %s\n\n" % (b"x" * 100_000)] * 30
    async with serving(Server(EVENTS, *parts), Server(EVENTS, *parts)) as sides:
        comparison = await exchange_with(sides, request_of(), HTTP.route, http_terms())
    found = [reply for reply in (comparison.legacy, comparison.candidate) if isinstance(reply, Answer)]
    assert [(reply.truncated, len(reply.body) <= 1000) for reply in found] == [(True, True)] * 2


async def test_cancelling_hangs_up(request_of: Requests) -> None:
    """No side goes on for nobody."""
    servers = Server(None), Server(None)
    async with serving(*servers) as sides:
        task = asyncio.create_task(exchange_with(sides, request_of(), HTTP.route, http_terms()))
        while not all(server.heads for server in servers):  # noqa: ASYNC110 - of two servers
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(asyncio.gather(*(server.left.wait() for server in servers)), 5)


# gRPC


async def test_where_one_reading_fails_the_others_hang_up() -> None:
    """Nothing is left under way when the error is told."""
    ended: list[str] = []

    async def reads() -> Read:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("hung up")
        raise AssertionError

    async def fails() -> Read:
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        await together(reads(), fails(), reads())
    assert ended == ["hung up", "hung up"]


def call_of(request_of: Requests, method: str, *messages: Any) -> Request:
    """A call with these messages."""
    body = b"".join(struct.pack(">BI", 0, len(data)) + data for data in (item.SerializeToString() for item in messages))
    headers = (("te", "trailers"), ("content-type", "application/grpc"))
    return request_of(
        protocol=Protocol.GRPC, method="POST", target=f"/s.v1.Streams/{method}", headers=headers, body=body
    )


def grpc_route(method: str, call_type: str) -> RouteInfo:
    """The route of a method."""
    return RouteInfo(route=f"s.v1.Streams/{method}", protocol="grpc", call_type=call_type, stage=Stage.SHADOW)


@pytest.fixture
def grpc_exchange(contract: Contract, request_of: Requests) -> Callable[..., Any]:
    """Contacts a legacy and a candidate with one call."""

    async def exchange(urls: tuple[str, str], route: RouteInfo, *messages: Any, **values: Any) -> Comparison:
        legacy, candidate = (upstream(url) for url in urls)
        sides = Sides(legacy=legacy, candidate=candidate, secondary=None)
        terms = replace(terms_of(Judge(contract=contract), route, write=False), **values)
        try:
            request = call_of(request_of, route.route.partition("/")[2], *messages)
            return await exchange_with(sides, request, route.route, terms)
        finally:
            await sides.close()

    return exchange


async def test_a_server_stream(serve: Any, note: Any, contract: Contract, grpc_exchange: Any) -> None:
    """All messages of both sides, the metadata and the status behind them."""

    def sending(*texts: str) -> Any:
        return {"Watch": lambda _request, _context: (note(text=text) for text in texts)}

    route = grpc_route("Watch", "server_stream")
    for texts, expected in ((("a", "b"), set()), (("a", "B"), {("message[*].text", "value")})):
        comparison = await grpc_exchange((serve(sending("a", "b")), serve(sending(*texts))), route, note(text="go"))
        assert (comparison.followed, comparison.cut) == (True, None)
        assert header_values(comparison.candidate.trailers, "grpc-status") == ("0",)
        assert findings(comparison, route, contract) == expected


async def test_a_client_stream(serve: Any, note: Any, contract: Contract, grpc_exchange: Any) -> None:
    """The sides get all messages of the body, and the whole answers are compared."""

    def joined(separator: str) -> Any:
        return {"Upload": lambda notes, _context: note(text=separator.join(item.text for item in notes))}

    route = grpc_route("Upload", "client_stream")
    comparison = await grpc_exchange((serve(joined("-")), serve(joined("+"))), route, note(text="a"), note(text="b"))
    assert comparison.legacy.body.endswith(b"a-b")
    assert findings(comparison, route, contract) == {("message.text", "value")}


async def test_how_a_call_ends(serve: Any, note: Any, contract: Contract, grpc_exchange: Any) -> None:
    """A status that a side gave is an answer, and differs."""

    def refuse(_request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        context.abort(grpc.StatusCode.NOT_FOUND, "nothing there")
        yield

    route = grpc_route("Watch", "server_stream")
    urls = serve({"Watch": lambda _request, _context: iter(())}), serve({"Watch": refuse})
    comparison = await grpc_exchange(urls, route, note())
    assert ("status.code", "value") in findings(comparison, route, contract)


async def test_a_watch_without_end(serve: Any, note: Any, contract: Contract, grpc_exchange: Any, gate: Any) -> None:
    """Is compared as far as it came, and its end is not."""
    over = gate()

    def watch(_request: Any, _context: Any) -> Iterator[Any]:
        yield note(text="a")
        over.wait(10)

    route = grpc_route("Watch", "server_stream")
    comparison = await grpc_exchange((serve({"Watch": watch}), serve({"Watch": watch})), route, note(), stream_s=0.3)
    assert (comparison.cut, comparison.legacy.trailers) == (Reason.CUT_BY_CLIENT, ())
    assert findings(comparison, route, contract) == set()


async def test_frames_that_can_not_be_read(request_of: Requests) -> None:
    """A side that calls its answer gRPC and sends something else has failed."""
    body = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n" + b"x" * 5_000_000
    async with serving(Server(json_answer(b"1")), Server(body)) as sides:
        reply = await reply_of(sides.candidate, request_of(), http_terms())
    assert isinstance(reply, Failure)
    assert reply.reason is FailureReason.INVALID
