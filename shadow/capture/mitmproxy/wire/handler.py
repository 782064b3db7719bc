"""A client's sockets, and legacy's for it: as many as it needs, and a share of the loop."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from mitmproxy import options
from mitmproxy.master import Master
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

from crossfade.shadow.capture.mitmproxy.wire.events import TurnHook

REST_S = 0.002  # as long as a batch takes: others get half of the loop at least


class FairHandler(ProxyConnectionHandler):
    """As mitmproxy's, which opens five connections to legacy and then waits until one of them is closed.

    Here the streams that a client may have open at once are the bound. What a connection sends at once, beyond a batch,
    is handled in turns with all others, and the connection is not read from meanwhile.
    """

    def __init__(
        self, master: Master, reader: Any, writer: Any, options: options.Options, mode: ProxyMode  # noqa: ANN401 - mitmproxy's own
    ) -> None:
        super().__init__(master, reader, writer, options, mode)
        self.max_conns = defaultdict(contextlib.nullcontext)  # type: ignore[arg-type] # no semaphore
        self._turns: dict[str, int] = {}  # under way, by the id of their connection
        self._caught_up = asyncio.Condition()

    def hook_task(self, hook: commands.StartHook) -> Coroutine[Any, Any, None]:
        """Called when a hook begins, at once."""
        if not isinstance(hook, TurnHook):
            return super().hook_task(hook)
        self._turns[hook.connection.id] = self._turns.get(hook.connection.id, 0) + 1
        return self._give_turn(hook)

    async def _give_turn(self, hook: TurnHook) -> None:
        await asyncio.sleep(REST_S)
        await self.server_event(events.HookCompleted(hook))  # may begin the next turn
        left = self._turns[hook.connection.id] - 1
        if left:
            self._turns[hook.connection.id] = left
            return
        del self._turns[hook.connection.id]
        async with self._caught_up:
            self._caught_up.notify_all()

    async def drain_writers(self) -> None:
        """Called after each read: the next one waits until what was read is handled and can be written."""
        task = asyncio.current_task()
        reading = next((item for item, io in self.transports.items() if io.handler is task), self.client)
        if reading.id in self._turns:
            async with self._caught_up:
                await self._caught_up.wait_for(lambda: reading.id not in self._turns)
        if reading is self.client:
            await super().drain_writers()
        else:
            await self._drain_client()

    async def _drain_client(self) -> None:
        """What legacy sends goes to the client alone: another stream's upload does not hold it up."""
        io = self.transports.get(self.client)
        if io is not None and io.writer is not None:
            try:
                await io.writer.drain()
            except OSError as error:
                if io.handler is not None:
                    io.handler.cancel(f"Error sending data: {error}")
