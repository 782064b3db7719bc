"""What is counted of the places of one route: pairs of answers, units with differences, checks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import TypedDict

from crossfade.shadow.evidence.changes import storable
from crossfade.shadow.evidence.records import CheckCount, Place, PlaceCount, Sort, Units, Way, WayCount
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Kind, Signature
from crossfade.shadow.exchange.observations import Check, Checked, Judged, Sighting

_MORE = MORE.template, MORE.kind
_FIRST_LOOKS, _BETS = 0, 1
"""What is counted of a way, as in ``WayCount``."""
_NOISY_FROM = 3
"""So many units must show legacy differing from itself before a place is called noise."""


# What was counted of a unit of the claim, each bit only once: requests for the same thing are no new trial.
_COMPARED = 1
_PAIRED = 2  # the secondary answered at the first look, and was not asked because of a difference
_ASKED = 4  # there was a second look
_BET = 8  # either of them
_CHECKED = 16


@dataclass(slots=True, kw_only=True)
class Counts:
    """The numbers of a ``PlaceCount``, while they grow."""

    both: int = 0
    candidate_only: int = 0
    secondary_only: int = 0
    bets_candidate: int = 0
    bets_secondary: int = 0
    self_differs: int = 0
    once: int = 0
    drift: int = 0
    differing: int = 0
    rechecked: int = 0

    def frozen(self) -> PlaceCount:
        """As they are now."""
        return PlaceCount(**{item.name: getattr(self, item.name) for item in fields(self)})


@dataclass(slots=True, kw_only=True)
class GrowingUnits:
    """``Units``, while they grow."""

    hashes: set[int] = field(default_factory=set)
    more: int = 0
    first: int = 0


class PlaceChanges(TypedDict):
    """What changed since the last commit, as totals."""

    places: dict[Place, PlaceCount]
    ways: dict[Way, WayCount]
    units: dict[tuple[Way, Sort], Units]
    checks: dict[tuple[Place, Check], CheckCount]


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
        return (counts.self_differs if counts.self_differs or counts.drift else counts.once) >= _NOISY_FROM

    def count(self, observation: Judged, signature: Signature) -> None:
        """Counts a judged request, whose fingerprints have names and transitions that are told.

        ``signature`` holds what is counted of its own.
        """
        new = self._new(observation)
        if signature or observation.sightings or observation.noise or observation.excused or observation.drift:
            self._count_places(observation, _ways(signature), new)
        if new is not None and new & _CHECKED:
            self._check(observation.checks)

    def _count_places(self, observation: Judged, places: dict[Place, set[Way]], new: int | None) -> None:
        """``places``: the ways of what is counted of the request's own."""
        for place in sorted(places):
            self._at(place)
        ways = _ways((*observation.signature, *observation.excused, *observation.drift))
        alone = {place: min(found) for place, found in ways.items() if len(found) == 1}
        looks = {}
        for place, look in sorted(_looks(observation).items(), key=lambda item: item[0]):
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
        if new is not None and not _is_drift_alone(observation):
            self._keep_unit(observation.request_hash, places, looks, is_first=bool(new & _COMPARED))

    def _keep_unit(
        self, unit: int, places: dict[Place, set[Way]], looks: dict[Place, "_Look"], *, is_first: bool
    ) -> None:
        for place in sorted(places | looks.keys()):
            sort = _sort(place, looks.get(place), is_found=place in places)
            if sort is not None:
                for way in sorted(places.get(place, {(*place, "")})):
                    self._keep(way, sort, unit, is_first=is_first)

    def _at(self, place: Place) -> Counts:
        self.changed.add(place)
        return self.counts.setdefault(place, Counts())

    def _new(self, observation: Judged) -> int | None:
        """The bits of the trials of its unit that a request is the first of; None for a unit past the bound."""
        before = self.known.get(observation.request_hash, 0)
        if not before and len(self.known) >= self.max_units:
            return None
        now = before
        if not _is_drift_alone(observation):
            now |= _COMPARED
        if observation.chosen:
            now |= _BET if _takes_a_side(observation) else 0
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

    def _bet(self, looks: dict[Place, "_Look"], alone: dict[Place, Way], *, is_first: bool) -> None:
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

    def _see(self, place: Place, look: "_Look", new: int | None, alone: Way | None, *, is_chosen: bool) -> None:
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
        if new & _ASKED and (item.secondary or item.secondary_again):
            counts.drift += item.drift
            counts.self_differs += not item.drift
        elif is_first and item.secondary:
            counts.once += 1

    def _keep(self, way: Way, sort: Sort, unit: int, *, is_first: bool) -> None:
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
            "ways": {way: _way_count(*self.ways[way]) for way in self.changed_ways},
            "units": {key: _frozen(self.units[key]) for key in self.changed_units},
            "checks": {key: _check_count(*self.checks[key]) for key in self.changed_checks},
        }

    def committed(self) -> None:
        """Forgets which totals changed."""
        self.changed, self.changed_ways, self.changed_units, self.changed_checks = set(), set(), set(), set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A sighting, and at which looks candidate and secondary each differed from legacy, drift or not."""

    sighting: Sighting
    first: tuple[bool, bool]

    @property
    def second(self) -> tuple[bool, bool]:
        """At a place of drift the candidate is taken to agree with legacy unless it can't, which favours it."""
        return bool(self.sighting.candidate_again), bool(self.sighting.secondary_again)


