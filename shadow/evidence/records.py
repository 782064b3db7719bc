"""A run as the evidence store keeps it: who was compared with whom, and what is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Who was compared with whom, under which rules. Times are seconds since the epoch."""

    run_id: str
    service: str
    engine: str
    legacy_build: str
    candidate_build: str
    rules_digest: str
    contract_digest: str
    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run in a list: ``ended_at`` is None while it is live; ``entered`` counts requests on all routes."""

    run_id: str
    started_at: float
    ended_at: float | None
    entered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCount:
    """How often a signature was seen, and in how many distinct requests."""

    count: int
    distinct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseCount:
    """Of the requests in which the secondary was asked too: where a (template, kind) differed.

    ``both``: candidate and secondary both differ from legacy; ``candidate_only``; ``secondary_only``.
    """

    both: int
    candidate_only: int
    secondary_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExample:
    """A redacted example as stored."""

    comparison_id: str
    path: str
    legacy: str
    candidate: str
    request: RequestSample


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEvidence:
    """What is kept of one fingerprint on one route. Times are seconds since the epoch."""

    fingerprint: Fingerprint
    count: int
    first_seen: float
    last_seen: float
    examples: tuple[StoredExample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyQuantiles:
    """p50, p95, p99 in milliseconds (of a ratio: plain numbers); None where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEvidence:
    """All that is known of one route in one run.

    ``entered`` was counted by the engine; ``settled`` and ``signatures`` were counted by the collector.
    ``cut``: of the judged, how many streams were compared only so far, and why.
    ``distinct`` is n, the distinct requests compared. ``noise`` is keyed by (template, kind), with
    ``secondary_asked`` the comparisons in which the secondary answered.
    """

    info: RouteInfo
    entered: int
    settled: Mapping[tuple[Outcome, Reason], int]
    signatures: Mapping[Signature, SignatureCount]
    distinct: int
    noise: Mapping[tuple[str, str], NoiseCount]
    secondary_asked: int
    clusters: tuple[ClusterEvidence, ...]
    legacy_ms: LatencyQuantiles
    candidate_ms: LatencyQuantiles
    paired_ratio: LatencyQuantiles
    cut: Mapping[Reason, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """One run read back; ``ended_at`` is None while it is live (or was cut off)."""

    info: RunInfo
    ended_at: float | None
    routes: tuple[RouteEvidence, ...]
    examples_stored: bool
