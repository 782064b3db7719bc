"""Commands that put services back."""

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.replay.reset import Reset, resets_of, run_resets
from crossfade.shadow.config.settings import ReplaySettings


def _reset(code: str, folder: Path, side: str = "legacy", timeout_s: float = 30.0) -> Reset:
    return Reset(side=side, command=(sys.executable, "-c", code), folder=folder, timeout_s=timeout_s)


def test_only_those_that_are_asked_for_and_set() -> None:
    """A side without a command is left as it is."""
    settings = ReplaySettings(reset_legacy=("a",), reset_secondary=("b", "c"))
    found = resets_of(settings, Path("/x"), ("legacy", "candidate"))
    assert [(reset.side, reset.command, reset.timeout_s) for reset in found] == [("legacy", ("a",), 120)]


def test_they_run_in_the_folder_of_the_config(tmp_path: Path) -> None:
    """All of them."""
    asyncio.run(run_resets([_reset(f"open('{name}', 'w')", tmp_path) for name in "ab"]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


async def test_a_failure_shows_what_was_printed(tmp_path: Path) -> None:
    """Exit code 4: no service, no replay."""
    with pytest.raises(ParityError, match=r"reset_legacy: expected exit 0, got 3: (?s:.*)\n  no database") as caught:
        await run_resets([_reset("print('no database'); exit(3)", tmp_path)])
    assert caught.value.exit_code == 4


async def test_no_such_program(tmp_path: Path) -> None:
    """The line names it."""
    gone = Reset(side="candidate", command=("/no/such",), folder=tmp_path, timeout_s=1.0)
    with pytest.raises(ParityError, match=r"reset_candidate: expected a program, got none \(No such file .*: /no/such"):
        await run_resets([gone])


@pytest.mark.slow
def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """With everything that it started: nobody holds the other end of the pipe any more."""
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    descriptor = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    shell = "(echo begun; exec sleep 60) > alive & wait"
    command = Reset(side="legacy", command=("/bin/sh", "-c", shell), folder=tmp_path, timeout_s=2.0)
    try:
        with pytest.raises(ParityError, match=r"expected an end within 2 s, got none"):
            asyncio.run(run_resets([command]))
        assert os.read(descriptor, 100) == b"begun\n"
        assert select.select([descriptor], [], [], 30)[0] == [descriptor]
        assert os.read(descriptor, 100) == b""
    finally:
        os.close(descriptor)


def test_a_server_that_it_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """Its output stays open, and the command has ended."""
    code = "import os, time; pid = os.fork(); pid and open('pid', 'w').write(str(pid)) or time.sleep(600)"
    asyncio.run(run_resets([_reset(code, tmp_path)]))
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
