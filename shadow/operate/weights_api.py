"""The endpoints by which a controller moves traffic: /v1/weights, /v1/weights/renew, /v1/served. All want a token."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from msgspec import DecodeError, Struct, ValidationError, json

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.operate.weights_file import keep
from crossfade.shadow.serving.carrier import Carrier
from crossfade.shadow.serving.lease import StaleError
from crossfade.shadow.serving.weights import Weights, parse_weights, weights_text

MOST_BODY_BYTES = 1 << 20
_LOOK_S = 0.25
log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Renewal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of /v1/weights/renew."""

    generation: int


class WeightsApi:
    """The endpoints. ``folder`` keeps what survives a restart."""

    def __init__(self, carrier: Carrier, *, token: str, folder: Path) -> None:
        self._carrier = carrier
        self._token = f"Bearer {token}".encode()
        self._folder = folder
        self._keeping = asyncio.Lock()
        self._kept: Weights | None = None

    def routes(self) -> tuple[web.RouteDef, ...]:
        """For the application that serves them."""
        return (
            web.get("/v1/weights", self._guarded(self._read)),
            web.put("/v1/weights", self._guarded(self._set)),
            web.post("/v1/weights/renew", self._guarded(self._renew)),
            web.get("/v1/served", self._guarded(self._served)),
        )

    def _guarded(self, handle: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, self._token):
                return web.Response(
                    status=401, text="expected Authorization: Bearer TOKEN\n", headers={"WWW-Authenticate": "Bearer"}
                )
            try:
                return await handle(request)
            except StaleError as error:
                return web.Response(status=409, text=f"{error}\n")
            except ShadowError as error:
                return web.Response(status=400, text=f"{error}\n")

        return guarded

    async def _read(self, _: web.Request) -> web.Response:
        return _json(weights_text(self._carrier.weights()))

    async def _set(self, request: web.Request) -> web.Response:
        """Applies first: going back to legacy must not wait for a disk, nor fail with it."""
        weights = parse_weights(await request.read())
        before = self._carrier.weights()
        self._carrier.set(weights)
        if weights != before:
            log.warning("weights.set generation=%d routes=%d", weights.generation, len(weights.routes))
        async with self._keeping:
            try:
                await self._keep(self._carrier.weights())
            except OSError as error:
                log.warning("weights.not_kept error=%s", error)
                text = f"the weights hold, but could not be kept for a restart: {error}\n"
                return web.Response(status=500, text=text)
        return _json(weights_text(self._carrier.weights()))

    async def _keep(self, weights: Weights) -> None:
        """Writes them, unless the file has them. Raises: OSError."""
        if weights == self._kept:
            return
        self._kept = None
        await asyncio.to_thread(keep, self._folder, weights)
        self._kept = weights

    async def _renew(self, request: web.Request) -> web.Response:
        try:
            renewal = json.decode(await request.read(), type=Renewal)
        except (ValidationError, DecodeError, UnicodeDecodeError) as error:
            raise ShadowError(f'renew: expected {{"generation": N}}, got {error}') from None
        self._carrier.renew(renewal.generation)
        return _json(json.encode({"lease_remaining_s": self._carrier.lease_remaining_s()}))

    async def _served(self, _: web.Request) -> web.Response:
        return _json(json.encode(self._carrier.served()))


async def watch_lease(carrier: Carrier) -> None:
    """Logs when the controller has been silent for too long, until cancelled."""
    before = carrier.weights()
    while True:
        await asyncio.sleep(_LOOK_S)
        present = carrier.weights()
        if present.generation == before.generation and len(present.routes) < len(before.routes):
            lost = len(before.routes) - len(present.routes)
            log.error("weights.lapsed generation=%d routes=%d; legacy answers them", present.generation, lost)
        before = present


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")
