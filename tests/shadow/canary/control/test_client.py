"""The verbs' side of the API, against the real one."""

import asyncio
from typing import Any

import pytest

from crossfade.shadow.canary.control.client import Client, NoControllerError
from crossfade.shadow.canary.control.status import Order
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.errors import ShadowError


async def test_it_reads_what_the_api_writes(client: Client, steered: Any) -> None:
    """The same records at both ends."""
    status = await asyncio.to_thread(client.status)
    assert status == steered.status()
    assert await asyncio.to_thread(client.route, "GET /builds/{id}") == status.routes[0]


async def test_it_sends_verbs(client: Client, steered: Any) -> None:
    """And gets the routes as they are after it."""
    order = Order(actor="jo", reason="because", routes="GET *")
    done = await asyncio.to_thread(client.order, Verb.PAUSE, order)
    assert done.routes[0].route == "GET /builds/{id}"
    assert steered.orders == [(Verb.PAUSE, order)]


async def test_another_token_is_told_as_that(address: str) -> None:
    """With the exit code of a mistake in a config."""
    with pytest.raises(ShadowError, match="expected the controller's token, got another") as raised:
        await asyncio.to_thread(Client(address=address, token="wrong").status)
    assert raised.value.exit_code == 2
    assert not isinstance(raised.value, NoControllerError)


async def test_what_the_controller_refuses_arrives(client: Client, steered: Any) -> None:
    """In its own words."""
    steered.problem = ShadowError("journal: expected to write", exit_code=4)
    with pytest.raises(ShadowError, match=r"^journal: expected to write$") as raised:
        await asyncio.to_thread(client.order, Verb.ABORT, Order(actor="jo"))
    assert raised.value.exit_code == 4


def test_nobody_there_is_one_line() -> None:
    """It says how to start one."""
    with pytest.raises(NoControllerError, match=r"^127\.0\.0\.1:9: expected the controller, got .*refused"):
        Client(address="127.0.0.1:9", token="t").status()


async def test_something_else_there_is_no_controller() -> None:
    """Another server's answer is not taken for a status."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    with pytest.raises(NoControllerError, match="got status 200 of something else"):
        await asyncio.to_thread(Client(address=f"{host}:{port}", token="t").status)
    server.close()
