"""Why a claim has its verdict, in words. Pure."""

from collections.abc import Iterable
from typing import assert_never

from crossfade.reports.figures import at_most, count, share
from crossfade.reports.place_names import place_name, some_of
from crossfade.reports.units import of_units, short_units
from crossfade.shadow.evidence.claims import Claim, GateSettings, Ground
from crossfade.shadow.evidence.findings import PlaceView
from crossfade.shadow.evidence.view import RouteView

NOTHING_CLAIMED = "nothing is claimed: list routes under [gate] routes"
_PLACES = 3  # that a reason names


def claim_reason(claim: Claim, view: RouteView, gate: GateSettings) -> str:  # noqa: C901, PLR0911, PLR0912 - one for each ground
    """What the verdict rests on, with its figures; "" where the claim is proven."""
    match claim.ground:
        case Ground.PROVEN:
            return ""
        case Ground.REFUTED:
            return f"diverges in more {view.unit}s than the budget"
        case Ground.SUSPICIOUS:
            return f"suspicious although noisy, in more {view.unit}s than the budget, at {_names(claim.places)}"
        case Ground.CHECK_FLAGGED:
            return f"suspicious although noisy, not proven to be below the budget, at {_names(claim.places)}"
        case Ground.CONTRADICTORY:
            return f"more outcomes than requests entered ({-view.in_flight}): the counts can't be trusted"
        case Ground.NOTHING_COMPARED:
            return "no request was compared"
        case Ground.TOO_FEW_COMPARED:
            under_way = f" ({count(view.in_flight)} are still in flight)" if view.in_flight else ""
            compared = f"{share(view.compared_pct)} of eligible requests compared{under_way}"
            return f"{compared}, at least {gate.min_compared_pct:g} % are needed"
        case Ground.OTHER_UNIT:
            other = f"the run counted {view.unit}s, and the claim is about {gate.unit}s"
            return f"{other}: start a new run with this [gate] unit"
        case Ground.NOT_SURFACED:
            found = f"{count(view.surfaced.surfaced)} of {count(view.surfaced.injected)} injected faults surfaced"
            return f"{found}, at least {gate.min_surfaced_pct:g} % are needed: a rule hides too much"
        case Ground.UNDECIDED:
            return (
                f"{of_units(view.undecided, view.unit)} undecided at {_names(claim.places)}{_more_pairs(claim.places)}"
            )
        case Ground.TOO_FEW_DISTINCT:
            return f"the bound is not below the budget; {_needed(claim, view)}"
        case Ground.TRANSIENT:
            bound = at_most(claim.transient.upper, gate.transient_budget)
            seen = f"{of_units(view.transient, view.unit)} differed at the first look only, at most {bound}"
            return f"{seen}: not below the transient budget of {gate.transient_budget * 100:g} %"
        case Ground.TOO_FEW_PAIRS:
            return f"a fault may hide at noisy {_names(claim.places)}{_more_pairs(claim.places)}"
        case Ground.NOT_CLAIMED:
            return _not_claimed(view)
    assert_never(claim.ground)


def _not_claimed(view: RouteView) -> str:
    if not view.compared and view.reasons:
        reason, times = max(view.reasons.items(), key=lambda item: (item[1], item[0]))
        return f"not claimed: not listed in gate.routes, and never compared ({reason} {times})"
    return "not claimed: not listed in gate.routes"


def _needed(claim: Claim, view: RouteView) -> str:
    undecided = f" and {view.undecided} undecided" if view.undecided else ""
    needed = f"{count(claim.needed)} {short_units(claim.needed, view.unit)} are needed"
    return f"with {view.divergent} divergent{undecided}, {needed}"


def _names(places: Iterable[PlaceView]) -> str:
    return some_of([place_name(place.template, place.kind) for place in places], _PLACES)


def _more_pairs(places: Iterable[PlaceView]) -> str:
    """How many more requests with an answer of the secondary it takes, where that is known."""
    more = max((place.more_pairs for place in places if place.more_pairs is not None), default=0)
    return f"; about {count(more)} more pairs with the secondary are needed" if more else ""
