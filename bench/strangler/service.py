"""Processes that say on standard output what happens: the generated service, and servers that print their port."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_START_S = 60.0
_STOP_S = 60.0
_LINE_BYTES = 1 << 24


class Service:
    """A generated service; what it logs is read as it is written."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())
        self.unexpected: list[str] = []  # warnings and worse, and what is no event
        self.port = 0

    @classmethod
    async def start(cls, jar: Path, **settings: object) -> "Service":
        """Starts it with these CROSSFADE_ variables, and returns when it is ready."""
        given = {"port": 0, "host": "127.0.0.1", "drain_pause_s": 0, **settings}
        env = {**os.environ, **{f"CROSSFADE_{name.upper()}": str(value) for name, value in given.items()}}
        command = ["java", "-jar", str(jar)]
        self = cls(await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE))
        self.port = int((await self.event("server.started"))["port"])
        while not (await self.event("readiness.changed"))["ready"]:
            pass
        return self

    async def event(self, name: str) -> Mapping[str, Any]:
        """The next event of this name. Raises: TimeoutError: it did not come."""
        async with asyncio.timeout(_START_S):
            while (event := await self._events.get())["event"] != name:
                pass
        return event

    async def end(self) -> int:
        """SIGTERM, and the exit code."""
        return await end(self._process, self._reader)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                self.unexpected.append(line.decode())
                continue
            if event.get("level") in {"WARNING", "SEVERE"}:
                self.unexpected.append(line.decode())
            self._events.put_nowait({"event": "", **event})


class Ingest:
    """Takes comparisons where crossfade would, and counts them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Its address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LINE_BYTES)
        return "{}:{}".format(*self._server.sockets[0].getsockname())

    async def end(self) -> None:
        """Takes nothing more."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            self._count(json.loads(line))
        writer.close()

    def _count(self, line: Mapping[str, Any]) -> None:
        if line["kind"] == "pair":
            self.counts["unequal"] += 1
        elif line["kind"] == "counts":
            self.counts["entered"] += line["entered"]
            self.counts["equal"] += line["equal"]
            self.counts.update({f"shed: {reason}": count for reason, count in line["shed"].items()})


async def end(process: asyncio.subprocess.Process, reader: "asyncio.Task[None] | None" = None) -> int:
    """SIGTERM, and the exit code; what does not stop by itself is killed."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_S):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        code = await process.wait()
    if reader is not None:
        await reader
    return code
