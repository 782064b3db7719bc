"""The answers to one request as the compare process gathers them: which sides are asked, and which again."""

from collections.abc import Iterable
from dataclasses import dataclass

from world import Asked, Tokens, differing

from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.share import share
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="GET /things/{id}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
SECONDS = 0.05
"""From one request to the next."""
STARTED = 1_790_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All answers to one request; None where a side was not asked. ``later`` is the secondary's third."""

    number: int
    request_id: str
    legacy: Tokens
    candidate: Tokens
    secondary: Tokens | None
    candidate_again: Tokens | None = None
    secondary_again: Tokens | None = None
    later: Tokens | None = None

    @property
    def at(self) -> float:
        """When it was asked, in seconds since the epoch."""
        return STARTED + self.number * SECONDS


def template(place: int) -> str:
    """The path template of a place."""
    return f"body/f{place:02}"


def places(tokens: Iterable[int]) -> frozenset[tuple[str, str]]:
    """As the judge names them."""
    return frozenset((template(place), "value") for place in tokens)


def look(asked: Asked, number: int, request_id: str, secondary_pct: float, rechecks: Rechecks) -> Looks:
    """Asks the sides, and again where one differs from legacy and the bounds allow it."""
    legacy, candidate = asked.legacy(), asked.candidate()
    secondary = asked.secondary() if share(request_id, "secondary") < secondary_pct else None
    found = Looks(number=number, request_id=request_id, legacy=legacy, candidate=candidate, secondary=secondary)
    rechecks.earn()
    unequal = differing(legacy, candidate) | (set() if secondary is None else differing(legacy, secondary))
    is_sampled = secondary is not None
    if not unequal or secondary_pct <= 0:
        return found
    if not rechecks.take(ROUTE, places(unequal), request_id, is_sampled=is_sampled):
        return found
    candidate_again, secondary_again = asked.candidate(), asked.secondary()
    needs_third = secondary is None and bool(differing(legacy, secondary_again))
    return Looks(
        number=number,
        request_id=request_id,
        legacy=legacy,
        candidate=candidate,
        secondary=secondary,
        candidate_again=candidate_again,
        secondary_again=secondary_again,
        later=asked.secondary() if needs_third else None,
    )
