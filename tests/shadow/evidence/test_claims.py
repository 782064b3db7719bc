"""Verdicts: proven, refuted, or too little evidence, and what each rests on."""

import dataclasses
from typing import Any

import pytest

from crossfade.shadow.evidence.claims import Ground, judge_claim
from crossfade.shadow.evidence.conclusions import CheckView, Excess, PlaceView, Status, Surfaced
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.statistics import live_bounds
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.exchange.outcome import Outcome, Reason
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
        "certain": k,
    }
    return RouteView(**(defaults | values))


def _check(candidate: int, control: int = 0, n: int = 400) -> CheckView:
    return CheckView(check=Check.DISTANCE, n=n, candidate=candidate, control=control, flagged=True)


def _place(*checks: CheckView, status: Status = Status.SUSPICIOUS, **values: Any) -> PlaceView:
    return PlaceView(**({"template": "body/a", "kind": "value", "status": status, "checks": checks} | values))


def _excess(candidate: int, control: int, n: int = 400, **values: Any) -> Excess:
    is_open = values.pop("is_open", False)
    status = Status.OPEN if is_open else Status.NOISE
    place = _place(status=status, decided=is_open, template=values.pop("template", "body/a"))
    defaults = {"transient": False, "pairs": n, "seen": candidate, "of": n, "share": 1.0, "seen_share": 1.0}
    return Excess(place=place, candidate=candidate, control=control, n=n, **(defaults | values))


@pytest.mark.parametrize(
    ("view", "verdict", "ground"),
    [
        (_view(315, 0), "pass", Ground.PROVEN),
        (_view(314, 0), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(1234, 3), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(20_000, 100), "pass", Ground.PROVEN),
        (_view(200, 20), "fail", Ground.REFUTED),
        (_view(0, 0), "inconclusive", Ground.NOTHING_COMPARED),
        (_view(0, 0, eligible=50, total=50), "inconclusive", Ground.NOTHING_COMPARED),
        (_view(400, 0, eligible=500), "inconclusive", Ground.TOO_FEW_COMPARED),
        (_view(9499, 0, eligible=10_000), "inconclusive", Ground.TOO_FEW_COMPARED),
        (_view(200, 20, eligible=9000), "fail", Ground.REFUTED),
        (_view(200, 20, certain=0), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(20_000, 0, undecided=400), "inconclusive", Ground.UNDECIDED),
        (_view(20_000, 0, undecided=100), "pass", Ground.PROVEN),
        (_view(20_000, 0, transient=400, transient_at_most=400), "inconclusive", Ground.TRANSIENT),
        (_view(20_000, 100, transient=100, transient_at_most=190), "inconclusive", Ground.TRANSIENT),
        (_view(20_000, 100, transient=100, transient_at_most=120), "pass", Ground.PROVEN),
        (_view(20_000, 0, transient=400, certain_transient=400), "fail", Ground.REFUTED),
        (_view(400, 0, eligible=416, left_out={Reason.CREDENTIAL: 16}), "inconclusive", Ground.UNEXPLAINED),
        (_view(400, 0, eligible=416, left_out={Reason.STATE_DRIFT: 16}), "inconclusive", Ground.UNEXPLAINED),
        (_view(400, 0, eligible=416, left_out={Reason.BLOCKED: 16}), "inconclusive", Ground.UNEXPLAINED),
        (_view(400, 0, eligible=416, left_out={Reason.TRUNCATED: 16}), "inconclusive", Ground.UNEXPLAINED),
        (_view(400, 0, eligible=416, left_out={Reason.STATE_RACE: 16}), "pass", Ground.PROVEN),
        (_view(4000, 0, eligible=4004, left_out={Reason.CREDENTIAL: 4}), "pass", Ground.PROVEN),
        (_view(400, 0, unit="minute"), "inconclusive", Ground.OTHER_UNIT),
        (_view(400, 0, surfaced=Surfaced(injected=10, surfaced=4)), "inconclusive", Ground.NOT_SURFACED),
        (_view(400, 0, surfaced=Surfaced(injected=10, surfaced=5)), "pass", Ground.PROVEN),
        (_view(400, 0, places=(_place(_check(40)),)), "fail", Ground.SUSPICIOUS),
        (_view(400, 0, places=(_place(_check(12, n=2000)),)), "inconclusive", Ground.CHECK_FLAGGED),
        (_view(400, 390, certain=0, places=(_place(_check(40), status=Status.OPEN),)), "fail", Ground.SUSPICIOUS),
        (_view(400, 390, certain=0, places=(_place(status=Status.OPEN),)), "inconclusive", Ground.TOO_FEW_DISTINCT),
        (_view(400, 0, places=(_place(_check(40), status=Status.ACCEPTED),)), "pass", Ground.PROVEN),
        (_view(350, 0, excesses=(_excess(0, 0, n=350),)), "inconclusive", Ground.TOO_FEW_PAIRS),
        (_view(400, 0, excesses=(_excess(0, 0),)), "pass", Ground.PROVEN),
        (
            _view(480, 0, excesses=(_excess(0, 0, n=480, share=0.5, seen_share=0.5),)),
            "inconclusive",
            Ground.TOO_FEW_PAIRS,
        ),
        (_view(4800, 0, excesses=(_excess(40, 40, n=4800),)), "pass", Ground.PROVEN),
        (_view(4800, 0, excesses=(_excess(80, 40, n=4800),)), "inconclusive", Ground.TOO_FEW_PAIRS),
        (_view(480, 0, excesses=(_excess(60, 3, n=480, is_open=True),)), "fail", Ground.REFUTED),
        (_view(480, 0, excesses=(_excess(6, 3, n=480, is_open=True),)), "pass", Ground.PROVEN),
        (_view(400, 0, in_flight=-7), "inconclusive", Ground.CONTRADICTORY),
        (_view(200, 20, in_flight=-1), "inconclusive", Ground.CONTRADICTORY),
    ],
)
def test_verdicts(view: RouteView, verdict: str, ground: Ground) -> None:
    """Each verdict stands on its figures, and its ground tells which."""
    claim = judge_claim(view, GATE, claimed=True, finished=True)
    assert (claim.verdict, claim.ground) == (verdict, ground)


