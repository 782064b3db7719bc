"""A real proxy in a process of its own, between servers that can fail; clients that know each byte of their answer."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of, runs_of

pytest.importorskip("mitmproxy")

_FAULTY = Path(__file__).parents[2] / "bench" / "faults" / "faulty.py"
_CLIENTS = 8
TOKEN = "token-of-the-tests"
CONFIG = """
[service]
name = "faults"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
secondary = "http://127.0.0.1:{secondary}"
[routes]
http = ["GET /items/{{id}}"]
[evidence]
dir = "evidence"
flush_ms = 200
[mirror]
deadline_ms = 500
max_wait_ms = 2000
secondary_pct = 100
"""


def _load_faulty() -> Any:
    spec = importlib.util.spec_from_file_location("faulty", _FAULTY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


faulty = _load_faulty()


class Side:
    """A server in a process of its own that behaves as it is told."""

    def __init__(self) -> None:
        self.port, self._control = free_port(), free_port()
        ports = f"--port={self.port}", f"--control={self._control}"
        self._child = subprocess.Popen([sys.executable, str(_FAULTY), *ports])
        until(lambda: listens(self._control))

    def switch(self, mode: str) -> None:
        """Returns when it behaves so."""
        with socket.create_connection(("127.0.0.1", self._control)) as connection:
            connection.sendall(mode.encode() + b"\n")
            assert connection.recv(16) == b"ok\n"

    def end(self) -> None:
        """Ends it."""
        self._child.kill()
        self._child.wait()


@dataclass(kw_only=True)
class Shadow:
    """The proxy, its sides, and what clients got of it."""

    legacy: Side
    candidate: Side
    secondary: Side
    folder: Path
    child: subprocess.Popen[str]
    port: int
    log: list[str]
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, requests: int) -> Counter[str]:
        """How many answers were right to the byte, and what the others were."""
        numbers = iter(range(self.sent, self.sent + requests))
        self.sent += requests
        with ThreadPoolExecutor(_CLIENTS) as clients:
            return sum(clients.map(lambda _: self._ask_all(numbers), range(_CLIENTS)), Counter())

    def _ask_all(self, numbers: Iterator[int]) -> Counter[str]:
        found: Counter[str] = Counter()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while (number := self._next(numbers)) is not None:
            target = f"/items/{number}"
            connection.request("GET", target)
            answer = connection.getresponse()
            text = answer.read()
            right = answer.status == 200 and text == faulty.body("GET", target)
            found["right" if right else f"status {answer.status}"] += 1
        connection.close()
        return found

    def _next(self, numbers: Iterator[int]) -> int | None:
        with self._lock:
            return next(numbers, None)

    def settle(self) -> None:
        """Returns when all that was sent has an outcome: a copy that waits would meet what a side does next."""
        until(lambda: self.totals()[1].total() == self.sent)

    def compare_pid(self) -> int:
        """The process id of the compare process."""
        path = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children")
        if not path.exists():
            pytest.skip("this system has no list of children")
        (pid,) = path.read_text().split()
        return int(pid)

    def wait_for(self, text: str) -> None:
        """Returns when the log holds the text."""
        until(lambda: any(text in line for line in self.log))

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(60)

    def totals(self) -> tuple[int, Counter[str], Counter[str]]:
        """What entered, the outcomes and the reasons, of all runs; each run's sums are exact."""
        entered, outcomes, reasons = 0, Counter[str](), Counter[str]()
        config = load_config(self.folder / "crossfade.toml")
        for run_id in (run.run_id for run in runs_of(config)):
            report = report_of(config, run_id)
            ended = Counter(report.totals.outcomes)
            assert report.entered == ended.total() + report.in_flight, run_id
            entered += report.entered
            outcomes.update({name: count for name, count in ended.items() if count})
            reasons.update(report.totals.reasons)
        return entered, outcomes, reasons


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(happened: Callable[[], bool]) -> None:
    """Waits for what another process does."""
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)  # another process: nothing tells that it happened


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Side, Side, Side]]:
    """Three servers for all tests: each test leaves them healthy."""
    started = Side(), Side(), Side()
    yield started
    for side in started:
        side.end()


@pytest.fixture
def shadow(sides: tuple[Side, Side, Side], tmp_path: Path) -> Iterator[Callable[..., Shadow]]:
    """Starts the proxy, with a part of its config in other words, or with another one between other ports."""
    running: list[tuple[Shadow, threading.Thread]] = []

    def shadow(text: str = CONFIG, ports: Mapping[str, int] | None = None, **instead: int) -> Shadow:
        ports = ports or dict(zip(("legacy", "candidate", "secondary"), (side.port for side in sides), strict=True))
        text = text.format(**ports) + "".join(f"{key} = {value}\n" for key, value in instead.items())
        (tmp_path / "crossfade.toml").write_text(text)
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "crossfade.tools.cli", "shadow"],
            cwd=tmp_path,
            env={**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32, "CROSSFADE_CANARY_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.extend(child.stdout or ()))
        reader.start()
        until(lambda: any("mirroring" in line for line in log) or child.poll() is not None)
        assert child.poll() is None, "".join(log)
        port = int(next(re.findall(r"web on 127.0.0.1:(\d+)", line)[0] for line in log if "mirroring" in line))
        made = Shadow(
            legacy=sides[0],
            candidate=sides[1],
            secondary=sides[2],
            folder=tmp_path,
            child=child,
            port=port,
            log=log,
        )
        running.append((made, reader))
        return made

    yield shadow
    for made, reader in running:
        made.child.kill()
        made.child.wait()
        reader.join()
        assert made.child.stdout is not None
        made.child.stdout.close()
    for side in sides:
        side.switch("healthy")
