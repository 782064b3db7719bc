"""A real proxy, a real controller, and clients that ask all the time: from the shadow to complete."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mitmproxy")
pytestmark = [pytest.mark.faults, pytest.mark.slow]

CONFIG = """
[service]
name = "faults"
state = "shared"
legacy_build = "py 1"
candidate_build = "java 1"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
secondary = "http://127.0.0.1:{secondary}"
[admin]
address = "127.0.0.1:{admin}"
[routes]
http = ["GET /items/{{id}}"]
[evidence]
flush_ms = 200
[mirror]
secondary_pct = 100
[canary]
key = ["header:x-user"]
tick_ms = 100
lease_s = 5
[[canary.route]]
name = "all"
routes = ["GET *"]
steps = [{{setWeight = 50}}, {{analysis = {{min_requests = 20}}}}, {{setWeight = 100}}, {{analysis = {{}}}}]
bake_s = 1
warmup_s = 0
error_budget_pct = 20
"""
COMMAND = [sys.executable, "-P", "-m", "crossfade.tools.cli"]


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Any]:
    """A command of crossfade, and the lines that it has printed."""
    environment = {**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32, "CROSSFADE_CANARY_TOKEN": "a token"}
    child = subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(child.stdout or ()))
    reader.start()
    try:
        yield child, lines
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(120)
        reader.join()
        assert child.stdout is not None
        child.stdout.close()


class Clients:
    """Two that ask until they are told to end, each request as another user."""

    def __init__(self, port: int) -> None:
        self.statuses: Counter[int | str] = Counter()
        self._port = port
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(2)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._end.wait(0.005):
            try:
                connection.request("GET", f"/items/{number}", headers={"x-user": f"user {number}"})
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except OSError as error:
                self.statuses[type(error).__name__] += 1
                connection.close()
            number += 2
        connection.close()

    def end(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()


def until(happened: Any) -> None:
    end = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)  # other processes: nothing tells that it happened


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_route_goes_from_the_shadow_to_complete_and_no_client_notices(sides: Any, tmp_path: Path) -> None:
    """All answers are legacy's or the candidate's, none is an error; the journal can be derived again."""
    ports = dict(zip(("legacy", "candidate", "secondary"), (side.port for side in sides), strict=True))
    (tmp_path / "crossfade.toml").write_text(CONFIG.format(**ports, admin=free_port()))
    with running(tmp_path, "shadow") as (_, proxy_log):
        until(lambda: any("mirroring" in line for line in proxy_log))
        port = int(re.findall(r"web on 127.0.0.1:(\d+)", "".join(proxy_log))[0])
        clients = Clients(port)
        try:
            with running(tmp_path, "canary", "start") as (_, log):
                until(lambda: any("phase=Completed" in line for line in log))
                asked = sum(clients.statuses.values())
                until(lambda: sum(clients.statuses.values()) > asked + 50)
        finally:
            clients.end()
    assert set(clients.statuses) == {200}
    assert log[-1].endswith("the candidate answers 100 %, and goes on (complete)\n"), log
    weights = [float(pct) for line in log for pct in re.findall(r"canary\.moved .*weight_pct=(\S+)", line)]
    assert weights == sorted(weights)
    assert {0, 50, 100} <= set(weights)
    lines = (tmp_path / ".crossfade" / "canary" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == list(range(len(lines)))
