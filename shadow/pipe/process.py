"""Starts a process that reads frames, such as the compare process, and keeps the pipe to it."""

import asyncio
import asyncio.subprocess
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from crossfade.shadow.errors import ShadowError

_START_S = 60.0
_STOP_S = 5.0
_LINE_BYTES = 2**20
_NICER = 5  # about a third of the engine's share where both want the same core
_OWN_CODES = (2, 4)  # any other, of a crash or a signal, would read as a verdict


class WorkerProcess:
    """Such a process as the engine sees it: a pipe that takes bytes without blocking (a ``feed.Pipe``)."""

    def __init__(self, process: asyncio.subprocess.Process, name: str = "compare process") -> None:
        """``name`` is what errors call it."""
        self._process = process
        self._name = name
        if process.stdin is None:
            raise TypeError("expected a process with a pipe as its standard input")
        self._stdin = process.stdin

    @classmethod
    async def start(
        cls, config_path: Path, run_id: str, *, record_pct: float | None = None, start_s: float = _START_S
    ) -> "WorkerProcess":
        """Starts the compare process and waits until it reads; ``record_pct`` overrides the config's.

        Raises: ShadowError: it ended (its own message is on stderr), or did not read within ``start_s``.
        """
        arguments = ("--run-id", run_id, *(() if record_pct is None else ("--record-pct", str(record_pct))))
        module = "crossfade.shadow.asking.worker"
        return await cls.start_module("compare process", module, config_path, *arguments, start_s=start_s)

    @classmethod
    async def start_module(
        cls, name: str, module: str, config_path: Path, *arguments: str, start_s: float = _START_S
    ) -> "WorkerProcess":
        """Starts a module that reads frames from its standard input, as ``start`` does. Raises: ShadowError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a json.py in the service's folder must not be taken for Python's own
            "-m",
            module,
            "--config",
            str(config_path),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_BYTES,
            start_new_session=True,  # Ctrl-C is for the engine, whose end ends this process too
        )
        _let_engine_go_first(process.pid)
        worker = cls(process, name)
        try:
            await worker._ready(start_s)
        except asyncio.CancelledError:  # nobody else would end it
            process.kill()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def is_down(self) -> bool:
        """Whether it has ended or no longer reads."""
        return self._process.returncode is not None or self._stdin.is_closing()

    def waiting_bytes(self) -> int:
        """Bytes that it has not read yet."""
        return self._stdin.transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Queues bytes."""
        self._stdin.write(data)

    async def listen(self, take: Callable[[bytes], None]) -> None:
        """Passes on each line that it prints, until it ends. To stop earlier would block it at a full pipe."""
        if self._process.stdout is None:
            raise TypeError("expected a process with a pipe as its standard output")
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:  # longer than any that it should print
                continue
            if not line:
                return
            take(line)

    async def wait(self) -> int:
        """Returns its exit code when it ends by itself."""
        return await self._process.wait()

    async def finish(self, timeout_s: float) -> int:
        """Closes the pipe and waits for the end; kills it after ``timeout_s``. Returns its exit code."""
        if not self._stdin.is_closing():
            self._stdin.close()
        try:
            return await asyncio.wait_for(self._process.wait(), timeout_s)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    async def _ready(self, start_s: float) -> None:
        if self._process.stdout is None:
            raise TypeError("expected a process with a pipe as its standard output")
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), start_s)
        except TimeoutError:
            await self.finish(0)
            message = f"{self._name}: expected it to start within {start_s:g} s, got no answer; see what blocks it"
            raise ShadowError(message, exit_code=4) from None
        if line.strip() != b"ready":
            code = await self.finish(_STOP_S)
            message = f"{self._name}: expected it to start, got exit code {code}; see the line above"
            raise ShadowError(message, exit_code=code if code in _OWN_CODES else 4)


def _let_engine_go_first(pid: int) -> None:
    """Lowers the priority where the system permits it: comparing can wait, a client can't."""
    if not hasattr(os, "setpriority"):  # Windows
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICER)
