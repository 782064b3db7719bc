"""What was seen of each route, and what of that was compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossfade.parity_tests.features.records import Direction


@dataclass(frozen=True, slots=True)
class Reach:
    """In how many calls something was seen, and in how many of those it was compared."""

    seen: int = 0
    compared: int = 0

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(self.seen + other.seen, self.compared + other.compared)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCoverage:
    """The classes of values at one place. ``why_not``: why it is not compared, "" where nothing stands against it."""

    direction: Direction
    path: str
    classes: Mapping[str, Reach]
    why_not: str = ""

    @property
    def compared(self) -> bool:
        """Whether the place was compared in any call."""
        return any(reach.compared for reach in self.classes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCoverage:
    """One route: its calls, the statuses of legacy's answers, and the places in requests and answers.

    ``left_out``: places that there was no room for.
    """

    route: str
    calls: Reach
    statuses: Mapping[str, Reach]
    places: tuple[PlaceCoverage, ...]
    left_out: int = 0

    @property
    def classes(self) -> Reach:
        """How many classes at how many places were seen, and how many of those were compared."""
        reaches = [reach for place in self.places for reach in place.classes.values()]
        return Reach(len(reaches), sum(1 for reach in reaches if reach.compared))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All routes that were played, by name."""

    routes: tuple[RouteCoverage, ...]
