"""What is left of a route's evidence when accepted differences are set aside: places are judged by that. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from crossfade.shadow.evidence.conclusions import NOISY
from crossfade.shadow.evidence.records import Place, PlaceCount, RouteEvidence, Sort, Units, Way
from crossfade.shadow.evidence.transitions import grouped, one_of
from crossfade.shadow.exchange.difference import Fingerprint, Kind

Accepts = Callable[[Fingerprint], bool]
_CONTROLS = frozenset({Sort.CONTROL, Sort.EITHER})
"""Sorts that show the secondary's differences; all others show the candidate's."""
_NONE, _NO_UNITS = PlaceCount(), Units()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """The evidence of a route without what is accepted.

    ``accepted`` are the fingerprints that rules accept, ``accepted_places`` the places at which they accept all.
    ``places`` counts no pair in which all differences of the candidate at a place have one accepted transition; noise,
    the secondary's differences and checks are of the place, whatever is accepted there. ``units`` are those with at
    least one difference that is not accepted. ``signed`` are the places that such a one stands at in a signature.
    """

    route: RouteEvidence
    accepted: frozenset[Fingerprint]
    accepted_places: frozenset[Place]
    all_places: tuple[Place, ...]
    signed: frozenset[Place]
    places: dict[Place, PlaceCount]
    units: dict[tuple[Place, Sort], Units]

    def count_at(self, place: Place) -> PlaceCount:
        """What was counted at a place, zeros where nothing was."""
        return self.places.get(place, _NONE)

    def units_at(self, place: Place, sort: Sort) -> Units:
        """The units with a difference of this sort there."""
        return self.units.get((place, sort), _NO_UNITS)

    def self_rate(self, place: Place) -> float:
        """How often legacy's two instances differ at a first look, which nothing chose; drift included."""
        count = self.count_at(place)
        return (count.both + count.secondary_only) / self.route.paired if self.route.paired else 0.0

    def differing_rate(self, place: Place) -> float:
        """In how many requests the candidate differs from legacy: at least as many as those where legacy would."""
        requests = sum(seen.count for seen in self.route.signatures.values())
        return min(1.0, self.count_at(place).differing / requests) if requests else 0.0


def set_aside(route: RouteEvidence, accepts: Accepts) -> Remaining:
    """A route without what ``accepts`` holds for; a candidate that failed and places of noise are never accepted."""

    def is_accepted(item: Fingerprint) -> bool:
        return item.kind != Kind.FAILED and item != NOISY and accepts(item)

    signed = {item for signature in route.signatures for item in signature}
    counted = {_of_way(way) for way, sort in route.units if sort not in _CONTROLS}
    seen = signed | counted | {cluster.fingerprint for cluster in route.clusters}
    accepted = frozenset(item for item in seen if is_accepted(item))
    open_places = {_place(item) for item in seen - accepted}
    # Where the candidate never differed, a rule for every transition accepts what the secondary showed.
    silent = {place for place in route.places.keys() - {_place(item) for item in seen} if not is_accepted(_at(place))}
    all_places = {*route.places, *map(_place, seen)}
    ways = frozenset(_way(item) for item in accepted)
    return Remaining(
        route=route,
        accepted=accepted,
        accepted_places=frozenset(all_places - open_places - silent),
        all_places=tuple(sorted(all_places)),
        signed=frozenset(map(_place, signed - accepted)),
        places=_places(route, ways),
        units=_units(route, ways),
    )


def _places(route: RouteEvidence, accepted: frozenset[Way]) -> dict[Place, PlaceCount]:
    places = dict(route.places)
    for way, count in route.ways.items():
        if way in accepted and way[:2] in places:
            before = places[way[:2]]
            places[way[:2]] = replace(
                before,
                candidate_only=before.candidate_only - count.candidate_only,
                bets_candidate=before.bets_candidate - count.bets_candidate,
            )
    return places


def _units(route: RouteEvidence, accepted: frozenset[Way]) -> dict[tuple[Place, Sort], Units]:
    """By place: what several ways have in common is counted once."""
    left = ((way[:2], sort, units) for (way, sort), units in route.units.items() if _counts(way, sort, accepted))
    return {key: one_of(parts) for key, parts in grouped(((place, sort), units) for place, sort, units in left).items()}


def _counts(way: Way, sort: Sort, accepted: frozenset[Way]) -> bool:
    return way not in accepted or sort in _CONTROLS


def _at(place: Place) -> Fingerprint:
    return Fingerprint(template=place[0], kind=place[1])


def _of_way(way: Way) -> Fingerprint:
    return Fingerprint(template=way[0], kind=way[1], transition=way[2])


def _place(item: Fingerprint) -> Place:
    return item.template, item.kind


def _way(item: Fingerprint) -> Way:
    return item.template, item.kind, item.transition
