"""The gate: exit codes, and sentences that say no more than is known."""

import datetime
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.gate import gate
from crossfade.shadow.evidence.claims import GateSettings
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.exchange.outcome import Outcome, Reason


def _diverging(make: Any, name: str = "GET /bad") -> Any:
    mark = make.fingerprint()
    return make.route(
        name, matched=80, signatures={(mark,): SignatureCount(count=20, distinct=20)}, clusters=(make.cluster(mark),)
    )


def test_proven_is_0(make: Any) -> None:
    """A claim that holds is said with its figures."""
    result = gate(make.report(make.route("GET /ok", matched=400)))
    assert result.exit_code == 0
    (sentence,) = result.sentences
    assert sentence == (
        "PASS GET /ok diverges in less than 1 % of requests, at 95 % confidence: 0 of 400 distinct requests diverged, "
        "at most 0.75 % (Clopper-Pearson), 400 of 400 eligible compared"
    )


def test_refuted_is_1_whatever_else_holds(make: Any) -> None:
    """One refuted claim fails the run; its sentence has the lower bound, and what was left out."""
    report = make.report(make.route("GET /ok", matched=400), _diverging(make), make.route("GET /few", matched=3))
    result = gate(report)
    assert result.exit_code == gate(report, allow_inconclusive=True).exit_code == 1
    assert result.sentences[1] == (
        "FAIL GET /bad diverges in more than 1 % of requests, at 95 % confidence: 20 of 100 distinct requests diverged, "
        "at least 13.66 % (Clopper-Pearson), 100 of 100 eligible compared"
    )


def test_too_little_is_3(make: Any) -> None:
    """Too little evidence is neither a pass nor a fail, and says what is missing."""
    route = make.route("GET /few", matched=3, settled={(Outcome.SKIPPED, Reason.STATE_DRIFT): 2})
    result = gate(make.report(route))
    assert result.exit_code == 3
    assert result.sentences[0].startswith(
        "INCONCLUSIVE GET /few: the bound is not below the budget; with 0 divergent, 299 distinct are needed; "
    )
    assert result.sentences[0].endswith("3 of 3 eligible compared; not compared: state_drift 2")


def test_what_is_in_flight_is_not_left_out(make: Any) -> None:
    """A busy live run has requests whose comparison is under way: the sentence says how many."""
    result = gate(make.report(make.route("GET /busy", matched=400, entered=467), ended_at=None))
    assert result.exit_code == 3
    assert result.sentences[0].startswith(
        "INCONCLUSIVE GET /busy: 85.6 % of eligible requests compared (67 are still in flight), at least 95 % are needed"
    )
    assert result.sentences[0].endswith("400 of 467 eligible compared, 67 in flight")


@pytest.mark.parametrize(
    ("expires", "route", "told"),
    [("2026-09-20", "GET *", True), ("2026-09-21", "GET *", False), ("2026-09-20", "POST *", False)],
)
def test_a_rule_that_expired_is_the_reason(make: Any, expires: str, route: str, told: bool) -> None:
    """Where its clusters are open again one line says which rule it was; one that speaks of none is not told."""
    rule = AcceptRule(
        route=route, path="body/*", kind="value", reason="known", expires=datetime.date.fromisoformat(expires)
    )
    settings = GateSettings(routes=("*",))
    report = build_report(make.run(_diverging(make)), gate=settings, accepted=(rule,), now=make.started)
    line = (
        "the [[accept]] rule for GET * body/* (value) expired, its last day was 2026-09-20: "
        "its differences are open again"
    )
    assert (line in gate(report).sentences) is told
    assert (report.verdict == "fail") is (expires == "2026-09-20")


def test_a_claim_never_seen_is_3(make: Any) -> None:
    """A glob that no request matched is not proven by those that others matched."""
    result = gate(make.report(make.route("GET /ok", matched=400), claimed=("GET /ok", "POST *")))
    assert result.exit_code == 3
    assert result.sentences[1] == "INCONCLUSIVE POST *: claimed, but no matching request was seen"


@pytest.mark.parametrize("claimed", [(), ("POST *",)])
def test_an_empty_run_is_3(make: Any, claimed: tuple[str, ...]) -> None:
    """No request, no proof."""
    assert gate(make.report(claimed=claimed)).exit_code == 3


def test_nothing_claimed_is_3(make: Any) -> None:
    """A run that claims nothing passes nothing."""
    result = gate(make.report(make.route("GET /ok", matched=400), claimed=()))
    assert (result.exit_code, result.sentences) == (
        3,
        (
            "INCONCLUSIVE nothing is claimed: list routes under [gate] routes",
            "GET /ok: not claimed: not listed in gate.routes",
        ),
    )


def test_allowing_inconclusive_is_said(make: Any) -> None:
    """--allow-inconclusive exits 0, and leaves the verdict as it is."""
    result = gate(make.report(make.route("GET /few", matched=3)), allow_inconclusive=True)
    assert result.exit_code == 0
    assert result.sentences[0].startswith("INCONCLUSIVE GET /few")
    assert result.sentences[-1] == "inconclusive claims were allowed by --allow-inconclusive"


def test_a_bound_is_never_said_to_be_better_than_it_is(make: Any) -> None:
    """A bound above the budget is not printed as the budget."""
    (sentence,) = gate(make.report(make.route("GET /few", matched=298))).sentences
    assert "at most 1.01 %" in sentence


def test_a_route_cannot_act_on_a_terminal(make: Any) -> None:
    """Control characters in a route are shown, not sent."""
    (sentence,) = gate(make.report(make.route("GET /\x1b[2J\u202e\udc80", matched=400))).sentences
    assert r"GET /\x1b[2J\u202e\udc80 diverges" in sentence
