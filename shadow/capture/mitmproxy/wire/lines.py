"""One after the other when many come at once: new connections, pieces of heads, connections that end."""

import asyncio

from mitmproxy.connection import Client
from mitmproxy.proxy.layer import NextLayer

_ROUNDS = 8  # of the loop for each turn: who else has something to do gets seven without a stranger's work in them


class Line:
    """Who has a turn may do half a millisecond of work. Without a clock: a faster machine has more turns."""

    def __init__(self, *, newest_first: bool) -> None:
        self._at = -1 if newest_first else 0
        self._waiting: list[asyncio.Future[None]] = []

    async def turn(self) -> None:
        """Returns when it has come; at once where nobody waits."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._next, loop, 1)
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop, rounds: int) -> None:
        if rounds > 1:
            loop.call_soon(self._next, loop, rounds - 1)
            return
        turn = self._waiting.pop(self._at)
        if not turn.done():  # its client may have gone
            turn.set_result(None)
        if self._waiting:
            loop.call_soon(self._next, loop, _ROUNDS)


class Lines:
    """An add-on. Of new connections the newest goes first: who comes after a crowd does not wait for it."""

    def __init__(self) -> None:
        self._new = Line(newest_first=True)
        self.others = Line(newest_first=False)  # pieces of heads, and ends

    async def client_connected(self, client: Client) -> None:  # noqa: ARG002 - mitmproxy's hook
        """Returns when the connection may be read from."""
        await self._new.turn()

    async def next_layer(self, data: NextLayer) -> None:
        """Returns when what it sent first may be looked at."""
        if data.data_client():
            await self._new.turn()
