"""The process ends with the one that started it, whatever it does, and asks for no more memory than it may."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.apart.jobs import Asked, Observe, Setup
from crossfade.shadow.apart.packing import pack
from crossfade.shadow.apart.worker import end_after, limit_memory
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.route import RouteInfo

pytestmark = pytest.mark.slow


def frame(item: object) -> bytes:
    """What a job looks like in the pipe."""
    return b"".join(pack(item))


def test_it_leaves_in_the_middle_of_a_job(
    setup: Setup, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """As soon as the pipe is closed, which is what a system does when the other end is killed."""
    command = [sys.executable, "-P", "-m", "crossfade.shadow.apart.worker", str(10**9)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(frame(setup))
        process.stdin.flush()
        ready = frame(True)  # noqa: FBT003 - what it answers to its rules
        assert process.stdout.read(len(ready)) == ready
        process.send_signal(signal.SIGINT)  # Ctrl-C is for who started it
        long = comparison_of(make.rows(100_000), make.rows(100_000, price=2.5))
        process.stdin.write(frame(Asked(comparison=long, job=Observe(route=route), left_s=60.0)))
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("limit_memory(50_000_000); bytearray(20_000_000)", 0),
        ("limit_memory(50_000_000); bytearray(200_000_000)", 1),
        ("end_after(0.05)\nwhile True: pass", -signal.SIGPROF),
        ("end_after(0.05); import re; re.match('(a*)*b', 'a' * 40)", -signal.SIGPROF),
        ("end_after(0.05); end_after(0)\nfor _ in range(10**7): pass", 0),
    ],
)
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is bounded on Linux")  # noqa: PTH110
def test_its_bounds(code: str, ended: int) -> None:
    """Past the memory is an error; past the time the process ends, also within a call that never comes back."""
    names = f"{end_after.__name__}, {limit_memory.__name__}"
    command = [sys.executable, "-c", f"from {end_after.__module__} import {names}\n{code}"]
    process = subprocess.run(command, check=False, capture_output=True)
    assert process.returncode == ended, process.stderr
