"""Bare mitmdump against crossfade on mitmproxy with everything mirrored: same upstreams, same load, interleaved blocks.

    python bench/proxy/run.py [--grpc] [--rounds 8] [--seconds 4]

Each round loads three arms in turn: mitmdump, a second mitmdump (A/A: how much two equal things differ here) and
crossfade; the order rotates. All ends by itself.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Block, arm_lines, engine_cpu, of_arm, ratio_line
from processes import Arm, Running, Upstream, cpu_s, until_level

_HERE = Path(__file__).parent
_WARM_UP_S = 2.0


def main() -> None:
    """Runs all blocks and prints what they say."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        try:
            _measure(asked, running)
        finally:
            running.end()


def _measure(asked: argparse.Namespace, running: Running) -> None:
    binaries = asked.binaries or running.folder
    if asked.binaries is None:
        subprocess.run(["go", "build", "-o", str(binaries) + "/", "./server", "./load"], cwd=_HERE, check=True)
    legacy, candidate = (running.upstream(binaries / "server") for _ in range(2))
    crossfade, config = running.crossfade(legacy.port, candidate.port)
    arms = (running.bare("mitmdump", legacy.port), running.bare("mitmdump-2", legacy.port), crossfade)
    bench = _Bench(asked=asked, binaries=binaries, legacy=legacy, candidate=candidate)
    for arm in arms:
        bench.block(-1, arm, _WARM_UP_S)
    blocks = list(_rounds(bench, arms))
    running.end(crossfade.pids["engine"])
    print(
        f"\n{'gRPC unary over h2c' if asked.grpc else 'HTTP/1.1, JSON'}, 1 KB, arrivals at {asked.rate:g} per second,"
    )
    print(f"{asked.connections} connections x {asked.streams}, {asked.rounds} rounds of {asked.seconds:g} s; medians:")
    for line in arm_lines(blocks):
        print(line)
    bare = of_arm(blocks, "mitmdump", "rate")
    print(ratio_line("throughput, A/A", of_arm(blocks, "mitmdump-2", "rate"), bare))
    print(ratio_line("throughput, crossfade/mitmdump", of_arm(blocks, "crossfade", "rate"), bare))
    print(ratio_line("the same, backlog included", of_arm(blocks, "crossfade", "sustained"), bare))
    engine = engine_cpu(blocks, "mitmdump")
    print(ratio_line("engine CPU, A/A", engine_cpu(blocks, "mitmdump-2"), engine))
    print(ratio_line("engine CPU, crossfade/mitmdump", engine_cpu(blocks, "crossfade"), engine))
    print(_compared(config))


def _rounds(bench: "_Bench", arms: tuple[Arm, ...]) -> Iterator[Block]:
    for number in range(bench.asked.rounds):
        turn = number % len(arms)
        for arm in (*arms[turn:], *arms[:turn]):
            block = bench.block(number, arm, bench.asked.seconds)
            print(number, arm.name, f"{block.rate:.0f}/s, backlog {block.drain_s:.1f} s", file=sys.stderr, flush=True)
            yield block


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What all blocks share."""

    asked: argparse.Namespace
    binaries: Path
    legacy: Upstream
    candidate: Upstream

    def block(self, number: int, arm: Arm, seconds: float) -> Block:
        """Loads one arm, and waits until all that it mirrors has reached the candidate."""
        pids = {**arm.pids, "legacy": self.legacy.pid, "candidate": self.candidate.pid}
        ahead = self.legacy.asked() - self.candidate.asked()
        before = {name: cpu_s(pid) for name, pid in pids.items()}
        client = _children_s()
        found = self._load(arm, seconds)
        client = _children_s() - client
        drain_s = until_level(self.legacy, self.candidate, ahead) if "compare" in arm.pids else 0.0
        return Block(
            round=number,
            arm=arm.name,
            ok=found["ok"],
            failed=found["failed"],
            seconds=found["seconds"],
            p50_ms=found["p50_ms"],
            p99_ms=found["p99_ms"],
            drain_s=drain_s,
            cpu_s={**{name: cpu_s(pid) - before[name] for name, pid in pids.items()}, "client": client},
        )

    def _load(self, arm: Arm, seconds: float) -> dict[str, Any]:
        options = {
            "url": f"http://127.0.0.1:{arm.port}",
            "rate": self.asked.rate,
            "seconds": seconds,
            "connections": self.asked.connections,
            "streams": self.asked.streams,
            "grpc": str(self.asked.grpc).lower(),
        }
        command = [str(self.binaries / "load"), *(f"-{name}={value}" for name, value in options.items())]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def _children_s() -> float:
    """Seconds of CPU of the processes that have ended, which are the load generators."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _compared(config: Path) -> str:
    """How many of the requests that entered crossfade were compared, as its own report says."""
    crossfade = str(Path(sys.executable).parent / "crossfade")
    report = subprocess.run(
        [crossfade, "report", "--json", "--config", str(config)], check=True, stdout=subprocess.PIPE
    )
    totals = json.loads(report.stdout)["totals"]
    outcomes: dict[str, int] = totals["outcomes"]
    entered = sum(outcomes.values())
    compared = sum(outcomes.get(name, 0) for name in ("matched", "diverged", "noise", "candidate_failed"))
    return (
        f"compared {compared} of {entered} ({compared / entered:.2%}); outcomes {outcomes}, reasons {totals['reasons']}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grpc", action="store_true")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument(
        "--rate", type=float, default=5000.0, help="arrivals per second; more than can be served: the throughput"
    )
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--binaries", type=Path, help="where server and load were built already")
    asked = parser.parse_args()
    if asked.grpc and asked.streams == 1:
        asked.connections, asked.streams = 4, 4
    return asked


if __name__ == "__main__":
    main()
