"""What forwarding costs: a generated service with every RPC in LEGACY against a direct call, in one run.

    python bench/strangler/run.py [--rounds 10] [--seconds 2] [--rate 500] [--built DIR]

Legacy and client are native (Go, bench/proxy), so that the hop is not hidden behind Python. Unary calls with 1 KB in
the answer. Each round loads three arms in turn under each load: legacy, a second legacy (A/A: how much two equal things
differ here), and legacy through the service; the order rotates. Needs Go, a JDK and Maven; ends by itself.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cost import ARMS, Block, notes, table
from project import build, generate
from service import Service, end

_PROXY = Path(__file__).parents[1] / "proxy"
_JAR = "users/target/users.jar"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_WARM_UP_S = 10.0
_START_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How calls come: ``rate`` in arrivals per second, 0 for a caller that waits for each answer."""

    name: str
    rate: float
    connections: int
    streams: int


def main() -> int:
    """Measures, prints the table, and returns the exit code."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.built or Path(name)
        if not (folder / _JAR).exists():
            folder.mkdir(exist_ok=True)
            subprocess.run(["go", "build", "-o", f"{folder}/", "./server", "./load"], cwd=_PROXY, check=True)
            generate(_PROXY / "bench.proto", "dev.users", folder / "users")
            build(folder / "users")
        return asyncio.run(_measure(asked, folder))


async def _measure(asked: argparse.Namespace, folder: Path) -> int:
    loads = (
        Load(name="one caller", rate=0, connections=1, streams=1),
        Load(name=f"{asked.rate:g} arrivals/s", rate=asked.rate, connections=4, streams=4),
        Load(name="32 callers", rate=0, connections=4, streams=8),
    )
    servers = [await _serve(folder / "server") for _ in range(2)]
    try:
        service = await Service.start(folder / _JAR, legacy=f"127.0.0.1:{servers[0][1]}")
        try:
            ports = dict(zip(ARMS, (*(port for _, port in servers), service.port), strict=True))
            bench = _Bench(folder=folder, ports=ports, service_pid=service.pid)
            for arm in ARMS:
                await bench.block(-1, loads[2], arm, _WARM_UP_S if arm == "through" else 1)
            blocks = [block async for block in _rounds(bench, loads, asked)]
        finally:
            await service.end()
    finally:
        for process, _ in servers:
            await end(process)
    print(f"{asked.rounds} rounds of {asked.seconds:g} s for each arm and load\n")
    for line in (*table(blocks), "", *notes(blocks), *service.unexpected):
        print(line)
    return int(any(block.failed for block in blocks) or bool(service.unexpected))


async def _rounds(bench: "_Bench", loads: tuple[Load, ...], asked: argparse.Namespace) -> AsyncIterator[Block]:
    for number in range(asked.rounds):
        turn = number % len(ARMS)
        for load in loads:
            for arm in (*ARMS[turn:], *ARMS[:turn]):
                yield await bench.block(number, load, arm, asked.seconds)
        print(f"round {number + 1} of {asked.rounds}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What all blocks share."""

    folder: Path
    ports: Mapping[str, int]
    service_pid: int

    async def block(self, number: int, load: Load, arm: str, seconds: float) -> Block:
        """Loads one arm."""
        before = _cpu_s(self.service_pid)
        found = await self._load(load, self.ports[arm], seconds)
        return Block(
            round=number,
            load=load.name,
            paced=load.rate > 0,
            arm=arm,
            answers=found["ok"],
            failed=found["failed"],
            seconds=found["seconds"],
            p50_ms=found["p50_ms"],
            p99_ms=found["p99_ms"],
            cpu_ms=(_cpu_s(self.service_pid) - before) / max(1, found["ok"]) * 1000,
        )

    async def _load(self, load: Load, port: int, seconds: float) -> dict[str, Any]:
        options = {"url": f"http://127.0.0.1:{port}", "rate": load.rate, "seconds": seconds, "grpc": "true"}
        options |= {"connections": load.connections, "streams": load.streams}
        command = [str(self.folder / "load"), *(f"-{name}={value}" for name, value in options.items())]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        found: dict[str, Any] = json.loads(said)
        return found


async def _serve(binary: Path) -> tuple[asyncio.subprocess.Process, int]:
    """A native legacy that listens, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = await asyncio.create_subprocess_exec(str(binary), "-listen", f"127.0.0.1:{port}")
    until = time.monotonic() + _START_S
    while not _listens(port):
        if time.monotonic() > until:
            raise SystemExit(f"{binary}: expected it to listen on {port}, but it does not")
        await asyncio.sleep(0.02)
    return process, port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=500.0, help="arrivals per second, below saturation")
    parser.add_argument("--built", type=Path, help="where all is built, or was already")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
