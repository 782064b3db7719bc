"""The controller's API: JSON over HTTP, with a bearer token for all but /live and /metrics.

A token in a header is sent by no browser on its own, so that no other site can act here.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from aiohttp import web
from msgspec import DecodeError, ValidationError
from msgspec import json as msgspec_json

from crossfade.shadow.canary.control.status import VERBS, Done, Order, Status
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.errors import ShadowError

_BODY_BYTES = 64 * 1024
_RENDER_EVERY_S = 1.0
_OPEN = frozenset({"/live", "/metrics"})
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Steered(Protocol):
    """The controller, as those see it who ask it."""

    def status(self) -> Status:
        """How things are now."""

    async def order(self, verb: Verb, order: Order) -> Done:
        """Writes the order down and carries it out. Raises: ShadowError: it matches no route, or can't be written."""

    def metrics(self) -> bytes:
        """The text of a scrape."""


class Api:
    """Serves the API, and with it ``others``: routes that look at the token themselves."""

    def __init__(self, steered: Steered, *, token: str, others: Sequence[web.RouteDef] = ()) -> None:
        self._steered = steered
        self._token = token.encode("utf-8", "surrogateescape")
        self._others = {other.handler for other in others}
        self._rendering = asyncio.Lock()
        self._scrape = b""
        self._scraped_at = float("-inf")
        app = web.Application(middlewares=[_as_json, self._authorised], client_max_size=_BODY_BYTES)
        app.add_routes(
            [
                web.get("/live", self._live),
                web.get("/metrics", self._metrics),
                web.get("/v1/canary", self._all),
                web.get("/v1/canary/{route:.+}", self._one),
                web.post("/v1/canary/{verb}", self._order),
            ]
        )
        app.add_routes(others)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)

    async def start(self, host: str, port: int) -> str:
        """Binds and serves; returns the real host:port. Raises: ShadowError: the address can't be bound."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.close()
            message = f"canary.address: expected an address to listen on, got {host}:{port} ({error.strerror})"
            raise ShadowError(f"{message}; stop what listens there, or choose another", exit_code=4) from None
        bound = self._runner.addresses[0]
        return f"[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"{bound[0]}:{bound[1]}"

    async def close(self) -> None:
        """Stops serving."""
        await self._runner.cleanup()

    @web.middleware
    async def _authorised(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in _OPEN and request.match_info.handler not in self._others:
            kind, _, given = request.headers.get("Authorization", "").partition(" ")
            is_right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token)
            if kind.lower() != "bearer" or not is_right:
                return _problem(401, "expected Authorization: Bearer with the token", {"WWW-Authenticate": "Bearer"})
        return await handler(request)

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        async with self._rendering:
            if time.monotonic() - self._scraped_at >= _RENDER_EVERY_S:
                self._scrape = self._steered.metrics()
                self._scraped_at = time.monotonic()
        return web.Response(body=self._scrape, headers={"Content-Type": _METRICS_TYPE})

    async def _all(self, _: web.Request) -> web.Response:
        return _document(self._steered.status())

    async def _one(self, request: web.Request) -> web.Response:
        wanted = request.match_info["route"]
        for route in self._steered.status().routes:
            if route.route == wanted:
                return _document(route)
        return _problem(404, f"{wanted}: expected a route of the plan, got none of this name; see /v1/canary")

    async def _order(self, request: web.Request) -> web.Response:
        verb = request.match_info["verb"]
        if verb not in VERBS:
            return _problem(404, f"{verb}: expected one of {', '.join(VERBS)}")
        try:
            order = msgspec_json.decode(await request.read(), type=Order)
        except (ValidationError, DecodeError, UnicodeDecodeError) as error:
            return _problem(400, f"body: {error}")
        try:
            return _document(await self._steered.order(Verb(verb), order))
        except ShadowError as error:
            return _problem(503 if error.exit_code == 4 else 409, str(error))  # noqa: PLR2004 - infrastructure


@web.middleware
async def _as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Also what aiohttp itself refuses is JSON."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        headers = {name: value for name, value in error.headers.items() if name == "Allow"}
        return _problem(error.status, error.reason, headers)


def _document(document: Any) -> web.Response:  # noqa: ANN401 - any record
    return web.Response(body=msgspec_json.encode(document), content_type="application/json")


def _problem(status: int, error: str, headers: dict[str, str] | None = None) -> web.Response:
    body = msgspec_json.encode({"error": error})
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
