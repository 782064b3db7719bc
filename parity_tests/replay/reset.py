"""Commands that put the services back into the state in which a corpus is played."""

import asyncio
import contextlib
import os
import shlex
import signal
import tempfile
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.shadow.config.settings import ReplaySettings

_TOLD_LINES = 20
_TOLD_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """A side's command, started in ``folder``."""

    side: str
    command: Sequence[str]
    folder: Path
    timeout_s: float


def resets_of(settings: ReplaySettings, folder: Path, sides: Iterable[str]) -> tuple[Reset, ...]:
    """Those of these sides that have a command; ``folder`` is the config's."""
    commands = {
        "legacy": settings.reset_legacy,
        "candidate": settings.reset_candidate,
        "secondary": settings.reset_secondary,
    }
    return tuple(
        Reset(side=side, command=commands[side], folder=folder, timeout_s=settings.reset_timeout_s)
        for side in sides
        if commands[side]
    )


async def run_resets(resets: Iterable[Reset]) -> None:
    """Runs all of them at the same time. Raises: ParityError: one failed or took too long; the others are ended."""
    try:
        async with asyncio.TaskGroup() as group:
            for reset in resets:
                group.create_task(_run(reset))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _run(reset: Reset) -> None:
    # A file, no pipe: a server that the command leaves running would keep a pipe open.
    with tempfile.TemporaryFile() as told:
        process = await _started(reset, told)
        try:
            async with asyncio.timeout(reset.timeout_s):
                code = await process.wait()
        except TimeoutError:
            raise _failure(reset, f"an end within {reset.timeout_s:g} s, got none", told) from None
        finally:
            await _end(process)
        if code:
            raise _failure(reset, f"exit 0, got {code}", told)


async def _started(reset: Reset, told: IO[bytes]) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *reset.command, cwd=reset.folder, stdin=DEVNULL, stdout=told, stderr=STDOUT, start_new_session=True
        )
    except OSError as error:
        raise _failure(reset, f"a program, got none ({error.strerror})", told) from None


async def _end(process: Process) -> None:
    """Ends a command that is still running, with what it started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _failure(reset: Reset, expected: str, told: IO[bytes]) -> ParityError:
    told.seek(0, os.SEEK_END)
    told.seek(max(0, told.tell() - _TOLD_BYTES))
    lines = told.read().decode("utf-8", "replace").splitlines()[-_TOLD_LINES:]
    end = "".join(f"\n  {line}" for line in lines)
    return ParityError(f"replay.reset_{reset.side}: expected {expected}: {shlex.join(reset.command)}{end}", exit_code=4)
