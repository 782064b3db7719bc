"""A generated service as a process, from its start to its end."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

_STOP_S = 30


@contextmanager
def started(jar: Path, **settings: str) -> Iterator[str]:
    """Its address as host:port once it is ready; after the block it is ended. Raises: SystemExit: it does not start."""
    given = {"CROSSFADE_PORT": "0", "CROSSFADE_HOST": "127.0.0.1", "CROSSFADE_DRAIN_PAUSE_S": "0", **settings}
    process = subprocess.Popen(
        ["java", "-jar", str(jar)], env={**os.environ, **given}, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"127.0.0.1:{_ready_port(process)}"
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready_port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    port = 0
    for line in process.stdout:
        event = json.loads(line)
        port = event["port"] if event.get("event") == "server.started" else port
        if event.get("event") == "readiness.changed" and event["ready"]:
            Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would hold it up
            return int(port)
    raise SystemExit(f"java: expected a service that is ready, got its end with exit code {process.wait()}")
