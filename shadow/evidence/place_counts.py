"""The numbers of a place while they grow, and what they are at a commit."""

from dataclasses import dataclass, field, fields
from typing import TypedDict

from crossfade.shadow.evidence.records import CheckCount, Place, PlaceCount, Sort, Units, Way, WayCount
from crossfade.shadow.exchange.observations import Check


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

    def frozen(self) -> Units:
        """As they are now."""
        return Units(hashes=frozenset(self.hashes), more=self.more, first=self.first)


class PlaceChanges(TypedDict):
    """What changed since the last commit, as totals."""

    places: dict[Place, PlaceCount]
    ways: dict[Way, WayCount]
    units: dict[tuple[Way, Sort], Units]
    checks: dict[tuple[Place, Check], CheckCount]


def way_count(candidate_only: int, bets_candidate: int) -> WayCount:
    """Of one way, from what grew."""
    return WayCount(candidate_only=candidate_only, bets_candidate=bets_candidate)


def check_count(n: int, candidate: int, control: int) -> CheckCount:
    """Of one check at one place, from what grew."""
    return CheckCount(n=n, candidate=candidate, control=control)
