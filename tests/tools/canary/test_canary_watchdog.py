"""crossfade canary watchdog as a process."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CONFIG = """\
[service]
name = "shop"
state = "shared"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:8081"
candidate = "http://127.0.0.1:8082"

[canary]
lease_s = 2

[[canary.plane]]
name = "edge"
kind = "gateway"
namespace = "shop"
gateway = "edge"
legacy = "shop-crossfade:8080"
candidate = "shop-java:8080"
"""


def start(folder: Path, more: str = "") -> "subprocess.Popen[str]":
    """Starts it in a folder."""
    (folder / "crossfade.toml").write_text(CONFIG + more)
    command = [sys.executable, "-P", "-c", "from crossfade.tools.cli import main; main()", "canary", "watchdog"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_server_that_is_not_there_is_asked_again(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Told each time, and no end: it comes back one day. A signal ends it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    named = {
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "current-context": "x", **named})
    (tmp_path / "kube.yaml").write_text(text)
    child = start(tmp_path, 'kubeconfig = "kube.yaml"\n')
    assert child.stdout is not None
    assert child.stdout.readline() == "watching the lease of edge, 2 s\n"
    for _ in range(2):
        assert child.stdout.readline().startswith("edge: expected an answer of the API server, got ")
    child.send_signal(number)
    _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (code, "")


def test_no_access(tmp_path: Path) -> None:
    """One line."""
    child = start(tmp_path)
    _, errors = child.communicate(timeout=60)
    assert (child.returncode, errors.count("\n")) == (2, 1)
    assert "expected access to an API server, got none" in errors
