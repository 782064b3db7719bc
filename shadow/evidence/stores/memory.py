"""A store in this process's memory, empty when it is opened: for a run that is read as soon as it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crossfade.shadow.evidence.changes import Changes, ClusterCount, RouteChanges, by_key
from crossfade.shadow.evidence.errors import EvidenceError, no_such_run
from crossfade.shadow.evidence.latency import Latencies
from crossfade.shadow.evidence.records import (
    CheckCount,
    ClusterEvidence,
    LatencyQuantiles,
    Place,
    PlaceCount,
    RouteEvidence,
    RunEvidence,
    RunInfo,
    RunSummary,
    SignatureCount,
    Sort,
    StoredExample,
    Units,
    Way,
    WayCount,
)
from crossfade.shadow.evidence.store import RunStore, Store, Upgraded
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Check, Mutation
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

_URL = "memory:"
_NUMBERS = (
    "entered",
    "distinct",
    "secondary_asked",
    "asked_again",
    "paired",
    "any_candidate",
    "any_secondary",
    "by_candidate",
)
_MAPS = ("settled", "cut", "signatures", "places", "ways", "units", "checks", "proofs", "cross_reads")
"""Numbers and maps that changes and evidence have in common."""
_LOST = Outcome.SHED, Reason.COMPARE_DOWN


def open_store(url: str) -> Store:
    """A new store. Raises: EvidenceError: the URL has more than its scheme."""
    if url != _URL:
        raise EvidenceError(f"evidence store: expected {_URL}, got {url}")
    return MemoryStore()


@dataclass(slots=True, kw_only=True)
class _Route:
    """The totals of one route, as committed."""

    info: RouteInfo
    entered: int = 0
    distinct: int = 0
    secondary_asked: int = 0
    asked_again: int = 0
    paired: int = 0
    any_candidate: int = 0
    any_secondary: int = 0
    by_candidate: int = 0
    settled: dict[tuple[Outcome, Reason], int] = field(default_factory=dict)
    cut: dict[Reason, int] = field(default_factory=dict)
    signatures: dict[Signature, SignatureCount] = field(default_factory=dict)
    places: dict[Place, PlaceCount] = field(default_factory=dict)
    ways: dict[Way, WayCount] = field(default_factory=dict)
    units: dict[tuple[Way, Sort], Units] = field(default_factory=dict)
    checks: dict[tuple[Place, Check], CheckCount] = field(default_factory=dict)
    proofs: dict[tuple[Mutation, Signature], int] = field(default_factory=dict)
    cross_reads: dict[tuple[str, Signature], int] = field(default_factory=dict)
    clusters: dict[Fingerprint, ClusterCount] = field(default_factory=dict)
    examples: dict[Fingerprint, Sequence[StoredExample]] = field(default_factory=dict)
    quantiles: dict[str, LatencyQuantiles] = field(default_factory=lambda: Latencies().quantiles())

    def take(self, changes: RouteChanges) -> None:
        self.info = changes.info
        for name in _NUMBERS:
            setattr(self, name, getattr(changes, name))
        for name in (*_MAPS, "clusters", "examples"):
            getattr(self, name).update(getattr(changes, name))
        if changes.latencies is not None:
            self.quantiles = changes.latencies.quantiles()

    def lose(self, entered: int) -> int:
        """What entered and was not committed is lost; returns how many that are."""
        ended = sum(self.settled.values()) + sum(seen.count for seen in self.signatures.values())
        self.entered = max(entered, ended)
        if lost := self.entered - ended:
            self.settled[_LOST] = self.settled.get(_LOST, 0) + lost
        return lost

    def evidence(self, *, examples: bool) -> RouteEvidence:
        values: dict[str, Any] = {name: getattr(self, name) for name in _NUMBERS}
        values |= {name: dict(sorted(getattr(self, name).items())) for name in _MAPS} | self.quantiles
        return RouteEvidence(
            info=self.info,
            clusters=tuple(
                ClusterEvidence(
                    fingerprint=fingerprint,
                    count=cluster.count,
                    first_seen=cluster.first_seen,
                    last_seen=cluster.last_seen,
                    examples=tuple(self.examples.get(fingerprint, ())) if examples else (),
                )
                for fingerprint, cluster in sorted(self.clusters.items())
            ),
            **values,
        )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run, written and read in the same place."""

    info: RunInfo
    examples_stored: bool
    flushed_at: float
    ended_at: float | None = None
    routes: dict[str, _Route] = field(default_factory=dict)

    def flush(self, changes: Changes, *, now: float) -> None:
        self.info = replace(self.info, rules_digest=changes.rules_digest, candidate_build=changes.candidate_build)
        for route in changes.routes:
            self.route(route.info).take(route)
        self.flushed_at = now

    def finish(self, changes: Changes, *, now: float) -> None:
        self.flush(changes, now=now)
        self.ended_at = now

    def close(self) -> None:
        pass

    def route(self, info: RouteInfo) -> _Route:
        return self.routes.setdefault(info.key, _Route(info=info))

    def summary(self) -> RunSummary:
        return RunSummary(
            run_id=self.info.run_id,
            started_at=self.info.started_at,
            ended_at=self.ended_at,
            entered=sum(route.entered for route in self.routes.values()),
            flushed_at=self.flushed_at if self.ended_at is None else None,
            contract_digest=self.info.contract_digest,
        )

    def evidence(self, *, examples: bool) -> RunEvidence:
        routes = sorted(self.routes.values(), key=lambda route: (route.info.route, route.info.listener))
        return RunEvidence(
            info=self.info,
            ended_at=self.ended_at,
            examples_stored=self.examples_stored,
            routes=tuple(route.evidence(examples=examples) for route in routes),
        )


class MemoryStore:
    """A ``Store``; what it does and raises is told there."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def exists(self) -> bool:
        return bool(self._runs)

    def begin(self, info: RunInfo, *, examples_stored: bool) -> RunStore:
        if info.run_id in self._runs:
            raise EvidenceError(f"{_URL} expected a new run, got {info.run_id}, which is there")
        run = _Run(info=info, examples_stored=examples_stored, flushed_at=info.started_at)
        self._runs[info.run_id] = run
        return run

    def runs(self) -> tuple[RunSummary, ...]:
        return tuple(
            sorted((run.summary() for run in self._runs.values()), key=lambda run: (run.started_at, run.run_id))
        )

    def read(self, run_id: str | None = None, *, examples: bool = True) -> RunEvidence:
        newest = [run.run_id for run in reversed(self.runs())]
        wanted = run_id if run_id is not None or not newest else newest[0]
        if wanted not in self._runs:
            raise no_such_run("memory", run_id, newest)
        return self._runs[wanted].evidence(examples=examples)

    def delete(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            self._runs.pop(run_id, None)

    def size_bytes(self) -> int:
        return 0

    def upgrade(self, *, now: float, dry_run: bool = False) -> Upgraded:
        del now, dry_run  # it is never older than whoever opened it
        return Upgraded(before=0, after=0, backup=None)

    def close_lost(self, run_id: str, entered: Mapping[RouteInfo, int], *, now: float) -> int:
        run = self._runs.get(run_id)
        if run is None:
            return sum(entered.values())
        run.ended_at = now
        return sum(run.route(info).lose(count) for info, count in by_key(entered).values())
