"""A run as the evidence store keeps it: who was compared with whom, and what is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Check, Mutation, RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

CUT_OFF_S = 600.0
"""A run that has not ended and was not flushed for so long was cut off; flushes are a minute apart at most."""


REPLAY = "replay"
"""The engine of runs whose requests came out of a corpus; what it names after that is which corpus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Who was compared with whom, under which rules. Times are seconds since the epoch.

    ``unit`` is what distinct requests are counted by: request, client, session or minute. ``secondary``: a second
    instance of legacy is configured.
    """

    run_id: str
    service: str
    engine: str
    legacy_build: str
    candidate_build: str
    rules_digest: str
    contract_digest: str
    started_at: float
    unit: str = "request"
    secondary: bool = False

    @property
    def is_replay(self) -> bool:
        """Whether its requests came out of a corpus, so that their number was fixed before the first was sent."""
        return self.engine.partition(" ")[0] == REPLAY


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
    """How often a signature was seen.

    Of them ``noise`` had further differences, which the secondary excused in the same request, and ``drift`` some at
    places where the secondary is the reference and the candidate agrees with it. ``distinct`` is known of runs of
    schema 3 and older: in how many distinct requests it was seen; newer ones have ``RouteEvidence.units``.
    ``by_candidate``: of ``count``, how often the client had the candidate's answer.
    """

    count: int
    distinct: int = 0
    noise: int = 0
    drift: int = 0
    by_candidate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """What answers were at one (template, kind), each unit of the claim counted at its first pair of answers.

    First looks: ``both`` candidate and secondary differ from legacy, ``candidate_only``, ``secondary_only``. Pairs of
    any look, one for each unit, in which one side alone differs: ``bets_candidate``, ``bets_secondary``. Where the
    secondary differed from legacy: ``self_differs``, it did not do so twice alike; ``drift``, it did; ``once``, it was
    asked only once. Requests, not units: ``differing``, in which the candidate differed at the first look, and
    ``rechecked``, those asked again.
    """

    both: int = 0
    candidate_only: int = 0
    secondary_only: int = 0
    bets_candidate: int = 0
    bets_secondary: int = 0
    self_differs: int = 0
    once: int = 0
    drift: int = 0
    differing: int = 0
    rechecked: int = 0

    @property
    def chosen_pairs(self) -> int:
        """Where legacy and candidate differ there, the units in which the secondary was asked."""
        return self.both + self.candidate_only


class Sort(StrEnum):
    """What is known of a difference of the candidate's after all looks at the same request."""

    PERSISTENT = "persistent"  # the second look showed it again, and the secondary agreed with legacy
    UNCHECKED = "unchecked"  # nothing excuses it, and there was no second look
    TRANSIENT = "transient"  # the second look did not show it
    CONTROL = "control"  # the second look showed one of the secondary's instead: what chance does to either side
    EITHER = "either"  # perhaps a control: the secondary is a reference there
    # The secondary differed too, was asked once, and no check can judge its value (``Unjudged``):
    OTHER = "other"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of the claim in which a difference of some sort was seen somewhere: so many of their hashes as fit.

    ``more`` times it was seen past that bound, perhaps in the same unit again; ``first`` of these were the first
    comparison of a unit.
    """

    hashes: frozenset[int] = frozenset()
    more: int = 0
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCount:
    """How many trials of a check there were, and in how many the candidate alone failed, or the control alone."""

    n: int = 0
    candidate: int = 0
    control: int = 0


Place = tuple[str, str]
"""A template and a kind."""

Way = tuple[str, str, str]
"""A place and a transition there, "" for differences that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCount:
    """In how many units of a ``PlaceCount`` all differences of the candidate at the place had one transition."""

    candidate_only: int = 0
    bets_candidate: int = 0


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

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEvidence:
    """All that is known of one route in one run.

    ``entered`` was counted by the engine; ``settled`` and ``signatures`` were counted by the collector.
    ``cut``: of the judged, how many streams were compared only so far, and why.
    ``distinct`` is n, the distinct units compared, of which ``paired`` had an answer of the secondary at a first look,
    for another reason than that legacy and candidate differ there.
    ``secondary_asked`` and ``asked_again`` are the comparisons with such an answer, and with a second look.
    ``any_candidate`` and ``any_secondary``: pairs of answers, one for each unit, in which one side alone differed
    anywhere where the secondary had not differed before. ``ways`` tell how much of ``places`` has one transition, and
    ``units`` are kept by transition, so that one of them can be accepted. ``proofs``: faults put into copies of
    answers, by what was found of them. ``by_candidate``: of ``entered``, how many the candidate answered; the
    ``reversed_`` times are of those that were compared of them, in which legacy was asked second. ``cross_reads``: how
    often a request read what the candidate wrote on a route (its key), by the signature that came of it.
    """

    info: RouteInfo
    entered: int
    settled: Mapping[tuple[Outcome, Reason], int]
    signatures: Mapping[Signature, SignatureCount]
    distinct: int
    secondary_asked: int
    clusters: tuple[ClusterEvidence, ...]
    legacy_ms: LatencyQuantiles
    candidate_ms: LatencyQuantiles
    paired_ratio: LatencyQuantiles
    cut: Mapping[Reason, int] = field(default_factory=dict)
    asked_again: int = 0
    paired: int = 0
    any_candidate: int = 0
    any_secondary: int = 0
    places: Mapping[Place, PlaceCount] = field(default_factory=dict)
    ways: Mapping[Way, WayCount] = field(default_factory=dict)
    units: Mapping[tuple[Way, Sort], Units] = field(default_factory=dict)
    checks: Mapping[tuple[Place, Check], CheckCount] = field(default_factory=dict)
    proofs: Mapping[tuple[Mutation, Signature], int] = field(default_factory=dict)
    by_candidate: int = 0
    reversed_legacy_ms: LatencyQuantiles = LatencyQuantiles()
    reversed_candidate_ms: LatencyQuantiles = LatencyQuantiles()
    reversed_paired_ratio: LatencyQuantiles = LatencyQuantiles()
    cross_reads: Mapping[tuple[str, Signature], int] = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Whether the secondary was asked only where legacy and candidate differ: no first look is a fair sample."""
        return self.secondary_asked > 0 and not self.paired


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """One run read back; ``ended_at`` is None while it is live (or was cut off)."""

    info: RunInfo
    ended_at: float | None
    routes: tuple[RouteEvidence, ...]
    examples_stored: bool
