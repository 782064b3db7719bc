"""Notices on their way to a server that fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from crossfade.shadow.canary.notify.forms import slack
from crossfade.shadow.canary.notify.notice import Notice, NoticeKind
from crossfade.shadow.canary.notify.sender import QUEUE, TRIES, Sender


class Hook:
    """A webhook that answers with these statuses, and then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
async def url(hook: Hook) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    async with TestServer(app) as server:
        yield str(server.make_url("/hook"))


def sender_to(url: str) -> tuple[Sender, list[float]]:
    """A sender, and the pauses that it took, none of which lasts."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    return Sender(name="notify.0", url=url, form=slack, service="builds", sleep=sleep), pauses


def notice(key: str) -> Notice:
    return Notice(key=key, kind=NoticeKind.STEP, route="GET /a", at=0, text=f"text of {key}")


async def run_until(sender: Sender, count: int) -> None:
    """Runs until this many notices are sent or dropped."""
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(20):
        while sender.sent + sender.dropped < count:
            assert not running.done()
            await asyncio.sleep(0.001)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_notices_arrive_in_order_and_each_once(url: str, hook: Hook) -> None:
    """The same key is the same news, also after it was sent."""
    sender, _ = sender_to(url)
    for key in "abab":
        sender.tell(notice(key))
    await run_until(sender, 2)
    sender.tell(notice("a"))
    sender.tell(notice("c"))
    await run_until(sender, 3)
    assert [body.split("text of ")[1][0] for body in hook.bodies] == ["a", "b", "c"]


async def test_a_server_that_fails_is_asked_again_after_longer_pauses(url: str, hook: Hook) -> None:
    """Nothing overtakes the notice that waits."""
    hook.statuses = [500, 429, 503]
    sender, pauses = sender_to(url)
    sender.tell(notice("a"))
    sender.tell(notice("b"))
    await run_until(sender, 2)
    assert [body.split("text of ")[1][0] for body in hook.bodies] == ["a", "a", "a", "a", "b"]
    assert pauses == [1, 2, 4]
    assert (sender.sent, sender.dropped, sender.failed_tries) == (2, 0, 3)


@pytest.mark.parametrize("status", [301, 400, 404])
async def test_what_another_try_does_not_help_is_dropped_and_logged(
    url: str, hook: Hook, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Its address is not in the log: it may be a secret."""
    hook.statuses = [status]
    sender, pauses = sender_to(url)
    sender.tell(notice("a"))
    await run_until(sender, 1)
    assert (sender.sent, sender.dropped, pauses) == (0, 1, [])
    (line,) = caplog.messages
    assert line == f"canary.notice_dropped target=notify.0 key=a reason=status {status}"


async def test_a_server_that_is_gone_is_given_up_after_some_tries() -> None:
    """The next notice gets its own tries."""
    sender, pauses = sender_to("http://127.0.0.1:9/")
    sender.tell(notice("a"))
    await run_until(sender, 1)
    assert (sender.sent, sender.dropped, len(pauses)) == (0, 1, TRIES)
    assert max(pauses) <= 60


async def test_the_queue_is_bounded(url: str, hook: Hook) -> None:
    """What does not fit is dropped, and may be told again later."""
    sender, _ = sender_to(url)
    for number in range(QUEUE + 1):
        sender.tell(notice(str(number)))
    assert sender.dropped == 1
    await run_until(sender, QUEUE + 1)
    sender.tell(notice(str(QUEUE)))
    await run_until(sender, QUEUE + 2)
    assert len(hook.bodies) == QUEUE + 1


async def test_draining_ends_when_nothing_waits_or_the_time_is_over(url: str) -> None:
    """A process that ends gives its last notices a moment."""
    sender = Sender(name="n", url=url, form=slack, service="s")
    sender.tell(notice("a"))
    await sender.drain(0.01)
    running = asyncio.create_task(sender.run())
    await sender.drain(20)
    assert sender.sent == 1
    running.cancel()
