"""Which transitions of a route are told: the first few at each place, and none where they are too many. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.evidence.records import (
    ClusterEvidence,
    Place,
    RouteEvidence,
    SignatureCount,
    Units,
    Way,
    WayCount,
)
from crossfade.shadow.exchange.difference import (
    ANY,
    MAX_TRANSITIONS,
    OTHER,
    Fingerprint,
    Signature,
    beside,
    parted,
    untold,
)

MAX_EXAMPLES = 5
"""Examples that are kept of a cluster."""
K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class ToldTransitions:
    """While a run goes on: those that come first are told, at most 8 of a place, beside at most 8 of statuses.

    ``most`` bounds those on the route.
    """

    most: int
    _told: dict[Place, set[str]] = field(default_factory=dict)
    _statuses: set[str] = field(default_factory=set)
    _ways: set[Way] = field(default_factory=set)

    def signature(self, fingerprints: Iterable[Fingerprint]) -> Signature:
        """The sorted fingerprints, in which transitions that are not told share one."""
        return tuple(sorted({self.fingerprint(item) for item in fingerprints}))

    def fingerprint(self, item: Fingerprint) -> Fingerprint:
        """The fingerprint under which a difference is counted; the same whenever it comes again."""
        if not item.transition or _way(item) in self._ways:
            return item
        own, status = parted(item.transition)
        told: AbstractSet[str] = self._told.get((item.template, item.kind), frozenset())
        own, status = _bounded(own, told), _bounded(status, self._statuses)
        bounded = replace(item, transition=beside(own, status))
        if bounded.transition == OTHER or _way(bounded) in self._ways:
            return bounded
        if len(self._ways) >= self.most:
            return untold(item)
        self._tell(bounded, own, status)
        return bounded

    def _tell(self, item: Fingerprint, own: str, status: str) -> None:
        self._ways.add(_way(item))
        self._statuses.update({status} - {"", OTHER})
        if own not in {"", OTHER}:
            self._told.setdefault((item.template, item.kind), set()).add(own)


def _bounded(text: str, told: AbstractSet[str]) -> str:
    return text if not text or text in told or len(told) < MAX_TRANSITIONS else OTHER


def _way(item: Fingerprint) -> Way:
    return item.template, item.kind, item.transition


def with_closed_sets(route: RouteEvidence) -> RouteEvidence:
    """A route without the transitions of places that had too many: their values are no closed set.

    Such a place is one cluster again, under the id that it has where no transition is told, and one more for each
    status beside which it differs. Statuses are a closed set, however many there are.
    """
    places = open_sets(route)
    if not places:
        return route

    def plain(item: Fingerprint) -> Fingerprint:
        return replace(item, transition=_plain(item.transition)) if (item.template, item.kind) in places else item

    signatures = grouped((tuple(sorted(set(map(plain, key)))), seen) for key, seen in route.signatures.items())
    clusters = grouped((plain(cluster.fingerprint), cluster) for cluster in route.clusters)
    units = grouped(((_plain_way(way, places), sort), units) for (way, sort), units in route.units.items())
    return replace(
        route,
        signatures={key: _sum(found) for key, found in signatures.items()},
        clusters=tuple(_one_cluster(item, found, route) for item, found in sorted(clusters.items())),
        ways=_plain_ways(route, places),
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
    told: defaultdict[Place, set[str]] = defaultdict(set)
    past: set[Place] = set()
    for item in {replace(cluster.fingerprint, cause="") for cluster in route.clusters}:
        place, own = (item.template, item.kind), parted(item.transition)[0]
        if own == OTHER:
            past.add(place)
        elif own:
            told[place].add(own)
    return frozenset(place for place in past if len(told[place]) >= MAX_TRANSITIONS and place[0] not in STATUS_PLACES)


def _plain(transition: str) -> str:
    status = parted(transition)[1]
    return beside(ANY, status) if status else ""


def _plain_way(way: Way, places: frozenset[Place]) -> Way:
    return (*way[:2], _plain(way[2])) if way[:2] in places else way


def _plain_ways(route: RouteEvidence, places: frozenset[Place]) -> dict[Way, WayCount]:
    """Only ways with a transition are counted, so what none is left of is not."""
    found = grouped((_plain_way(way, places), count) for way, count in route.ways.items())
    return {way: _ways_sum(counts) for way, counts in found.items() if way[2]}


def _ways_sum(counts: Sequence[WayCount]) -> WayCount:
    return WayCount(
        candidate_only=sum(count.candidate_only for count in counts),
        bets_candidate=sum(count.bets_candidate for count in counts),
    )


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
