"""How long small answers wait to be judged while heavy ones come in beside them.

    python bench/differ/beside_heavy.py
    python bench/differ/beside_heavy.py --seconds 30

Fifty small requests (1 KB of JSON that differs in 25 values) come in a second, as fixed times have it. The candidate is
a real HTTP server in a process of its own. A small request's wait runs from when the candidate had handed its answer to
the system until its observation was recorded: the way over the loopback, all that holds up the loop, and its judging.
Beside them come answers of 1 MB of JSON every two seconds, one of 10 MB every ten, and a gzip bomb of 200 MB
every ten, each different from legacy's. Arms: nothing beside (idle), all that judged apart, and all that judged on the
loop, as it was before. Memory is the most that each process ever had. Exits 1 where p99 of the second arm is 50 ms or
more, or a small request was not judged.
"""

import argparse
import asyncio
import json
import logging
import resource
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from heavy_answers import GZIP, bomb, rows, small

from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.means import means_of
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.observations import Judged, Observation, Proof, Settled
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.pipe.frames import RequestFrame, reply_frame

PER_SECOND = 50
MOST_MS = 50.0
JSON: Headers = (("content-type", "application/json"),)
LIMITS = Limits(in_flight=64, waiting=10_000, held_bytes=256_000_000, wait_s=30.0, deadline_s=5.0)
BUDGET = Budget(time_s=20.0, memory_bytes=1_024_000_000)
ARMS = ("idle", "apart", "on the loop")


@dataclass(slots=True)
class Seen:
    """What became of the requests: of small ones when they were recorded, of heavy ones how they ended."""

    small_at: dict[int, float] = field(default_factory=dict)
    heavy: list[str] = field(default_factory=list)
    lags_ms: list[float] = field(default_factory=list)
    heavy_mb: float = 0.0

    def record(self, observation: Observation | Proof) -> None:
        """Takes one observation; a small request is known by when it began."""
        if isinstance(observation, Proof):
            return
        if observation.route.route == "GET /small" and isinstance(observation, Judged):
            self.small_at[round(observation.at)] = time.monotonic()
        elif observation.route.route == "GET /small":
            self.heavy.append(f"small: {_end(observation)}")
        else:
            self.heavy.append(_end(observation))


def _end(observation: Observation) -> str:
    if isinstance(observation, Settled):
        return f"{observation.outcome.value}({observation.reason.value})"
    return "differs" if observation.signature else "same"


class Arm:
    """One collector with a real candidate."""

    def __init__(self, port: int, queue: JobQueue | None) -> None:
        self.seen = Seen()
        self._queue = queue
        self._candidate = Upstream(f"http://127.0.0.1:{port}", deadline_ms=5000, body_limit_bytes=16_000_000)
        judge = Judge(contract=None)
        bindings = Bindings(contract=None, shared=False)
        means = means_of(contract=None, judge=judge, bindings=bindings, limits=LIMITS, queue=queue)
        sides = {"web": Sides(candidate=self._candidate, secondary=None)}
        self._collector = Collector(sides=sides, means=means, record=self.seen.record)

    async def run(self, seconds: int, heavy: dict[str, Answer]) -> None:
        """All requests of an arm, to their ends."""
        watching = asyncio.create_task(self._watch())
        began = time.monotonic()
        for number in range(seconds * PER_SECOND):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            self._send("small", number, f"/small/{number}", _answer(small(number, 0.0)))
            for name, (every, offset) in _TIMES.items():
                if heavy and number % (every * PER_SECOND) == offset * PER_SECOND:
                    self._send(name, 10**6 + number, f"/heavy/{name}/{number}", heavy[name])
        await self._collector.drain(120)
        watching.cancel()
        if self._queue is not None:
            await self._queue.close()
        await self._candidate.close()

    def _send(self, name: str, number: int, target: str, legacy: Answer) -> None:
        request = Request(
            id=f"{name}-{number}",
            protocol=Protocol.HTTP,
            method="GET",
            scheme="http",
            authority="a",
            target=target,
            headers=(("host", "a"),),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=float(number),
        )
        route = RouteInfo(route=f"GET /{name}", protocol="http", call_type="http", stage=Stage.SHADOW)
        self._collector.on_request(
            RequestFrame(route=route, listener="web", write=False, ask_secondary=False, live=False, request=request)
        )
        self._collector.on_reply(reply_frame(request.id, legacy))

    async def _watch(self) -> None:
        """How late a timer is, and how much memory the other process has."""
        while True:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            self.seen.lags_ms.append(1000 * (time.monotonic() - due))
            if self._queue is not None and self._queue.pid:
                self.seen.heavy_mb = max(self.seen.heavy_mb, _resident_mb(self._queue.pid))


_TIMES = {"1": (2, 0), "10": (10, 3), "bomb": (10, 7)}
"""Every so many seconds, from this one on."""


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    except OSError:
        return 0.0


def _answer(body: bytes, headers: Headers = JSON) -> Answer:
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


def _heavy() -> dict[str, Answer]:
    coded = (*JSON, *(tuple(field.decode().strip().split(": ", 1)) for field in GZIP))
    return {
        "1": _answer(rows(10**6, 0.0)),
        "10": _answer(rows(10**7, 0.0)),
        "bomb": _answer(bomb(b"\n"), coded),  # type: ignore[arg-type]
    }


def _measure(arm: str, seconds: int) -> bool:
    """Prints an arm's figures, and tells whether they are within the bounds."""
    command = [sys.executable, str(Path(__file__).with_name("heavy_answers.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        heavy = {} if arm == "idle" else _heavy()

        async def run() -> Seen:
            bench = Arm(port, JobQueue(Setup(), BUDGET) if arm == "apart" else None)
            await bench.run(seconds, heavy)
            return bench.seen

        seen = asyncio.run(run())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/times") as told:
            sent_at = json.load(told)
        process.stdin.close()  # type: ignore[union-attr]
    waits_ms = [1000 * (seen.small_at[int(key)] - at) for key, at in sent_at.items() if int(key) in seen.small_at]
    cut = quantiles(waits_ms, n=1000)
    lag = quantiles(seen.lags_ms, n=1000)
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"{arm:12} small judged {len(waits_ms)} of {seconds * PER_SECOND}",
        f"wait ms p50 {cut[499]:.1f} p99 {cut[989]:.1f} most {max(waits_ms):.0f}",
        f"loop late ms p99 {lag[989]:.1f} most {max(seen.lags_ms):.0f}",
        f"most MB: this process {own_mb:.0f}, heavy {seen.heavy_mb:.0f}",
        f"heavy: {_counted(seen.heavy)}",
        sep=" | ",
        flush=True,
    )
    return len(waits_ms) == seconds * PER_SECOND and cut[989] < MOST_MS


def _counted(ends: list[str]) -> str:
    return ", ".join(f"{ends.count(end)} {end}" for end in sorted(set(ends))) or "none"


def main() -> None:
    """Each arm in a process of its own, so that memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--arm", choices=ARMS)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    if options.arm is not None:
        sys.exit(not _measure(options.arm, options.seconds))
    own = [sys.executable, __file__, "--seconds", str(options.seconds)]
    codes = {arm: subprocess.run([*own, "--arm", arm], check=False).returncode for arm in ARMS}
    sys.exit(codes["apart"])


if __name__ == "__main__":
    main()
