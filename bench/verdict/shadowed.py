"""A real ``crossfade shadow`` between servers, from its start to its report and its gate."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_START_S = 60.0
_STOP_S = 90.0
_CROSSFADE = str(Path(sys.executable).parent / "crossfade")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shadow:
    """One run; ``port`` is where clients connect to."""

    def __init__(
        self, folder: Path, *, legacy: str, candidate: str, secondary: str | None = None, config: str = ""
    ) -> None:
        """The sides are URLs; ``config`` is what stands behind [service] and [[listen]]."""
        self.port = free_port()
        self._folder = folder
        self._config = folder / "crossfade.toml"
        second = "" if secondary is None else f'secondary = "{secondary}"\n'
        self._config.write_text(
            f'[service]\nname = "shop"\nstate = "sister"\nlegacy_build = "py"\ncandidate_build = "java"\n'
            f'[[listen]]\nname = "web"\naddress = "127.0.0.1:{self.port}"\nlegacy = "{legacy}"\n'
            f'candidate = "{candidate}"\n{second}{config}'
        )
        self._environment = {**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32}

    def __enter__(self) -> Self:
        """Raises: SystemExit: it does not start."""
        self._log = self._folder / "crossfade.log"
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [_CROSSFADE, "shadow", "--config", str(self._config)], stdout=log, stderr=log, env=self._environment
            )
        until = time.monotonic() + _START_S
        while "mirroring" not in self._log.read_text():
            if self._child.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"crossfade did not start: {self._log.read_text()}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def report(self) -> Mapping[str, Any]:
        """The report of the run, which must have ended."""
        done = self._ask("report", "--json")
        if not done.stdout:
            raise SystemExit(f"no report: {done.stderr}\n{self._log.read_text()}")
        found: Mapping[str, Any] = json.loads(done.stdout)
        return found

    def gate(self) -> tuple[int, str]:
        """The gate's exit code and what it says."""
        done = self._ask("gate")
        return done.returncode, done.stdout.strip()

    def log_lines(self) -> list[str]:
        """What it logged."""
        return self._log.read_text().splitlines()

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [_CROSSFADE, *words, "--config", str(self._config)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment)
