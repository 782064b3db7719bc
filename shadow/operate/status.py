"""What the compare process reports to the engine: lines of JSON with totals, so that a later one replaces an earlier.

Totals only grow: a comparison that differs is ``differed`` here. Whether that is diverged or noise is a view that
may change with the next request, and belongs to the report.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.observations import Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.operate.buckets import Buckets

DIFFERED = "differed"
SIDES = ("legacy", "candidate")

Place = tuple[str, str]
"""A route, and the port that carries it."""
Ends = dict[tuple[Place, str, str], int]
"""Requests by route, outcome and reason; the reason is "" where an outcome has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The compare process now: requests without an outcome, bytes of bodies held for them, calls under way.

    ``heavy_waiting`` comparisons are judged apart, or wait for that, in the process ``heavy_pid`` (0: there is none).
    ``flushed_at`` is when evidence was last committed, in seconds since the epoch. ``notes`` are totals of what a side
    did that is neither answer nor failure: side, what, how often.
    """

    pending: int
    held_bytes: int
    slots_in_use: int
    flushed_at: float
    notes: tuple[tuple[str, str, int], ...] = ()
    heavy_waiting: int = 0
    heavy_pid: int = 0


class Totals:
    """Counts observations in the compare process."""

    def __init__(self) -> None:
        self._ends: defaultdict[Place, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._latency: dict[Place, tuple[Buckets, Buckets]] = {}
        self._changed: set[Place] = set()

    def add(self, observation: Observation) -> None:
        """Counts what was observed."""
        route = place_of(observation.route)
        self._changed.add(route)
        self._ends[route][_end(observation)] += observation.count if isinstance(observation, Settled) else 1
        if isinstance(observation, Settled) or observation.legacy_ms is None or observation.candidate_ms is None:
            return
        pair = self._latency.setdefault(route, (Buckets(), Buckets()))
        for buckets, latency_ms in zip(pair, (observation.legacy_ms, observation.candidate_ms), strict=True):
            buckets.observe(latency_ms / 1000)

    def lines(self, load: Load) -> Iterator[bytes]:
        """A line for the load, and one for each route that changed since the last call."""
        yield _line({"load": asdict(load)})
        changed, self._changed = self._changed, set()
        for route in sorted(changed):
            ends = [[*end, count] for end, count in self._ends[route].items()]
            latency = [asdict(buckets) for buckets in self._latency.get(route, ())]
            yield _line({"route": route[0], "listener": route[1], "ends": ends, "latency": latency})


class Status:
    """What the engine knows about the compare process."""

    def __init__(self) -> None:
        self.ends: Ends = {}
        self.latency: dict[tuple[Place, str], Buckets] = {}
        self.load: Load | None = None

    def take(self, line: bytes) -> None:
        """Takes one line. Raises: ValueError, KeyError, TypeError: it is not one of ``Totals.lines``."""
        told = json.loads(line)
        if "load" in told:
            load = told["load"]
            self.load = Load(**load | {"notes": tuple(map(tuple, load["notes"]))})
            return
        route = (told["route"], told["listener"])
        self.ends.update({(route, outcome, reason): count for outcome, reason, count in told["ends"]})
        for side, buckets in zip(SIDES, told["latency"], strict=False):
            self.latency[route, side] = Buckets(**buckets)


def place_of(route: RouteInfo) -> Place:
    """What a route is counted under."""
    return route.route, route.listener


def _end(observation: Observation) -> tuple[str, str]:
    if isinstance(observation, Settled):
        return observation.outcome.value, observation.reason.value
    if not observation.signature:
        return Outcome.MATCHED.value, ""
    failed = any(fingerprint.kind == Kind.FAILED for fingerprint in observation.signature)
    return (Outcome.CANDIDATE_FAILED.value if failed else DIFFERED), ""


def _line(told: dict[str, object]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"
