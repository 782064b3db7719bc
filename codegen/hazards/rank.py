"""Which of a handler's hazards stand in its stub, and in which order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from crossfade.codegen.hazards.records import Hazard
from crossfade.codegen.hazards.scan import merge

MAX_SHOWN = 20
MAX_ALIKE = 4  # of one pitfall: twenty times the same advice would hide the others


def shown_of(hazards: Mapping[str, tuple[Hazard, ...]], depths: Mapping[str, int]) -> tuple[Hazard, ...]:
    """At most 20 hazards, those that are worth most first; what is minor is left out.

    ``hazards`` are by unit, and so is ``depths``: how many calls lie between the handler and the unit. What lies
    nearer goes first among equals.
    """
    nearest: dict[tuple[str, str, str], int] = {}
    for unit, found in hazards.items():
        for hazard in found:
            key = (hazard.path, hazard.pitfall_id, hazard.advice)
            nearest[key] = min(depths[unit], nearest.get(key, depths[unit]))

    def order(hazard: Hazard) -> tuple[int, Hazard]:
        return nearest[hazard.path, hazard.pitfall_id, hazard.advice] - hazard.score, hazard

    certain = [hazard for hazard in merge(hazards.values()) if not hazard.is_minor]
    return tuple(_varied(sorted(certain, key=order)))[:MAX_SHOWN]


def _varied(hazards: Iterable[Hazard]) -> Iterator[Hazard]:
    """Without more than a few of one pitfall, and without a second one for which the same is to be written."""
    counts: Counter[str] = Counter()
    shown = set[tuple[str, int, str]]()
    for hazard in hazards:
        place = (hazard.path, hazard.line, hazard.advice.partition(": ")[2])
        if counts[hazard.pitfall_id] < MAX_ALIKE and place not in shown:
            counts[hazard.pitfall_id] += 1
            shown.add(place)
            yield hazard
