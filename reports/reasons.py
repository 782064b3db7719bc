"""Why a claim has its verdict, in words. Pure."""

from typing import assert_never

from crossfade.reports.figures import count, share
from crossfade.shadow.evidence.claims import Claim, GateSettings, Ground
from crossfade.shadow.evidence.view import RouteView

NOTHING_CLAIMED = "nothing is claimed: list routes under [gate] routes"


def claim_reason(claim: Claim, view: RouteView, gate: GateSettings) -> str:  # noqa: PLR0911 - one for each ground
    """What the verdict rests on, with its figures; "" where the claim is proven."""
    match claim.ground:
        case Ground.PROVEN:
            return ""
        case Ground.REFUTED:
            return "diverges in more requests than the budget"
        case Ground.CONTRADICTORY:
            return f"more outcomes than requests entered ({-view.in_flight}): the counts can't be trusted"
        case Ground.NOTHING_COMPARED:
            return "no request was compared"
        case Ground.TOO_FEW_COMPARED:
            under_way = f" ({count(view.in_flight)} are still in flight)" if view.in_flight else ""
            compared = f"{share(view.compared_pct)} of eligible requests compared{under_way}"
            return f"{compared}, at least {gate.min_compared_pct:g} % are needed"
        case Ground.TOO_FEW_DISTINCT:
            figures = f"with {view.divergent} divergent, {count(claim.needed)} distinct are needed"
            return f"the bound is not below the budget; {figures}"
        case Ground.NOT_CLAIMED:
            return _not_claimed(view)
    assert_never(claim.ground)


def _not_claimed(view: RouteView) -> str:
    if not view.compared and view.reasons:
        reason, times = max(view.reasons.items(), key=lambda item: (item[1], item[0]))
        return f"not claimed: not listed in gate.routes, and never compared ({reason} {times})"
    return "not claimed: not listed in gate.routes"
