"""Calls that a candidate passed back to legacy, over real gRPC: skipped, wherever the mark stands."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Answer, header_values
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.ingest.answers import build_request, frames

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MARK = (("x-crossfade-served-by", "legacy"),)


def _abort(mark: Any) -> Callable[..., Any]:
    """A behaviour that ends at once: an answer of one header block (Trailers-Only)."""

    def behaviour(_: Any, context: grpc.ServicerContext) -> None:
        context.set_trailing_metadata(mark)
        context.abort(grpc.StatusCode.NOT_FOUND, "no such note")

    return behaviour


def _streams(note: Any, mark: Any, *, at_the_end: bool) -> Callable[..., Iterator[Any]]:
    """A behaviour that answers three notes, with the mark before them or behind."""

    def behaviour(_: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        if at_the_end:
            context.set_trailing_metadata(mark)
        else:
            context.send_initial_metadata(mark)
        for number in range(3):
            yield note(number=number)

    return behaviour


def _call(stub: Any, method: str, note: Any) -> None:
    """One call to its end, whatever its status is."""
    asks = note(text="a") if method == "Watch" else iter([note(text="a"), note(text="b")])
    try:
        answer = stub(asks)
        if method != "Upload":
            list(answer)
    except grpc.RpcError:
        pass


NOT_PORTED = (Outcome.SKIPPED, Reason.NOT_PORTED)


@pytest.mark.parametrize("method", ["Watch", "Upload", "Talk"])
async def test_an_answer_of_trailers_only(stage: Any, serve: Any, dial: Any, note: Any, method: str) -> None:
    """An error that legacy gave at once carries the mark in its only header block."""
    found = await stage(serve({method: _abort(())}), serve({method: _abort(MARK)}))
    await asyncio.to_thread(_call, dial(found.port("one"), method), method, note)
    (only,) = await found.ended(1)
    assert isinstance(only, Settled), only
    assert (only.outcome, only.reason) == NOT_PORTED


@pytest.mark.parametrize("at_the_end", [False, True])
@pytest.mark.parametrize("method", ["Watch", "Talk"])
async def test_a_stream(stage: Any, serve: Any, dial: Any, note: Any, method: str, at_the_end: bool) -> None:
    """With the mark in the header, as generated services send it, or behind the messages."""
    legacy = serve({method: _streams(note, (), at_the_end=at_the_end)})
    candidate = serve({method: _streams(note, MARK, at_the_end=at_the_end)})
    found = await stage(legacy, candidate)
    await asyncio.to_thread(_call, dial(found.port("one"), method), method, note)
    (only,) = await found.ended(1)
    assert isinstance(only, Settled), only
    assert (only.outcome, only.reason) == NOT_PORTED


async def test_it_was_one_header_block(serve: Any) -> None:
    """What the tests above rely on: status and mark stand in the header, and there are no trailers."""
    headers = (("content-type", "application/grpc"), ("te", "trailers"))
    request = build_request("s.v1.Streams/Watch", headers, frames([b""]), request_id="id", at=0.0)
    upstream = Upstream(serve({"Watch": _abort(MARK)}), deadline_ms=5000, body_limit_bytes=1000)
    try:
        reply = await upstream.ask(request)
    finally:
        await upstream.close()
    assert isinstance(reply, Answer)
    assert header_values(reply.headers, "grpc-status") == ("5",)
    assert header_values(reply.headers, "x-crossfade-served-by") == ("legacy",)
    assert reply.trailers == ()
