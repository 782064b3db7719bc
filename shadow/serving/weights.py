"""The weights of routes: what a controller sets on a data plane, and what the plane reads back."""

from dataclasses import dataclass

from msgspec import DecodeError, Struct, ValidationError, json

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage

LEASELESS = frozenset({Stage.RAMPDOWN, Stage.COMPLETE})
"""Stages at which the candidate serves without a controller: legacy may be gone."""
FULL_PCT = 100.0
LONGEST_LEASE_S = 3600.0
"""A lease without an end would be no dead man's switch."""


class HeaderMatch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A header field (gRPC: metadata) with exactly this value, the name in any letter case."""

    name: str
    value: str


class RouteWeight(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one route is served. ``route`` is the key of a declared route, with its port in front where it has one.

    ``candidate_pct`` is the share of clients whose requests the candidate answers, ``mirror_pct`` the share of requests
    that the other side gets too, as far as the mirror's rules allow. Requests that match one of ``headers`` are the
    candidate's whatever the weight.
    """

    route: str
    stage: Stage
    candidate_pct: float
    mirror_pct: float = FULL_PCT
    headers: tuple[HeaderMatch, ...] = ()


class Weights(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All routes of one data plane; a route that is missing is legacy's.

    ``generation`` grows with each change, so that an older one is known. ``lease_s`` is how long a plane keeps these
    weights without hearing of its controller; then all routes but those of ``LEASELESS`` stages are legacy's.
    """

    generation: int
    lease_s: float
    routes: tuple[RouteWeight, ...] = ()

    def of(self, route: str) -> RouteWeight:
        """The weight of a route."""
        for weight in self.routes:
            if weight.route == route:
                return weight
        return RouteWeight(route=route, stage=Stage.SHADOW, candidate_pct=0.0)

    def without_lease(self) -> "Weights":
        """What remains when the controller is silent for too long."""
        return Weights(
            generation=self.generation,
            lease_s=self.lease_s,
            routes=tuple(weight for weight in self.routes if weight.stage in LEASELESS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who answers one request.

    ``route`` is the name of its route as its weight has it, "" where it has none. ``mirror_pct`` is None where the
    weights don't limit the mirror. ``forced``: a header decided, so the request counts neither for the observed share
    nor for the comparison of the sides. ``place`` is the client's (``assignment.place_of``), None where it has no key;
    below ``candidate_pct`` it is the candidate's.
    """

    served: Served = Served.LEGACY
    route: str = ""
    mirror_pct: float | None = None
    forced: bool = False
    place: float | None = None
    candidate_pct: float = 0.0


LEGACYS = Choice()
"""No weight, so legacy answers."""


def weights_text(weights: Weights) -> bytes:
    """As JSON, the same bytes for the same weights."""
    return json.encode(weights)


def parse_weights(text: bytes) -> Weights:
    """The weights of a JSON text. Raises: ShadowError: it is none, or a share or the lease is out of bounds."""
    try:
        weights = json.decode(text, type=Weights, strict=False)
    except ValidationError as error:
        raise ShadowError(f"weights: {error}") from None
    except (DecodeError, UnicodeDecodeError) as error:
        raise ShadowError(f"weights: expected JSON, got {error}") from None
    if not 0 <= weights.lease_s <= LONGEST_LEASE_S:
        raise ShadowError(f"weights: lease_s: expected 0 to {LONGEST_LEASE_S:g}, got {weights.lease_s:g}")
    for weight in weights.routes:
        for name, pct in (("candidate_pct", weight.candidate_pct), ("mirror_pct", weight.mirror_pct)):
            if not 0 <= pct <= FULL_PCT:
                raise ShadowError(f"weights: {weight.route}: {name}: expected 0 to 100, got {pct}")
    return weights
