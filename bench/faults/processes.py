"""Starts what is put under fault: native legacies, faulty sides, proxies and clients; and reads what they use."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Started = TypeVar("Started", bound="Process")
_HERE = Path(__file__).parent
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_START_S = 90.0
_QUIET_S = 0.2
_STOP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a client saw of so many requests; times in ms, from each request's arrival."""

    ok: int
    sent: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failures: tuple[tuple[float, str], ...]

    @property
    def kinds(self) -> dict[str, int]:
        """How often each kind of failure came."""
        kinds = [kind for _, kind in self.failures]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


class Process:
    """A child that can be killed and started again; its output goes to a log."""

    def __init__(self, name: str, command: list[str], folder: Path, port: int) -> None:
        self.name = name
        self.port = port
        self.log = folder / f"{name}.log"
        self._command = command
        self._child = self._spawn()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def start(self) -> None:
        """Starts it again, and waits until it listens."""
        self._child = self._spawn()
        self.until_listening()

    def until_listening(self) -> None:
        """Returns when its port takes connections."""
        until = time.monotonic() + _START_S
        while not _listens(self.port):
            if self._child.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{self.name}: expected it to listen on {self.port}, but it does not; see {self.log}")
            time.sleep(0.02)

    def kill(self) -> None:
        """``kill -9``."""
        self._child.kill()
        self._child.wait()

    def end(self) -> int:
        """SIGTERM, and its exit code."""
        self._child.send_signal(signal.SIGTERM)
        try:
            return self._child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()

    def child_pids(self) -> list[int]:
        """The processes that it started."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def _spawn(self) -> subprocess.Popen[Any]:
        environment = {**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32}
        with self.log.open("ab") as log:
            return subprocess.Popen(self._command, stdout=log, stderr=log, env=environment)


class Faulty(Process):
    """A side whose mode is switched by its control port."""

    def __init__(self, name: str, folder: Path) -> None:
        port, control = free_port(), free_port()
        command = [sys.executable, str(_HERE / "faulty.py"), f"--port={port}", f"--control={control}"]
        super().__init__(name, command, folder, port)
        self._control = control

    def switch(self, mode: str) -> None:
        """Returns when it is in this mode."""
        with socket.create_connection(("127.0.0.1", self._control)) as connection:
            connection.sendall(mode.encode() + b"\n")
            if connection.recv(16) != b"ok\n":
                raise SystemExit(f"{self.name}: expected it to take {mode}; see {self.log}")


class Client:
    """The load client: block after block over the same connections, or one block in the background."""

    def __init__(self, binary: Path, port: int, *, connections: int = 32) -> None:
        command = [str(binary), f"-address=127.0.0.1:{port}", f"-connections={connections}"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.sent = 0  # in all blocks

    def begin(self, requests: int, rate: float) -> None:
        """Starts a block; ``rate`` is in arrivals per second."""
        assert self._child.stdin is not None
        self._child.stdin.write(f"{requests} {rate}\n")
        self._child.stdin.flush()

    def result(self) -> Block:
        """Waits for the end of the block."""
        assert self._child.stdout is not None
        found = json.loads(self._child.stdout.readline())
        self.sent += found["sent"]
        failures = tuple((item["at"], item["kind"]) for item in found.pop("failures"))
        return Block(failures=failures, **found)

    def block(self, requests: int, rate: float) -> Block:
        """A whole block."""
        self.begin(requests, rate)
        return self.result()

    def end(self) -> None:
        """Closes its connections."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()


@dataclass(slots=True)
class Running:
    """Every process started here; ``end`` ends them, the newest first."""

    folder: Path
    binaries: Path
    _started: list[Process] = field(default_factory=list)

    def legacy(self, name: str = "legacy") -> Process:
        """A native legacy."""
        port = free_port()
        return self._add(Process(name, [str(self.binaries / "legacy"), f"-listen=127.0.0.1:{port}"], self.folder, port))

    def faulty(self, name: str) -> Faulty:
        """A candidate or secondary."""
        return self._add(Faulty(name, self.folder))

    def mitmdump(self, legacy: int) -> Process:
        """Mitmproxy's own command, with what crossfade sets as well."""
        port = free_port()
        options = {"keep_host_header": "true", "connection_strategy": "lazy", "confdir": self.folder / "mitmdump"}
        command = [_command("mitmdump"), "--quiet", "--mode", f"reverse:http://127.0.0.1:{legacy}@127.0.0.1:{port}"]
        for key, value in options.items():
            command += ["--set", f"{key}={value}"]
        return self._add(Process("mitmdump", command, self.folder, port))

    def crossfade(self, config: Path, port: int) -> Process:
        """``crossfade shadow``."""
        return self._add(
            Process("crossfade", [_command("crossfade"), "shadow", "--config", str(config)], self.folder, port)
        )

    def end(self, only: Process | None = None) -> None:
        """Ends this process, or all."""
        for process in reversed(self._started):
            if only in {None, process}:
                process.end()
        self._started = [] if only is None else [each for each in self._started if each is not only]

    def _add(self, process: Started) -> Started:
        self._started.append(process)
        process.until_listening()
        return process


def rss_mb(pid: int) -> float:
    """Memory that a process holds, MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def until_quiet(pids: list[int], *, at_most_s: float = 30.0) -> float:
    """Waits until the processes do next to nothing; returns for how many seconds they still worked."""
    begun = time.monotonic()
    while time.monotonic() - begun < at_most_s:
        before = sum(map(_cpu_s, pids))
        time.sleep(_QUIET_S)
        if sum(map(_cpu_s, pids)) - before <= 0.15 * _QUIET_S:
            return max(0.0, time.monotonic() - begun - _QUIET_S)
    return at_most_s


def until(happened: Callable[[], bool], what: str, at_most_s: float = _START_S) -> None:
    """Waits for something that can only be looked at. Raises: SystemExit: it did not come."""
    end = time.monotonic() + at_most_s
    while not happened():
        if time.monotonic() > end:
            raise SystemExit(f"expected {what} within {at_most_s:g} s")
        time.sleep(0.05)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _command(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
