"""Which transitions of a route are told: the first few at each place, and none where they are too many. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.evidence.records import ClusterEvidence, Place, RouteEvidence, SignatureCount, Units, Way
from crossfade.shadow.exchange.difference import MAX_TRANSITIONS, OTHER, Fingerprint, Signature, untold

MAX_EXAMPLES = 5
"""Examples that are kept of a cluster."""
K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class ToldTransitions:
    """While a run goes on: at most 8 of a place are told and ``most`` on the route, those that come first."""

    most: int
    _told: dict[Place, set[str]] = field(default_factory=dict)
    _count: int = 0

    def signature(self, fingerprints: Iterable[Fingerprint]) -> Signature:
        """The sorted fingerprints, in which transitions that are not told share one."""
        return tuple(sorted({self.fingerprint(item) for item in fingerprints}))

    def fingerprint(self, item: Fingerprint) -> Fingerprint:
        """The fingerprint under which a difference is counted; the same whenever it comes again."""
        if not item.transition:
            return item
        place = item.template, item.kind
        told: AbstractSet[str] = self._told.get(place, frozenset())
        if item.transition in told:
            return item
        if item.transition == OTHER or len(told) >= MAX_TRANSITIONS or self._count >= self.most:
            return untold(item)
        self._told.setdefault(place, set()).add(item.transition)
        self._count += 1
        return item


def with_closed_sets(route: RouteEvidence) -> RouteEvidence:
    """A route without the transitions of places that had too many: their values are no closed set.

    Such a place is one cluster again, under the id that it has where no transition is told. Statuses are a closed set,
    however many there are.
    """
    places = open_sets(route)
    if not places:
        return route

    def plain(item: Fingerprint) -> Fingerprint:
        return replace(item, transition="") if (item.template, item.kind) in places else item

    signatures = grouped((tuple(sorted(set(map(plain, key)))), seen) for key, seen in route.signatures.items())
    clusters = grouped((plain(cluster.fingerprint), cluster) for cluster in route.clusters)
    units = grouped(((_plain_way(way, places), sort), units) for (way, sort), units in route.units.items())
    return replace(
        route,
        signatures={key: _sum(found) for key, found in signatures.items()},
        clusters=tuple(_one_cluster(item, found, route) for item, found in sorted(clusters.items())),
        ways={way: count for way, count in route.ways.items() if way[:2] not in places},
        units={key: one_of(found) for key, found in units.items()},
    )


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The values of each key, in their order."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def one_of(parts: Sequence[Units]) -> Units:
    """The units of several ways together: at least and at most so many as all of them show."""
    if len(parts) == 1:
        return parts[0]
    hashes = frozenset[int]().union(*(units.hashes for units in parts))
    least = max(len(units.hashes) + units.first for units in parts)
    return Units(hashes=hashes, more=sum(units.more for units in parts), first=max(0, least - len(hashes)))


def open_sets(route: RouteEvidence) -> frozenset[Place]:
    """The places, but for statuses, at which more transitions came than are told."""
    told: Counter[Place] = Counter()
    past: set[Place] = set()
    for item in {replace(cluster.fingerprint, cause="") for cluster in route.clusters}:
        place = item.template, item.kind
        if item.transition == OTHER:
            past.add(place)
        elif item.transition:
            told[place] += 1
    return frozenset(place for place in past if told[place] >= MAX_TRANSITIONS and place[0] not in STATUS_PLACES)


def _plain_way(way: Way, places: frozenset[Place]) -> Way:
    return (*way[:2], "") if way[:2] in places else way


def _sum(parts: Sequence[SignatureCount]) -> SignatureCount:
    names = (item.name for item in fields(SignatureCount))
    return SignatureCount(**{name: sum(getattr(part, name) for part in parts) for name in names})


def _one_cluster(item: Fingerprint, parts: Sequence[ClusterEvidence], route: RouteEvidence) -> ClusterEvidence:
    """One request may be in several parts: so its count is at most that of requests that differ at the place."""
    if len(parts) == 1:
        return replace(parts[0], fingerprint=item)
    count = sum(part.count for part in parts)
    place = route.places.get((item.template, item.kind))
    return ClusterEvidence(
        fingerprint=item,
        count=count if place is None or not place.differing else min(count, place.differing),
        first_seen=min(part.first_seen for part in parts),
        last_seen=max(part.last_seen for part in parts),
        examples=tuple(example for part in parts for example in part.examples[:1])[:MAX_EXAMPLES],
    )
