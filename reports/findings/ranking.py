"""What to fix first. Pure."""

from collections.abc import Mapping

from crossfade.reports.conclusions import STATUS_ORDER
from crossfade.reports.findings.places import field_words
from crossfade.reports.report import Cluster, Finding, Route, Severity

SEVERITIES: tuple[Severity, ...] = ("breaking", "additive", "cosmetic")
"""The worst first."""


def worst(clusters: tuple[Cluster, ...]) -> Severity:
    """The worst severity of some clusters."""
    return min((cluster.severity for cluster in clusters), key=SEVERITIES.index)


def rank(finding: Finding, root: Cluster, routes: Mapping[str, Route]) -> tuple[object, ...]:
    """Sorts findings: by status, severity, whether they refute a claim, and then by reach times share.

    Of the same weight, a body or a status comes before a header field, which a filter often adds on many routes.
    """
    return (
        STATUS_ORDER[finding.status],
        SEVERITIES.index(finding.severity),
        min(_weight(routes[route]) for route in finding.routes),
        bool(field_words(root.path)),
        -len(finding.routes) * finding.rate,
        finding.title,
        finding.id,
    )


def _weight(route: Route) -> int:
    """A claimed route that fails comes first, then one that is claimed."""
    if route.verdict == "fail":
        return 0
    return 1 if route.claimed else 2
