"""In how many units of the claim the candidate, or the secondary, differs at some places. Pure."""

from collections.abc import Iterable

from crossfade.shadow.evidence.asked_once import excused_units
from crossfade.shadow.evidence.records import Place, Sort, Units
from crossfade.shadow.evidence.remaining import Remaining

COUNTED = frozenset({Sort.PERSISTENT, Sort.UNCHECKED})
"""The sorts of differences that count against the candidate."""


def fewest(left: Remaining, places: Iterable[Place], *sorts: Sort) -> int:
    """The units with a difference of some sort at one of these places, at least; by default one that counts."""
    found = [left.units_at(place, sort) for place in places for sort in sorts or COUNTED]
    one = max((len(units.hashes) + units.first for units in found), default=0)
    return max(one, len(union(found)))


def most(left: Remaining, places: Iterable[Place], *sorts: Sort, excused: Iterable[Place] = ()) -> int:
    """The units with a difference of some sort at one of these places, at most; by default one that counts.

    At the places ``excused`` also those that the secondary's only look excuses.
    """
    found = [left.units_at(place, sort) for place in places for sort in sorts or COUNTED]
    found += excused_units(left.units, excused)
    return min(len(union(found)) + sum(units.more for units in found), left.route.distinct)


def union(found: Iterable[Units]) -> frozenset[int]:
    """The units whose hashes were kept, each once."""
    return frozenset().union(*(units.hashes for units in found))
