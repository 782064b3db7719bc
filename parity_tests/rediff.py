"""Judges the comparisons of a recording again, and finds what changed. No service is contacted."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.fingerprint import request_hash
from crossfade.shadow.evidence import EvidenceWriter, open_store
from crossfade.shadow.evidence.records import RunEvidence, RunInfo
from crossfade.shadow.evidence.redact import Unchanged
from crossfade.shadow.exchange.difference import Fingerprint, Signature, beside, parted
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge, Verdict, latency_ms
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import End, Header, Recorded, Result, result_of


class Change(StrEnum):
    """What became of one comparison."""

    SAME = "same"
    NEWLY_MATCHED = "newly_matched"
    NEWLY_DIVERGED = "newly_diverged"
    OTHER_FINDINGS = "other_findings"  # diverged before and now, with other clusters
    NEWLY_UNCOMPARABLE = "newly_uncomparable"
    NOT_JUDGED = "not_judged"  # the recording does not show what was found: it counts as it was recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterChange:
    """A cluster, and in how many comparisons it was found when recorded and now."""

    route: str
    fingerprint: Fingerprint
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rediff:
    """All that was found again. ``evidence`` is the run as judged now; ``end`` is None if the recording was cut off."""

    header: Header
    end: End | None
    changes: Mapping[Change, int]
    clusters: tuple[ClusterChange, ...]
    evidence: RunEvidence

    @property
    def recorded(self) -> int:
        """Comparisons in the recording."""
        return sum(self.changes.values())

    @property
    def judged(self) -> int:
        """Comparisons that were judged again."""
        return self.recorded - self.changes[Change.NOT_JUDGED]

    @property
    def changed(self) -> int:
        """Comparisons that changed."""
        return self.judged - self.changes[Change.SAME]


def rediff(
    recording: RecordingReader, judge_under: Callable[[Contract | None], Judge], contract: Contract | None, rules: str
) -> Rediff:
    """Judges every comparison of a recording again.

    ``contract`` is the present one, None for that of the recording; ``rules`` is the digest of the present rules.
    Raises: EvidenceError: the recording is damaged.
    """
    contract = contract or recording.contract()
    judge = judge_under(contract)
    digest = "" if contract is None else contract.digest
    counts = _Counts()
    run = replace(recording.header.run, rules_digest=rules, contract_digest=digest)
    evidence = _gathered(recording, judge, run, counts)
    return Rediff(
        header=recording.header,
        end=recording.end,
        changes={change: counts.changes[change] for change in Change},
        clusters=counts.clusters(),
        evidence=evidence,
    )


class _Counts:
    def __init__(self) -> None:
        self.changes: Counter[Change] = Counter()
        self._before: Counter[tuple[str, Fingerprint]] = Counter()
        self._after: Counter[tuple[str, Fingerprint]] = Counter()

    def add(self, route: RouteInfo, before: Result, after: Result, *, judged: bool) -> None:
        self.changes[change_of(before, after) if judged else Change.NOT_JUDGED] += 1
        self._before.update((route.key, fingerprint) for fingerprint in before.found or ())
        self._after.update((route.key, fingerprint) for fingerprint in _as_told(before, after) or ())

    def clusters(self) -> tuple[ClusterChange, ...]:
        """All clusters, those that changed most first."""
        found = [
            ClusterChange(
                route=route,
                fingerprint=fingerprint,
                before=self._before[route, fingerprint],
                after=self._after[route, fingerprint],
            )
            for route, fingerprint in {*self._before, *self._after}
        ]
        return tuple(sorted(found, key=lambda item: (-abs(item.after - item.before), item.route, item.fingerprint)))


def change_of(before: Result, after: Result) -> Change:
    """What became of a comparison, by all of the candidate's differences, whether the secondary excuses them or not."""
    if (before.found, before.reason) == (_as_told(before, after), after.reason):
        return Change.SAME
    if after.found is None:
        return Change.NEWLY_UNCOMPARABLE
    if not after.found:
        return Change.NEWLY_MATCHED
    return Change.OTHER_FINDINGS if before.found else Change.NEWLY_DIVERGED


def _as_told(before: Result, after: Result) -> Signature | None:
    """What is found now; without the parts of transitions that are not recorded, as by earlier versions."""
    if after.found is None:
        return None
    recorded = [parted(item.transition) for item in before.found or ()]
    tells_own, tells_status = any(own for own, _ in recorded), any(status for _, status in recorded)

    def as_told(transition: str) -> str:
        own, status = parted(transition)
        return beside(own if tells_own else "", status if tells_status else "")

    return tuple(sorted({replace(item, transition=as_told(item.transition)) for item in after.found}))


def _gathered(recording: RecordingReader, judge: Judge, run: RunInfo, counts: _Counts) -> RunEvidence:
    entered: Counter[RouteInfo] = Counter()
    last = run.started_at
    store = open_store("memory:")
    with EvidenceWriter.begin(store, run, Unchanged()) as writer:
        for item in recording.comparisons():
            verdict = _as_recorded(item) if item.altered else judge.observe(item.comparison, item.route)
            counts.add(item.route, item.result, result_of(verdict.observation), judged=not item.altered)
            for found in (verdict.observation, *verdict.proofs):
                writer.add(found)
            entered[item.route] += 1
            last = max(last, item.comparison.request.started_at)
        writer.finish(entered, now=last)
    return store.read()


def _as_recorded(item: Recorded) -> Verdict:
    result, comparison = item.result, item.comparison
    if result.reason is not None:
        settled = Settled(route=item.route, outcome=Outcome.UNCOMPARABLE, reason=result.reason)
        return Verdict(observation=settled)
    judged = Judged(
        route=item.route,
        at=comparison.request.started_at,
        request_hash=request_hash(comparison.request),
        signature=result.signature or (),
        noise=result.noise,
        examples=(),
        legacy_ms=latency_ms(comparison, comparison.legacy),
        candidate_ms=latency_ms(comparison, comparison.candidate),
        cut=result.cut,
        excused=result.excused,
        drift=result.drift,
        sightings=result.sightings,
        asked_again=comparison.again is not None,
    )
    return Verdict(observation=judged)
