"""The engine carries the weights: it chooses for each request, and its admin endpoints set them and show them."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp
from msgspec import DecodeError, ValidationError, json

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.http_answers import reason_of, whole_body
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import PlaneSettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights, parse_weights, weights_text

_TOLD_CHARS = 300
_OK = 200
_MEANINGS = {
    401: "another token; give both processes the same one",
    404: "no such endpoint; an engine has it with a token in its environment and a [[canary.route]] in its config",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The admin endpoints of all processes that run the engine of one service, and their token."""

    urls: tuple[str, ...]
    token: str
    timeout_s: float


class EnginePlane:
    """One or several engines, which must all show the same; ``name`` and ``globs`` as in ``[[canary.plane]]``."""

    def __init__(self, name: str, globs: Iterable[str], engines: Engines) -> None:
        self.name = name
        self._globs = tuple(globs)
        self._engines = engines
        self._client: aiohttp.ClientSession | None = None

    def carries(self, route: str) -> bool:
        """Whether one of the globs matches."""
        return any(glob_matches(text, route) for text in self._globs)

    async def set(self, weights: Weights) -> None:
        """Sets them on all engines, also where one fails. Raises: PlaneError."""
        body = weights_text(weights)
        for url, answer in await self._ask_all("PUT", "/v1/weights", body):
            if self._weights(url, answer) != weights:
                raise self._error(f"expected {url} to show generation {weights.generation} as set, got other weights")

    async def read(self) -> Weights:
        """What all engines show. Raises: PlaneError: one does not answer, or they differ."""
        (first_url, first), *others = [
            (url, self._weights(url, answer)) for url, answer in await self._ask_all("GET", "/v1/weights")
        ]
        for url, weights in others:
            if weights != first:
                told = f"generation {weights.generation} of {url}"
                raise self._error(f"expected generation {first.generation} of {first_url} everywhere, got {told}")
        return first

    async def renew(self, generation: int) -> None:
        """Tells all engines, also where one fails. Raises: PlaneError."""
        await self._ask_all("POST", "/v1/weights/renew", json.encode({"generation": generation}))

    async def counts(self) -> tuple[ServedCounts, ...]:
        """What each engine served. Raises: PlaneError."""
        return tuple(self._counts(url, answer) for url, answer in await self._ask_all("GET", "/v1/served"))

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _weights(self, url: str, answer: bytes) -> Weights:
        try:
            return parse_weights(answer)
        except ShadowError as error:
            raise self._error(f"expected weights of {url}, got something else ({error})") from None

    def _counts(self, url: str, answer: bytes) -> ServedCounts:
        try:
            return json.decode(answer, type=ServedCounts)
        except (ValidationError, DecodeError, UnicodeDecodeError) as error:
            raise self._error(f"expected counts of {url}, got something else ({error})") from None

    async def _ask_all(self, method: str, path: str, body: bytes = b"") -> list[tuple[str, bytes]]:
        """The answers by URL. Raises: PlaneError: the first problem, after all were asked."""
        urls = self._engines.urls
        found = await asyncio.gather(*(self._ask(method, url, path, body) for url in urls), return_exceptions=True)
        answers = []
        for url, answer in zip(urls, found, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            answers.append((url, answer))
        return answers

    async def _ask(self, method: str, url: str, path: str, body: bytes) -> bytes:
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=self._engines.timeout_s)
            headers = {"Authorization": f"Bearer {self._engines.token}"}
            self._client = aiohttp.ClientSession(timeout=timeout, headers=headers)
        address = url.rstrip("/") + path
        try:
            async with self._client.request(method, address, data=body or None, allow_redirects=False) as answer:
                text = await whole_body(answer)
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._error(f"expected an answer of {address}, got {reason_of(error)}") from None
        if status != _OK:
            told = _MEANINGS.get(status) or _line(text) or "no reason"
            raise self._error(f"expected status 200 of {address}, got {status}: {told}")
        return text

    def _error(self, message: str) -> PlaneError:
        return PlaneError(f"{self.name}: {message}", exit_code=4)


def open_plane(settings: PlaneSettings, config: Config) -> EnginePlane:
    """The engines of this config. Raises: ShadowError: nothing says where they are, or the token is missing."""
    urls = settings.engines or (() if config.admin.address is None else (f"http://{config.admin.address}",))
    if not urls:
        message = f"admin.address: expected the address of the engine's endpoints for the plane {settings.name!r}, got"
        raise ShadowError(f"{message} none; add it, or list the engines of the plane")
    name = config.canary.token_env
    token = os.environ.get(name, "").strip()
    if not token:
        raise ShadowError(f"{name}: expected a token in this environment variable, got none; give the engine the same")
    return EnginePlane(settings.name, settings.routes, Engines(urls=urls, token=token, timeout_s=settings.timeout_s))


def _line(text: bytes) -> str:
    """The first line of a refusal."""
    line = text.decode("utf-8", "replace").strip().partition("\n")[0]
    return "".join(character for character in line if character.isprintable())[:_TOLD_CHARS]
