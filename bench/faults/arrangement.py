"""A proxy between a legacy, a candidate and a secondary that can fail, and the faults that can be turned on."""

import errno
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from processes import Client, Faulty, Process, Running, free_port

_MODES = ("down", "hung", "slow", "reset", "endless", "garbage")
_SMALL_DISK = "1m"


@dataclass(slots=True, kw_only=True)
class Arrangement:
    """What runs while one fault is tried."""

    running: Running
    legacy: Process
    candidate: Faulty
    secondary: Faulty
    evidence: Path
    config: Path
    proxy: Process
    client: Client
    locks: list[sqlite3.Connection] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """The proxy's two processes; one while the other is being replaced."""
        return [self.proxy.pid, *self.proxy.child_pids()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a fault begins and ends; ``config`` is what the proxy needs besides, ``small_disk`` the evidence's place."""

    name: str
    begin: Callable[[Arrangement], None]
    end: Callable[[Arrangement], None]
    config: str = ""
    with_secondary: bool = False
    small_disk: bool = False


def arrange(running: Running, legacy: Process, fault: Fault | None, number: int) -> Arrangement:
    """Starts sides, a proxy and a client. Raises: OSError: the small disk could not be mounted."""
    folder = running.folder / f"{number}-{fault.name if fault else 'healthy'}"
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    if fault is not None and fault.small_disk:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK}", "tmpfs", str(evidence)]
        done = subprocess.run(mount, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise PermissionError(errno.EPERM, done.stderr.strip())
    own = Running(folder, running.binaries)
    candidate, secondary = own.faulty("candidate"), own.faulty("secondary")
    port = free_port()
    config = folder / "crossfade.toml"
    asked = secondary.port if fault is not None and fault.with_secondary else None
    config.write_text(config_text(port, legacy.port, candidate.port, asked) + (fault.config if fault else _MIRROR))
    proxy = own.crossfade(config, port)
    return Arrangement(
        running=own,
        legacy=legacy,
        candidate=candidate,
        secondary=secondary,
        evidence=evidence,
        config=config,
        proxy=proxy,
        client=Client(running.binaries / "load", port),
    )


def clear(arrangement: Arrangement) -> None:
    """Ends what still runs, and gives the small disk back."""
    arrangement.client.end()
    arrangement.running.end()
    if os.path.ismount(arrangement.evidence):
        subprocess.run(["umount", str(arrangement.evidence)], check=False)


def config_text(port: int, legacy: int, candidate: int, secondary: int | None) -> str:
    """A crossfade.toml without ``[mirror]``."""
    asked = "" if secondary is None else f'secondary = "http://127.0.0.1:{secondary}"\n'
    return f"""
[service]
name = "faults"

[[listen]]
name = "web"
address = "127.0.0.1:{port}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
{asked}
[routes]
http = ["GET /items/{{id}}", "POST /items/{{id}}"]

[evidence]
dir = "evidence"
"""


_MIRROR = """
[mirror]
deadline_ms = 1000
max_wait_ms = 5000
secondary_pct = 100
"""
_TINY_QUEUE = """
[mirror]
deadline_ms = 1000
max_wait_ms = 5000
max_in_flight = 2
max_waiting = 2
buffer_bytes = 65536
"""


def _fail(side: str, mode: str) -> Fault:
    return Fault(
        name=f"{side}_{mode}",
        begin=lambda at: getattr(at, side).switch(mode),
        end=lambda at: getattr(at, side).switch("healthy"),
        config=_MIRROR,
        with_secondary=side == "secondary",
    )


def _kill_compare(at: Arrangement) -> None:
    for pid in at.proxy.child_pids():
        os.kill(pid, 9)


def _fill_disk(at: Arrangement) -> None:
    with (at.evidence / "filler").open("wb", buffering=0) as filler:
        for size in (4096, 1):
            try:
                while filler.write(b"x" * size):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def _lock_store(at: Arrangement) -> None:
    connection = sqlite3.connect(at.evidence / "evidence.sqlite", isolation_level=None, timeout=30)
    connection.execute("BEGIN EXCLUSIVE")
    at.locks.append(connection)


def _unlock_store(at: Arrangement) -> None:
    for connection in at.locks:
        connection.execute("ROLLBACK")
        connection.close()
    at.locks.clear()


FAULTS: tuple[Fault, ...] = (
    *(_fail("candidate", mode) for mode in _MODES),
    *(_fail("secondary", mode) for mode in _MODES),
    Fault(name="compare_killed", begin=_kill_compare, end=lambda _: None, config=_MIRROR),
    Fault(
        name="queue_full",
        begin=lambda at: at.candidate.switch("slow"),
        end=lambda at: at.candidate.switch("healthy"),
        config=_TINY_QUEUE,
    ),
    Fault(
        name="disk_full",
        begin=_fill_disk,
        end=lambda at: (at.evidence / "filler").unlink(),
        config=_MIRROR,
        small_disk=True,
    ),
    Fault(name="store_locked", begin=_lock_store, end=_unlock_store, config=_MIRROR),
    Fault(name="legacy_down", begin=lambda at: at.legacy.kill(), end=lambda at: at.legacy.start(), config=_MIRROR),
)


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder that goes away at the end."""
    return tempfile.TemporaryDirectory(prefix="crossfade-faults-")
