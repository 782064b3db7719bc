"""What is counted of the places of one route: pairs of answers, units with differences, checks."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from crossfade.shadow.evidence.asked_once import NOISE_FROM, is_on_both_sides
from crossfade.shadow.evidence.changes import storable
from crossfade.shadow.evidence.place_counts import Counts, GrowingUnits, PlaceChanges, check_count, way_count
from crossfade.shadow.evidence.records import Place, Sort, Way
from crossfade.shadow.evidence.shown_places import (
    PlaceLook,
    is_drift_alone,
    looks_of,
    sort_of,
    takes_a_side,
    ways_of,
)
from crossfade.shadow.exchange.difference import Kind, Signature
from crossfade.shadow.exchange.observations import Check, Checked, Judged, Sighting

_FIRST_LOOKS, _BETS = 0, 1
"""What is counted of a way, as in ``WayCount``."""


# What was counted of a unit of the claim, each bit only once: requests for the same thing are no new trial.
_COMPARED = 1
_PAIRED = 2  # the secondary answered at the first look, and was not asked because of a difference
_ASKED = 4  # there was a second look
_BET = 8  # either of them
_CHECKED = 16


@dataclass(slots=True, kw_only=True)
class Places:
    """The places of one route. Past ``max_places`` there is MORE alone, past ``max_units`` no unit is new."""

    max_places: int
    max_units: int
    at_place: int
    at_places: int
    distinct: int = 0
    paired: int = 0
    any_candidate: int = 0
    any_secondary: int = 0
    counts: dict[Place, Counts] = field(default_factory=dict)
    ways: dict[Way, list[int]] = field(default_factory=dict)
    units: dict[tuple[Way, Sort], GrowingUnits] = field(default_factory=dict)
    checks: dict[tuple[Place, Check], list[int]] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    kept: int = 0
    changed: set[Place] = field(default_factory=set)
    changed_ways: set[Way] = field(default_factory=set)
    changed_units: set[tuple[Way, Sort]] = field(default_factory=set)
    changed_checks: set[tuple[Place, Check]] = field(default_factory=set)

    def has_room(self, place: Place) -> bool:
        """Whether a place is counted, or would be."""
        return place in self.counts or len(self.counts) < self.max_places

    def without_room(self, places: Iterable[Place]) -> frozenset[Place]:
        """Those of the places of one signature that can't be counted."""
        new = [place for place in dict.fromkeys(places) if place not in self.counts]
        return frozenset(new[max(0, self.max_places - len(self.counts)) :])

    def has_differed(self, place: Place) -> bool:
        """Whether legacy was ever seen to differ from itself there."""
        return place in self.counts and self.counts[place].self_differs > 0

    def is_noisy(self, place: Place) -> bool:
        """Whether legacy differed from itself there in more than an odd case."""
        counts = self.counts.get(place)
        if counts is None:
            return False
        return (counts.self_differs if counts.self_differs or counts.drift else counts.once) >= NOISE_FROM

    def count(self, observation: Judged, signature: Signature) -> None:
        """Counts a judged request, whose fingerprints have names and transitions that are told.

        ``signature`` holds what is counted of its own.
        """
        new = self._new(observation)
        if signature or observation.sightings or observation.noise or observation.excused or observation.drift:
            self._count_places(observation, ways_of(signature), new)
        if new is not None and new & _CHECKED:
            self._check(observation.checks)

    def _count_places(self, observation: Judged, places: dict[Place, set[Way]], new: int | None) -> None:
        """``places``: the ways of what is counted of the request's own."""
        for place in sorted(places):
            self._at(place)
        of_candidate = (*observation.signature, *observation.excused, *observation.drift)
        ways = ways_of(of_candidate) if any(item.transition for item in of_candidate) else {}
        alone = {place: min(found) for place, found in ways.items() if len(found) == 1}
        looks = {}
        for place, look in sorted(looks_of(observation).items(), key=lambda item: item[0]):
            if self.has_room(place):
                self._at(place)
                looks[place] = look
        if new is not None and new & _BET:
            if observation.chosen:
                self._bet_on_sides(observation.sightings, alone)
            else:
                self._bet(looks, alone, is_first=observation.noise is not None)
        for place, look in looks.items():
            self._see(place, look, new, alone.get(place), is_chosen=observation.chosen)
        if new is not None and not is_drift_alone(observation):
            is_first = bool(new & _COMPARED)
            for place in sorted(places | looks.keys()):
                seen, untold = looks.get(place), {(*place, "")}
                sort = sort_of(place, seen, is_found=place in places)
                self._keep(places.get(place, untold), sort, observation.request_hash, is_first=is_first)
                unjudged = self._unjudged(place, seen)
                self._keep(ways.get(place, untold), unjudged, observation.request_hash, is_first=is_first)

    def _at(self, place: Place) -> Counts:
        self.changed.add(place)
        return self.counts.setdefault(place, Counts())

    def _new(self, observation: Judged) -> int | None:
        """The bits of the trials of its unit that a request is the first of; None for a unit past the bound."""
        before = self.known.get(observation.request_hash, 0)
        if not before and len(self.known) >= self.max_units:
            return None
        now = before
        if not is_drift_alone(observation):
            now |= _COMPARED
        if observation.chosen:
            now |= _BET if takes_a_side(observation) else 0
        elif observation.noise is not None:
            now |= _PAIRED | _BET
        if observation.asked_again:
            now |= _ASKED | _BET
        if observation.checks:
            now |= _CHECKED
        new = now & ~before
        if new:
            self.known[observation.request_hash] = now
            self.distinct += new & _COMPARED
            self.paired += new & _PAIRED == _PAIRED
        return new

    def _way(self, alone: Way | None, at: int) -> None:
        """Counts a unit in which the candidate differs at a place in one way alone, if that has a transition."""
        if alone is not None and alone[2]:
            self.ways.setdefault(alone, [0, 0])[at] += 1
            self.changed_ways.add(alone)

    def _bet(self, looks: dict[Place, PlaceLook], alone: dict[Place, Way], *, is_first: bool) -> None:
        """A unit's one bet on which side differs alone: at its first look, or at its second where that was the first.

        Over the whole route it is made where the secondary never differed before, whatever it does now.
        """
        steady_candidate = steady_secondary = False
        for place, look in looks.items():
            ours, theirs = look.first if is_first else look.second
            counts = self._at(place)
            if not (counts.self_differs or counts.once):
                steady_candidate |= ours
                steady_secondary |= theirs
            counts.bets_candidate += ours and not theirs
            counts.bets_secondary += theirs and not ours
            if ours and not theirs:
                self._way(alone.get(place), _BETS)
        self.any_candidate += steady_candidate and not steady_secondary
        self.any_secondary += steady_secondary and not steady_candidate

    def _bet_on_sides(self, sightings: Iterable[Sighting], alone: dict[Place, Way]) -> None:
        """The bet of a secondary that was asked because legacy and candidate differ: on whose side it takes.

        With the sides exchanged, what the candidate lacks is what it has beyond legacy: a control of that place.
        """
        steady_candidate = steady_secondary = False
        for item in sorted(sightings, key=lambda item: (item.template, item.kind)):
            if item.with_candidate is None:
                continue
            kind = Kind(item.kind).exchanged.value if item.with_candidate else item.kind
            place = storable(item.template), kind
            if not self.has_room(place):
                continue
            counts = self._at(place)
            if not (counts.self_differs or counts.once):
                steady_candidate |= not item.with_candidate
                steady_secondary |= item.with_candidate
            counts.bets_candidate += not item.with_candidate
            counts.bets_secondary += item.with_candidate
            if not item.with_candidate:
                self._way(alone.get(place), _BETS)
        self.any_candidate += steady_candidate and not steady_secondary
        self.any_secondary += steady_secondary and not steady_candidate

    def _see(self, place: Place, look: PlaceLook, new: int | None, alone: Way | None, *, is_chosen: bool) -> None:
        counts, item = self._at(place), look.sighting
        ours, theirs = look.first
        counts.differing += ours
        counts.rechecked += ours and item.candidate_again is not None
        if new is None:
            return
        is_first = bool(new & (_BET if is_chosen else _PAIRED))
        if is_first:
            counts.both += ours and theirs
            counts.candidate_only += ours and not theirs
            counts.secondary_only += theirs and not ours
            if ours and not theirs:
                self._way(alone, _FIRST_LOOKS)
        if new & _ASKED and item.unjudged is None and (item.secondary or item.secondary_again):
            counts.drift += item.drift
            counts.self_differs += not item.drift
        elif (is_first and item.secondary) or (new & _ASKED and item.unjudged is not None):
            counts.once += 1

    def _unjudged(self, place: Place, look: PlaceLook | None) -> Sort | None:
        """As what a unit counts that the secondary alone excuses; none once its numbers are known to be noise."""
        if look is None or look.sighting.unjudged is None or not look.first[0]:
            return None
        sort = Sort(look.sighting.unjudged.value)
        sizes = {
            side: len(units.hashes)
            for side in (Sort.ABOVE, Sort.BELOW)
            if (units := self.units.get(((*place, ""), side)))  # numbers have no transition
        }
        return None if sort is not Sort.OTHER and is_on_both_sides(sizes) else sort

    def _keep(self, ways: set[Way], sort: Sort | None, unit: int, *, is_first: bool) -> None:
        if sort is None:
            return
        for way in sorted(ways):
            self._keep_unit(way, sort, unit, is_first=is_first)

    def _keep_unit(self, way: Way, sort: Sort, unit: int, *, is_first: bool) -> None:
        units = self.units.setdefault((way, sort), GrowingUnits())
        if unit in units.hashes:
            return
        if len(units.hashes) < self.at_place and self.kept < self.at_places:
            units.hashes.add(unit)
            self.kept += 1
        else:
            units.more += 1
            units.first += is_first
        self.changed_units.add((way, sort))

    def _check(self, checks: Iterable[Checked]) -> None:
        for item in checks:
            place = storable(item.template), item.kind
            if place in self.counts or self.has_room(place):
                self._at(place)
                counts = self.checks.setdefault((place, item.check), [0, 0, 0])
                counts[0] += 1
                counts[1] += item.candidate and not item.control
                counts[2] += item.control and not item.candidate
                self.changed_checks.add((place, item.check))

    def changes(self) -> PlaceChanges:
        """What changed since ``committed`` was last called."""
        return {
            "places": {place: self.counts[place].frozen() for place in self.changed},
            "ways": {way: way_count(*self.ways[way]) for way in self.changed_ways},
            "units": {key: self.units[key].frozen() for key in self.changed_units},
            "checks": {key: check_count(*self.checks[key]) for key in self.changed_checks},
        }

    def committed(self) -> None:
        """Forgets which totals changed."""
        self.changed, self.changed_ways, self.changed_units, self.changed_checks = set(), set(), set(), set()
