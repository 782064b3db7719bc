"""Verdicts: proven, refuted, or too little evidence, and what each rests on."""

from typing import Any

import pytest

from crossfade.shadow.evidence.claims import GateSettings, Ground, judge_claim
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
    ("view", "verdict", "ground"),
    [
        (_view(299, 0), "pass", Ground.PROVEN),
        (_view(298, 0), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(772, 3), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(20_000, 100), "pass", Ground.PROVEN),
        (_view(200, 20), "fail", Ground.REFUTED),
        (_view(0, 0), "inconclusive", Ground.NOTHING_COMPARED),
        (_view(0, 0, eligible=50, total=50), "inconclusive", Ground.NOTHING_COMPARED),
        (_view(400, 0, eligible=500), "inconclusive", Ground.TOO_FEW_COMPARED),
        (_view(9499, 0, eligible=10_000), "inconclusive", Ground.TOO_FEW_COMPARED),
        (_view(200, 20, eligible=9000), "fail", Ground.REFUTED),
        (_view(400, 0, in_flight=-7), "inconclusive", Ground.CONTRADICTORY),
        (_view(200, 20, in_flight=-1), "inconclusive", Ground.CONTRADICTORY),
    ],
)
def test_verdicts(view: RouteView, verdict: str, ground: Ground) -> None:
    """Each verdict stands on its figures, and its ground tells which."""
    claim = judge_claim(view, GATE, claimed=True, finished=True)
    assert (claim.verdict, claim.ground) == (verdict, ground)


@pytest.mark.parametrize(("finished", "bounds"), [(True, finished_bounds), (False, live_bounds)])
def test_the_needed_number_is_enough(finished: bool, bounds: Any) -> None:
    """With as many distinct requests as it asks for, and no more divergent ones, the claim holds."""
    needed = judge_claim(_view(100, 1), GATE, claimed=True, finished=finished).needed
    assert bounds(1, needed, 0.95).upper < 0.01 <= bounds(1, needed - 1, 0.95).upper
    proven = judge_claim(_view(needed, 1), GATE, claimed=True, finished=finished)
    assert (proven.verdict, proven.needed) == ("pass", 0)


def test_a_live_run_needs_more() -> None:
    """What one look at a finished run proves is not proven at every look of a live one."""
    done, live = (judge_claim(_view(310, 0), GATE, claimed=True, finished=finished) for finished in (True, False))
    assert (done.verdict, done.bounds.method) == ("pass", "Clopper-Pearson")
    assert (live.verdict, live.bounds.method) == ("inconclusive", "anytime-valid")
    assert live.bounds.upper > done.bounds.upper


@pytest.mark.parametrize("view", [_view(0, 0, reasons={"policy": 3}), _view(0, 0), _view(9, 1)])
def test_not_claimed(view: RouteView) -> None:
    """A route that no glob claims has bounds and no verdict."""
    claim = judge_claim(view, GATE, claimed=False, finished=True)
    assert (claim.verdict, claim.ground) == (None, Ground.NOT_CLAIMED)
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
