"""Servers that are there, and servers that are not."""

import asyncio

from crossfade.shadow.canary.control.probes import are_up


async def test_all_of_them_must_accept_a_connection() -> None:
    """None at all are up as well."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    there = server.sockets[0].getsockname()
    assert await are_up([])
    assert await are_up([there, there])
    assert not await are_up([there, ("127.0.0.1", 9)])
    assert not await are_up([("no.such.host.invalid", 80)])
    server.close()
