"""What entered and what ended, by route: entered is what the services told, and never less than what ended. Pure."""

from collections import Counter

from crossfade.shadow.evidence.records import RouteInfo


class Ledger:
    """Pairs come as they are made and counts every few seconds, so for a while more may have ended than was told."""

    def __init__(self) -> None:
        self._told: Counter[RouteInfo] = Counter()
        self._ended: Counter[RouteInfo] = Counter()

    def tell(self, route: RouteInfo, count: int) -> None:
        """So many entered, says a service."""
        self._told[route] += count

    def end(self, route: RouteInfo, count: int = 1) -> None:
        """So many have an outcome."""
        self._ended[route] += count

    def entered(self) -> Counter[RouteInfo]:
        """By route."""
        return self._told | self._ended

    def open(self) -> Counter[RouteInfo]:
        """What entered and has no outcome, by route."""
        return self._told - self._ended
