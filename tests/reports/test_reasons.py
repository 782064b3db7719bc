"""Verdicts in words: what is missing is said, with its figures."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.reports.reasons import claim_reason
from crossfade.shadow.evidence.claims import Claim, Ground, judge_claim
from crossfade.shadow.evidence.conclusions import PlaceView, Status, Surfaced
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.statistics import Bounds
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.outcome import Outcome, Reason

GATE = GateSettings(routes=("GET *",))
PLACE = PlaceView(template="body/ms", kind="value", status=Status.NOISE)


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
        "certain": k,
    }
    return RouteView(**(defaults | values))


def _reason(view: RouteView, *, claimed: bool = True, finished: bool = True, **settings: Any) -> str:
    gate = replace(GATE, **settings)
    return claim_reason(judge_claim(view, gate, claimed=claimed, finished=finished), view, gate)


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (_view(315, 0), ""),
        (_view(20_000, 100), ""),
        (_view(314, 0), "the bound is not below the budget; with 0 divergent, 315 distinct are needed"),
        (_view(1234, 3), "the bound is not below the budget; with 3 divergent, 1,235 distinct are needed"),
        (_view(200, 20), "diverges in more requests than the budget"),
        (
            _view(400, 0, transient=60, certain_transient=60, transient_at_most=60),
            "differs at the first look only, in more requests than the transient budget",
        ),
        (_view(0, 0), "no request was compared"),
        (_view(400, 0, eligible=500), "80 % of eligible requests compared, at least 95 % are needed"),
        (_view(400, 0, eligible=422), "94.7 % of eligible requests compared, at least 95 % are needed"),
        (
            _view(400, 0, eligible=500, in_flight=1100),
            "80 % of eligible requests compared (1,100 are still in flight), at least 95 % are needed",
        ),
        (
            _view(400, 0, undecided=9, places=(replace(PLACE, status=Status.UNDECIDED),)),
            (
                "9 distinct requests undecided at body/ms (value); "
                "with 0 divergent and 9 undecided, 2,268 distinct are needed"
            ),
        ),
        (
            _view(400, 0, undecided=9, places=(replace(PLACE, status=Status.UNDECIDED, asked_once=True),)),
            (
                "9 distinct requests undecided at body/ms (value), where the secondary, asked once, differs too, by "
                "noise or by another state: make its store equal to legacy's; for reads raise mirror.recheck_pct; "
                "where it is noise, name it under compare.ignore"
            ),
        ),
        (_view(400, 0, in_flight=-7), "more outcomes than requests entered (7): the counts can't be trusted"),
    ],
)
def test_claimed(view: RouteView, reason: str) -> None:
    """Each verdict but a pass says why."""
    assert _reason(view) == reason


@pytest.mark.parametrize(
    ("planned", "needed"), [(None, "817 distinct"), (100, "473 distinct"), (1000, "1,000 distinct")]
)
def test_needed(planned: int | None, needed: str) -> None:
    """What the bound at every look needs; fewer with a planned number, but not less than that."""
    reason = _reason(_view(99, 1), finished=False, planned_n=planned)
    assert reason == f"the bound is not below the budget; with 1 divergent, {needed} are needed, or a fix"


@pytest.mark.parametrize(
    ("ground", "values", "view", "reason"),
    [
        (
            Ground.REFUTED,
            {"places": (PLACE,)},
            _view(400, 0),
            "differs more often than legacy itself, by more than the budget, at body/ms (value)",
        ),
        (
            Ground.SUSPICIOUS,
            {"places": (PLACE,)},
            _view(400, 0, unit="client"),
            "suspicious although noisy, in more clients than the budget, at body/ms (value)",
        ),
        (
            Ground.SUSPICIOUS,
            {"places": (replace(PLACE, status=Status.OPEN),)},
            _view(400, 390),
            "suspicious although the stores have parted, in more requests than the budget, at body/ms (value)",
        ),
        (
            Ground.CHECK_FLAGGED,
            {"places": (PLACE,) * 5},
            _view(400, 0),
            (
                "suspicious although noisy, not known to be above the budget, "
                "at body/ms (value), body/ms (value), body/ms (value) and 2 more"
            ),
        ),
        (
            Ground.UNDECIDED,
            {"places": (PLACE, replace(PLACE, more_pairs=1200)), "needed": 817},
            _view(400, 0, undecided=1),
            (
                "1 distinct request undecided at body/ms (value), body/ms (value); with 0 divergent and 1 undecided, "
                "817 distinct are needed; about 1,200 more pairs with the secondary are needed"
            ),
        ),
        (
            Ground.TRANSIENT,
            {"needed": 817},
            _view(400, 0, transient=1),
            (
                "1 distinct request differed at the first look only, at most 1.50 %: "
                "not below the transient budget of 1 %; 817 distinct are needed"
            ),
        ),
        (
            Ground.TOO_FEW_PAIRS,
            {"places": (replace(PLACE, more_pairs=300),)},
            _view(400, 0),
            "a fault may hide at noisy body/ms (value); about 300 more pairs with the secondary are needed",
        ),
        (
            Ground.TOO_FEW_PAIRS,
            {},
            _view(400, 0),
            "a fault may hide at the noisy places together; more pairs with the secondary are needed",
        ),
        (
            Ground.UNEXPLAINED,
            {},
            _view(400, 0, left_out={Reason.TRUNCATED: 12, Reason.BLOCKED: 4, Reason.SAMPLED_OUT: 9}),
            "the candidate may be wrong in more requests than the budget: blocked 4, truncated 12",
        ),
        (
            Ground.NOT_SURFACED,
            {},
            _view(400, 0, surfaced=Surfaced(injected=50, surfaced=3)),
            "3 of 50 injected faults surfaced, at least 50 % are needed: a rule hides too much",
        ),
        (
            Ground.OTHER_UNIT,
            {},
            _view(400, 0, unit="minute"),
            "the run counted minutes, and the claim is about requests: start a new run with this [gate] unit",
        ),
    ],
)
def test_grounds(ground: Ground, values: dict[str, Any], view: RouteView, reason: str) -> None:
    """Each says where it is and what it takes."""
    bounds = Bounds(point=0.0, lower=0.0, upper=0.015, confidence=0.95, method="anytime-valid")
    assert claim_reason(Claim(bounds=bounds, transient=bounds, ground=ground, **values), view, GATE) == reason


def test_every_ground_has_words() -> None:
    """None is without, and only a proven claim needs none."""
    bounds = Bounds(point=0.0, lower=0.0, upper=0.015, confidence=0.95, method="anytime-valid")
    told = {
        ground: claim_reason(Claim(bounds=bounds, transient=bounds, ground=ground), _view(1, 0), GATE)
        for ground in Ground
    }
    assert [ground for ground, words in told.items() if not words] == [Ground.PROVEN]


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
