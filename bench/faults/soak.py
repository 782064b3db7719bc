"""``kill -9`` of each process at random under load, for some minutes.

    python bench/faults/soak.py [--minutes 5] [--rate 60] [--seed 1]

Victims: the compare process, the candidate, the secondary, legacy, and the engine, which is started again as a
supervisor would. After each kill the store is read: no run contradicts itself, and what was committed stays. Clients
may see errors only while the engine or legacy is down. Exits 1 where one of these was broken; ends by itself.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from arrangement import Arrangement, Fault, arrange, clear, scratch
from evidence import read_sums
from processes import Block, Process, Running

_HERE = Path(__file__).parent
_VICTIMS = ("compare", "candidate", "secondary", "legacy", "engine")
_WAIT_S = (3.0, 7.0)
_DOWN_S = 0.5
_AFTER_S = 1.0  # a request that was under way ends so long after at most
_FLUSH_S = 1.0
_LAST_RUNS_S = 60.0
_CONFIG = """
[mirror]
deadline_ms = 1000
max_wait_ms = 5000
secondary_pct = 50
"""
_LEVEL = re.compile(r"^(WARNING|ERROR|CRITICAL|error:|Traceback)")
_EXPECTED = re.compile(r"compare\.lost|run\.closed|run\.began|compare process: expected it to last")


@dataclass(slots=True)
class Watch:
    """What was seen so far; ``windows`` are the times in which a client may see an error."""

    kills: Counter[str] = field(default_factory=Counter)
    windows: list[tuple[float, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    settled: int = 0

    def look(self, config: Path) -> None:
        """Reads the store: every run makes sense, and nothing that was committed is gone."""
        sums = read_sums(config)
        self.wrong += sums.wrong
        if sums.settled < self.settled:
            self.wrong.append(f"committed went back from {self.settled} to {sums.settled}")
        self.settled = max(self.settled, sums.settled)


def main() -> None:
    """Runs the soak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=60.0, help="arrivals per second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binaries", type=Path, help="where legacy and load were built already")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what it started
    with scratch() as folder:
        running = Running(Path(folder), asked.binaries or Path(folder))
        if asked.binaries is None:
            subprocess.run(["go", "build", "-o", f"{folder}/", "./legacy", "./load"], cwd=_HERE, check=True)
        fault = Fault(name="soak", begin=lambda _: None, end=lambda _: None, config=_CONFIG, with_secondary=True)
        at = arrange(running, running.legacy(), fault, 0)
        try:
            missed = _soak(asked, at)
        finally:
            clear(at)
            running.end()
    sys.exit(bool(missed))


def _soak(asked: argparse.Namespace, at: Arrangement) -> list[str]:
    rng = random.Random(asked.seed)
    watch = Watch()
    ends_at = time.monotonic() + asked.minutes * 60
    at.client.begin(int(asked.minutes * 60 * asked.rate), asked.rate)
    while time.monotonic() < ends_at - _WAIT_S[1]:
        time.sleep(rng.uniform(*_WAIT_S))
        victim = rng.choice(_VICTIMS)
        watch.kills[victim] += 1
        _kill(at, victim, watch)
        watch.look(at.config)
        print(f"{time.strftime('%X')} {victim:9} killed, {watch.settled} committed", flush=True)
    seen = at.client.result()
    at.proxy.end()
    _until_all_ended(at, watch)
    return _report(asked, at, watch, seen)


def _kill(at: Arrangement, victim: str, watch: Watch) -> None:
    """Kills it, and starts it again unless the engine does that itself."""
    begun = time.time()
    if victim == "compare":
        for pid in at.proxy.child_pids():
            os.kill(pid, 9)
        return
    process: Process = at.proxy if victim == "engine" else getattr(at, victim)
    process.kill()
    time.sleep(_DOWN_S)
    process.start()
    if victim in {"engine", "legacy"}:
        watch.windows.append((begun, time.time() + _AFTER_S))


def _until_all_ended(at: Arrangement, watch: Watch) -> None:
    """A compare process whose engine was killed still compares what it has."""
    until = time.monotonic() + _LAST_RUNS_S
    while (sums := read_sums(at.config)).ended < sums.runs and time.monotonic() < until:
        time.sleep(1)
    watch.look(at.config)


def _report(asked: argparse.Namespace, at: Arrangement, watch: Watch, seen: Block) -> list[str]:
    """Prints what came out; returns what was not as it must be."""
    sums = read_sums(at.config)
    missed = list(watch.wrong)
    outside = [f"{kind} at {when:.1f}" for when, kind in seen.failures if not _allowed(when, watch)]
    if outside:
        missed.append(f"{len(outside)} client errors while engine and legacy were up, first: {outside[0]}")
    unaccounted = seen.sent - sums.entered
    # One that was written while the proxy closed its connection, because legacy was gone, has not entered.
    limit = watch.kills["engine"] * _FLUSH_S * asked.rate + seen.kinds.get("connection lost", 0)
    if not 0 <= unaccounted <= limit:
        missed.append(f"unaccounted: expected 0 to {limit:.0f}, got {unaccounted}")
    lines = [line for line in at.proxy.log.read_text().splitlines() if _LEVEL.match(line)]
    missed += [f"log: {line}" for line in lines if not _EXPECTED.search(line)]
    print(f"\nkills: {dict(watch.kills)}; {seen.ok} of {seen.sent} answered, byte for byte; errors {seen.kinds}")
    print(f"{sums.runs} runs, {sums.ended} ended: {sums.entered} entered = {sums.settled} ended + {sums.in_flight}")
    print(f"outcomes {dict(sums.outcomes)}, reasons {dict(sums.reasons)}")
    print(f"not accounted for, with {watch.kills['engine']} kills of the engine: {unaccounted} (at most {limit:.0f})")
    print(f"p99 {seen.p99_ms:.0f} ms; wrong: {missed or 'nothing'}", flush=True)
    return missed


def _allowed(when: float, watch: Watch) -> bool:
    return any(begin <= when <= end for begin, end in watch.windows)


if __name__ == "__main__":
    main()
