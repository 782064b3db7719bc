"""Counts what each side served, route by route, within a bound on the clients that it remembers."""

from dataclasses import dataclass, field

from crossfade.shadow.exchange.served import Served
from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts
from crossfade.shadow.serving.weights import Choice

MOST_CLIENTS = 20_000
"""Of one route, on both sides together: when they are reached, neither side gets more, so that their share stays."""


@dataclass(slots=True)
class _Side:
    requests: int = 0
    errors: int = 0
    forced: int = 0
    latency: Buckets = field(default_factory=Buckets)
    places: set[float] = field(default_factory=set)

    def counts(self) -> SideCounts:
        return SideCounts(
            requests=self.requests,
            errors=self.errors,
            latency=tuple(self.latency.counts),
            clients=len(self.places),
            forced=self.forced,
        )


@dataclass(slots=True)
class _Route:
    """``candidate_pct`` is the weight under which all ``places`` were assigned."""

    candidate_pct: float
    sides: dict[Served, _Side] = field(default_factory=lambda: {served: _Side() for served in Served})
    fallback: int = 0

    def meet(self, choice: Choice, place: float) -> None:
        """Remembers a client, and only those of the present weight: another weight has other shares."""
        if choice.candidate_pct != self.candidate_pct:
            self.candidate_pct = choice.candidate_pct
            for side in self.sides.values():
                side.places.clear()
        if sum(len(side.places) for side in self.sides.values()) < MOST_CLIENTS:
            self.sides[choice.served].places.add(place)


class ServedTally:
    """What was served since this process began, of routes that have a weight."""

    def __init__(self, epoch: str) -> None:
        """``epoch`` is no other process's."""
        self._epoch = epoch
        self._routes: dict[str, _Route] = {}

    def begun(self, choice: Choice) -> None:
        """A request entered."""
        if not choice.forced and choice.place is not None:
            self._route(choice).meet(choice, choice.place)

    def ended(self, choice: Choice, *, is_error: bool, latency_s: float | None) -> None:
        """A request got its answer, or none; ``latency_s`` is None where it means nothing."""
        side = self._route(choice).sides[choice.served]
        if choice.forced:
            side.forced += 1
            return
        side.requests += 1
        side.errors += is_error
        if latency_s is not None:
            side.latency.observe(latency_s)

    def fell_back(self, choice: Choice) -> int:
        """A request that was the candidate's was answered by legacy; returns how many of its route were so far."""
        route = self._route(choice)
        route.fallback += 1
        return route.fallback

    def counts(self, at: float) -> ServedCounts:
        """The present counts; ``at`` is now, in seconds since the epoch."""
        return ServedCounts(
            epoch=self._epoch,
            at=at,
            routes=tuple(
                ServedRoute(
                    route=name,
                    legacy=route.sides[Served.LEGACY].counts(),
                    candidate=route.sides[Served.CANDIDATE].counts(),
                    expected_pct=route.candidate_pct,
                    fallback=route.fallback,
                )
                for name, route in self._routes.items()
            ),
        )

    def _route(self, choice: Choice) -> _Route:
        """Bounded: only declared routes have a weight."""
        found = self._routes.get(choice.route)
        if found is None:
            found = self._routes[choice.route] = _Route(choice.candidate_pct)
        return found
