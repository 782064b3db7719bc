"""The process that records beside the engine: what it says at its end, and that one which is lost ends nothing else."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.mirror.record_feed import RecordFeed
from crossfade.shadow.routes.table import RouteTable
from crossfade.tools.corpus_process import CorpusProcess, summary_lines

SUMMARY = b'{"entered": 12, "calls": 9, "sessions": 2, "written_bytes": 1500000, "left_out": {"loop": 1, "max_mb": 2}}'


class Worker:
    """Stands for the process: it prints some lines and ends when the test says so."""

    def __init__(self, *lines: bytes, code: int = 0) -> None:
        self.lines = lines
        self.code = code
        self.over = asyncio.Event()
        self.written = 0

    def is_down(self) -> bool:
        return self.over.is_set()

    def waiting_bytes(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.written += len(data)

    async def listen(self, take: Callable[[bytes], None]) -> None:
        await self.over.wait()
        for line in self.lines:
            take(line)

    async def finish(self, _timeout_s: float) -> int:
        self.over.set()
        return self.code


def process_of(worker: Any) -> CorpusProcess:
    feed = RecordFeed(routes=RouteTable((), 1, {}), is_write=lambda _: False, pipe=worker, buffer_bytes=1000)
    return CorpusProcess(worker, feed)


async def test_its_last_line_is_what_it_has_come_to() -> None:
    """Whatever a library prints before; the end was sent to it."""
    worker = Worker(b"hello\n", b'"calls"\n', SUMMARY + b"\n")
    process = process_of(worker)
    await process.finish()
    assert process.summary is not None
    assert worker.written > 0
    assert list(summary_lines(Path("c"), process.summary)) == [
        "corpus c: 9 of 12 requests in 2 sessions, 1.5 MB",
        "left out: 1 loop, 2 max_mb",
    ]


async def test_one_that_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged when it happens, and there is no summary."""
    worker = Worker(code=-9)
    process = process_of(worker)
    worker.over.set()
    await asyncio.wait_for(process._listening, 5)
    assert [record.getMessage().split()[0] for record in caplog.records] == ["corpus.lost"]
    await process.finish()
    assert process.summary is None


def test_nothing_was_left_out() -> None:
    """Then no line says so."""
    summary = {"entered": 1, "calls": 1, "sessions": 1, "written_bytes": 10, "left_out": {}}
    assert list(summary_lines(Path("c"), summary)) == ["corpus c: 1 of 1 requests in 1 sessions, 0.0 MB"]
