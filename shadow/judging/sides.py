"""Whose side a secondary takes that was asked because legacy and the candidate differ. Pure.

How often it differs from legacy is then no measure of noise: it was not asked where legacy and candidate agree. But
while all three are the same implementation, legacy and candidate might have changed places: whatever made them differ,
the secondary is as likely to agree with the one as with the other.
"""

from dataclasses import dataclass, replace

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.exchange.observations import Sighting
from crossfade.shadow.judging.differ import Key, Look, hides, is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class BothSides:
    """How the secondary's answer differs from legacy's and from the candidate's; None where that can't be said."""

    legacy: Look | None = None
    candidate: Look | None = None


def sided(sightings: tuple[Sighting, ...], sides: BothSides) -> tuple[Sighting, ...]:
    """The sightings, each told which side the secondary takes where legacy and candidate differ."""
    if sides.legacy is None and sides.candidate is None:
        return sightings
    return tuple(_sided(item, sides) if item.candidate else item for item in sightings)


def _sided(item: Sighting, sides: BothSides) -> Sighting:
    key = item.template, item.kind
    legacy, candidate = _agrees(sides.legacy, key), _agrees(sides.candidate, key)
    return item if legacy == candidate else replace(item, with_candidate=candidate)


def _agrees(look: Look | None, key: Key) -> bool:
    """Whether there surely is no difference at a place, of any kind: seen from either side by the same rule."""
    if look is None or look.full or (look.other_status and key[0] not in STATUS_PLACES):
        return False
    template = key[0]
    return not any(
        other[0] == template or hides(other, template) or is_below(other[0], template) for other in look.keys
    )
