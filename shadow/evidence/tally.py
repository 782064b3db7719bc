"""What is counted of one route while a run goes on: totals in memory, within stated bounds."""

from collections import Counter
from dataclasses import dataclass, field

from crossfade.shadow.evidence.changes import ClusterCount, RouteChanges, storable, storable_fingerprint
from crossfade.shadow.evidence.latency import Latencies
from crossfade.shadow.evidence.records import NoiseCount, SignatureCount, StoredExample
from crossfade.shadow.evidence.redact import Examples
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Signature
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


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


@dataclass(slots=True, kw_only=True)
class Changed:
    """What changed since the last commit, by key; of ``examples`` the fingerprints that got one."""

    settled: set[tuple[Outcome, Reason]] = field(default_factory=set)
    cut: set[Reason] = field(default_factory=set)
    signatures: set[Signature] = field(default_factory=set)
    clusters: set[Fingerprint] = field(default_factory=set)
    examples: set[Fingerprint] = field(default_factory=set)
    noise: set[tuple[str, str]] = field(default_factory=set)
    latencies: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """Totals of one route; ``entered`` is counted by the engine."""

    info: RouteInfo
    limits: Limits
    entered: int = 0
    settled: Counter[tuple[Outcome, Reason]] = field(default_factory=Counter)
    cut: Counter[Reason] = field(default_factory=Counter)
    signatures: dict[Signature, Seen] = field(default_factory=dict)
    clusters: dict[Fingerprint, Cluster] = field(default_factory=dict)
    noise: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    hashes: set[int] = field(default_factory=set)
    secondary_asked: int = 0
    latencies: Latencies = field(default_factory=Latencies)
    changed: Changed = field(default_factory=Changed)

    def settle(self, observation: Settled) -> None:
        """Counts requests that were not judged."""
        key = observation.outcome, observation.reason
        self.settled[key] += observation.count
        self.changed.settled.add(key)

    def judge(self, observation: Judged, redactor: Examples | None) -> None:
        """Counts a judged request, with examples where a redactor makes them storable."""
        signature = self._bounded(observation.signature)
        for fingerprint in signature:
            self._see(fingerprint, observation.at)
        seen = self.signatures.setdefault(signature, Seen())
        seen.count += 1
        self.changed.signatures.add(signature)
        if observation.cut is not None:
            self.cut[observation.cut] += 1
            self.changed.cut.add(observation.cut)
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
        self.changed.clusters.add(fingerprint)

    def _keep_examples(self, observation: Judged, redactor: Examples) -> None:
        for example in observation.examples:
            cluster = self.clusters.get(example.fingerprint)
            if cluster is not None and len(cluster.examples) < self.limits.examples:
                cluster.examples.append(redactor.example(example))
                self.changed.examples.add(example.fingerprint)

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
                self.changed.noise.add(place)

    def _time(self, observation: Judged) -> None:
        if observation.legacy_ms is not None and observation.candidate_ms is not None:
            self.latencies.record(observation.legacy_ms, observation.candidate_ms)
            self.changed.latencies = True

    def changes(self) -> RouteChanges:
        """What changed since ``committed`` was last called."""
        changed = self.changed
        return RouteChanges(
            info=self.info,
            entered=self.entered,
            distinct=len(self.hashes),
            secondary_asked=self.secondary_asked,
            settled={key: self.settled[key] for key in changed.settled},
            cut={reason: self.cut[reason] for reason in changed.cut},
            signatures={signature: _count(self.signatures[signature]) for signature in changed.signatures},
            noise={(storable(place[0]), place[1]): _noise(self.noise[place]) for place in changed.noise},
            clusters={storable_fingerprint(found): _cluster(self.clusters[found]) for found in changed.clusters},
            examples={storable_fingerprint(found): tuple(self.clusters[found].examples) for found in changed.examples},
            latencies=self.latencies if changed.latencies else None,
        )

    def committed(self) -> None:
        """Forgets which totals changed: the store has them."""
        self.changed = Changed()


def _count(seen: Seen) -> SignatureCount:
    return SignatureCount(count=seen.count, distinct=len(seen.hashes))


def _noise(counts: list[int]) -> NoiseCount:
    both, candidate_only, secondary_only = counts
    return NoiseCount(both=both, candidate_only=candidate_only, secondary_only=secondary_only)


def _cluster(cluster: Cluster) -> ClusterCount:
    return ClusterCount(count=cluster.count, first_seen=cluster.first_seen, last_seen=cluster.last_seen)
