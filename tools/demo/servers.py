"""Child processes of the demo: started, awaited until ready, and ended by their own id."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

from crossfade.shadow.errors import ShadowError

_START_S = 60.0
_STOP_S = 60.0


class Server:
    """One child process; ``ready`` is the match of the line by which it said that it serves."""

    def __init__(self, process: "subprocess.Popen[str]", ready: re.Match[str]) -> None:
        self.process = process
        self.ready = ready

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it in order, by force after a minute; returns its exit code."""
        return _stop(self.process, number)

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def server(
    command: Sequence[str], *, pattern: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Starts a server, waits for a line of its output that matches ``pattern``, and ends it on leaving.

    Raises: ShadowError: it ended or said nothing in time; the message names its log.
    """
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, **(env or {})},
            start_new_session=True,  # Ctrl-C goes to the demo, which ends them in order
        )
        try:
            yield Server(process, _await_line(process, pattern, log))
        finally:
            _stop(process, signal.SIGTERM)
            if process.stdout is not None:
                process.stdout.close()


def _stop(process: "subprocess.Popen[str]", number: signal.Signals) -> int:
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def _await_line(process: "subprocess.Popen[str]", pattern: str, log: Path) -> re.Match[str]:
    lines: Queue[str] = Queue()

    def read() -> None:
        """Reads on after the line was found, so that the child never blocks on a full pipe."""
        for line in process.stdout or ():
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        try:
            line = lines.get(timeout=0.1)
        except Empty:
            if process.poll() is not None and lines.empty():
                break
            continue
        if found := re.search(pattern, line):
            return found
    raise ShadowError(f"{log.stem}: expected it to serve, got none; see {log}", exit_code=4)
