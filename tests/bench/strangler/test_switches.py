"""Mode switches under load, smaller than in ``make bench``: processes, Maven, streams in flight."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.java


def test_no_call_is_lost(folder: Path) -> None:
    """Each of 20 switches takes effect, and each call ends OK on the side where it began."""
    command = [sys.executable, str(folder / "switches.py"), "--switches", "20", "--rate", "100"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "switches: 20, each held after" in done.stdout
