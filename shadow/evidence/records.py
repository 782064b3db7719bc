"""A run as the evidence store keeps it: who was compared with whom, and what is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

CUT_OFF_S = 600.0
"""A run that has not ended and was not flushed for so long was cut off; flushes are a minute apart at most."""


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
    """One run in a list: ``ended_at`` is None while it is live; ``entered`` counts requests on all routes.

    ``flushed_at``: when a run that has not ended was last committed, None where that is not known.
    """

    run_id: str
    started_at: float
    ended_at: float | None
    entered: int
    flushed_at: float | None = None
    contract_digest: str = ""

    @property
    def last_s(self) -> float:
        """When it ended, or as far as is known was last alive; seconds since the epoch."""
        known = (at for at in (self.ended_at, self.flushed_at) if at is not None)
        return next(known, self.started_at)

    def is_live(self, now: float) -> bool:
        """Whether it is still written, as of ``now``; one that was killed looks so for ten minutes."""
        return self.ended_at is None and now - self.last_s < CUT_OFF_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCount:
    """How often a signature was seen, and in how many distinct requests."""

    count: int
    distinct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseCount:
    """Where a (template, kind) differed, in the requests that the secondary answered too.

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
