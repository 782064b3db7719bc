"""The compare process as the engine sees it: writing never waits, whatever becomes of the process."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.pipe.frames import CountsFrame, EndFrame, encode
from crossfade.shadow.pipe.process import WorkerProcess

READS = "import sys; print('ready', flush=True); sys.stdin.buffer.read()"
NEVER_READS = "import time; print('ready', flush=True); time.sleep(60)"
DIES = "print('ready', flush=True)"
Run = Callable[[Callable[[], Awaitable[Any]]], Any]


def _loops() -> list[Any]:
    """Asyncio's loop, and the one that the engine runs on where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - an extra
    except ImportError:
        return [asyncio.new_event_loop]
    return [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.fixture(params=_loops(), ids=lambda factory: factory.__module__.partition(".")[0])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine function on either loop."""

    def run(work: Callable[[], Awaitable[Any]]) -> Any:
        async def bounded() -> Any:
            return await asyncio.wait_for(work(), 30)

        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(bounded())

    return run


async def _child(code: str) -> WorkerProcess:
    """A process that runs ``code`` in the place of the compare process."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", code, stdin=pipe, stdout=pipe)
    return WorkerProcess(process)


def test_a_process_that_reads(run: Run) -> None:
    """It is up, takes all bytes, and ends by itself when the pipe is closed."""

    async def work() -> int:
        worker = await _child(READS)
        await worker._ready(30)
        assert not worker.is_down()
        worker.write(b"x" * 1_000_000)
        return await worker.finish(30)

    assert run(work) == 0


def test_a_process_that_never_reads(run: Run) -> None:
    """Writing does not wait: the bytes are counted as waiting; at the end it is killed after the time it was given."""

    async def work() -> tuple[float, list[int], int]:
        worker = await _child(NEVER_READS)
        await worker._ready(30)
        started = time.perf_counter()
        waiting = []
        for _ in range(20):
            worker.write(b"x" * 1_000_000)
            waiting.append(worker.waiting_bytes())
        return time.perf_counter() - started, waiting, await worker.finish(0.05)

    took_s, waiting, code = run(work)
    assert took_s < 5
    assert waiting == sorted(waiting)
    assert 18_000_000 < waiting[-1] <= 20_000_000
    assert code == -9


def test_a_process_that_dies(run: Run) -> None:
    """It is down as soon as the loop knows, and neither writing nor asking nor ending raises before or after."""

    async def work() -> int:
        worker = await _child(DIES)
        await worker._ready(30)
        while not worker.is_down():
            worker.write(b"x" * 1000)
            assert worker.waiting_bytes() >= 0
            await asyncio.sleep(0.001)
        assert worker.waiting_bytes() >= 0
        return await worker.finish(30)

    assert run(work) == 0


@pytest.mark.parametrize(("code", "exit_code"), [(2, 2), (4, 4), (0, 4), (1, 4), (3, 4)])
def test_a_process_that_ends_before_it_is_ready(run: Run, code: int, exit_code: int) -> None:
    """Its own codes for a config or infrastructure are kept; any other, which would read as a verdict, is 4."""

    async def work() -> None:
        worker = await _child(f"raise SystemExit({code})")
        await worker._ready(30)

    with pytest.raises(ShadowError, match="expected it to start, got exit code ") as raised:
        run(work)
    assert raised.value.exit_code == exit_code


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import time; time.sleep(60)", "expected it to start within 0.1 s, got no answer"),
        ("import sys; print('hello', flush=True); sys.stdin.buffer.read()", "expected it to start, got exit code "),
    ],
)
def test_a_process_that_is_never_ready(run: Run, code: str, message: str) -> None:
    """One that is silent, or says something else and lives on, is ended and not waited for."""
    workers = []

    async def work() -> None:
        workers.append(await _child(code))
        await workers[0]._ready(0.1 if "hello" not in code else 30)

    with pytest.raises(ShadowError, match=message) as raised:
        run(work)
    assert raised.value.exit_code == 4
    assert workers[0].is_down()


@pytest.mark.slow
def test_the_real_one(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It starts from a config, reads frames and ends with 0; with a bad config it does not start, and says why."""
    path = tmp_path / "crossfade.toml"
    urls = "legacy = 'http://127.0.0.1:1'\ncandidate = 'http://127.0.0.1:2'\n"
    good = f"[service]\nname = 'a'\n[[listen]]\nname = 'web'\naddress = '127.0.0.1:0'\n{urls}"
    path.write_text(good, encoding="utf-8")

    async def work() -> int:
        worker = await WorkerProcess.start(path, "r1")
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)  # clients go first
        worker.write(encode(CountsFrame(entered=(), settled=())) + encode(EndFrame()))
        return await worker.finish(30)

    assert run(work) == 0
    path.write_text(good.replace("'web'", "''"), encoding="utf-8")
    with pytest.raises(ShadowError, match="see the line above") as raised:
        run(work)
    assert raised.value.exit_code == 2
    assert f"error: {path}:4: listen.name: expected a text that is not empty, got ''\n" in capfd.readouterr().err
