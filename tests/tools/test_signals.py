"""How a run hears that it is to end."""

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from crossfade.tools.signals import stop_signals


@pytest.fixture
def ignored() -> Iterator[None]:
    """Ctrl-C is ignored, as in what a script puts into the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_counts(number: signal.Signals) -> None:
    """Those after it change nothing, and afterwards the process hears them as before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        os.kill(os.getpid(), number)
        assert await asyncio.wait_for(stop, 5) is number
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
    assert stop.result() is number
    assert {each: signal.getsignal(each) for each in before} == before


@pytest.mark.usefixtures("ignored")
async def test_ctrl_c_that_was_ignored() -> None:
    """A run hears it all the same, and it is ignored again afterwards."""
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        os.kill(os.getpid(), signal.SIGINT)
        assert await asyncio.wait_for(stop, 5) is signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.usefixtures("ignored")
def test_commands_that_tests_start(command: Any) -> None:
    """They hear Ctrl-C, however the tests themselves were started."""
    child = command(code="import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    _, errors = child.communicate(timeout=30)
    assert child.returncode == -signal.SIGINT
    assert errors.endswith("KeyboardInterrupt\n")
