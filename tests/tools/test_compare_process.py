"""A compare process that was lost has a successor only where it would read what the engine goes by."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import open_store
from crossfade.tools import compare_process
from crossfade.tools.compare_process import CompareProcess


class Worker:
    """Stands for a compare process: it ends when the test says so."""

    def __init__(self) -> None:
        self.pid = 1
        self.over = asyncio.Event()

    def is_down(self) -> bool:
        return self.over.is_set()

    async def listen(self, _take: Any) -> None:
        await self.over.wait()

    async def wait(self) -> int:
        return 9

    async def finish(self, _timeout_s: float) -> int:
        self.over.set()
        return 0


async def test_an_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """While there is one no process begins, and the log says why; then one does, with a new run."""
    started: list[str] = []
    obstacles = ["crossfade.toml: mirror.body_limit_bytes changed", "crossfade.toml: still", ""]
    begun = asyncio.Event()

    async def start(_path: Path, run_id: str, **_: Any) -> Worker:
        started.append(run_id)
        if len(started) > 1:
            begun.set()
        return Worker()

    monkeypatch.setattr(compare_process.WorkerProcess, "start", start)
    monkeypatch.setattr(compare_process, "_FIRST_WAIT_S", 0.001)
    compare = CompareProcess(tmp_path / "crossfade.toml", open_store("memory:"))
    await compare.start()
    first = compare._worker
    assert isinstance(first, Worker)
    compare.keep(dict, lambda _: None, lambda: obstacles.pop(0))
    first.over.set()
    await asyncio.wait_for(begun.wait(), 5)
    assert obstacles == []
    assert len(set(started)) == 2
    said = [record.getMessage() for record in caplog.records if "not_started" in record.getMessage()]
    assert said == [
        f"compare.not_started {text}"
        for text in ("crossfade.toml: mirror.body_limit_bytes changed", "crossfade.toml: still")
    ]
    assert await compare.finish(1) == 0
