"""Each fault under load, asserted on the bytes that the client received: healthy and faulty blocks in turn.

    python bench/faults/run.py [--faults candidate_hung,disk_full] [--requests 10000] [--block 500]

At the start the saturation of the proxy is measured, and all load is half of it. Each fault has a fresh proxy; its
healthy and faulty blocks alternate, and the p99 of a faulty block is held against the healthy one beside it. Legacy
down is held against plain mitmdump in the same state. All ends by itself; exits 1 where a target was missed.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from arrangement import FAULTS, Arrangement, Fault, arrange, clear, scratch
from evidence import read_sums
from figures import Result, judge, table
from processes import Block, Client, Process, Running, rss_mb, until, until_quiet

_HERE = Path(__file__).parent
_WARM_UP = 500
_SATURATION_S = 6
_TOO_MANY_PER_S = 3000.0


def main() -> None:
    """Runs the chosen faults and prints the table."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what it started
    with scratch() as folder:
        running = Running(Path(folder), asked.binaries or Path(folder))
        if asked.binaries is None:
            subprocess.run(["go", "build", "-o", f"{folder}/", "./legacy", "./load"], cwd=_HERE, check=True)
        try:
            legacy = running.legacy()
            rate = asked.rate or _half_saturation(running, legacy)
            results = list(_results(asked, running, legacy, rate))
        finally:
            running.end()
    print("\n" + "\n".join(table(results)))
    sys.exit(any(result.missed for result in results))


def _half_saturation(running: Running, legacy: Process) -> float:
    """Half of what the proxy answers per second when all is healthy, the backlog of comparisons included."""
    at = arrange(running, legacy, None, 0)
    try:
        at.client.block(_WARM_UP, 200)
        until_quiet(at.pids)
        found = at.client.block(int(_TOO_MANY_PER_S), _TOO_MANY_PER_S)
        drain_s = until_quiet(at.pids)
    finally:
        clear(at)
    sustained = found.ok / (found.seconds + drain_s)
    print(
        f"saturation: {found.ok / found.seconds:.0f} answers/s, {sustained:.0f}/s with everything compared; "
        f"load: {sustained / 2:.0f}/s",
        flush=True,
    )
    return sustained / 2


def _results(asked: argparse.Namespace, running: Running, legacy: Process, rate: float) -> Iterator[Result]:
    for number, fault in enumerate(FAULTS, start=1):
        if asked.faults and fault.name not in asked.faults:
            continue
        try:
            at = arrange(running, legacy, fault, number)
        except PermissionError as error:
            print(f"{fault.name}: skipped, no small disk could be mounted ({error.strerror})", flush=True)
            continue
        try:
            result = _try(asked, at, fault, rate)
        finally:
            clear(at)
        print(result.line(), flush=True)
        yield result


def _try(asked: argparse.Namespace, at: Arrangement, fault: Fault, rate: float) -> Result:
    bare = at.running.mitmdump(at.legacy.port) if fault.name == "legacy_down" else None
    other = None if bare is None else Client(at.running.binaries / "load", bare.port)
    for client in (at.client, *([] if other is None else [other])):
        client.block(_WARM_UP, rate)
    _pair(asked, at, fault, rate, other)
    until(lambda: len(at.pids) > 1, "a compare process")
    began_mb = _memory(at)
    pairs = [_pair(asked, at, fault, rate, other) for _ in range(max(1, asked.requests // asked.block))]
    until(lambda: len(at.pids) > 1, "a compare process")
    ended_mb = _memory(at)
    if other is not None:
        other.end()
    code = at.proxy.end()
    return judge(
        fault=fault.name,
        pairs=pairs,
        against_bare=other is not None,
        grown_mb=(ended_mb[0] - began_mb[0], ended_mb[1] - began_mb[1]),
        sums=read_sums(at.config),
        sent=at.client.sent,
        exit_code=code,
    )


def _pair(
    asked: argparse.Namespace, at: Arrangement, fault: Fault, rate: float, other: Client | None
) -> tuple[Block, Block]:
    """A block to compare with, and one under the fault."""
    if other is None:
        until_quiet(at.pids)
        beside = at.client.block(asked.block, rate)
    until_quiet(at.pids)
    fault.begin(at)
    try:
        if other is not None:
            beside = other.block(asked.block, rate)
        faulty = at.client.block(asked.block, rate)
    finally:
        fault.end(at)
    return beside, faulty


def _memory(at: Arrangement) -> tuple[float, float]:
    """MB of the engine and of the compare process, when they have nothing to do."""
    until_quiet(at.pids)
    engine, compare, *_ = (*at.pids, at.proxy.pid)
    return rss_mb(engine), rss_mb(compare)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--faults", type=lambda text: text.split(","), help="some of: " + " ".join(f.name for f in FAULTS)
    )
    parser.add_argument("--requests", type=int, default=10_000, help="under each fault; as many without it")
    parser.add_argument("--block", type=int, default=500, help="requests in a block")
    parser.add_argument("--rate", type=float, help="arrivals per second, instead of half the saturation")
    parser.add_argument("--binaries", type=Path, help="where legacy and load were built already")
    return parser.parse_args()


if __name__ == "__main__":
    main()
