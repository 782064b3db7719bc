"""Who answers a request: decided from its head alone, by the weights that hold now.

Only a request that is a declared route's in every way to read it may be the candidate's; any other is legacy's.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import Method
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config.canary_settings import CanarySettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import header_values
from crossfade.shadow.exchange.route import RouteInfo, qualified
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.shadow_headers import is_copy
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.client_key import client_key
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.routes.naming import RequestNames, exact_name
from crossfade.shadow.routes.patterns import Pattern, shields_of, unnamed
from crossfade.shadow.routes.templates import Templates
from crossfade.shadow.serving.assignment import place_of
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.lease import NONE, Lease
from crossfade.shadow.serving.weights import FULL_PCT, LEASELESS, LEGACYS, Choice, RouteWeight, Weights

_OF_GET = re.compile(r"((?:.* )?)GET (/.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The routes of a service that can have a weight: templates of the config by port, and methods of the contract."""

    service: str
    listeners: tuple[str, ...]
    templates: tuple[str, ...]
    methods: Mapping[str, Method]

    def names(self) -> frozenset[str]:
        """Each route with and without its port, without the names of its parameters."""
        routes = [unnamed(route) for route in (*self.templates, *self.methods)]
        return frozenset((*routes, *(qualified(route, listener) for route in routes for listener in self.listeners)))


class Steering:
    """Chooses for each request; all calls come from one thread.

    ``clock`` gives seconds and never goes back.
    """

    def __init__(
        self,
        settings: CanarySettings,
        *,
        declared: Declared,
        tally: ServedTally,
        kept: Weights = NONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``kept``: see ``Lease``."""
        self._settings = settings
        self._declared = declared
        self._names = declared.names()
        self._templates = Templates(declared.templates)
        heads = filter(None, map(_of_head, declared.templates))
        self._shields = shields_of((*declared.templates, *heads))
        self._tally = tally
        self._clock = clock
        self._lease = Lease(kept)
        self._table_of = NONE
        self._table: dict[str, tuple[str, RouteWeight]] = {}
        self._patterns: dict[str, Pattern] = {}

    # what a controller does

    def weights(self) -> Weights:
        """What clients are served by now."""
        return self._lease.weights(self._clock())

    def set(self, weights: Weights) -> None:
        """From the next request on. Raises: StaleError: the present ones are newer; ShadowError: no such route."""
        seen: set[str] = set()
        for weight in weights.routes:
            name = unnamed(weight.route)
            if name not in self._names:
                raise ShadowError(
                    f"weights: expected a route of [routes] http or a method of the contract, got {weight.route!r}; "
                    "declare it, or leave it out"
                )
            if name in seen:
                raise ShadowError(
                    f"weights: expected one weight for each route, got two for {weight.route!r}; keep one"
                )
            seen.add(name)
        self._lease.set(weights, self._clock())

    def renew(self, generation: int) -> None:
        """Tells that the controller lives. Raises: StaleError: these weights hold no longer, or never did."""
        self._lease.renew(generation, self._clock())

    def lease_remaining_s(self) -> float:
        """How long the weights still hold without the controller; 0 where none is heard of."""
        return self._lease.remaining_s(self._clock())

    def stage(self, route: RouteInfo) -> Stage:
        """How far a route has come: without a weight it is compared, and no more."""
        weights = self.weights()
        wanted = {unnamed(route.key), unnamed(route.route)}
        return next((weight.stage for weight in weights.routes if unnamed(weight.route) in wanted), Stage.SHADOW)

    def served(self) -> ServedCounts:
        """What was served so far."""
        return self._tally.counts(time.time())

    # what a request gets

    def choose(self, head: RequestHead) -> Choice:
        """Who answers a request."""
        weights = self.weights()
        if not weights.routes:
            return LEGACYS
        weight = None if _leaves_http(head) or is_copy(head.headers) else self._weight(weights, head)
        if weight is None:
            return LEGACYS
        key = client_key(self._settings.key, head)
        place = None if key is None else place_of(key, self._declared.service)
        forced = self._forced(head, weight)
        served = forced or _by_weight(place, weight.candidate_pct)
        return Choice(
            served=served,
            route=weight.route,
            mirror_pct=self._mirror_pct(weight, served),
            forced=forced is not None,
            place=place,
            candidate_pct=weight.candidate_pct,
        )

    def _forced(self, head: RequestHead, weight: RouteWeight) -> Served | None:
        """The side that a header field names."""
        tester = self._settings.tester_header
        for value in header_values(head.headers, tester) if tester else ():
            if value in set(Served):
                return Served(value)
        if any(match.value in header_values(head.headers, match.name) for match in weight.headers):
            return Served.CANDIDATE
        return None

    def _mirror_pct(self, weight: RouteWeight, served: Served) -> float:
        if served is Served.LEGACY:
            return weight.mirror_pct
        if weight.stage in LEASELESS:  # legacy may be gone
            return 0.0
        return min(weight.mirror_pct, self._settings.compare_pct)

    def _weight(self, weights: Weights, head: RequestHead) -> RouteWeight | None:
        """The weight of the route that the request is, in every way to read it."""
        if weights is not self._table_of:
            self._table_of, self._table = weights, dict(self._entries(weights.routes))
        name = unnamed(exact_name(self._templates, head.protocol, head.method, head.target))
        steered = self._table.get(qualified(name, head.listener)) or self._table.get(name)
        if steered is None:
            return None
        route, weight = steered
        names = RequestNames(head, head.listener, self._templates, self._declared.methods)
        return weight if names.matches_strictly(self._pattern(route)) else None

    def _pattern(self, route: str) -> Pattern:
        """Made for its first request and kept over changes of weights: all at once would hold every client up."""
        pattern = self._patterns.get(route)
        if pattern is None:
            pattern = self._patterns[route] = Pattern(route, self._shields)
        return pattern

    def _entries(self, routes: Iterable[RouteWeight]) -> Iterable[tuple[str, tuple[str, RouteWeight]]]:
        """By name without parameters' names; what answers GET answers HEAD too (RFC 9110 9.3.2)."""
        for weight in routes:
            for name in map(unnamed, filter(None, (weight.route, _of_head(weight.route)))):
                yield name, (name, weight)


def _of_head(route: str) -> str | None:
    """The name of a route of GET for its requests with HEAD."""
    found = _OF_GET.fullmatch(route)
    return found and f"{found[1]}HEAD {found[2]}"


def _by_weight(place: float | None, candidate_pct: float) -> Served:
    """A client without a key has no place to stay at, so it is legacy's as long as anybody is."""
    is_candidates = candidate_pct >= FULL_PCT if place is None else place < candidate_pct
    return Served.CANDIDATE if is_candidates else Served.LEGACY


def _leaves_http(head: RequestHead) -> bool:
    """Whether it may become another protocol, which a move to the other side would cut off."""
    return head.method == "CONNECT" or any(name.lower() == "upgrade" for name, _ in head.headers)
