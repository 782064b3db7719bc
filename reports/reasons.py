"""Why a claim has its verdict, in words. Pure."""

from collections.abc import Callable, Iterable, Mapping

from crossfade.reports.figures import at_most, count, share
from crossfade.reports.place_names import place_name, some_of
from crossfade.reports.units import of_units, short_units
from crossfade.shadow.evidence.claims import UNEXPLAINED, Claim, Ground
from crossfade.shadow.evidence.conclusions import PlaceView, Status
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.view import RouteView

NOTHING_CLAIMED = "nothing is claimed: list routes under [gate] routes"
_PLACES = 3  # that a reason names
_ASKED_ONCE = (
    "where the secondary, asked once, differs too, by noise or by another state: make its store equal to legacy's; for"
    " reads raise mirror.recheck_pct; where it is noise, name it under compare.ignore"
)
_MORE_PAIRS = "; more pairs with the secondary are needed"


def claim_reason(claim: Claim, view: RouteView, gate: GateSettings) -> str:
    """What the verdict rests on, with its figures; "" where the claim is proven."""
    return _WORDS[claim.ground](claim, view, gate)


def _proven(_: Claim, __: RouteView, ___: GateSettings) -> str:
    return ""


def _refuted(claim: Claim, view: RouteView, gate: GateSettings) -> str:
    """By k, or at places where legacy differs from itself too and the candidate differs far more often."""
    if claim.bounds.lower <= gate.budget and not claim.places and claim.transient.lower > gate.transient_budget:
        return f"differs at the first look only, in more {view.unit}s than the transient budget"
    if claim.bounds.lower > gate.budget or not claim.places:
        return f"diverges in more {view.unit}s than the budget"
    return f"differs more often than legacy itself, by more than the budget, at {_names(claim.places)}"


def _suspicious(claim: Claim, view: RouteView, _: GateSettings) -> str:
    is_drift = any(place.status is Status.OPEN for place in claim.places)
    how = "suspicious although the stores have parted" if is_drift else "suspicious although noisy"
    return f"{how}, in more {view.unit}s than the budget, at {_names(claim.places)}"


def _check_flagged(claim: Claim, _: RouteView, __: GateSettings) -> str:
    return f"suspicious although noisy, not known to be above the budget, at {_names(claim.places)}"


def _contradictory(_: Claim, view: RouteView, __: GateSettings) -> str:
    return f"more outcomes than requests entered ({-view.in_flight}): the counts can't be trusted"


def _other_unit(_: Claim, view: RouteView, gate: GateSettings) -> str:
    other = f"the run counted {view.unit}s, and the claim is about {gate.unit}s"
    return f"{other}: start a new run with this [gate] unit"


def _nothing_compared(_: Claim, __: RouteView, ___: GateSettings) -> str:
    return "no request was compared"


def _unclean(claim: Claim, _: RouteView, __: GateSettings) -> str:
    at = _names(claim.places)
    return f"legacy does not answer alike when it is played twice, at {at}: reset its data, or ignore what is noise"


def _too_few_compared(_: Claim, view: RouteView, gate: GateSettings) -> str:
    under_way = f" ({count(view.in_flight)} are still in flight)" if view.in_flight else ""
    compared = f"{share(view.compared_pct)} of eligible requests compared{under_way}"
    return f"{compared}, at least {gate.min_compared_pct:g} % are needed"


def _not_surfaced(_: Claim, view: RouteView, gate: GateSettings) -> str:
    found = f"{count(view.surfaced.surfaced)} of {count(view.surfaced.injected)} injected faults surfaced"
    return f"{found}, at least {gate.min_surfaced_pct:g} % are needed: a rule hides too much"


def _undecided(claim: Claim, view: RouteView, _: GateSettings) -> str:
    once = [place for place in claim.places if place.asked_once]
    if once:
        return f"{of_units(view.undecided, view.unit)} undecided at {_names(once)}, {_ASKED_ONCE}"
    at = f"{of_units(view.undecided, view.unit)} undecided at {_names(claim.places)}"
    return f"{at}; {_needed(claim, view)}{_more_pairs(claim.places)}"


def _too_few_distinct(claim: Claim, view: RouteView, gate: GateSettings) -> str:
    fix = ", or a fix" if view.divergent > gate.budget * claim.n else ""
    return f"the bound is not below the budget; {_needed(claim, view)}{fix}"


def _unexplained(_: Claim, view: RouteView, __: GateSettings) -> str:
    found = [f"{reason.value} {count(view.left_out[reason])}" for reason in UNEXPLAINED if view.left_out.get(reason)]
    return f"the candidate may be wrong in more requests than the budget: {', '.join(found)}"


def _transient(claim: Claim, view: RouteView, gate: GateSettings) -> str:
    bound = at_most(claim.transient.upper, gate.transient_budget)
    seen = f"{of_units(view.transient, view.unit)} differed at the first look only, at most {bound}"
    needed = f"{count(claim.needed)} {short_units(claim.needed, view.unit)} are needed"
    return f"{seen}: not below the transient budget of {100 * gate.transient_budget:g} %; {needed}"


def _too_few_pairs(claim: Claim, _: RouteView, __: GateSettings) -> str:
    at = f"noisy {_names(claim.places)}" if claim.places else "the noisy places together"
    return f"a fault may hide at {at}{_more_pairs(claim.places) or _MORE_PAIRS}"


def _not_claimed(_: Claim, view: RouteView, __: GateSettings) -> str:
    if not view.compared and view.reasons:
        reason, times = max(view.reasons.items(), key=lambda item: (item[1], item[0]))
        return f"not claimed: not listed in gate.routes, and never compared ({reason} {times})"
    return "not claimed: not listed in gate.routes"


_WORDS: Mapping[Ground, Callable[[Claim, RouteView, GateSettings], str]] = {
    Ground.PROVEN: _proven,
    Ground.REFUTED: _refuted,
    Ground.SUSPICIOUS: _suspicious,
    Ground.CONTRADICTORY: _contradictory,
    Ground.OTHER_UNIT: _other_unit,
    Ground.NOTHING_COMPARED: _nothing_compared,
    Ground.UNCLEAN: _unclean,
    Ground.TOO_FEW_COMPARED: _too_few_compared,
    Ground.NOT_SURFACED: _not_surfaced,
    Ground.CHECK_FLAGGED: _check_flagged,
    Ground.UNDECIDED: _undecided,
    Ground.TOO_FEW_DISTINCT: _too_few_distinct,
    Ground.UNEXPLAINED: _unexplained,
    Ground.TRANSIENT: _transient,
    Ground.TOO_FEW_PAIRS: _too_few_pairs,
    Ground.NOT_CLAIMED: _not_claimed,
}


def _needed(claim: Claim, view: RouteView) -> str:
    undecided = f" and {count(view.undecided)} undecided" if view.undecided else ""
    needed = f"{count(claim.needed)} {short_units(claim.needed, view.unit)} are needed"
    return f"with {view.divergent} divergent{undecided}, {needed}"


def _names(places: Iterable[PlaceView]) -> str:
    return some_of([place_name(place.template, place.kind) for place in places], _PLACES)


def _more_pairs(places: Iterable[PlaceView]) -> str:
    """How many more requests with an answer of the secondary it takes, where that is known."""
    more = max((place.more_pairs for place in places if place.more_pairs is not None), default=0)
    return f"; about {count(more)} more pairs with the secondary are needed" if more else ""
