"""What is written into the evidence store, and what is read back from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossfade.shadow.compare.difference import Fingerprint, Signature
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.routes.patterns import qualified, speaks_of


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
class RouteInfo:
    """``call_type`` is http, unary, server_stream, client_stream or bidi; ``stage`` as in the migration's stages.

    ``listener`` is the port that carries it: one name on two ports is two routes. It is "" where requests came by none.
    """

    route: str
    protocol: str
    call_type: str
    stage: str
    listener: str = ""

    @property
    def key(self) -> str:
        """What no other route of a run is called."""
        return qualified(self.route, self.listener)

    def is_meant(self, glob: str) -> bool:
        """Whether a rule or a claim with this glob speaks of it."""
        return speaks_of(glob, self.route, self.listener)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A request that ended without a judgement: skipped, shed, legacy_failed or uncomparable; or ``count`` alike."""

    route: RouteInfo
    outcome: Outcome
    reason: Reason
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSample:
    """Enough of a request to send it again by hand.

    ``body`` is text: the HTTP body, or the messages of a call as proto JSON, one a line; "" where there is none, or
    none can be read. ``data`` is the whole body in base64 where the text is not exact, else None. ``unread`` are the
    names of fields whose values only ``data`` may hold; nothing is stored of it. ``cut`` and ``redacted`` say in words
    what is left out of the body, and which parts are pseudonyms. ``h2c`` where the client spoke HTTP/2 without TLS.
    """

    protocol: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str
    authority: str = ""
    h2c: bool = False
    data: str | None = None
    unread: tuple[str, ...] = ()
    cut: str = ""
    redacted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One difference as a person reads it; values are rendered text, not yet redacted.

    ``owner``: names under which the values stand beside those of the path; it is not stored.
    """

    comparison_id: str
    fingerprint: Fingerprint
    path: str
    legacy: str
    candidate: str
    request: RequestSample
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request that legacy answered and that the candidate was asked.

    ``signature`` is empty when the answers are the same; a candidate that gave no answer is a signature of one
    fingerprint of kind ``failed``. ``noise`` is legacy against the secondary, None where that was not asked.
    ``request_hash`` is 8 bytes: equal requests have equal hashes. ``cut``: why a stream was compared only so far.
    """

    route: RouteInfo
    at: float
    request_hash: int
    signature: Signature
    noise: Signature | None
    examples: tuple[Example, ...]
    legacy_ms: float | None
    candidate_ms: float | None
    cut: Reason | None = None


Observation = Settled | Judged


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
