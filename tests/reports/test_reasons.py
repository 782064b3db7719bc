"""Verdicts in words: what is missing is said, with its figures."""

from typing import Any

import pytest

from crossfade.reports.reasons import claim_reason
from crossfade.shadow.evidence.claims import GateSettings, judge_claim
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.outcome import Outcome

GATE = GateSettings(routes=("GET *",))


def _view(n: int, k: int, **values: Any) -> RouteView:
    defaults: dict[str, Any] = {
        "outcomes": {Outcome.MATCHED: n - k, Outcome.DIVERGED: k},
        "reasons": {},
        "statuses": {},
        "total": n,
        "in_flight": 0,
        "eligible": n,
        "compared": n,
        "distinct": n,
        "divergent": k,
    }
    return RouteView(**(defaults | values))


def _reason(view: RouteView, *, claimed: bool = True, finished: bool = True) -> str:
    return claim_reason(judge_claim(view, GATE, claimed=claimed, finished=finished), view, GATE)


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (_view(299, 0), ""),
        (_view(20_000, 100), ""),
        (_view(298, 0), "the bound is not below the budget; with 0 divergent, 299 distinct are needed"),
        (_view(772, 3), "the bound is not below the budget; with 3 divergent, 773 distinct are needed"),
        (_view(200, 20), "diverges in more requests than the budget"),
        (_view(0, 0), "no request was compared"),
        (_view(400, 0, eligible=500), "80 % of eligible requests compared, at least 95 % are needed"),
        (_view(400, 0, eligible=422), "94.7 % of eligible requests compared, at least 95 % are needed"),
        (
            _view(400, 0, eligible=500, in_flight=1100),
            "80 % of eligible requests compared (1,100 are still in flight), at least 95 % are needed",
        ),
        (_view(400, 0, in_flight=-7), "more outcomes than requests entered (7): the counts can't be trusted"),
    ],
)
def test_claimed(view: RouteView, reason: str) -> None:
    """Each verdict but a pass says why."""
    assert _reason(view) == reason


def test_needed_at_every_look() -> None:
    """A live run is told the number that its own bounds need."""
    assert _reason(_view(100, 1), finished=False) == (
        "the bound is not below the budget; with 1 divergent, 658 distinct are needed"
    )


def test_a_share_just_below_is_not_said_to_be_enough() -> None:
    """94.99 % is not printed as the 95 % that are needed."""
    view = _view(9499, 0, eligible=10_000)
    assert _reason(view) == "94.9 % of eligible requests compared, at least 95 % are needed"


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (
            _view(0, 0, reasons={"policy": 3, "deadline": 2}),
            "not claimed: not listed in gate.routes, and never compared (policy 3)",
        ),
        (_view(0, 0), "not claimed: not listed in gate.routes"),
        (_view(9, 1, reasons={"policy": 3}), "not claimed: not listed in gate.routes"),
    ],
)
def test_not_claimed(view: RouteView, reason: str) -> None:
    """Where nothing was compared, the reason that most requests have is named."""
    assert _reason(view, claimed=False) == reason
