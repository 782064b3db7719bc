"""One controller at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crossfade.shadow.canary.control.place import is_running, last_running, only_one, tell_address
from crossfade.shadow.errors import ShadowError

HOLDER = """
import pathlib, sys
from crossfade.shadow.canary.control.place import only_one, tell_address
with only_one(pathlib.Path(sys.argv[1])):
    tell_address(pathlib.Path(sys.argv[1]), "127.0.0.1:1")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_controller_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """However the first one ended."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_running(tmp_path)
        found = f"one that runs as process {holder.pid}; use it, or stop it"
        with pytest.raises(ShadowError, match=found) as raised, only_one(tmp_path):
            pass
        assert raised.value.exit_code == 4
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    assert not is_running(tmp_path)
    with only_one(tmp_path):
        assert is_running(tmp_path)


def test_where_the_api_is_can_be_read(tmp_path: Path) -> None:
    """None where nobody told it, or the file is broken."""
    assert last_running(tmp_path) is None
    tell_address(tmp_path, "127.0.0.1:80")
    found = last_running(tmp_path)
    assert found is not None
    assert (found.pid, found.address) == (os.getpid(), "127.0.0.1:80")
    (tmp_path / "controller.json").write_text("{")
    assert last_running(tmp_path) is None
    assert not is_running(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """It names the folder."""
    (tmp_path / "file").write_text("")
    found = "expected a folder to write, got Not a directory"
    with pytest.raises(ShadowError, match=found), only_one(tmp_path / "file" / "canary"):
        pass
