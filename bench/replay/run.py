"""How many calls per second a replay plays, as a share of what a bare asyncio client does on the same services.

    python bench/replay/run.py [--calls 3000] [--rounds 5] [--at-once 16]

The bare client (aiohttp, grpc.aio) sends each request to both services at the same time and reads the answers; the
replay also gives each service its own handles, judges the answers and keeps evidence. In turn, over HTTP/1.1 and gRPC,
on two native services (Go; bench/proxy/server) that answer 1 KB. Each arm is a process of its own. 0.45 is wanted; it
exits 1 where the median of the ratios is below 0.40, which is a regression, on a busy machine too.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import grpc
from corpus import METHOD, grpc_message, http_target, write_corpus

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.shadow.config import load_config
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.loops import loop_factory
from crossfade.tools.replay_run import Replay, ReplayOptions

_PROXY = Path(__file__).parents[1] / "proxy"
sys.path.insert(0, str(_PROXY))
from processes import Running, free_port  # noqa: E402 - of the other benchmark

_TARGET, _REGRESSION = 0.45, 0.40
_PROTOCOLS = ("http", "grpc")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Took:
    """Calls per second, and milliseconds of CPU of this process for one."""

    rate: float
    cpu_ms: float


class _Clock:
    def __init__(self) -> None:
        self._begun_s = time.perf_counter()
        self._cpu_s = time.process_time()

    def took(self, calls: int) -> _Took:
        rate = calls / (time.perf_counter() - self._begun_s)
        return _Took(rate=rate, cpu_ms=1000 * (time.process_time() - self._cpu_s) / calls)


def main() -> int:
    """Measures, prints a table, and returns the exit code."""
    asked = _arguments()
    if asked.arm:
        with asyncio.Runner(loop_factory=loop_factory() if asked.arm == "replay" else None) as runner:
            took = runner.run(_run_arm(asked))
        print(took.rate, took.cpu_ms)
        return 0
    with tempfile.TemporaryDirectory() as name:
        running = Running(Path(name))
        try:
            return _measure(asked, running)
        finally:
            running.end()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=16, help="sessions of the replay, requests of the bare client")
    parser.add_argument("--arm", choices=["bare", "replay"], help=argparse.SUPPRESS)
    parser.add_argument("--protocol", choices=_PROTOCOLS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ports", type=int, nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(asked: argparse.Namespace, running: Running) -> int:
    folder = running.folder
    subprocess.run(["go", "build", "-o", f"{folder}/", "./server"], cwd=_PROXY, check=True)
    ports = [running.upstream(folder / "server").port for _ in range(2)]
    with urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}/users/1", timeout=10) as answer:
        body = answer.read()
    (folder / "crossfade.toml").write_text(_config(*ports), encoding="utf-8")
    for protocol in _PROTOCOLS:
        write_corpus(folder / protocol, asked.calls, body, grpc=protocol == "grpc")
    print(f"{asked.calls} calls, {asked.at_once} at once, {asked.rounds} rounds; calls per second, medians:")
    medians = [_compare(asked, folder, ports, protocol) for protocol in _PROTOCOLS]
    return 0 if min(medians) >= _REGRESSION else 1


def _compare(asked: argparse.Namespace, folder: Path, ports: list[int], protocol: str) -> float:
    took: dict[str, list[_Took]] = {"bare": [], "replay": []}
    for number in range(asked.rounds):
        for arm in ("bare", "replay") if number % 2 else ("replay", "bare"):
            took[arm].append(_in_process(asked, folder, ports, protocol, arm))
    ratios = [ours.rate / bare.rate for ours, bare in zip(took["replay"], took["bare"], strict=True)]
    ratio = statistics.median(ratios)
    for arm, found in took.items():
        rate, cpu_ms = (statistics.median(getattr(item, name) for item in found) for name in ("rate", "cpu_ms"))
        print(f"  {protocol:5} {arm:7} {rate:6.0f} per second, {cpu_ms:.2f} ms of CPU each")
    print(f"  {protocol:5} ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {_told(ratio)}")
    return ratio


def _told(ratio: float) -> str:
    if ratio >= _TARGET:
        return f"{_TARGET:.2f} wanted"
    missed = f"{_TARGET:.2f} wanted: missed, see bench/README.md, replay"
    return missed if ratio >= _REGRESSION else f"{missed}; below {_REGRESSION:.2f}: a regression"


def _in_process(asked: argparse.Namespace, folder: Path, ports: list[int], protocol: str, arm: str) -> _Took:
    command = [sys.executable, __file__, "--arm", arm, "--protocol", protocol, "--folder", str(folder)]
    command += ["--calls", str(asked.calls), "--at-once", str(asked.at_once), "--ports", *map(str, ports)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{arm} {protocol}: expected exit 0, got {done.returncode}: {done.stderr[-2000:]}")
    rate, cpu_ms = map(float, done.stdout.split())
    return _Took(rate=rate, cpu_ms=cpu_ms)


async def _run_arm(asked: argparse.Namespace) -> _Took:
    """What one arm takes, in a process of its own."""
    if asked.arm == "bare":
        return await (_bare_grpc if asked.protocol == "grpc" else _bare_http)(asked)
    config_path = asked.folder / "crossfade.toml"
    options = ReplayOptions(at_once=asked.at_once, speed=0.0, is_recorded=False)
    config = load_config(config_path)
    evidence_store(config)  # imports its libraries
    clock = _Clock()
    corpus = CorpusFolder(asked.folder / asked.protocol)
    result = await Replay(config, config_path, corpus, options, now=time.time()).play()
    if result.entered != asked.calls or result.otherwise:
        raise SystemExit(f"expected {asked.calls} calls that answer as recorded, got {result}")
    return clock.took(asked.calls)


async def _bare_http(asked: argparse.Namespace) -> _Took:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(port: int, number: int) -> None:
            async with session.get(f"http://127.0.0.1:{port}{http_target(number)}") as answer:
                await answer.read()

        return await _fan_out(asked, ask)


async def _bare_grpc(asked: argparse.Namespace) -> _Took:
    channels = {port: grpc.aio.insecure_channel(f"127.0.0.1:{port}") for port in asked.ports}
    calls = {port: channel.unary_unary(f"/{METHOD}") for port, channel in channels.items()}

    async def ask(port: int, number: int) -> None:
        await calls[port](grpc_message(number))

    try:
        return await _fan_out(asked, ask)
    finally:
        for channel in channels.values():
            await channel.close()


async def _fan_out(asked: argparse.Namespace, ask: Callable[[int, int], Awaitable[None]]) -> _Took:
    """Each request to both services at the same time, so many requests at once."""
    left = iter(range(asked.calls))

    async def work() -> None:
        for number in left:
            await asyncio.gather(*(ask(port, number) for port in asked.ports))

    clock = _Clock()
    await asyncio.gather(*(work() for _ in range(asked.at_once)))
    return clock.took(asked.calls)


def _config(legacy: int, candidate: int) -> str:
    return f"""
[service]
name = "bench"
state = "sister"

[[listen]]
name = "all"
address = "127.0.0.1:{free_port()}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"

[contract]
protos = ["{_PROXY / "bench.proto"}"]
includes = ["{_PROXY}"]

[routes]
http = ["GET /users/{{id}}"]
"""


if __name__ == "__main__":
    sys.exit(main())
