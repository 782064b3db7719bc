"""Durations in buckets."""

import asyncio
from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.operate.buckets import BOUNDS_S, Buckets, measure_lag


@given(st.lists(st.floats(0, 100)))
def test_cumulative(durations: list[float]) -> None:
    """Each bound counts what took at most so long; +Inf counts all."""
    buckets = Buckets()
    for seconds in durations:
        buckets.observe(seconds)
    *bounded, (name, total) = buckets.cumulative()
    assert [count for _, count in bounded] == [sum(seconds <= bound for seconds in durations) for bound in BOUNDS_S]
    assert (name, total) == ("+Inf", len(durations))
    assert buckets.sum_s == reduce(add, durations, 0.0)  # as it comes: from Python 3.12 on sum() rounds otherwise


def test_a_clock_set_back() -> None:
    """A negative duration is 0: a sum that shrinks would read as a restart."""
    buckets = Buckets()
    buckets.observe(-5)
    assert (buckets.counts[0], buckets.sum_s) == (1, 0.0)


def test_a_copy_stands_still() -> None:
    """What was copied does not grow."""
    buckets = Buckets()
    copy = buckets.copy()
    buckets.observe(1)
    assert copy == Buckets() != buckets


async def test_a_loop_that_is_held_up() -> None:
    """How late its timer runs is observed, until it is cancelled."""
    lag = Buckets()
    task = asyncio.create_task(measure_lag(lag))
    async with asyncio.timeout(5):
        while not sum(lag.counts):  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert lag.sum_s >= 0
