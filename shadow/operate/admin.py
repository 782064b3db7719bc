"""crossfade's own endpoints, on an address of their own: /live, /ready, /metrics, and those of a controller."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.operate.metrics import IngestSnapshot, Snapshot, render

_CONNECT_S = 1.0
_RENDER_EVERY_S = 1.0


class Readiness:
    """Whether clients may be sent here: the ports are bound, and each legacy has accepted a connection once.

    Legacy is probed until it has accepted one, and never again. So a wrong address stops a rollout, but a legacy that
    goes down later does not take the proxy out of service.
    """

    def __init__(self, *, is_serving: Callable[[], bool], legacies: Iterable[tuple[str, int]]) -> None:
        """``is_serving`` is False before the ports are bound and while the proxy drains."""
        self._is_serving = is_serving
        self._unseen = set(legacies)
        self._one_at_a_time = asyncio.Lock()

    async def problem(self) -> str | None:
        """Why it is not ready, in one line; None when it is."""
        if not self._is_serving():
            return "not serving: the ports are not bound yet, or the proxy is draining"
        async with self._one_at_a_time:
            for host, port in sorted(self._unseen):
                if not await _takes_connections(host, port):
                    return f"legacy {host}:{port} has accepted no connection yet"
                self._unseen.discard((host, port))
        return None


class Admin:
    """Serves the endpoints. Metrics are rendered in a thread, and at most once a second."""

    def __init__(
        self,
        *,
        readiness: Readiness,
        snapshot: Callable[[], Snapshot | IngestSnapshot],
        more: Iterable[web.RouteDef] = (),
    ) -> None:
        self._readiness = readiness
        self._snapshot = snapshot
        self._rendering = asyncio.Lock()
        self._text = b""
        self._rendered_at = float("-inf")
        app = web.Application()
        app.add_routes(
            [web.get("/live", self._live), web.get("/ready", self._ready), web.get("/metrics", self._metrics), *more]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)

    async def start(self, host: str, port: int) -> str:
        """Binds and serves; returns the real host:port. Raises: ShadowError: the address can't be bound."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.close()
            message = f"admin.address: expected an address to listen on, got {host}:{port} ({error.strerror})"
            raise ShadowError(f"{message}; stop what listens there, or choose another", exit_code=4) from None
        bound = self._runner.addresses[0]
        return f"{bound[0]}:{bound[1]}"

    async def close(self) -> None:
        """Stops serving."""
        await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def _ready(self, _: web.Request) -> web.Response:
        problem = await self._readiness.problem()
        return web.Response(text="ready\n") if problem is None else web.Response(text=problem + "\n", status=503)

    async def _metrics(self, _: web.Request) -> web.Response:
        async with self._rendering:
            if time.monotonic() - self._rendered_at >= _RENDER_EVERY_S:
                self._text = await asyncio.to_thread(render, self._snapshot())
                self._rendered_at = time.monotonic()
        return web.Response(body=self._text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _takes_connections(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
