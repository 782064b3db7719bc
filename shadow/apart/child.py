"""The process that does heavy jobs, as whoever asks it sees it."""

import asyncio
import asyncio.subprocess
import signal
import sys
from typing import Any

from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.apart.packing import LENGTH, pack, unpack
from crossfade.shadow.apart.worker import NO_MEMORY

_START_S = 60.0
_END_S = 2.0
_READ_BYTES = 2**20
_WRITE_BYTES = 2**18
_BOUNDS = {NO_MEMORY, *(-getattr(signal, name) for name in ("SIGPROF", "SIGKILL") if hasattr(signal, name))}


class LostError(Exception):
    """The process ended, or did not start; ``too_costly`` where its bounds, or the system's memory, ended it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit_code={code}")
        self.too_costly = code in _BOUNDS


class Child:
    """One process, for one job at a time. Who does not wait for an answer must kill it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, setup: Setup, memory_bytes: int) -> "Child":
        """Starts one and waits until it takes jobs. Raises: LostError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # as the compare process is started
            "-m",
            "crossfade.shadow.apart.worker",
            str(memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_READ_BYTES,
            start_new_session=True,  # Ctrl-C is for whoever started it, whose end ends this process too
        )
        child = cls(process)
        try:
            async with asyncio.timeout(_START_S):
                await child.ask(setup)
        except TimeoutError:
            await child.kill()
            raise LostError(0) from None
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    async def ask(self, job: object) -> Any:  # noqa: ANN401 - what ``JobRunner.do`` gives
        """The answer. Raises: LostError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise TypeError("expected a process with pipes as its standard input and output")
        try:
            for part in pack(job):
                view = memoryview(part)
                for at in range(0, len(view), _WRITE_BYTES):
                    stdin.write(view[at : at + _WRITE_BYTES])
                    await stdin.drain()
            count = int.from_bytes(await _read(stdout), "big")
            packed, *beside = [await _read(stdout) for _ in range(1 + count)]
            return unpack(packed, beside)
        except (OSError, asyncio.IncompleteReadError):
            raise LostError(await self._process.wait()) from None

    async def kill(self) -> None:
        """Ends it at once, whatever it does. May be repeated."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        self._hang_up()

    async def close(self) -> None:
        """Lets it end by itself, which it does at once."""
        self._hang_up()
        try:
            await asyncio.wait_for(self._process.wait(), _END_S)
        except TimeoutError:
            await self.kill()

    def _hang_up(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()


async def _read(stdout: asyncio.StreamReader) -> bytes:
    """One part. Raises: IncompleteReadError."""
    (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
    return await stdout.readexactly(length)
