"""Bodies that come in pieces, and errors of the system and of libraries."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from crossfade.shadow.canary.planes import http_answers
from crossfade.shadow.canary.planes.http_answers import reason_of, whole_body

PIECES = (b'{"a":', b"1", b"}")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server that sends each piece once the one before was read."""
    read = asyncio.Event()

    async def pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in PIECES:
            await response.write(piece)
            await read.wait()
        return response

    async def more(_: web.Request) -> web.Response:
        read.set()
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/pieces", pieces), web.get("/more", more)])
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_a_body_in_pieces_is_whole(url: str) -> None:
    """Though only its first piece is there when reading begins."""
    async with aiohttp.ClientSession() as client, client.get(f"{url}pieces") as answer:
        reading = asyncio.create_task(whole_body(answer))
        await client.get(f"{url}more")
        assert await reading == b"".join(PIECES)


async def test_a_body_that_does_not_end_is_cut_off(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the bound nothing is waited for."""
    monkeypatch.setattr(http_answers, "MOST_BYTES", 3)
    async with aiohttp.ClientSession() as client, client.get(f"{url}pieces") as answer:
        assert await whole_body(answer) == PIECES[0]


def test_the_reason_of_an_error() -> None:
    """In the system's words where it has some."""
    assert reason_of(OSError(111, "Connection refused")) == "Connection refused"
    assert reason_of(TimeoutError()) == "TimeoutError"
