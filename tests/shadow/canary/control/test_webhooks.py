"""Gates that a real webhook opens, or does not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from crossfade.shadow.canary.control.webhooks import EVERY_S, GateAnswer, Webhooks


class Hook:
    """Answers with one status, once it may."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[Any] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await self.may_answer.wait()
        return web.Response(status=self.status)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def webhooks(clock: Clock) -> AsyncIterator[Webhooks]:
    webhooks = Webhooks(clock=clock)
    yield webhooks
    await webhooks.close()


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
async def url(hook: Hook) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/gate", hook.take)
    async with TestServer(app) as server:
        yield str(server.make_url("/gate"))


async def answer_of(webhooks: Webhooks, url: str, key: str = "k") -> GateAnswer:
    """Asks as ticks do, and takes what a later tick sees."""
    webhooks.ask(key, url, {"route": "GET /a"})
    await asyncio.gather(*webhooks._asking.values())
    answer = webhooks.ask(key, url, {"route": "GET /a"})
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("status", "is_open"), [(200, True), (202, True), (203, False), (204, False), (302, False), (403, False)]
)
async def test_200_to_202_open_a_gate(webhooks: Webhooks, hook: Hook, url: str, status: int, is_open: bool) -> None:
    """No other status does."""
    hook.status = status
    assert await answer_of(webhooks, url) == GateAnswer(is_open=is_open, said=f"status {status}", at=100)
    assert hook.asked == [{"route": "GET /a"}]


async def test_a_webhook_that_is_gone_keeps_its_gate_closed(webhooks: Webhooks) -> None:
    """And says why."""
    answer = await answer_of(webhooks, "http://127.0.0.1:9/")
    assert not answer.is_open
    assert answer.said == "ClientConnectorError"


async def test_a_webhook_is_asked_every_ten_seconds(webhooks: Webhooks, hook: Hook, url: str, clock: Clock) -> None:
    """However often the controller looks."""
    hook.status = 403
    await answer_of(webhooks, url)
    clock.now += EVERY_S - 0.1
    await answer_of(webhooks, url)
    assert len(hook.asked) == 1
    clock.now += 0.1
    hook.status = 200
    assert (await answer_of(webhooks, url)).is_open
    assert len(hook.asked) == 2


async def test_a_slow_webhook_delays_nothing(webhooks: Webhooks, hook: Hook, url: str, clock: Clock) -> None:
    """While one request is under way there is no other."""
    hook.may_answer.clear()
    assert webhooks.ask("k", url, {}) is None
    clock.now += 3 * EVERY_S
    assert webhooks.ask("k", url, {}) is None
    hook.may_answer.set()
    await answer_of(webhooks, url)
    assert len(hook.asked) == 1


async def test_an_answer_of_an_earlier_wait_is_forgotten(webhooks: Webhooks, hook: Hook, url: str) -> None:
    """An open gate is not open for the next rollout."""
    assert (await answer_of(webhooks, url)).is_open
    webhooks.keep({"other"})
    hook.status = 403
    assert not (await answer_of(webhooks, url)).is_open
