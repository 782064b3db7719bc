"""From the clusters of a report to its findings. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.conclusions import STATUS_ORDER
from crossfade.reports.findings.alike import Bundle, join, own_key
from crossfade.reports.findings.following import Links, field_of, follow
from crossfade.reports.findings.places import is_field
from crossfade.reports.findings.ranking import rank, worst
from crossfade.reports.findings.sightings import Sightings
from crossfade.reports.findings.titles import title
from crossfade.reports.report import Cause, Cluster, Finding, Route
from crossfade.reports.wording import compared

_NOISE = "noise"


def find_findings(
    clusters: Sequence[Cluster], routes: Iterable[Route], sightings: Mapping[str, Sightings]
) -> tuple[Finding, ...]:
    """The findings of all clusters, what to fix first in front; each cluster is a part of one of them.

    ``sightings`` by route. What is noise is gathered by itself: it breaks nothing, and explains no other difference.
    """
    by_name = {route.route: route for route in routes}
    in_order = sorted(clusters, key=_by_name)
    live = [cluster for cluster in in_order if cluster.status != _NOISE]
    noise = [Bundle(root=cluster) for cluster in in_order if cluster.status == _NOISE]
    groups = (*join(_bundles(live, sightings)), *join(noise))
    found = [(_finding(group, by_name, sightings), group[0].root) for group in groups]
    return tuple(finding for finding, root in sorted(found, key=lambda item: rank(item[0], item[1], by_name)))


def _bundles(clusters: Sequence[Cluster], sightings: Mapping[str, Sightings]) -> list[Bundle]:
    """Each root with what follows from it."""
    links = _links(clusters, sightings)
    followers = defaultdict(list)
    for cluster in clusters:
        if cluster.id in links:
            leader, link = links[cluster.id]
            followers[leader.id].append((cluster, link))
    roots = (cluster for cluster in clusters if cluster.id not in links)
    return [Bundle(root=root, followers=tuple(followers[root.id])) for root in roots]


def _by_name(cluster: Cluster) -> tuple[str, ...]:
    """An order that no count changes."""
    return cluster.route, cluster.path, cluster.kind, cluster.transition, cluster.id


def _links(clusters: Sequence[Cluster], sightings: Mapping[str, Sightings]) -> Links:
    """First within each route; then again, where a header field would follow that differs elsewhere by itself."""
    of_route: defaultdict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        of_route[cluster.route].append(cluster)
    links = {route: follow(its, sightings[route], frozenset()) for route, its in of_route.items()}
    fields = [cluster for cluster in clusters if is_field(cluster)]
    apart = frozenset(field_of(one) for one in fields if one.id not in links[one.route])
    for route in {one.route for one in fields if one.id in links[one.route] and field_of(one) in apart}:
        links[route] = follow(of_route[route], sightings[route], apart)
    return {follower: link for found in links.values() for follower, link in found.items()}


def _finding(group: Sequence[Bundle], routes: Mapping[str, Route], sightings: Mapping[str, Sightings]) -> Finding:
    """The record of some bundles with one root; what is accepted counts only where all of it is."""
    parts = tuple(cluster for bundle in group for cluster in bundle.clusters)
    counted = tuple(part for part in parts if part.status != "accepted") or parts
    on = tuple(sorted({part.route for part in counted}))
    requests = sum(sightings[route].any_of(part for part in counted if part.route == route) for route in on)
    total = sum(compared(routes[route]) for route in on)
    return Finding(
        id=_id(group),
        title=title(group, on),
        status=min((part.status for part in parts), key=STATUS_ORDER.__getitem__),
        severity=worst(counted),
        routes=on,
        count=requests,
        rate=round(min(1.0, requests / total), 6) if total else 0.0,
        cause=cause_of(group[0].cause),
        parts=tuple(part.id for part in parts),
    )


def _id(group: Sequence[Bundle]) -> str:
    """The same in every run in which the same root is on the first of its routes."""
    noise = (_NOISE,) if group[0].root.status == _NOISE else ()
    text = "\0".join((*own_key(group[0]), *noise))
    return f"f-{hashlib.blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


def cause_of(pitfall_id: str | None) -> Cause | None:
    """The entry of the catalogue with this id; None where it has none."""
    pitfall = find_pitfall(pitfall_id or "")
    if pitfall is None:
        return None
    return Cause(id=pitfall.id, title=pitfall.title, confidence=1.0, explanation=pitfall.why, java_fix=pitfall.java_fix)
