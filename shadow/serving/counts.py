"""What was served, by route and side: totals since a data plane started, so that a later one replaces an earlier."""

from msgspec import Struct

from crossfade.shadow.exchange.served import Served


class SideCounts(Struct, frozen=True, kw_only=True):
    """Requests of one side on one route that have ended, since the route has a weight.

    ``errors`` are 5xx, the gRPC statuses of a server's fault, and no answer; a client that left before its answer came
    got none, but for streams. ``latency`` counts answers by the bounds of ``operate.buckets.BOUNDS_S``; those of
    streams are not in it, because a stream lasts as long as its client wants. ``clients`` is how many keys were seen
    since the weight of the route last changed, up to a bound on both sides together. ``forced`` are requests that a
    header gave to this side: they are in none of the others.
    """

    requests: int = 0
    errors: int = 0
    latency: tuple[int, ...] = ()
    clients: int = 0
    forced: int = 0


class ServedRoute(Struct, frozen=True, kw_only=True):
    """Both sides of a route, known by the name that its weight has.

    ``expected_pct`` is the mean weight under which the ``clients`` were assigned. ``fallback`` are requests that were
    the candidate's and that legacy answered, because the candidate took no connection: they are in none of the others.
    """

    route: str
    legacy: SideCounts = SideCounts()
    candidate: SideCounts = SideCounts()
    expected_pct: float = 0.0
    fallback: int = 0

    def side(self, served: Served) -> SideCounts:
        """The counts of a side."""
        return self.legacy if served is Served.LEGACY else self.candidate


class ServedCounts(Struct, frozen=True, kw_only=True):
    """Of one process: ``epoch`` changes when it starts again, with all counts at 0. ``at`` is seconds since 1970."""

    epoch: str
    at: float
    routes: tuple[ServedRoute, ...] = ()
