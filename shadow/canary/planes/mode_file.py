"""A generated Java service carries the weights of its RPCs: its mode file is written, and all pods show their modes.

The lease is a file of its own beside it: a mode file counts once it has stopped changing.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
from msgspec import DecodeError, Struct, ValidationError, json
from yarl import URL

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.http_answers import reason_of, whole_body
from crossfade.shadow.canary.planes.mode_lines import (
    RPC,
    Assigned,
    Written,
    read_written,
    rpc_of,
    weight_of,
    with_weights,
)
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import PlaneSettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights

_BEARER = "header:authorization"
_LOOK_AGAIN_S = 0.1
_Answer = TypeVar("_Answer")


class Shown(Struct, frozen=True, kw_only=True):
    """What a pod shows at /v1/modes: the modes in effect, which are others than those of the file without a lease."""

    generation: int
    lease_s: float | None
    lease_held: bool
    modes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the mode file is, and the addresses at which its pods show what they do."""

    file: Path
    read_back: tuple[str, ...]
    timeout_s: float


class ModeFile:
    """One mode file and all pods that watch it. ``name`` and ``globs`` are those of ``[[canary.plane]]``."""

    def __init__(
        self,
        name: str,
        globs: Iterable[str],
        place: Place,
        assigned: Assigned,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since 1970."""
        self.name = name
        self._globs = [glob(text) for text in globs]
        self._place = place
        self._assigned = assigned
        self._clock = clock
        self._routes: dict[str, str] = {}
        self._client: aiohttp.ClientSession | None = None

    def carries(self, route: str) -> bool:
        """RPCs alone: the service has no HTTP."""
        return RPC.fullmatch(rpc_of(route)) is not None and any(one.matches(route) for one in self._globs)

    async def set(self, weights: Weights) -> None:
        """Writes the file, and waits until all pods show it. Raises: PlaneError."""
        self._routes |= {rpc_of(weight.route): weight.route for weight in weights.routes}
        await asyncio.to_thread(self._write, weights)
        try:
            async with asyncio.timeout(self._place.timeout_s):
                while not await self._is_taken(weights.generation):  # noqa: ASYNC110 - pods poll, and tell nobody
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise self._error(f"expected its pods to show generation {weights.generation}, got another one") from None

    async def read(self) -> Weights:
        """What all pods show; those of one that has lost its lease are legacy's. Raises: PlaneError."""
        written = await asyncio.to_thread(self._written)
        first, *others = await self._ask("/v1/modes", Shown)
        shown = {rpc: first.modes.get(rpc, "") for rpc in written.stages}
        for other in others:
            if other.generation != first.generation or any(other.modes.get(rpc) != shown[rpc] for rpc in shown):
                raise self._error("expected the same modes of all pods, got different ones")
        if first.generation != written.generation:
            raise self._error(
                f"expected generation {written.generation} of the file, got {first.generation} of its pods"
            )
        try:
            routes = [weight_of(self._routes.get(rpc, rpc), shown[rpc], stage) for rpc, stage in written.stages.items()]
        except ValueError as error:
            raise self._error(str(error)) from None
        return Weights(generation=first.generation, lease_s=first.lease_s or 0.0, routes=tuple(routes))

    async def renew(self, generation: int) -> None:
        """Writes the lease file. Raises: PlaneError: it can't be written, or the mode file is another one by now."""
        found = (await asyncio.to_thread(self._written)).generation
        if found != generation:
            raise self._error(f"expected generation {generation}, got {found}; set the weights again")
        await asyncio.to_thread(self._renew)

    async def counts(self) -> tuple[ServedCounts, ...]:
        """What each pod served. Raises: PlaneError."""
        return await self._ask("/v1/served", ServedCounts)

    async def close(self) -> None:
        """Closes the connections to the pods."""
        if self._client is not None:
            await self._client.close()

    async def _is_taken(self, generation: int) -> bool:
        return {shown.generation for shown in await self._ask("/v1/modes", Shown)} == {generation}

    async def _ask(self, path: str, kind: type[_Answer]) -> tuple[_Answer, ...]:
        """The answers of all pods: a name may stand for several addresses."""
        if self._client is None:
            self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._place.timeout_s))
        urls = [url for found in await asyncio.gather(*map(self._pods, self._place.read_back)) for url in found]
        return tuple(await asyncio.gather(*(self._get(self._client, url / path[1:], kind) for url in urls)))

    async def _pods(self, address: str) -> list[URL]:
        url = URL(address)
        try:
            async with asyncio.timeout(self._place.timeout_s):
                loop = asyncio.get_running_loop()
                found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError) as error:
            raise self._error(f"expected pods at {address}, got {reason_of(error)}") from None
        return [url.with_host(str(host)) for host in sorted({place[4][0] for place in found})]

    async def _get(self, client: aiohttp.ClientSession, url: URL, kind: type[_Answer]) -> _Answer:
        try:
            async with client.get(url, allow_redirects=False) as answer:
                body = await whole_body(answer)
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._error(f"expected an answer of {url}, got {reason_of(error)}") from None
        if status != 200:  # noqa: PLR2004 - HTTP
            raise self._error(f"expected an answer of {url}, got status {status}")
        try:
            return json.decode(body, type=kind)
        except (ValidationError, DecodeError) as error:
            raise self._error(f"expected the answer of a generated service at {url}, got another: {error}") from None

    def _written(self) -> Written:
        return read_written(self._text())

    def _text(self) -> str:
        try:
            return self._place.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(f"expected a mode file at {self._place.file}, got {reason_of(error)}") from None

    def _write(self, weights: Weights) -> None:
        """The lease first: a service that takes the modes must find it."""
        text = self._text()
        if (found := read_written(text).generation) > weights.generation:
            raise self._error(f"expected a generation of at least {found}, got {weights.generation}")
        try:
            text = with_weights(text, weights, self._assigned)
        except ValueError as error:
            raise self._error(str(error)) from None
        self._renew()
        self._replace(self._place.file, text)

    def _renew(self) -> None:
        file = self._place.file
        self._replace(file.with_name(f"{file.name}.lease"), f"{self._clock():.6f}\n")

    def _replace(self, file: Path, text: str) -> None:
        """At one stroke, so that nobody reads half of it; with the rights that it had."""
        new = None
        try:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as written:
                new = Path(written.name)
                written.write(text)
                written.flush()
                os.fsync(written.fileno())
            _take_rights(self._place.file, new)
            new.replace(file)
        except OSError as error:
            if new is not None:
                new.unlink(missing_ok=True)
            raise self._error(f"expected to write {file}, got {reason_of(error)}") from None

    def _error(self, message: str) -> PlaneError:
        return PlaneError(f"{self.name}: {message}")


def _take_rights(of: Path, new: Path) -> None:
    shutil.copymode(of, new)
    owner = of.stat()
    with contextlib.suppress(PermissionError):  # whoever is not root keeps his own files
        os.chown(new, owner.st_uid, owner.st_gid)


def open_plane(settings: PlaneSettings, config: Config) -> ModeFile:
    """The plane of these settings. Raises: ShadowError: it can't know the clients by this key."""
    keys = config.canary.key
    if any(key.lower() == _BEARER for key in keys):
        raise ShadowError(
            f"canary.key: expected no {_BEARER} with the plane {settings.name!r}, which does not read tokens; "
            "name a field that is the client's own, or use the engine"
        )
    assert settings.file is not None  # noqa: S101 - a clash of the config otherwise
    place = Place(file=settings.file, read_back=settings.read_back, timeout_s=settings.timeout_s)
    assigned = Assigned(keys=keys, salt=config.service.name, tester_header=config.canary.tester_header)
    return ModeFile(settings.name, settings.routes, place, assigned)
