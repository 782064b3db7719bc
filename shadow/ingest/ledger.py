"""What entered and what ended, by route: entered is what the services told, and never less than what ended. Pure.

Each connection has a ledger of its own, so that what ended early on one never stands for what is open on another.
"""

from collections import Counter

from crossfade.shadow.exchange.route import RouteInfo


class Ledger:
    """Pairs come as they are made and counts every few seconds, so for a while more may have ended than was told."""

    def __init__(self) -> None:
        self._told: Counter[RouteInfo] = Counter()
        self._ended: Counter[RouteInfo] = Counter()
        self._waiting: Counter[RouteInfo] = Counter()
        self._successor: Ledger | None = None

    def tell(self, route: RouteInfo, count: int) -> None:
        """A service reports that so many entered."""
        self._told[route] += count

    def wait(self, route: RouteInfo, count: int = 1) -> None:
        """So many are here and will have an outcome, even when their connection is closed."""
        self._waiting[route] += count

    def end(self, route: RouteInfo, count: int = 1) -> None:
        """So many have an outcome."""
        self._ended[route] += count

    def end_waiting(self, route: RouteInfo) -> None:
        """One that waited has an outcome."""
        if self._successor is not None:
            self._successor.end_waiting(route)
            return
        self._waiting[route] -= 1
        self._ended[route] += 1

    def entered(self) -> Counter[RouteInfo]:
        """By route."""
        return self._told | (self._ended + self._waiting)

    def open(self) -> Counter[RouteInfo]:
        """What entered and has no outcome, by route."""
        return self.entered() - self._ended

    def lost(self) -> Counter[RouteInfo]:
        """What is open and does not wait here: it ends only if its service reports that."""
        return self.open() - self._waiting

    def close(self, successor: "Ledger") -> None:
        """Hands all on; what still waits ends in the successor's books."""
        for route, count in self.entered().items():
            successor.tell(route, count)
        for route, count in self._ended.items():
            successor.end(route, count)
        for route, count in self._waiting.items():
            successor.wait(route, count)
        self._successor = successor


class Books:
    """The ledgers of all connections; those that are closed are one."""

    def __init__(self) -> None:
        self._closed = Ledger()
        self._ledgers: set[Ledger] = set()

    def begin(self) -> Ledger:
        """A ledger for a connection."""
        ledger = Ledger()
        self._ledgers.add(ledger)
        return ledger

    def close(self, ledger: Ledger) -> None:
        """Adds a ledger to those that are closed."""
        self._ledgers.discard(ledger)
        ledger.close(self._closed)

    def ledgers(self) -> tuple[Ledger, ...]:
        """Those that are not closed."""
        return tuple(self._ledgers)

    def entered(self) -> Counter[RouteInfo]:
        """By route."""
        return sum((ledger.entered() for ledger in self._ledgers), self._closed.entered())

    def open(self) -> Counter[RouteInfo]:
        """What entered and has no outcome, by route."""
        return sum((ledger.open() for ledger in self._ledgers), self._closed.open())
