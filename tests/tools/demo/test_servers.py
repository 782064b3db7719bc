"""Child processes of the demo."""

import signal
import sys
from pathlib import Path

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.servers import server

SERVE = "import time; print('READY port=7', flush=True); time.sleep(60)"


def test_a_server_is_awaited_and_ended(tmp_path: Path) -> None:
    """Its line of readiness is matched, and leaving the block ends it."""
    with server([sys.executable, "-c", SERVE], pattern=r"READY port=(\d+)", log=tmp_path / "x.log") as running:
        assert running.ready[1] == "7"
        process = running.process
        assert process.poll() is None
    assert process.returncode == -signal.SIGTERM


def test_a_server_that_ends_before_it_serves_names_its_log(tmp_path: Path) -> None:
    """One line with the log, in which its complaint stands."""
    log = tmp_path / "legacy.log"
    command = [sys.executable, "-c", "import sys; sys.exit('no port')"]
    with (
        pytest.raises(ShadowError, match=r"legacy: expected it to serve, got none; see .*legacy\.log"),
        server(command, pattern="READY", log=log),
    ):
        pass
    assert "no port" in log.read_text()


def test_a_killed_server_is_gone_at_once(tmp_path: Path) -> None:
    """kill() is a crash: no handler of the process runs."""
    with server([sys.executable, "-c", SERVE], pattern="READY", log=tmp_path / "x.log") as running:
        running.kill()
        assert running.process.returncode == -signal.SIGKILL
