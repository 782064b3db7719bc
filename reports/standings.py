"""From evidence to how each route stands. Pure."""

from collections.abc import Sequence

from crossfade.reports.build import build_report, names_of
from crossfade.reports.gate import claim_sentence
from crossfade.reports.report import Finding, Report, Route
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import RunEvidence
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.evidence.view import AcceptRule

_IN_THE_WAY = frozenset({"open", "suspicious"})


def standings(
    evidence: RunEvidence, *, gate: GateSettings, accepted: Sequence[AcceptRule], now: float
) -> dict[str, RouteStanding]:
    """How the routes of a run stand, by their keys; ``now`` (seconds since the epoch) tells which rules have expired.

    A route that was claimed before any request came, without a port, is there under its name alone.
    """
    report = build_report(evidence, gate=gate, accepted=accepted, now=now, repro=None)
    keys = {name: info.key for info, name in names_of(evidence.routes).items()}
    return {keys[route.route]: _standing(route, keys[route.route], report) for route in report.routes}


def _standing(route: Route, key: str, report: Report) -> RouteStanding:
    return RouteStanding(
        route=key,
        run_id=report.run_id,
        legacy_build=report.builds.legacy,
        candidate_build=report.builds.candidate,
        stage=route.stage,
        verdict=route.verdict,
        reason=route.reason,
        claim=claim_sentence(route, report) if route.claimed else "",
        n=route.distinct,
        k=route.divergent,
        lower=route.divergence.lower,
        upper=route.divergence.upper,
        compared_pct=route.compared_pct,
        in_flight=route.in_flight,
        open_findings=tuple(finding.id for finding in report.findings if _is_in_the_way(finding, route)),
        served_compared=route.served.compared,
        served_diverged=route.served.diverged,
        cross_reads=route.served.cross_reads,
        cross_matched=route.served.cross_matched,
    )


def _is_in_the_way(finding: Finding, route: Route) -> bool:
    return finding.status in _IN_THE_WAY and route.route in finding.routes
