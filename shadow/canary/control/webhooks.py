"""Gates that a webhook opens: asked beside the ticks, so that a slow one delays nothing."""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT_S = 10.0
EVERY_S = 10.0
_OPENS = range(200, 203)  # 200 to 202, as Flagger reads its hooks: a proxy's empty 204 is no word of anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """What a webhook said, ``at`` seconds since the epoch. ``said`` is the status, or the kind of the error."""

    is_open: bool
    said: str
    at: float


class Webhooks:
    """The webhooks that routes wait for. Each is asked at most every ten seconds, and by one request at a time."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._asked_at: dict[str, float] = {}
        self._answers: dict[str, GateAnswer] = {}

    def ask(self, key: str, url: str, document: Mapping[str, Any]) -> GateAnswer | None:
        """The last answer under this key, None before the first; asks again where that is due. Returns at once."""
        now = self._clock()
        if key not in self._asking and now - self._asked_at.get(key, float("-inf")) >= EVERY_S:
            self._asked_at[key] = now
            self._asking[key] = asyncio.create_task(self._post(key, url, document))
        return self._answers.get(key)

    def keep(self, keys: AbstractSet[str]) -> None:
        """Forgets all others: a route that comes to its gate again asks anew."""
        for key in list(self._asked_at.keys() - keys):
            del self._asked_at[key]
            self._answers.pop(key, None)
            if (task := self._asking.pop(key, None)) is not None:
                task.cancel()

    async def close(self) -> None:
        """Ends what is under way."""
        tasks = list(self._asking.values())
        self.keep(set())
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _post(self, key: str, url: str, document: Mapping[str, Any]) -> None:
        try:
            status = await self._status(url, document)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            answer = GateAnswer(is_open=False, said=type(error).__name__, at=self._clock())
        else:
            answer = GateAnswer(is_open=status in _OPENS, said=f"status {status}", at=self._clock())
        self._answers[key] = answer
        self._asking.pop(key, None)

    async def _status(self, url: str, document: Mapping[str, Any]) -> int:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.post(url, json=document, allow_redirects=False) as answer:
            return answer.status
