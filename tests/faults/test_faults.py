"""Whatever fails beside legacy, the client gets legacy's bytes, and every request has its outcome.

``make soak`` does the same with many more requests, a native legacy and figures of latency and memory.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults

ALL_MODES = ("down", "hung", "slow", "reset", "endless", "garbage")


def _fill(path: Path) -> None:
    """Writes until there is no room."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_a_candidate_that_fails_in_every_way(shadow: Any) -> None:
    """Down, hung, slow, resetting, endless or garbage: what it did is said of it, and of nothing else."""
    running = shadow()
    assert running.ask(40) == {"right": 40}
    for mode in ALL_MODES:
        running.candidate.switch(mode)
        assert running.ask(30) == {"right": 30}, mode
        running.settle()
    running.candidate.switch("healthy")
    assert running.ask(40) == {"right": 40}
    assert running.stop() == 0
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == running.sent
    assert outcomes["matched"] >= 40
    assert outcomes["candidate_failed"] >= 90
    assert set(outcomes) <= {"matched", "candidate_failed", "diverged", "shed"}


def test_a_secondary_that_fails_in_every_way(shadow: Any) -> None:
    """It measures noise: without it both answers are compared all the same."""
    running = shadow()
    for mode in ALL_MODES:
        running.secondary.switch(mode)
        assert running.ask(30) == {"right": 30}, mode
    assert running.stop() == 0
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == running.sent
    assert outcomes["matched"] >= 90
    assert "diverged" not in outcomes  # on a busy machine a candidate may be late


def test_a_full_queue(shadow: Any) -> None:
    """What can't wait is shed and counted."""
    running = shadow(max_in_flight=1, max_waiting=1, buffer_bytes=65536)
    running.candidate.switch("hung")
    assert running.ask(200) == {"right": 200}
    running.candidate.switch("healthy")
    assert running.stop() == 0
    entered, outcomes, reasons = running.totals()
    assert entered == outcomes.total() == 200
    assert reasons["queue_full"] > 100


def test_a_killed_compare_process(shadow: Any) -> None:
    """It comes back by itself, and the sums hold over both runs."""
    running = shadow()
    assert running.ask(100) == {"right": 100}
    os.kill(running.compare_pid(), signal.SIGKILL)
    assert running.ask(100) == {"right": 100}
    running.wait_for("run.began")
    assert running.ask(100) == {"right": 100}
    assert running.stop() == 4
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == 300
    assert outcomes["matched"] >= 100


def test_a_compare_process_that_is_killed_at_the_end(shadow: Any) -> None:
    """What entered after it was lost counts for its run, where no other one began."""
    running = shadow()
    assert running.ask(50) == {"right": 50}
    os.kill(running.compare_pid(), signal.SIGKILL)
    running.wait_for("run.closed")
    assert running.ask(50) == {"right": 50}
    assert running.stop() == 4
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == 100


def test_a_service_manager_that_ends_all_processes(shadow: Any) -> None:
    """SIGTERM to the compare process, too, as systemd sends it: the engine ends first, and all is committed."""
    running = shadow()
    assert running.ask(50) == {"right": 50}
    os.kill(running.compare_pid(), signal.SIGTERM)
    assert running.stop() == 0
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == outcomes["matched"] == 50


def test_a_locked_store_and_a_killed_compare_process(shadow: Any) -> None:
    """The engine would write what the lost run lacks: it waits for the lock, and its clients don't."""
    running = shadow()
    assert running.ask(50) == {"right": 50}
    lock = sqlite3.connect(running.folder / "evidence" / "evidence.sqlite", isolation_level=None, timeout=30)
    lock.execute("BEGIN EXCLUSIVE")
    os.kill(running.compare_pid(), signal.SIGKILL)
    running.wait_for("compare.lost")
    begun = time.monotonic()
    assert running.ask(50) == {"right": 50}
    assert time.monotonic() - begun < 4  # the lock is waited for 5 s
    lock.execute("ROLLBACK")
    lock.close()
    running.wait_for("run.closed")
    assert running.stop() == 4
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == 100


def test_a_full_disk(shadow: Any, tmp_path: Path) -> None:
    """Nothing is committed while there is no room, and everything after."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(evidence)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk could be mounted")
    try:
        running = shadow()
        assert running.ask(50) == {"right": 50}
        filler = evidence / "filler"
        _fill(filler)
        assert running.ask(100) == {"right": 100}
        running.wait_for("evidence.flush_failed")
        assert running.ask(50) == {"right": 50}
        filler.unlink()
        assert running.stop() == 0
        entered, outcomes, _ = running.totals()
        assert (entered, outcomes) == (200, Counter(matched=200))
    finally:
        subprocess.run(["umount", str(evidence)], check=False)


def test_a_legacy_that_is_down(shadow: Any) -> None:
    """The client gets mitmproxy's own 502, as without crossfade; afterwards all is as before."""
    running = shadow()
    assert running.ask(30) == {"right": 30}
    running.legacy.switch("down")
    assert running.ask(30) == {"status 502": 30}
    running.legacy.switch("healthy")
    assert running.ask(30) == {"right": 30}
    assert running.stop() == 0
    entered, outcomes, _ = running.totals()
    assert (entered, outcomes) == (90, Counter(matched=60, legacy_failed=30))
