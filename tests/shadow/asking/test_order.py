"""Mirrored requests reach a side in legacy's order where it matters."""

import asyncio

from crossfade.shadow.asking.order import Order


async def _ran(order: Order, kinds: str) -> list[str]:
    """Runs one task per letter (r or w), each finishing only after the loop went round; returns starts and ends."""
    log: list[str] = []

    async def work(name: str, *, write: bool) -> None:
        turn = order.enter(write=write)
        await turn.wait()
        log.append(f"+{name}")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        log.append(f"-{name}")
        turn.done()

    await asyncio.gather(*(work(f"{kind}{at}", write=kind == "w") for at, kind in enumerate(kinds)))
    return log


async def test_reads_run_together() -> None:
    """Reads do not wait for each other."""
    log = await _ran(Order(), "rrr")
    assert log[:3] == ["+r0", "+r1", "+r2"]


async def test_a_write_runs_alone() -> None:
    """A write waits for the reads before it, and the reads behind it wait for the write."""
    log = await _ran(Order(), "rrwr")
    assert log.index("+w2") > max(log.index("-r0"), log.index("-r1"))
    assert log.index("+r3") > log.index("-w2")


async def test_writes_keep_their_order() -> None:
    """Writes run one after the other."""
    assert await _ran(Order(), "www") == ["+w0", "-w0", "+w1", "-w1", "+w2", "-w2"]


async def test_finished_turns_are_forgotten() -> None:
    """What is done holds nobody up and no memory."""
    order = Order()
    for _ in range(100):
        order.enter(write=False).done()
    order.enter(write=True).done()
    turn = order.enter(write=True)
    await asyncio.wait_for(turn.wait(), 1)
    assert (order._reads, order._write) == ({}, turn)


async def test_a_write_that_is_given_up_lets_nobody_overtake() -> None:
    """What came after it still waits for the write before it, whether it came before or after the giving up."""
    order = Order()
    first, second = order.enter(write=True), order.enter(write=True)
    early = asyncio.create_task(order.enter(write=False).wait())
    second.done()
    late = asyncio.create_task(order.enter(write=False).wait())
    write = asyncio.create_task(order.enter(write=True).wait())
    for _ in range(5):
        await asyncio.sleep(0)
    assert (early.done(), late.done(), write.done()) == (False, False, False)
    first.done()
    await early
    await late
    write.cancel()


async def test_thousands_that_are_given_up() -> None:
    """They end in their turn, without a stack as deep as they are many."""
    order = Order()
    first = order.enter(write=True)
    others = [order.enter(write=True) for _ in range(5000)]
    for other in others:
        other.done()
    first.done()
    await asyncio.wait_for(order.enter(write=False).wait(), 30)
    assert all(other.finished.is_set() for other in others)


async def test_a_read_may_look_again_while_nothing_has_changed() -> None:
    """In its own turn while that lasts, in a new one after it, but not where a write may have gone out since."""
    order = Order()
    read = order.enter(write=False)
    assert order.is_unchanged(read)
    assert order.prolong(read) is read
    read.done()
    assert order.is_unchanged(read)
    again = order.prolong(read)
    write = order.enter(write=True)
    waiting = asyncio.create_task(write.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert (order.is_unchanged(read), order.is_unchanged(again)) == (False, True)
    again.done()
    await asyncio.wait_for(waiting, 1)
    assert not order.is_unchanged(again)
