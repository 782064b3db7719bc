"""Turns for what comes in crowds: new connections, pieces of heads, connections that end."""

import asyncio
from collections import deque

from mitmproxy.connection import Client
from mitmproxy.proxy.layer import NextLayer

_ROUNDS = 8  # of the loop for each turn: who else has something to do gets seven without a stranger's work in them
_TURN_S = 0.002  # but where rounds are long, because there is much to do, there is a turn for each so many seconds


class Line:
    """A turn is half a millisecond of work; all turns together take at most a quarter of the loop."""

    def __init__(self, *, newest_first: bool) -> None:
        """``newest_first``: the newest gets two of three turns, so that the oldest gets on as well."""
        self._newest_first = newest_first
        self._turns = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Returns when the caller's turn has come; at once where nobody waits."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._next, loop, 1, loop.time())
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop, rounds: int, since: float) -> None:
        due = int((loop.time() - since) / _TURN_S)
        if rounds > 1 and not due:
            loop.call_soon(self._next, loop, rounds - 1, since)
            return
        for _ in range(min(max(1, due), len(self._waiting))):
            self._give()
        if self._waiting:
            loop.call_soon(self._next, loop, _ROUNDS, loop.time())

    def _give(self) -> None:
        self._turns += 1
        takes_newest = self._newest_first and self._turns % 3
        turn = self._waiting.pop() if takes_newest else self._waiting.popleft()
        if not turn.done():  # its client may have gone
            turn.set_result(None)


class Lines:
    """An add-on. Of new connections the newest goes first: one that comes after a crowd does not wait for it."""

    def __init__(self) -> None:
        self._new = Line(newest_first=True)
        self.others = Line(newest_first=False)  # pieces of heads, and ends

    async def client_connected(self, client: Client) -> None:  # noqa: ARG002 - mitmproxy's hook
        """Returns when the connection may be read from."""
        await self._new.turn()

    async def next_layer(self, data: NextLayer) -> None:
        """Returns when its first bytes may be handled."""
        if data.data_client():
            await self._new.turn()
