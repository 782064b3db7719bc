"""Heavy requests at once, with a real process in which they are judged, that is killed in the middle."""

import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.pipe.frames import RequestFrame

pytestmark = pytest.mark.slow
COUNT = 20


@pytest.fixture
async def queue() -> AsyncIterator[JobQueue]:
    """A real one."""
    opened = JobQueue(Setup(), Budget(time_s=60.0, memory_bytes=10**9))
    yield opened
    await opened.close()


def key_of(side: int, number: int) -> str:
    """What a side calls a thing."""
    return f"{side}{number:07}-0a1b-4000-8000-0123456789ab"


def made(key: str) -> bytes:
    """The heavy answer to a write."""
    return json.dumps({"id": key, "rows": [{"n": number, "of": key} for number in range(400)]}).encode()


@pytest.mark.parametrize("killed", [False, True])
async def test_writes_that_mint_and_reads_of_what_they_minted(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
    killed: bool,
) -> None:
    """Each request ends once, each read goes out with the candidate's own id; a killed process costs one write.

    The read that carries what that one minted is not sent where nobody knows yet what the candidate calls it.
    """
    sent: list[str] = []

    async def candidate(request: Request) -> Reply:
        kind, _, number = request.id.partition(" ")
        sent.append(request.target)
        key = key_of(2, int(number))
        return answer_of(made(key) if kind == "write" else json.dumps({"id": key}).encode())

    bench = bench_of(candidate, queue=queue, held_bytes=10**8, wait_s=60.0)
    for number in range(COUNT):
        bench.collector.on_request(frame_of(f"write {number}", write=True, target="/things"))
        bench.legacy(f"write {number}", answer_of(made(key_of(1, number))))
    for number in range(COUNT):
        key = key_of(1, number)
        bench.collector.on_request(frame_of(f"read {number}", target=f"/things/{key}"))
        bench.legacy(f"read {number}", answer_of(json.dumps({"id": key}).encode()))
    await bench.ended(2)
    if killed:
        os.kill(queue.pid, signal.SIGKILL)
    await bench.collector.drain(60)
    bench.keeps_nothing()
    ends = Counter(bench.ends)
    lost = ends["uncomparable(too_costly)"]
    assert lost <= killed
    unknown = ends["skipped(foreign_handle)"]
    assert unknown <= lost
    assert ends["same"] == 2 * COUNT - lost - unknown
    rendered = {target for target in sent if target != "/things"}
    assert len(rendered) == COUNT - unknown
    assert rendered <= {f"/things/{key_of(2, number)}" for number in range(COUNT)}