def test_the_needed_number_is_enough() -> None:
    """With as many distinct requests as it asks for, and no more divergent ones, the claim holds."""
    needed = judge_claim(_view(100, 1), GATE, claimed=True, finished=True).needed
    assert live_bounds(1, needed, 0.95).upper < 0.01 <= live_bounds(1, needed - 1, 0.95).upper
    proven = judge_claim(_view(needed, 1), GATE, claimed=True, finished=True)
    assert (proven.verdict, proven.needed) == ("pass", 0)


def test_the_end_of_a_run_proves_nothing() -> None:
    """Whoever ends a run when it looks good looked at it often: the bound is the same before and after."""
    done, live = (judge_claim(_view(314, 0), GATE, claimed=True, finished=finished) for finished in (True, False))
    assert done == live
    assert (done.verdict, done.bounds.method) == ("inconclusive", "anytime-valid")


@pytest.mark.parametrize(
    ("n", "k", "verdict", "needed"),
    [(298, 0, "inconclusive", 299), (299, 0, "pass", 0), (5000, 0, "pass", 0), (5000, 1, "inconclusive", 473)],
)
def test_a_planned_number(n: int, k: int, verdict: str, needed: int) -> None:
    """One exact look at a number that was fixed beforehand: never earlier, and all that came later counts against it."""
    gate = dataclasses.replace(GATE, planned_n=299)
    claim = judge_claim(_view(n, k), gate, claimed=True, finished=True)
    assert (claim.verdict, claim.needed, claim.bounds.method) == (verdict, needed, "Clopper-Pearson")


def test_a_planned_number_fails_no_long_run() -> None:
    """What fails a claim is counted over all that came, not over what was planned."""
    gate = dataclasses.replace(GATE, planned_n=299)
    assert judge_claim(_view(30_000, 100), gate, claimed=True, finished=True).ground is Ground.TOO_FEW_DISTINCT
    assert judge_claim(_view(30_000, 900), gate, claimed=True, finished=True).ground is Ground.REFUTED


