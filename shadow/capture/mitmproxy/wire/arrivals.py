"""New connections one after the other when many come at once."""

import asyncio

from mitmproxy.connection import Client
from mitmproxy.proxy.layer import NextLayer

_EVERY_S = 0.001  # a connection takes 0.2 ms until it is read from, and 0.5 ms until its protocol is known


class Arrivals:
    """An add-on. The newest goes first: who comes in a crowd waits for the crowd, and who comes after it does not."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    async def client_connected(self, client: Client) -> None:  # noqa: ARG002 - mitmproxy's hook
        """Returns when the connection may be read from."""
        await self._admitted()

    async def next_layer(self, data: NextLayer) -> None:
        """Returns when what it sent first may be looked at."""
        if data.data_client():
            await self._admitted()

    async def _admitted(self) -> None:
        loop = asyncio.get_running_loop()
        admitted = loop.create_future()
        self._waiting.append(admitted)
        if len(self._waiting) == 1:
            loop.call_soon(self._admit, loop)
        await admitted

    def _admit(self, loop: asyncio.AbstractEventLoop) -> None:
        admitted = self._waiting.pop()
        if not admitted.done():  # its client may have gone
            admitted.set_result(None)
        if self._waiting:
            loop.call_later(_EVERY_S, self._admit, loop)
