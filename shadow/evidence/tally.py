"""What is counted of one route while a run goes on: totals in memory, within stated bounds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crossfade.shadow.evidence.changes import ClusterCount, RouteChanges, storable, storable_fingerprint
from crossfade.shadow.evidence.conclusions import NOISY
from crossfade.shadow.evidence.latency import Latencies
from crossfade.shadow.evidence.place_tally import Places
from crossfade.shadow.evidence.records import SignatureCount, StoredExample
from crossfade.shadow.evidence.redact import Examples
from crossfade.shadow.evidence.transitions import MAX_EXAMPLES, ToldTransitions
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Signature, untold
from crossfade.shadow.exchange.observations import CrossRead, Judged, Mutation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served

_GATHERING = frozenset({MORE, NOISY})
"""What stands for others in a signature and not for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds per route of one run; ``distinct`` is where n stops growing.

    The empty signature and MORE, which stands for all past a bound, are always counted. A quarter of the signatures and
    of the clusters is for those whose transitions are not told. ``clusters`` bounds places too,
    ``at_place`` and ``at_places`` the hashes that are kept of units with a difference at one place and at all.
    ``proofs`` bounds what is told apart of injected faults; further kinds are not counted. ``cross_reads`` bounds the
    signatures that are told apart of reads of what the candidate wrote; past it they count as MORE.
    At these bounds a route takes about 110 MB: 100 of them are a million units, 6 the hashes at places.
    """

    signatures: int = 2000
    clusters: int = 500
    examples: int = MAX_EXAMPLES
    distinct: int = 2**20
    at_place: int = 1024
    at_places: int = 2**16
    proofs: int = 500
    cross_reads: int = 500


@dataclass(slots=True, kw_only=True)
class Cluster:
    """What is kept of one fingerprint."""

    count: int = 0
    first_seen: float = 0.0
    last_seen: float = 0.0
    examples: list[StoredExample] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Seen:
    """How often a signature came: in all, beside excused differences, beside drift, and where the candidate served."""

    count: int = 0
    noise: int = 0
    drift: int = 0
    by_candidate: int = 0


@dataclass(slots=True, kw_only=True)
class Changed:
    """What changed since the last commit, by key; of ``examples`` the fingerprints that got one."""

    settled: set[tuple[Outcome, Reason]] = field(default_factory=set)
    cut: set[Reason] = field(default_factory=set)
    signatures: set[Signature] = field(default_factory=set)
    clusters: set[Fingerprint] = field(default_factory=set)
    examples: set[Fingerprint] = field(default_factory=set)
    proofs: set[tuple[Mutation, Signature]] = field(default_factory=set)
    cross_reads: set[tuple[str, Signature]] = field(default_factory=set)
    latencies: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """Totals of one route; ``entered``, and of these ``by_candidate``, are counted by the engine."""

    info: RouteInfo
    limits: Limits
    entered: int = 0
    by_candidate: int = 0
    settled: Counter[tuple[Outcome, Reason]] = field(default_factory=Counter)
    cut: Counter[Reason] = field(default_factory=Counter)
    signatures: dict[Signature, Seen] = field(default_factory=dict)
    clusters: dict[Fingerprint, Cluster] = field(default_factory=dict)
    told: ToldTransitions = field(init=False)
    told_of_proofs: ToldTransitions = field(init=False)
    places: Places = field(init=False)
    proofs: Counter[tuple[Mutation, Signature]] = field(default_factory=Counter)
    cross_reads: Counter[tuple[str, Signature]] = field(default_factory=Counter)
    secondary_asked: int = 0
    asked_again: int = 0
    latencies: Latencies = field(default_factory=Latencies)
    changed: Changed = field(default_factory=Changed)

    def __post_init__(self) -> None:
        """Begins with no place."""
        limits = self.limits
        self.told, self.told_of_proofs = (ToldTransitions(limits.clusters - limits.clusters // 4) for _ in range(2))
        self.places = Places(
            max_places=limits.clusters,
            max_units=limits.distinct,
            at_place=limits.at_place,
            at_places=limits.at_places,
        )

    def settle(self, observation: Settled) -> None:
        """Counts requests that were not judged."""
        key = observation.outcome, observation.reason
        self.settled[key] += observation.count
        self.changed.settled.add(key)

    def judge(self, observation: Judged, redactor: Examples | None) -> None:
        """Counts a judged request, with examples where a redactor makes them storable."""
        if observation.drift:
            observation = self._with_noise_excused(observation)
        if observation.signature or observation.excused or observation.drift:
            observation = self._as_counted(observation)
        signature = self._bounded(observation.signature)
        gathered = self._gathered(signature)
        if signature or observation.excused:
            excused = [item for item in observation.excused if self._has_room(item)]
            gathering = [item for item in gathered if item in _GATHERING]
            for fingerprint in dict.fromkeys((*signature, *excused, *gathering)):
                self._see(fingerprint, observation.at)
        self._count(gathered, observation)
        for write_route in observation.cross_reads:
            self._count_cross_read(write_route, gathered)
        if observation.cut is not None:
            self.cut[observation.cut] += 1
            self.changed.cut.add(observation.cut)
        self.secondary_asked += observation.noise is not None
        self.asked_again += observation.asked_again
        self.places.count(observation, signature)
        if redactor is not None:
            self._keep_examples(observation, redactor)
        self._time(observation)

    def prove(self, proof: Proof) -> None:
        """Counts what was found of an injected fault; one that was held to checks alone, and to none, is no trial."""
        if proof.mutation is Mutation.CONSTANT and not (proof.checks or proof.signature):
            return
        failed = {(item.template, item.kind) for item in proof.checks if item.candidate and not item.control}
        found = {Fingerprint(template=template, kind=kind) for template, kind in failed}
        key = proof.mutation, self.told_of_proofs.signature(storable_signature({*proof.signature, *found}))
        if key in self.proofs or len(self.proofs) < self.limits.proofs:
            self.proofs[key] += 1
            self.changed.proofs.add(key)

    def _with_noise_excused(self, observation: Judged) -> Judged:
        """Where legacy was seen to differ from itself, two of its answers agree by chance too: that is no drift.

        The candidate agrees with them either way, so once is enough.
        """
        noisy = {item for item in observation.drift if self.places.has_differed((storable(item.template), item.kind))}
        if not noisy:
            return observation
        drift = tuple(item for item in observation.drift if item not in noisy)
        return replace(observation, drift=drift, excused=tuple(sorted({*observation.excused, *noisy})))

    def _as_counted(self, observation: Judged) -> Judged:
        """With names that can be written, and transitions that are told; what a store keeps is the same either way."""
        found = (observation.signature, observation.excused, observation.drift)
        if not any(item.transition or storable_fingerprint(item) is not item for items in found for item in items):
            return observation
        signature, excused, drift = (self.told.signature(storable_signature(items)) for items in found)
        return replace(observation, signature=signature, excused=excused, drift=drift)

    def _has_room(self, fingerprint: Fingerprint) -> bool:
        return fingerprint in self.clusters or len(self.clusters) < self.limits.clusters

    def _bounded(self, signature: Signature) -> Signature:
        if not signature:
            return ()
        new = [item for item in signature if item not in self.clusters]
        past = {*new[max(0, self.limits.clusters - len(self.clusters)) :]}
        without_room = self.places.without_room((item.template, item.kind) for item in signature)
        past |= {item for item in signature if (item.template, item.kind) in without_room}
        return tuple(sorted({MORE if item in past else item for item in signature}))

    def _gathered(self, signature: Signature) -> Signature:
        """The key under which a signature is counted: past the bound without transitions, or what is noise; or MORE."""
        most = self.limits.signatures
        if not signature or signature in self.signatures or len(self.signatures) < most - most // 4:
            return signature
        signature = tuple(sorted(set(map(untold, signature))))
        if signature in self.signatures or len(self.signatures) < most:
            return signature
        noisy = [item for item in signature if self.places.is_noisy((item.template, item.kind))]
        gathered = tuple(sorted({NOISY if item in noisy else item for item in signature}))
        return gathered if gathered == (NOISY,) or gathered in self.signatures else (MORE,)

    def _count(self, signature: Signature, observation: Judged) -> None:
        seen = self.signatures.get(signature) or self.signatures.setdefault(signature, Seen())
        seen.count += 1
        seen.drift += bool(observation.drift)
        seen.noise += bool(observation.excused and not observation.drift)
        seen.by_candidate += observation.served is Served.CANDIDATE
        self.changed.signatures.add(signature)

    def cross_read(self, found: CrossRead) -> None:
        """Counts a read of what the candidate wrote that no client made."""
        self._count_cross_read(found.write_route, self.told.signature(storable_signature(found.signature)))

    def _count_cross_read(self, write_route: str, signature: Signature) -> None:
        key = storable(write_route), signature
        if key not in self.cross_reads and len(self.cross_reads) >= self.limits.cross_reads:
            key = key[0], (MORE,)
        self.cross_reads[key] += 1
        self.changed.cross_reads.add(key)

    def _see(self, fingerprint: Fingerprint, at: float) -> None:
        cluster = self.clusters.setdefault(fingerprint, Cluster(first_seen=at))
        cluster.count += 1
        cluster.last_seen = at
        self.changed.clusters.add(fingerprint)

    def _keep_examples(self, observation: Judged, redactor: Examples) -> None:
        for example in observation.examples:
            fingerprint = self.told.fingerprint(storable_fingerprint(example.fingerprint))
            cluster = self.clusters.get(fingerprint)
            if cluster is not None and len(cluster.examples) < self.limits.examples:
                cluster.examples.append(redactor.example(example))
                self.changed.examples.add(fingerprint)

    def _time(self, observation: Judged) -> None:
        if observation.legacy_ms is not None and observation.candidate_ms is not None:
            self.latencies.record(observation.legacy_ms, observation.candidate_ms, observation.served)
            self.changed.latencies = True

    def changes(self) -> RouteChanges:
        """What changed since ``committed`` was last called."""
        changed, places = self.changed, self.places
        return RouteChanges(
            info=self.info,
            entered=self.entered,
            by_candidate=self.by_candidate,
            distinct=places.distinct,
            secondary_asked=self.secondary_asked,
            asked_again=self.asked_again,
            paired=places.paired,
            any_candidate=places.any_candidate,
            any_secondary=places.any_secondary,
            settled={key: self.settled[key] for key in changed.settled},
            cut={reason: self.cut[reason] for reason in changed.cut},
            signatures={signature: _signature_count(self.signatures[signature]) for signature in changed.signatures},
            clusters={found: _cluster_count(self.clusters[found]) for found in changed.clusters},
            examples={found: tuple(self.clusters[found].examples) for found in changed.examples},
            latencies=self.latencies if changed.latencies else None,
            proofs={key: self.proofs[key] for key in changed.proofs},
            cross_reads={key: self.cross_reads[key] for key in changed.cross_reads},
            **places.changes(),
        )

    def committed(self) -> None:
        """Forgets which totals changed: the store has them."""
        self.changed = Changed()
        self.places.committed()


def storable_signature(signature: Iterable[Fingerprint]) -> Signature:
    """A signature with names that can be written."""
    return tuple(map(storable_fingerprint, signature))


def _signature_count(seen: Seen) -> SignatureCount:
    return SignatureCount(count=seen.count, noise=seen.noise, drift=seen.drift, by_candidate=seen.by_candidate)


def _cluster_count(cluster: Cluster) -> ClusterCount:
    return ClusterCount(count=cluster.count, first_seen=cluster.first_seen, last_seen=cluster.last_seen)
