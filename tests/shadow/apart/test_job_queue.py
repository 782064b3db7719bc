"""Heavy jobs are done in a real process, within the budget, and what becomes of that process costs one comparison."""

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from crossfade.shadow.apart.job_queue import Budget, JobQueue, NotDoneError
from crossfade.shadow.apart.jobs import Differs, Observe, Setup
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules

pytestmark = pytest.mark.slow
Opened = Callable[..., AbstractAsyncContextManager[JobQueue]]


@pytest.fixture
def queue_of(setup: Setup) -> Opened:
    """Opens a queue, which is closed at the end."""

    @asynccontextmanager
    async def opened(time_s: float = 60.0, memory_bytes: int = 10**9) -> AsyncIterator[JobQueue]:
        queue = JobQueue(setup, Budget(time_s=time_s, memory_bytes=memory_bytes))
        try:
            yield queue
        finally:
            await queue.close()

    return opened


async def test_it_is_started_when_it_is_first_needed_and_ends_with_the_desk(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """The second job about a comparison finds it there; many at once come one after the other."""
    async with queue_of() as queue:
        assert queue.pid == 0
        comparison = comparison_of(make.rows(300), make.rows(300, price=2.5))
        assert await queue.do("1", Differs(route=route), comparison, route) == {("body/*/price", "value")}
        verdict = await queue.do("1", Observe(route=route), comparison, route)
        assert isinstance(verdict.observation, Judged)
        others = [comparison_of(make.rows(number), make.rows(number, price=2.5)) for number in range(1, 21)]
        jobs = [queue.do(str(at), Differs(route=route), other, route) for at, other in enumerate(others)]
        assert len(await asyncio.gather(*jobs)) == 20
        pid = queue.pid
    assert pid
    assert not _runs(pid)


async def test_past_its_time_it_is_too_costly(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """All jobs of one comparison count together; the next comparison has its own time and another process."""
    async with queue_of(time_s=0.1) as queue:
        long = comparison_of(make.rows(30_000), make.rows(30_000, price=2.5))
        with pytest.raises(NotDoneError, match="too_costly"):
            await queue.do("1", Observe(route=route), long, route)
        assert queue.pid == 0
        assert (await queue.do("2", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)).observation.signature
        queue._spent_s["3"] = 99.0
        with pytest.raises(NotDoneError, match="too_costly"):
            await queue.do("3", Observe(route=route), long, route)
        queue.forget("3")
        assert "3" not in queue._spent_s


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is bounded on Linux")  # noqa: PTH110
async def test_past_its_memory_it_is_too_costly(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """Whoever asks keeps its own."""
    async with queue_of(memory_bytes=30_000_000) as queue:
        headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
        bombs = (make.answer(gzip.compress(mark * 30_000_000), headers) for mark in (b" ", b"x"))
        with pytest.raises(NotDoneError, match="too_costly"):
            await queue.do("1", Observe(route=route), comparison_of(*bombs), route)
        assert (await queue.do("2", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)).observation.signature


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGKILL, Reason.TOO_COSTLY), (signal.SIGSEGV, Reason.INTERNAL)])
async def test_a_process_that_is_lost_costs_one_comparison(
    queue_of: Opened,
    comparison_of: Callable[..., Comparison],
    route: RouteInfo,
    make: Any,
    number: signal.Signals,
    reason: Reason,
) -> None:
    """Killed, as a system does that is out of memory, or crashed in the middle of a job; the next has another one."""
    async with queue_of() as queue:
        await queue.do("0", Differs(route=route), comparison_of(b"[1]", b"[2]"), route)
        first = queue.pid
        long = comparison_of(make.rows(30_000), make.rows(30_000, price=2.5))
        job = asyncio.create_task(queue.do("1", Observe(route=route), long, route))
        await asyncio.sleep(0.05)
        os.kill(first, number)
        with pytest.raises(NotDoneError) as raised:
            await job
        assert raised.value.reason is reason
        assert (await queue.do("2", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)).observation.signature
        assert queue.pid != first


async def test_other_rules(
    queue_of: Opened, setup: Setup, comparison_of: Callable[..., Comparison], route: RouteInfo
) -> None:
    """Apply from the next comparison on."""
    async with queue_of() as queue:
        assert (await queue.do("1", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)).observation.signature
        ignored = IgnoreRule(route="*", path="body/*", reason="")
        queue.set_up(replace(setup, rules=Rules(ignore=(ignored,))))
        verdict = await queue.do("2", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)
        assert not verdict.observation.signature


async def test_one_that_died_while_it_had_nothing_to_do_costs_none(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo
) -> None:
    """Another one is started."""
    async with queue_of() as queue:
        await queue.do("0", Differs(route=route), comparison_of(b"[1]", b"[2]"), route)
        child = queue._child
        assert child is not None
        os.kill(queue.pid, signal.SIGKILL)
        await child._process.wait()
        assert (await queue.do("1", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)).observation.signature


async def test_who_gives_up_gets_no_answer_and_neither_does_the_next(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """What the process was doing ends with it."""
    async with queue_of() as queue:
        await queue.do("0", Differs(route=route), comparison_of(b"[1]", b"[2]"), route)
        long = comparison_of(make.rows(30_000), make.rows(30_000, price=2.5))
        job = asyncio.create_task(queue.do("1", Observe(route=route), long, route))
        await asyncio.sleep(0.05)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        found = await queue.do("2", Differs(route=route), comparison_of(b'{"a": 1}', b'{"a": 2}'), route)
        assert found == {("body/a", "value")}


async def test_a_job_that_fails(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, caplog: pytest.LogCaptureFixture
) -> None:
    """Is crossfade's own fault: told by a line without a value."""
    async with queue_of() as queue:
        broken = comparison_of(None, b"[2]")
        with pytest.raises(NotDoneError, match="internal"):
            await queue.do("1", Observe(route=route), broken, route)
    assert "comparison.failed route=GET /a error=" in caplog.text


async def test_a_process_that_does_not_start(
    queue_of: Opened, comparison_of: Callable[..., Comparison], route: RouteInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Costs the comparison that needed it."""
    monkeypatch.setattr("sys.executable", "/bin/false")
    async with queue_of() as queue:
        with pytest.raises(NotDoneError, match="internal"):
            await queue.do("1", Observe(route=route), comparison_of(b"[1]", b"[2]"), route)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
