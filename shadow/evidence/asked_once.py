"""Where the secondary was asked once only, and its values may show another state as well as noise. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from crossfade.shadow.evidence.records import Place, PlaceCount, Sort, Units

NOISE_FROM = 3
"""So many units must show that legacy differs from itself: one or two may be a deployment, or a write in between."""
_UNJUDGED = (Sort.OTHER, Sort.ABOVE, Sort.BELOW)
PlaceUnits = Mapping[tuple[Place, Sort], Units]
"""The units of each place, whatever their transitions."""


def is_seen_twice(count: PlaceCount) -> bool:
    """Whether a second look ever told drift from noise; where it did, one look alone is no sign of either."""
    return bool(count.self_differs or count.drift)


def is_unjudged(units: PlaceUnits, place: Place, count: PlaceCount) -> bool:
    """Whether the candidate differs where the secondary does, and nobody can say that this is noise.

    Nobody looked twice, and no check can judge the values; of numbers unless the secondary's are on both sides of
    legacy's, as those of two instances in one state are.
    """
    if is_seen_twice(count):
        return False
    other, above, below = (units.get((place, sort)) for sort in _UNJUDGED)
    if other is not None:
        return True
    return (above is not None or below is not None) and min(_size(above), _size(below)) < NOISE_FROM


def excused_units(units: PlaceUnits, places: Iterable[Place]) -> Iterator[Units]:
    """The units in which the candidate and the secondary differed at one of these places, and no check can judge it."""
    for place in places:
        yield from (units[place, sort] for sort in _UNJUDGED if (place, sort) in units)


def is_on_both_sides(sizes: Mapping[Sort, int]) -> bool:
    """Whether the secondary's numbers were often enough above legacy's, and below them."""
    return min(sizes.get(Sort.ABOVE, 0), sizes.get(Sort.BELOW, 0)) >= NOISE_FROM


def _size(units: Units | None) -> int:
    return 0 if units is None else len(units.hashes) + units.first
