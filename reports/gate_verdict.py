"""The gate on one route, in the words that rollout controllers read. Pure."""

from dataclasses import dataclass

from crossfade.reports.gate import claim_sentence
from crossfade.reports.report import Report, Route
from crossfade.reports.visible import visible
from crossfade.reports.wording import headline


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """What is known of a claim: ``verdict`` is `pass`, `fail` or `inconclusive`, ``reason`` is why it is no pass.

    ``claim`` is the sentence of ``crossfade gate``; ``candidate`` the build that was compared, in the run ``run``.
    """

    verdict: str
    reason: str
    claim: str
    candidate: str
    run: str


def route_verdict(report: Report, name: str, build: str | None) -> GateVerdict | None:
    """The claim of the route of this name; None where the report has no such route.

    Evidence of another candidate than ``build`` proves nothing: it is inconclusive; None takes that of any build.
    """
    found = next((route for route in report.routes if route.route == name), None)
    return None if found is None else _of_build(report, build, _route_verdict(report, found))


def run_verdict(report: Report, build: str | None) -> GateVerdict:
    """All claims together; ``build`` as above."""
    return _of_build(report, build, _verdict(report, report.verdict, "; ".join(report.reasons), headline(report)))


def _route_verdict(report: Report, route: Route) -> GateVerdict:
    if route.verdict is None:
        return _verdict(report, "inconclusive", f"not claimed: {route.reason}", f"{route.route} is not claimed")
    return _verdict(report, route.verdict, route.reason, claim_sentence(route, report))


def _of_build(report: Report, build: str | None, found: GateVerdict) -> GateVerdict:
    if build is None or build == report.builds.candidate:
        return found
    reason = f"expected evidence of candidate {build}, got that of {report.builds.candidate}"
    return _verdict(report, "inconclusive", reason, found.claim)


def _verdict(report: Report, verdict: str, reason: str, claim: str) -> GateVerdict:
    return GateVerdict(
        verdict=verdict,
        reason=visible(reason) if verdict != "pass" else "",
        claim=visible(claim),
        candidate=report.builds.candidate,
        run=report.run_id,
    )