def test_a_unit_that_is_going_on() -> None:
    """The newest minute of a live run may yet diverge, so it is no evidence; a request is over when it is counted."""
    gate = dataclasses.replace(GATE, unit="minute")
    view = _view(315, 0, unit="minute")
    assert judge_claim(view, gate, claimed=True, finished=True).verdict == "pass"
    assert judge_claim(view, gate, claimed=True, finished=False).verdict == "inconclusive"
    assert judge_claim(_view(315, 0), GATE, claimed=True, finished=False).verdict == "pass"


def test_a_budget_of_its_own() -> None:
    """Transient differences may be allowed more than those that stay."""
    view = _view(20_000, 0, transient=400, transient_at_most=400)
    raised = dataclasses.replace(GATE, transient_budget_pct=3.0)
    assert judge_claim(view, raised, claimed=True, finished=True).verdict == "pass"
    assert judge_claim(view, GATE, claimed=True, finished=True).needed > 20_000


def test_the_places_of_a_ground() -> None:
    """The verdict names them, those that take the most pairs first."""
    few, many = _excess(1, 1, n=400, template="body/few"), _excess(90, 90, n=400, template="body/many")
    claim = judge_claim(_view(400, 0, excesses=(few, many)), GATE, claimed=True, finished=True)
    assert [place.template for place in claim.places] == ["body/many", "body/few"]
    pairs = [place.more_pairs or 0 for place in claim.places]
    assert pairs[0] > pairs[1] > 0
    suspicious = judge_claim(_view(400, 0, places=(_place(_check(40)),)), GATE, claimed=True, finished=True)
    assert [place.template for place in suspicious.places] == ["body/a"]


@pytest.mark.parametrize("view", [_view(0, 0, reasons={"policy": 3}), _view(0, 0), _view(9, 1)])
def test_not_claimed(view: RouteView) -> None:
    """A route that no glob claims has bounds and no verdict."""
    claim = judge_claim(view, GATE, claimed=False, finished=True)
    assert (claim.verdict, claim.ground) == (None, Ground.NOT_CLAIMED)
    assert claim.bounds == live_bounds(view.divergent, view.distinct, 0.95)


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


@pytest.mark.parametrize(("n", "k", "verdict"), [(298, 0, "inconclusive"), (299, 0, "pass"), (473, 1, "pass")])
def test_one_look_at_a_corpus(n: int, k: int, verdict: str) -> None:
    """What was compared is the number that was fixed: the bound is exact, whatever the config plans for live runs."""
    gate = dataclasses.replace(GATE, one_look=True, planned_n=100_000)
    claim = judge_claim(_view(n, k, certain=0), gate, claimed=True, finished=True)
    assert (claim.verdict, claim.bounds.method) == (verdict, "Clopper-Pearson")


@pytest.mark.parametrize(
    ("place", "ground"),
    [
        ({}, Ground.UNCLEAN),
        ({"checks": (_check(0),)}, Ground.PROVEN),
        ({"checks": (dataclasses.replace(_check(0), check=Check.PARTS),)}, Ground.UNCLEAN),
        ({"kind": "order"}, Ground.PROVEN),
        ({"status": Status.ACCEPTED}, Ground.PROVEN),
        ({"self_differs": 0}, Ground.PROVEN),
        ({"self_differs": 0, "drift": 1}, Ground.UNCLEAN),
    ],
)
def test_legacy_must_answer_alike_in_a_replay(place: dict[str, Any], ground: Ground) -> None:
    """But for times, numbers and another order; live traffic is judged by how often."""
    view = _view(400, 0, places=(_place(**({"status": Status.NOISE, "self_differs": 1} | place)),))
    replayed = judge_claim(view, dataclasses.replace(GATE, one_look=True), claimed=True, finished=True)
    live = judge_claim(view, GATE, claimed=True, finished=True)
    assert (replayed.ground, live.ground) == (ground, Ground.PROVEN)
    assert [item.template for item in replayed.places] == (["body/a"] if ground is Ground.UNCLEAN else [])
