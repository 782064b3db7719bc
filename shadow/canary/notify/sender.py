"""Posts notices to one webhook: in order, each again until it is taken, and nobody waits for it."""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

import aiohttp

from crossfade.shadow.canary.notify.forms import Form
from crossfade.shadow.canary.notify.notice import Notice

log = logging.getLogger("crossfade.canary")

QUEUE = 100
"""Notices that may wait; a later one is dropped, because the first of many tell what began."""
REMEMBERED = 10_000
"""Keys that are known as told."""
TRIES = 8
TIMEOUT_S = 10.0
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_AGAIN = frozenset({408, 425, 429})  # the 4xx after which RFC 9110, 8470 and 6585 expect the request again
_SERVER_ERROR = 500


class Sender:
    """One webhook. ``name`` stands in the log in place of its address, which may be a secret."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        form: Form,
        service: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.sent = self.dropped = self.failed_tries = 0
        self._url = url
        self._form = form
        self._service = service
        self._sleep = sleep
        self._waiting: deque[Notice] = deque()
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._news = asyncio.Event()

    def tell(self, notice: Notice) -> None:
        """Puts a notice into the queue; one whose key is known is not news."""
        if notice.key in self._keys:
            return
        if len(self._waiting) >= QUEUE:
            self._drop(notice, f"{QUEUE} wait already")
            return
        self._keys[notice.key] = None
        if len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)
        self._waiting.append(notice)
        self._news.set()

    async def run(self) -> None:
        """Posts until cancelled."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            while True:
                while self._waiting:
                    await self._deliver(session, self._waiting[0])
                    self._waiting.popleft()
                self._news.clear()
                await self._news.wait()

    async def drain(self, seconds: float) -> None:
        """Waits until nothing waits, at most this long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._waiting:
                    await self._sleep(0.05)

    async def _deliver(self, session: aiohttp.ClientSession, notice: Notice) -> None:
        pause_s = _FIRST_PAUSE_S
        for _ in range(TRIES):
            problem, is_final = await self._post(session, notice)
            if problem is None:
                self.sent += 1
                return
            self.failed_tries += 1
            if is_final:
                break
            await self._sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        self._drop(notice, problem)

    async def _post(self, session: aiohttp.ClientSession, notice: Notice) -> tuple[str | None, bool]:
        """Why it was not taken, None if it was; and whether another try is of no use."""
        content_type, body = self._form(notice, self._service)
        headers = {"Content-Type": content_type}
        try:
            async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.ok and answer.status < 300:  # noqa: PLR2004 - a redirect was not followed
                    return None, False
                return f"status {answer.status}", answer.status < _SERVER_ERROR and answer.status not in _AGAIN
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return type(error).__name__, isinstance(error, aiohttp.InvalidURL)

    def _drop(self, notice: Notice, why: str | None) -> None:
        self.dropped += 1
        log.warning("canary.notice_dropped target=%s key=%s reason=%s", self.name, notice.key, why)
