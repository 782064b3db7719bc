"""Which rules accept some findings or clusters, and nothing else. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from crossfade.reports.report import Cluster, Report
from crossfade.shadow.exchange.difference import OTHER, Kind, parted
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.routes.patterns import glob_matches


class AcceptingError(Exception):
    """An id that is not in the report, or a cluster that can't be accepted: one line for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a rule matches: globs for route, path and kind; ``transition`` is None where it matters not."""

    route: str
    path: str
    kind: str
    transition: str | None = None

    def __str__(self) -> str:
        told = "any transition" if self.transition is None else self.transition or "no transition"
        return f"{self.route}  {self.path}  {self.kind}  {told}"

    def matches(self, cluster: Cluster) -> bool:
        """Whether it accepts a cluster of a report."""
        told = self.transition is None or glob(self.transition).matches(cluster.transition)
        place = glob(self.path).matches(cluster.path) and glob(self.kind).matches(cluster.kind)
        return told and place and cluster.kind != Kind.FAILED and _names(self.route, cluster.route)


def named(report: Report, ids: Iterable[str]) -> tuple[Cluster, ...]:
    """The clusters of these findings and clusters, each once. Raises: AcceptingError: an id that the run lacks."""
    clusters = {cluster.id: cluster for cluster in report.clusters}
    parts: Mapping[str, Sequence[str]] = {finding.id: finding.parts for finding in report.findings}
    found: dict[str, Cluster] = {}
    for one in ids:
        if one not in parts and one not in clusters:
            near = get_close_matches(one, [*parts, *clusters], n=1)
            hint = f"; the nearest is {near[0]}" if near else ""
            what = f"the id of a finding or cluster of run {report.run_id}"
            raise AcceptingError(f"expected {what}, got {one}{hint}")
        found |= {part: clusters[part] for part in parts.get(one, (one,))}
    return tuple(found.values())


def acceptable(clusters: Iterable[Cluster]) -> tuple[Cluster, ...]:
    """Those of them that no rule accepts yet.

    Raises: AcceptingError: one is a missing answer, or stands for transitions that nobody saw; or none is left:
    accepted already, or noise.
    """
    clusters = tuple(clusters)
    for cluster in clusters:
        if cluster.kind == Kind.FAILED:
            raise AcceptingError(f"expected a difference, got no answer at all ({cluster.id}), which is never accepted")
        if OTHER in parted(cluster.transition):
            raise AcceptingError(
                f"expected a difference that tells its transition, got {cluster.transition} ({cluster.id}), which "
                "stands for those that come later too; name the others, or write the rule by hand"
            )
    left = tuple(cluster for cluster in clusters if cluster.status not in {"accepted", "noise"})
    if not left:
        what = "noise" if any(cluster.status == "noise" for cluster in clusters) else "accepted"
        raise AcceptingError(f"expected an open difference, got one that is {what} already")
    return left


def rules_for(clusters: Iterable[Cluster], report: Report) -> tuple[Accepted, ...]:
    """One rule for each difference, on all its routes if a glob names these and no other; else one for each cluster."""
    groups: defaultdict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for cluster in clusters:
        groups[cluster.path, cluster.kind, _transition(cluster, report)].append(cluster.route)
    return tuple(
        Accepted(route=route, path=path, kind=kind, transition=transition)
        for (path, kind, transition), routes in groups.items()
        for route in _globs(sorted(set(routes)), report)
    )


def also_accepted(rules: Sequence[Accepted], clusters: Iterable[Cluster], report: Report) -> tuple[Cluster, ...]:
    """What the rules would accept beside these clusters, because a path or kind with ``*`` is a glob."""
    meant = {cluster.id for cluster in clusters}
    others = (one for one in report.clusters if one.id not in meant and one.status not in {"accepted", "noise"})
    return tuple(cluster for cluster in others if any(rule.matches(cluster) for rule in rules))


def _transition(cluster: Cluster, report: Report) -> str | None:
    """Its transition where clusters of its place tell theirs; one that tells none then has the empty one."""
    place = cluster.route, cluster.path, cluster.kind
    is_told = any(other.transition for other in report.clusters if (other.route, other.path, other.kind) == place)
    return cluster.transition if is_told else None


def _globs(routes: Sequence[str], report: Report) -> Sequence[str]:
    """One glob that matches these of all routes of the run that got requests, else their names."""
    if len(routes) == 1:
        return routes
    meant = set(routes)
    for pattern in _candidates(routes):
        if {route.route for route in report.routes if route.total and _names(pattern, route.route)} == meant:
            return (pattern,)
    return routes


def _names(pattern: str, route: str) -> bool:
    """Whether a rule with this glob holds on a route; one that names no port holds on each, so also without it."""
    return any(glob_matches(pattern, name) for name in (route, route.partition(" ")[2]) if name)


def _candidates(routes: Sequence[str]) -> Iterator[str]:
    """Globs that match them all, the narrowest first."""
    prefix = _start(routes)
    suffix = _start([route[len(prefix) :][::-1] for route in routes])[::-1]
    yield from dict.fromkeys((f"{prefix}*{suffix}", f"{prefix}*", f"*{suffix}", "*"))


def _start(texts: Sequence[str]) -> str:
    """What all of them begin with: that is what the first and the last one in their order share."""
    first, last = min(texts), max(texts)
    return first[: next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
