"""How a run hears that it is to end."""

import asyncio
import os
import signal

import pytest

from crossfade.tools.signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_counts(number: signal.Signals) -> None:
    """Those after it change nothing, and afterwards the process hears them as before."""
    before = signal.getsignal(number)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        os.kill(os.getpid(), number)
        assert await asyncio.wait_for(stop, 5) is number
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
    assert stop.result() is number
    assert signal.getsignal(number) in {before, signal.SIG_DFL, signal.default_int_handler}
