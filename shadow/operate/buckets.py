"""Durations counted in fixed buckets: bounded memory, and totals that only grow.

Not prometheus_client's Histogram: where PROMETHEUS_MULTIPROC_DIR is set, as in many services' environments, it writes
files into the service's folder and starts from another's counts. And ingest without endpoints needs no such package.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; one more bucket holds what is longer."""
_LAG_S = 0.25


@dataclass(slots=True)
class Buckets:
    """How many durations fell into each bucket, and their sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0

    def observe(self, seconds: float) -> None:
        """Counts one duration; a negative one, after the clock was set back, as 0."""
        seconds = max(0.0, seconds)
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds

    def copy(self) -> "Buckets":
        """The present counts, which no longer change."""
        return Buckets(list(self.counts), self.sum_s)

    def cumulative(self) -> list[tuple[str, float]]:
        """As Prometheus wants it: how many took at most so long, up to ``+Inf``."""
        names: Iterable[str] = (*(str(bound) for bound in BOUNDS_S), "+Inf")
        total, found = 0, []
        for name, count in zip(names, self.counts, strict=True):
            total += count
            found.append((name, float(total)))
        return found


async def measure_lag(lag: Buckets) -> None:
    """Observes four times a second how late the event loop runs a timer, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LAG_S
        await asyncio.sleep(_LAG_S)
        lag.observe(loop.time() - due)
