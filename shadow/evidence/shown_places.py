"""What one judged request shows at each place: looks, ways, and what a unit is counted as. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossfade.shadow.evidence.changes import storable
from crossfade.shadow.evidence.records import Place, Sort, Way
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Kind
from crossfade.shadow.exchange.observations import Judged, Sighting

_MORE = MORE.template, MORE.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLook:
    """A sighting, and at which looks candidate and secondary each differed from legacy, drift or not."""

    sighting: Sighting
    first: tuple[bool, bool]

    @property
    def second(self) -> tuple[bool, bool]:
        """At a place of drift the candidate is taken to agree with legacy unless it can't, which favours it."""
        return bool(self.sighting.candidate_again), bool(self.sighting.secondary_again)


def looks_of(observation: Judged) -> dict[Place, PlaceLook]:
    """What was seen at each place; of a judge that tells no more, what its first look shows."""
    ours = {(item.template, item.kind) for item in (*observation.signature, *observation.excused, *observation.drift)}
    sightings = observation.sightings or _first_look(observation, ours)
    return {
        place: PlaceLook(sighting=item, first=(place in ours or item.candidate, bool(item.secondary)))
        for item in sightings
        for place in [(storable(item.template), item.kind)]
    }


def _first_look(observation: Judged, ours: set[Place]) -> Iterator[Sighting]:
    theirs = {(storable(item.template), item.kind) for item in observation.noise or ()}
    for template, kind in ours | theirs:
        secondary = None if observation.noise is None else (template, kind) in theirs
        yield Sighting(template=template, kind=kind, candidate=(template, kind) in ours, secondary=secondary)


def takes_a_side(observation: Judged) -> bool:
    """Whether a secondary that was chosen gave an answer that can be held against legacy's, or the candidate's."""
    return observation.noise is not None or any(item.with_candidate is not None for item in observation.sightings)


def is_drift_alone(observation: Judged) -> bool:
    """Whether it is no evidence: the candidate agrees with the secondary, which is steady and differs from legacy."""
    return bool(observation.drift) and not observation.signature


def sort_of(place: Place, look: PlaceLook | None, *, is_found: bool) -> Sort | None:
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


def _control(look: PlaceLook) -> Sort | None:
    """Whether it is a persistent difference with the sides exchanged: the secondary's, at the second look."""
    item = look.sighting
    if not (look.first[0] and item.secondary_again) or item.secondary:
        return None
    if item.drift:
        return Sort.EITHER
    return Sort.CONTROL if item.candidate_again is False else None


def ways_of(fingerprints: Iterable[Fingerprint]) -> dict[Place, set[Way]]:
    """The ways in which a candidate differs at each place, whatever their causes."""
    found: dict[Place, set[Way]] = {}
    for item in fingerprints:
        found.setdefault((item.template, item.kind), set()).add((item.template, item.kind, item.transition))
    return found
