"""Starts what is measured, and reads what each process has used."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_START_S = 60.0
_REST_S = 0.2
_BACKLOG_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A proxy under load: its port and the ids of its processes by name."""

    name: str
    port: int
    pids: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A native upstream."""

    port: int
    pid: int

    def asked(self) -> int:
        """How many requests it has answered."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/asked", timeout=10) as answer:
            return int(answer.read())


@dataclass(slots=True)
class Running:
    """Every process started here; ``end`` ends them, the newest first."""

    folder: Path
    _processes: list[subprocess.Popen[Any]] = field(default_factory=list)

    def upstream(self, binary: Path) -> Upstream:
        """Starts a native upstream."""
        port = free_port()
        process = self._start([str(binary), "-listen", f"127.0.0.1:{port}"], f"upstream-{port}")
        _until(lambda: _listens(port), f"upstream on {port}")
        return Upstream(port=port, pid=process.pid)

    def bare(self, name: str, legacy: int) -> Arm:
        """Mitmproxy's own command, with what crossfade sets as well."""
        port = free_port()
        options = {"keep_host_header": "true", "connection_strategy": "lazy", "confdir": self.folder / name}
        command = [_command("mitmdump"), "--quiet", "--mode", f"reverse:http://127.0.0.1:{legacy}@127.0.0.1:{port}"]
        for key, value in options.items():
            command += ["--set", f"{key}={value}"]
        process = self._start([*command, "--scripts", str(_HERE / "bare_h2c.py")], name)
        _until(lambda: _listens(port), name)
        return Arm(name=name, port=port, pids={"engine": process.pid})

    def crossfade(self, legacy: int, candidate: int) -> tuple[Arm, Path]:
        """``crossfade shadow`` with all traffic mirrored, and its config."""
        port = free_port()
        config = self.folder / "crossfade.toml"
        config.write_text(_config(port, legacy, candidate, self.folder))
        process = self._start([_command("crossfade"), "shadow", "--config", str(config)], "crossfade")
        _until(lambda: _listens(port), "crossfade")
        (worker,) = _children(process.pid)
        return Arm(name="crossfade", port=port, pids={"engine": process.pid, "compare": worker}), config

    def end(self, only: int | None = None) -> None:
        """Ends the process with this id, or all."""
        for process in reversed(self._processes):
            if process.poll() is None and only in {None, process.pid}:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(90)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(self, command: list[str], name: str) -> subprocess.Popen[Any]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        self._processes.append(process)
        return process


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def until_level(legacy: Upstream, candidate: Upstream, ahead: int) -> float:
    """Waits until the candidate was asked as often as legacy, but for ``ahead``; returns for how many seconds.

    Nothing else says it: a process that gets no CPU looks as idle as one that has nothing to do.
    """
    begun = time.monotonic()
    while legacy.asked() - candidate.asked() > ahead:
        if time.monotonic() - begun > _BACKLOG_S:
            print(f"the candidate was not asked everything within {_BACKLOG_S:g} s: some was shed", file=sys.stderr)
            break
        time.sleep(0.02)
    waited_s = time.monotonic() - begun
    time.sleep(_REST_S)  # the last judgements
    return waited_s


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _START_S
    while not happened():
        if time.monotonic() > until:
            raise SystemExit(f"{what}: expected it to listen within {_START_S:g} s, but it did not; see its log")
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _config(port: int, legacy: int, candidate: int, folder: Path) -> str:
    return f"""
[service]
name = "bench"
state = "sister"
legacy_build = "native"
candidate_build = "native"

[[listen]]
name = "all"
address = "127.0.0.1:{port}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"

[contract]
protos = ["{_HERE / "bench.proto"}"]
includes = ["{_HERE}"]

[routes]
http = ["GET /users/{{id}}"]

[evidence]
dir = "{folder / "evidence"}"
"""
