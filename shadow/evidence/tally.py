"""What is counted of one route while a run goes on: totals in memory, within stated bounds."""

from collections import Counter
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

from crossfade.shadow.evidence.records import StoredExample
from crossfade.shadow.evidence.redact import Examples
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Signature
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

RATIO_UNIT = 1000
"""A latency ratio is kept in thousandths, because the histogram holds integers."""

_HIGHEST = 3_600_000_000
"""The end of the histograms: what is above counts as this, an hour or a ratio of 3.6 million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds per route of one run; ``distinct`` is where n stops growing.

    The empty signature and MORE, which stands for all past a bound, are always counted.
    """

    signatures: int = 2000
    clusters: int = 500
    examples: int = 5
    distinct: int = 2**20


@dataclass(slots=True, kw_only=True)
class Cluster:
    """What is kept of one fingerprint."""

    count: int = 0
    first_seen: float = 0.0
    last_seen: float = 0.0
    examples: list[StoredExample] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Seen:
    """How often a signature came, and the hashes of the requests in which it did (not kept for the empty one)."""

    count: int = 0
    hashes: set[int] = field(default_factory=set)


def _histogram() -> HdrHistogram:
    """1 microsecond to 1 hour in microseconds, to two digits."""
    return HdrHistogram(1, _HIGHEST, 2)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Totals of one route."""

    info: RouteInfo
    limits: Limits
    settled: Counter[tuple[Outcome, Reason]] = field(default_factory=Counter)
    cut: Counter[Reason] = field(default_factory=Counter)
    signatures: dict[Signature, Seen] = field(default_factory=dict)
    clusters: dict[Fingerprint, Cluster] = field(default_factory=dict)
    noise: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    hashes: set[int] = field(default_factory=set)
    secondary_asked: int = 0
    legacy_ms: HdrHistogram = field(default_factory=_histogram)
    candidate_ms: HdrHistogram = field(default_factory=_histogram)
    paired_ratio: HdrHistogram = field(default_factory=_histogram)

    def settle(self, observation: Settled) -> None:
        """Counts requests that were not judged."""
        self.settled[observation.outcome, observation.reason] += observation.count

    def judge(self, observation: Judged, redactor: Examples | None) -> None:
        """Counts a judged request, with examples where a redactor makes them storable."""
        signature = self._bounded(observation.signature)
        for fingerprint in signature:
            self._see(fingerprint, observation.at)
        seen = self.signatures.setdefault(signature, Seen())
        seen.count += 1
        if observation.cut is not None:
            self.cut[observation.cut] += 1
        if len(self.hashes) < self.limits.distinct or observation.request_hash in self.hashes:
            self.hashes.add(observation.request_hash)
            if signature:
                seen.hashes.add(observation.request_hash)
        if redactor is not None:
            self._keep_examples(observation, redactor)
        self._count_noise(observation)
        self._time(observation)

    def _bounded(self, signature: Signature) -> Signature:
        new = [item for item in signature if item not in self.clusters]
        past = new[max(0, self.limits.clusters - len(self.clusters)) :]
        bounded = tuple(sorted({MORE if item in past else item for item in signature}))
        full = len(self.signatures) >= self.limits.signatures
        return (MORE,) if bounded and full and bounded not in self.signatures else bounded

    def _see(self, fingerprint: Fingerprint, at: float) -> None:
        cluster = self.clusters.setdefault(fingerprint, Cluster(first_seen=at))
        cluster.count += 1
        cluster.last_seen = at

    def _keep_examples(self, observation: Judged, redactor: Examples) -> None:
        for example in observation.examples:
            cluster = self.clusters.get(example.fingerprint)
            if cluster is not None and len(cluster.examples) < self.limits.examples:
                cluster.examples.append(redactor.example(example))

    def _count_noise(self, observation: Judged) -> None:
        if observation.noise is None:
            return
        self.secondary_asked += 1
        ours = {(item.template, item.kind) for item in observation.signature}
        theirs = {(item.template, item.kind) for item in observation.noise}
        for place in sorted(ours | theirs):
            if place in self.noise or len(self.noise) < self.limits.clusters:
                which = 0 if place in ours and place in theirs else (1 if place in ours else 2)
                self.noise.setdefault(place, [0, 0, 0])[which] += 1

    def _time(self, observation: Judged) -> None:
        if observation.legacy_ms is None or observation.candidate_ms is None:
            return
        legacy, candidate = max(observation.legacy_ms, 0.001), max(observation.candidate_ms, 0.001)
        _record(self.legacy_ms, legacy * 1000)
        _record(self.candidate_ms, candidate * 1000)
        _record(self.paired_ratio, candidate / legacy * RATIO_UNIT)


def _record(histogram: HdrHistogram, value: float) -> None:
    histogram.record_value(min(max(1, round(value)), _HIGHEST))