def _looks(observation: Judged) -> dict[Place, _Look]:
    """What was seen at each place; of a judge that tells no more, what its first look shows."""
    ours = {(item.template, item.kind) for item in (*observation.signature, *observation.excused, *observation.drift)}
    sightings = observation.sightings or _first_look(observation, ours)
    return {
        place: _Look(sighting=item, first=(place in ours or item.candidate, bool(item.secondary)))
        for item in sightings
        for place in [(storable(item.template), item.kind)]
    }


def _first_look(observation: Judged, ours: set[Place]) -> Iterator[Sighting]:
    theirs = {(storable(item.template), item.kind) for item in observation.noise or ()}
    for template, kind in ours | theirs:
        secondary = None if observation.noise is None else (template, kind) in theirs
        yield Sighting(template=template, kind=kind, candidate=(template, kind) in ours, secondary=secondary)


def _takes_a_side(observation: Judged) -> bool:
    """Whether a secondary that was chosen gave an answer that can be held against legacy's, or the candidate's."""
    return observation.noise is not None or any(item.with_candidate is not None for item in observation.sightings)


def _is_drift_alone(observation: Judged) -> bool:
    """Whether it is no evidence: the candidate agrees with the secondary, which is steady and differs from legacy."""
    return bool(observation.drift) and not observation.signature


def _sort(place: Place, look: _Look | None, *, is_found: bool) -> Sort | None:
    """What a place is counted as in one request; None where nothing speaks of the candidate."""
    if place == _MORE:
        return Sort.UNCHECKED
    if is_found and place[1] == Kind.FAILED:
        return Sort.PERSISTENT
    if look is None:
        return Sort.UNCHECKED if is_found else None
    item = look.sighting
    if not is_found:
        return _control(look)
    if item.candidate_again is None or (item.candidate_again and item.secondary_again is None):
        return Sort.UNCHECKED
    return Sort.PERSISTENT if item.candidate_again else Sort.TRANSIENT


def _control(look: _Look) -> Sort | None:
    """Whether it is a persistent difference with the sides exchanged: the secondary's, at the second look."""
    item = look.sighting
    if not (look.first[0] and item.secondary_again) or item.secondary:
        return None
    if item.drift:
        return Sort.EITHER
    return Sort.CONTROL if item.candidate_again is False else None


def _ways(fingerprints: Iterable[Fingerprint]) -> dict[Place, set[Way]]:
    """The ways in which a candidate differs at each place, whatever their causes."""
    found: dict[Place, set[Way]] = {}
    for item in fingerprints:
        found.setdefault((item.template, item.kind), set()).add((item.template, item.kind, item.transition))
    return found


def _way_count(candidate_only: int, bets_candidate: int) -> WayCount:
    return WayCount(candidate_only=candidate_only, bets_candidate=bets_candidate)


def _frozen(units: GrowingUnits) -> Units:
    return Units(hashes=frozenset(units.hashes), more=units.more, first=units.first)


def _check_count(n: int, candidate: int, control: int) -> CheckCount:
    return CheckCount(n=n, candidate=candidate, control=control)
