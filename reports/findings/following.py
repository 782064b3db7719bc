"""Which clusters of one route follow from another one there. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum

from crossfade.reports.findings.examples import Pair, is_telling, one_edit
from crossfade.reports.findings.places import is_field, is_of_status, is_status, without_indexes
from crossfade.reports.findings.sightings import Sightings
from crossfade.reports.report import Cluster
from crossfade.shadow.compare.transition import changes_all
from crossfade.shadow.exchange.difference import Kind

Field = tuple[str, str]
"""Path and kind of a header field: what is the same on many routes."""


class Link(StrEnum):
    """Why a cluster follows from another one of its route."""

    STATUS = "status"  # another status changes all else
    PLACE = "place"  # the same place, with another transition or without a certain cause
    RENAMED = "renamed"  # a field's value stands under another name
    NEIGHBOUR = "neighbour"  # fields that are missing, or added, always together
    EDIT = "edit"  # elements of one list in which the same text differs


Links = dict[str, tuple[Cluster, Link]]
"""By the id of each cluster that follows: from which one, and why. That one follows from none."""

_Found = Iterator[tuple[Cluster, Cluster]]


def field_of(cluster: Cluster) -> Field:
    """What tells a header field's difference from others on every route."""
    return cluster.path, cluster.kind


def follow(clusters: Sequence[Cluster], sightings: Sightings, apart: AbstractSet[Field]) -> Links:
    """The clusters of a route that follow from another one.

    ``apart`` are header fields that differ elsewhere without another status, so that none is why.
    """
    links: Links = {}
    leaders: set[str] = set()
    for link, rule in _RULES.items():
        free = [cluster for cluster in clusters if cluster.id not in links]
        for follower, leader in rule(free, sightings, apart):
            if follower.id not in links and leader.id not in links and follower.id not in leaders:
                links[follower.id] = leader, link
                leaders.add(leader.id)
    return links


def _status(clusters: Sequence[Cluster], sightings: Sightings, apart: AbstractSet[Field]) -> _Found:
    """What was seen with another status alone follows from the one with which it came most often."""
    roots = [cluster for cluster in clusters if is_status(cluster) and changes_all(cluster.transition)]
    for cluster in clusters:
        if is_status(cluster) or (is_field(cluster) and field_of(cluster) in apart):
            continue
        if may := [root for root in roots if _may_explain(root, cluster)]:
            most = max(may, key=lambda root: (sightings.together(root, cluster), root.id))
            if sightings.only_with(cluster, may):
                yield cluster, most


def _may_explain(root: Cluster, cluster: Cluster) -> bool:
    """A certain cause is a root of its own, unless it explains the status or its text."""
    if cluster.cause in {None, root.cause}:
        return True
    return root.cause is None and is_of_status(cluster)


def _place(clusters: Sequence[Cluster], _: Sightings, __: AbstractSet[Field]) -> _Found:
    """What no cause explains follows from the one cause that there is at the place, or from its first transition.

    A cause that explains fewer differences than it leaves fits them by chance, as a rounding fits any total that is a
    little off: then it follows from the others.
    """
    places: defaultdict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        if not is_status(cluster):
            places[cluster.path, cluster.kind].append(cluster)
    for found in places.values():
        unexplained = sorted((cluster for cluster in found if cluster.cause is None), key=lambda one: one.transition)
        caused = [cluster for cluster in found if cluster.cause is not None]
        if len({cluster.cause for cluster in caused}) > 1:
            caused = []
        if not caused and not unexplained:
            continue
        by_chance = _total(caused) < _total(unexplained)
        leader, *others = (*unexplained, *caused) if by_chance else (*caused, *unexplained)
        yield from ((other, leader) for other in others if by_chance or other.cause is None)


def _total(clusters: Sequence[Cluster]) -> int:
    return sum(cluster.count for cluster in clusters)


def _renamed(clusters: Sequence[Cluster], sightings: Sightings, _: AbstractSet[Field]) -> _Found:
    """A field that is missing, and another one that always comes with its value."""
    for group in _always_together(clusters, sightings):
        added = [cluster for cluster in group if cluster.kind == Kind.ADDED]
        for missing in group:
            if missing.kind == Kind.MISSING:
                named = [other for other in added if _has_value_of(other, missing)]
                if len(named) == 1:
                    yield named[0], missing
                    added.remove(named[0])


def _has_value_of(added: Cluster, missing: Cluster) -> bool:
    """Whether each request that is an example of both shows the same value, and one that is rare."""
    ours = {example.comparison_id: example.legacy for example in missing.examples}
    theirs = {example.comparison_id: example.candidate for example in added.examples}
    both = ours.keys() & theirs.keys()
    return all(ours[at] == theirs[at] for at in both) and any(is_telling(ours[at]) for at in both)


def _neighbour(clusters: Sequence[Cluster], sightings: Sightings, _: AbstractSet[Field]) -> _Found:
    """Fields of one object that are missing, or added, in the very same requests."""
    for group in _always_together(clusters, sightings):
        objects: dict[tuple[str, str], Cluster] = {}
        for cluster in group:
            first = objects.setdefault((_object(cluster.path), cluster.kind), cluster)
            if first is not cluster:
                yield cluster, first


def _object(path: str) -> str:
    """The path of what holds a field."""
    separator = "/" if path.startswith("body/") else "."
    return path.rpartition(separator)[0]


def _always_together(clusters: Sequence[Cluster], sightings: Sightings) -> Iterator[list[Cluster]]:
    """Missing and added fields of bodies and messages without a certain cause, by the requests in which they are."""
    groups: defaultdict[int, list[Cluster]] = defaultdict(list)
    for cluster in sorted(clusters, key=lambda one: (one.path, one.kind)):
        if cluster.kind in {Kind.MISSING, Kind.ADDED} and cluster.cause is None and _is_in_object(cluster):
            groups[sightings.key(cluster)].append(cluster)
    return (group for group in groups.values() if len(group) > 1)


def _is_in_object(cluster: Cluster) -> bool:
    return bool(_object(cluster.path)) and not is_field(cluster) and not is_of_status(cluster)


def _edit(clusters: Sequence[Cluster], _: Sightings, __: AbstractSet[Field]) -> _Found:
    """Elements of one list, such as lines of a text, in which all examples show the same edit."""
    lists: defaultdict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        whole = without_indexes(cluster.path)
        if whole != cluster.path and cluster.cause is None:
            lists[whole, cluster.kind].append(cluster)
    for elements in lists.values():
        firsts: dict[Pair, Cluster] = {}
        for cluster in sorted(elements, key=lambda one: one.path) if len(elements) > 1 else ():
            shown = one_edit(cluster)
            if shown is not None and (first := firsts.setdefault(shown, cluster)) is not cluster:
                yield cluster, first


_RULES: dict[Link, Callable[[Sequence[Cluster], Sightings, AbstractSet[Field]], _Found]] = {
    Link.STATUS: _status,
    Link.PLACE: _place,
    Link.RENAMED: _renamed,
    Link.EDIT: _edit,
    Link.NEIGHBOUR: _neighbour,
}
