"""From evidence to the report: every view under the present rules. Pure; the same input gives the same report."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from crossfade.reports.advice import advice
from crossfade.reports.clusters import cluster_of, in_order, timestamp
from crossfade.reports.conclusions import all_surfaced, left_out_of, places_of, surfaced_of
from crossfade.reports.findings import Sightings, find_findings
from crossfade.reports.reasons import NOTHING_CLAIMED, claim_reason
from crossfade.reports.report import (
    SCHEMA_VERSION,
    Builds,
    Cluster,
    Divergence,
    ExpiredRule,
    Finding,
    Latency,
    Quantiles,
    Report,
    Route,
    Served,
    Totals,
)
from crossfade.reports.repro import ReproSettings
from crossfade.shadow.evidence.claims import Verdict, judge_claim
from crossfade.shadow.evidence.conclusions import Status
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import (
    LatencyQuantiles,
    RouteEvidence,
    RunEvidence,
)
from crossfade.shadow.evidence.statistics import Bounds
from crossfade.shadow.evidence.transitions import with_closed_sets
from crossfade.shadow.evidence.view import AcceptRule, RouteView, view_route
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

_NOWHERE = ReproSettings()


def build_report(
    evidence: RunEvidence,
    *,
    gate: GateSettings,
    accepted: Sequence[AcceptRule],
    now: float,
    repro: ReproSettings | None = _NOWHERE,
) -> Report:
    """The report of a run. ``now`` (seconds since the epoch) decides which accept rules have expired.

    Without ``repro`` its examples have no command lines, which are half of the work.
    """
    today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
    finished = evidence.ended_at is not None
    if is_whole_replay(evidence):
        gate = replace(gate, planned_n=None, one_look=True)
    names = names_of(evidence.routes)
    of_run = partial(view_route, accepted=accepted, today=today, run=evidence.info)
    views = [(with_closed_sets(route), of_run(route)) for route in evidence.routes if route.info in names]
    read = _cross_reads(view for _, view in views)
    routes = tuple(
        _route(route, view, gate, (names[route.info], read.get(route.info.key, (0, 0))), finished=finished)
        for route, view in views
    )
    clusters = in_order(
        cluster_of(names[route.info], view, item, None if repro is None else repro.at(route.info.listener))
        for route, view in views
        for item in route.clusters
    )
    seen = {
        record.route: Sightings(route.signatures, names[route.info])
        for record, (route, _) in zip(routes, views, strict=True)
    }
    findings = find_findings(clusters, routes, seen)
    verdict, reasons = _overall(routes, gate.unmatched(tuple(names)))
    info = evidence.info
    return Report(
        schema_version=SCHEMA_VERSION,
        service=info.service,
        run_id=info.run_id,
        engine=info.engine,
        started_at=timestamp(info.started_at),
        ended_at=None if evidence.ended_at is None else timestamp(evidence.ended_at),
        builds=Builds(legacy=info.legacy_build, candidate=info.candidate_build),
        rules_digest=info.rules_digest,
        contract_digest=info.contract_digest,
        budget=gate.budget,
        confidence=gate.confidence,
        min_compared_pct=gate.min_compared_pct,
        min_surfaced_pct=gate.min_surfaced_pct,
        transient_budget=gate.transient_budget,
        transient_reason=gate.transient_reason,
        unit=info.unit,
        planned_n=gate.planned_n,
        entered=sum(route.total for route in routes),
        in_flight=sum(route.in_flight for route in routes),
        examples_stored=evidence.examples_stored,
        routes=routes,
        findings=findings,
        clusters=clusters,
        expired_rules=tuple(_expired_rules(views, accepted, today)),
        totals=_totals(routes, findings, clusters),
        verdict=verdict,
        reasons=reasons,
        advice=advice(routes, is_replay=info.is_replay),
    )


def is_whole_replay(evidence: RunEvidence) -> bool:
    """Whether all of a corpus was played: one that was ended by hand may have been ended for what was seen of it."""
    ended_by_hand = (Outcome.SHED, Reason.SHUTDOWN)
    is_whole = not any(route.settled.get(ended_by_hand) for route in evidence.routes)
    return evidence.info.is_replay and evidence.ended_at is not None and is_whole


def names_of(routes: Sequence[RouteEvidence]) -> dict[RouteInfo, str]:
    """The name of each route: behind the name of its port where several ports carry a route of that name.

    A route that was only claimed, without a port, is left out if requests came on a port.
    """
    came = {route.info.route for route in routes if route.info.listener}
    infos = [route.info for route in routes if route.info.listener or route.info.route not in came or route.entered]
    ports = Counter(info.route for info in infos)
    return {info: info.key if ports[info.route] > 1 else info.route for info in infos}


def _cross_reads(views: Iterable[RouteView]) -> dict[str, tuple[int, int]]:
    """By the keys of routes that write, over all routes that read: how often, and how often the sides agreed."""
    found: dict[str, tuple[int, int]] = {}
    for view in views:
        for key, (read, matched) in view.cross_reads.items():
            before = found.get(key, (0, 0))
            found[key] = before[0] + read, before[1] + matched
    return found


def _served(route: RouteEvidence, view: RouteView, cross_reads: tuple[int, int]) -> Served:
    return Served(
        candidate=view.by_candidate,
        compared=view.compared_by_candidate,
        diverged=view.diverged_by_candidate,
        latency_ms=Latency(
            legacy=_quantiles(route.reversed_legacy_ms),
            candidate=_quantiles(route.reversed_candidate_ms),
            paired_ratio=_quantiles(route.reversed_paired_ratio),
        ),
        cross_reads=cross_reads[0],
        cross_matched=cross_reads[1],
    )


def _route(
    route: RouteEvidence, view: RouteView, gate: GateSettings, told: tuple[str, tuple[int, int]], *, finished: bool
) -> Route:
    """``told``: the name of the route, and how often what was written on it was read, and alike."""
    name, cross_reads = told
    claimed = gate.claims(route.info)
    claim = judge_claim(view, gate, claimed=claimed, finished=finished)
    return Route(
        route=name,
        protocol="grpc" if route.info.protocol == "grpc" else "http",
        call_type=route.info.call_type,
        stage=route.info.stage,
        claimed=claimed,
        outcomes={outcome.value: count for outcome, count in view.outcomes.items()},
        reasons=dict(sorted(view.reasons.items())),
        total=view.total,
        in_flight=view.in_flight,
        eligible=view.eligible,
        compared_pct=_floored_pct(view.compared, view.eligible),
        left_out=left_out_of(view.left_out, view.total),
        distinct=claim.n,
        divergent=min(view.divergent, claim.n),
        divergence=_divergence(claim.bounds),
        undecided=view.undecided,
        transient=view.transient,
        transience=_divergence(claim.transient),
        has_secondary=view.has_secondary,
        secondary_asked=view.secondary_asked,
        asked_again=view.asked_again,
        places=places_of(view.places),
        surfaced=surfaced_of(view.surfaced),
        latency_ms=Latency(
            legacy=_quantiles(route.legacy_ms),
            candidate=_quantiles(route.candidate_ms),
            paired_ratio=_quantiles(route.paired_ratio),
        ),
        served=_served(route, view, cross_reads),
        verdict=claim.verdict,
        ground=claim.ground.value,
        reason=claim_reason(claim, view, gate),
    )


def _floored_pct(part: int, whole: int) -> float:
    """Two decimals, rounded down: 100 means that not one is missing."""
    return (10_000 * part // whole) / 100 if whole else 0.0


def _divergence(bounds: Bounds) -> Divergence:
    return Divergence(
        point=None if bounds.point is None else round(bounds.point, 8),
        lower=round(bounds.lower, 8),
        upper=round(bounds.upper, 8),
        confidence=bounds.confidence,
        method=bounds.method,
    )


def _quantiles(values: LatencyQuantiles) -> Quantiles:
    return Quantiles(
        **{name: None if (at := getattr(values, name)) is None else round(at, 3) for name in ("p50", "p95", "p99")}
    )


def _expired_rules(
    views: Sequence[tuple[RouteEvidence, RouteView]], accepted: Sequence[AcceptRule], today: datetime.date
) -> Iterator[ExpiredRule]:
    """The rules that would accept an open cluster if they had not expired."""
    open_at = [
        (route.info, fingerprint)
        for route, view in views
        for fingerprint, status in view.statuses.items()
        if status is Status.OPEN
    ]
    for rule in accepted:
        expires = rule.expires
        if expires is not None and rule.has_expired(today) and any(rule.accepts(*cluster) for cluster in open_at):
            yield ExpiredRule(
                route=rule.route,
                path=rule.path,
                kind=rule.kind,
                transition=rule.transition,
                expires=expires.isoformat(),
            )


def _totals(routes: Sequence[Route], findings: Iterable[Finding], clusters: Iterable[Cluster]) -> Totals:
    outcomes: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
    reasons: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for route in routes:
        outcomes.update(route.outcomes)
        reasons.update(route.reasons)
        left_out.update({reason: part.requests for reason, part in route.left_out.items()})
    statuses = Counter(cluster.status for cluster in clusters)
    to_fix = Counter(finding.status for finding in findings)
    return Totals(
        outcomes=dict(outcomes),
        reasons=dict(sorted(reasons.items())),
        left_out=left_out_of(left_out, sum(route.total for route in routes)),
        open_findings=to_fix["open"],
        suspicious_findings=to_fix["suspicious"],
        undecided_findings=to_fix["undecided"],
        open_clusters=statuses["open"],
        suspicious_clusters=statuses["suspicious"],
        undecided_clusters=statuses["undecided"],
        secondary_asked=sum(route.secondary_asked for route in routes),
        asked_again=sum(route.asked_again for route in routes),
        surfaced=all_surfaced(route.surfaced for route in routes),
    )


def _overall(routes: Sequence[Route], unseen: Sequence[str]) -> tuple[Verdict, tuple[str, ...]]:
    """Fail where a claim is refuted; inconclusive where one is not proven, was never seen, or nothing is claimed."""
    reasons = [f"{route.route}: {route.reason}" for route in routes if route.verdict in {"fail", "inconclusive"}]
    reasons += [f"{glob}: claimed, but no matching request was seen" for glob in unseen]
    verdicts = {route.verdict for route in routes}
    if "fail" in verdicts:
        return "fail", tuple(reasons)
    if "inconclusive" in verdicts or unseen:
        return "inconclusive", tuple(reasons)
    if "pass" not in verdicts:
        return "inconclusive", (NOTHING_CLAIMED,)
    return "pass", ()
