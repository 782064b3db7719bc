"""A mirrored request on its way to an outcome."""

import asyncio
from collections.abc import Callable

import pytest

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import SILENT, SPOKEN, Event, IllegalEventError, Work
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.pipe.frames import RequestFrame


@pytest.fixture
def pending(frame_of: Callable[..., RequestFrame]) -> Pending:
    """A whole, safe request."""
    return Pending(frame=frame_of("1"), body=None, suspects=(), begin=None)


async def test_who_waits_is_woken(pending: Pending) -> None:
    """By the first event that leads where it waits for, and not before."""
    waiting = [asyncio.create_task(pending.until(states)) for states in (SILENT, SPOKEN)]
    await asyncio.sleep(0)
    pending.advance(Event.TURN)
    pending.advance(Event.ANSWER_HEAD)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [task.done() for task in waiting] == [False, True]
    pending.advance(Event.ANSWER)
    await asyncio.wait_for(waiting[0], 1)
    await pending.until(SILENT)
    assert pending._waiters == []


async def test_legacys_answer(pending: Pending, answer_of: Callable[..., Answer]) -> None:
    """It is waited for."""
    waiting = asyncio.create_task(pending.answered())
    await asyncio.sleep(0)
    pending.given = answer_of()
    pending.advance(Event.ANSWER)
    assert await waiting == answer_of()


async def test_an_answer_that_will_not_be_known(pending: Pending) -> None:
    """Who waits for it learns how the request ends."""
    waiting = asyncio.create_task(pending.answered())
    await asyncio.sleep(0)
    pending.end = (Outcome.SKIPPED, Reason.CLIENT_CANCELLED)
    pending.advance(Event.LOSE)
    with pytest.raises(Ended) as raised:
        await waiting
    assert raised.value.settled == pending.end


async def test_it_is_stopped_once(pending: Pending) -> None:
    """The first reason counts, and what cleans up is not cancelled again."""
    cleaned = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    pending.task = asyncio.create_task(work())
    await asyncio.sleep(0)
    pending.stop(Outcome.SKIPPED, Reason.MIRROR_OFF)
    await asyncio.sleep(0)
    pending.stop(Outcome.SHED, Reason.QUEUE_FULL)
    await asyncio.wait_for(cleaned.wait(), 1)
    assert pending.end == (Outcome.SKIPPED, Reason.MIRROR_OFF)
    assert pending.is_in(Work.STOPPED)


def test_an_illegal_event(pending: Pending) -> None:
    """It raises, whoever calls."""
    with pytest.raises(IllegalEventError):
        pending.advance(Event.SEND)
