"""Verdicts: proven, refuted, or too little evidence, with the reason said."""

from typing import Any

import pytest

from crossfade.reports.claims import GateSettings, judge_claim
from crossfade.shadow.evidence.statistics import finished_bounds, live_bounds
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.outcome import Outcome
from crossfade.shadow.exchange.route import RouteInfo

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


@pytest.mark.parametrize(
    ("view", "verdict", "reason"),
    [
        (_view(299, 0), "pass", ""),
        (_view(298, 0), "inconclusive", "the bound is not below the budget; with 0 divergent, "),
        (_view(772, 3), "inconclusive", "with 3 divergent, "),
        (_view(20_000, 100), "pass", ""),
        (_view(200, 20), "fail", "diverges in more requests than the budget"),
        (_view(0, 0), "inconclusive", "no request was compared"),
        (_view(0, 0, eligible=50, total=50), "inconclusive", "no request was compared"),
        (_view(400, 0, eligible=500), "inconclusive", "80 % of eligible requests compared, at least 95 % are needed"),
        (_view(400, 0, eligible=422), "inconclusive", "94.7 % of eligible requests compared, at least 95 % are needed"),
        (_view(200, 20, eligible=9000), "fail", "diverges in more requests than the budget"),
        (
            _view(400, 0, in_flight=-7),
            "inconclusive",
            "more outcomes than requests entered (7): the counts can't be trusted",
        ),
        (
            _view(200, 20, in_flight=-1),
            "inconclusive",
            "more outcomes than requests entered (1): the counts can't be trusted",
        ),
    ],
)
def test_verdicts(view: RouteView, verdict: str, reason: str) -> None:
    """Each verdict stands on its figures, and what is missing is said."""
    claim = judge_claim(view, GATE, claimed=True, finished=True)
    assert (claim.verdict, reason in claim.reason, bool(reason)) == (verdict, True, bool(claim.reason))


@pytest.mark.parametrize(("finished", "bounds"), [(True, finished_bounds), (False, live_bounds)])
def test_the_needed_number_is_enough(finished: bool, bounds: Any) -> None:
    """With as many distinct requests as it asks for, and no more divergent ones, the claim holds."""
    claim = judge_claim(_view(100, 1), GATE, claimed=True, finished=finished)
    needed = int(claim.reason.split("divergent, ")[1].split(" ")[0].replace(",", ""))
    assert bounds(1, needed, 0.95).upper < 0.01 <= bounds(1, needed - 1, 0.95).upper
    assert judge_claim(_view(needed, 1), GATE, claimed=True, finished=finished).verdict == "pass"


def test_a_live_run_needs_more() -> None:
    """What one look at a finished run proves is not proven at every look of a live one."""
    done, live = (judge_claim(_view(310, 0), GATE, claimed=True, finished=finished) for finished in (True, False))
    assert (done.verdict, done.bounds.method) == ("pass", "Clopper-Pearson")
    assert (live.verdict, live.bounds.method) == ("inconclusive", "anytime-valid")
    assert live.bounds.upper > done.bounds.upper


def test_a_share_just_below_is_not_said_to_be_enough() -> None:
    """94.99 % is not printed as the 95 % that are needed."""
    claim = judge_claim(_view(9499, 0, eligible=10_000), GATE, claimed=True, finished=True)
    assert claim.reason == "94.9 % of eligible requests compared, at least 95 % are needed"


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
    """A route that no glob claims has bounds, no verdict, and a reason."""
    claim = judge_claim(view, GATE, claimed=False, finished=True)
    assert (claim.verdict, claim.reason) == (None, reason)
    assert claim.bounds == finished_bounds(view.divergent, view.distinct, 0.95)


@pytest.mark.parametrize(
    ("glob", "route", "claimed"),
    [
        ("GET *", "GET /a/{id}", True),
        ("GET /a/{key}", "GET /a/{id}", True),
        ("GET /a/{id}", "GET /a/b", False),
        ("internal GET *", "GET /a", True),
        ("public GET *", "GET /a", False),
        ("int* GET *", "GET /a", True),
        ("internal p.S/*", "p.S/Get", True),
        ("get *", "GET /a", False),
        ("p.S/*", "p.S/Get", True),
        ("GET /a[b]", "GET /a[b]", True),
        ("GET /a[b]", "GET /ab", False),
        ("GET /?", "GET /a", True),
    ],
)
def test_globs(glob: str, route: str, claimed: bool) -> None:
    """``*`` and ``?`` are wild, a bracket is itself, case counts; a port may be named, a parameter's name is none."""
    settings = GateSettings(routes=(glob,))
    info = RouteInfo(route=route, protocol="http", call_type="http", stage="shadow", listener="internal")
    assert settings.claims(info) is claimed
    assert settings.unmatched([info]) == (() if claimed else (glob,))
