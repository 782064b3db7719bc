"""The gate: exit codes, and sentences that say no more than is known."""

import datetime
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.gate import gate
from crossfade.shadow.evidence.gate_settings import GateSettings
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
        "at most 0.79 % (anytime-valid), 400 of 400 requests compared (100 %)\n"
        "  noise: not measured, there is no secondary: every difference counts\n"
        "  injected faults: none"
    )


def test_refuted_is_1_whatever_else_holds(make: Any) -> None:
    """One refuted claim fails the run; its sentence has the lower bound, and what was left out."""
    report = make.report(make.route("GET /ok", matched=400), _diverging(make), make.route("GET /few", matched=3))
    result = gate(report)
    assert result.exit_code == gate(report, allow_inconclusive=True).exit_code == 1
    assert result.sentences[1].splitlines()[0] == (
        "FAIL GET /bad diverges in more than 1 % of requests, at 95 % confidence: 20 of 100 distinct requests diverged, "
        "at least 10.18 % (anytime-valid), 100 of 100 requests compared (100 %)"
    )


def test_what_to_fix_follows_the_claims(make: Any) -> None:
    """The open findings with their ids, the first ten of them; none where nothing is open."""
    (_, told) = gate(make.report(_diverging(make))).sentences
    finding = make.report(_diverging(make)).findings[0]
    assert told.splitlines() == [
        "1 open finding (1 cluster)",
        f"  {finding.id}  breaking, 20 %: body/a differs on GET /bad",
    ]
    marks = [make.fingerprint(f"body/{at}") for at in range(13)]
    seen = {(mark,): SignatureCount(count=1, distinct=1) for mark in marks}
    route = make.route("GET /many", signatures=seen, clusters=tuple(map(make.cluster, marks)))
    many = gate(make.report(route)).sentences[1].splitlines()
    assert (many[0], len(many), many[-1]) == ("13 open findings (13 clusters)", 12, "  and 3 more in the report")


def test_too_little_is_3(make: Any) -> None:
    """Too little evidence is neither a pass nor a fail, and says what is missing."""
    route = make.route("GET /few", matched=3, settled={(Outcome.SKIPPED, Reason.SAMPLED_OUT): 2})
    result = gate(make.report(route))
    assert result.exit_code == 3
    first, *rest = result.sentences[0].splitlines()
    assert first.startswith(
        "INCONCLUSIVE GET /few: the bound is not below the budget; with 0 divergent, 315 distinct are needed; "
    )
    assert first.endswith("3 of 5 requests compared (60 %)")
    assert rest[0] == "  not compared: 2 of all 5 requests (40 %): sampled_out 2 (40 %)"


def test_what_is_in_flight_is_not_left_out(make: Any) -> None:
    """A busy live run has requests whose comparison is under way: the sentence says how many."""
    result = gate(make.report(make.route("GET /busy", matched=400, entered=467), ended_at=None))
    assert result.exit_code == 3
    assert result.sentences[0].startswith(
        "INCONCLUSIVE GET /busy: 85.6 % of eligible requests compared (67 are still in flight), at least 95 % are needed"
    )
    assert result.sentences[0].splitlines()[0].endswith("400 of 467 requests compared (85.6 %), 67 in flight")


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
    (sentence,) = gate(make.report(make.route("GET /few", matched=314))).sentences
    assert "at most 1.01 %" in sentence


def test_a_route_cannot_act_on_a_terminal(make: Any) -> None:
    """Control characters in a route are shown, not sent."""
    (sentence,) = gate(make.report(make.route("GET /\x1b[2J\u202e\udc80", matched=400))).sentences
    assert r"GET /\x1b[2J\u202e\udc80 diverges" in sentence


def test_what_it_rests_on_stands_below(tell: Any) -> None:
    """One line of verdict, then a short indented line for each thing that applies; control characters are shown."""
    places = (tell.place("body/\x1b[2J", always=True, checks=(tell.check("form"),)), tell.place("body/n\nPASS"))
    report = tell.report(tell.route("GET /ok", places=places, surfaced=tell.surfaced(value=(20, 19))))
    (sentence,) = gate(report).sentences
    first, *rest = sentence.split("\n")
    assert first.startswith("PASS GET /ok diverges in less than 1 % of requests")
    assert rest == [
        "  transient: 0 of 400 differed at the first look only, at most 0.79 %",
        r"  noisy: body/n\nPASS (value, unchecked)",
        r"  always different: body/\x1b[2J (value, form)",
        "  secondary: 40 of 400 answers; 3 second looks",
        "  injected faults: 19 of 20 surfaced (value 19/20)",
    ]


def test_a_suspicious_place_is_1(tell: Any) -> None:
    """Although k is 0: the sentence does not say that the route diverges in more requests, but what is wrong."""
    reason = "suspicious although noisy, in more requests than the budget, at body/ms (value)"
    route = tell.route("GET /ms", verdict="fail", ground="suspicious", reason=reason)
    result = gate(tell.report(route, verdict="fail"))
    assert result.exit_code == 1
    assert result.sentences[0].startswith(
        f"FAIL GET /ms: {reason}; 0 of 400 distinct requests diverged, at most 0.79 %"
    )


@pytest.mark.parametrize(("unit", "words"), [("client", "clients"), ("minute", "minutes"), ("session", "sessions")])
def test_the_unit_is_named(tell: Any, unit: str, words: str) -> None:
    """Neither the claim nor its figures speak of requests where something else was counted."""
    (sentence,) = gate(tell.report(tell.route(), unit=unit)).sentences
    assert f"diverges in less than 1 % of {words}, at 95 % confidence: 0 of 400 {words} diverged" in sentence


def test_a_planned_number_is_exact(make: Any) -> None:
    """With the number fixed beforehand 299 requests prove what 315 prove without."""
    run, settings = make.run(make.route(matched=299)), {"routes": ("*",), "planned_n": 299}
    report = build_report(run, gate=GateSettings(**settings), accepted=(), now=make.started)
    (sentence,) = gate(report).sentences
    assert sentence.startswith("PASS ")
    assert "at most 1.00 % (Clopper-Pearson)" in sentence
    assert gate(make.report(make.route(matched=299))).exit_code == 3


def test_advice_and_a_raised_budget_are_told_once(tell: Any) -> None:
    """Behind the claims, not with each of them."""
    report = tell.report(
        tell.route("GET /a"),
        tell.route("GET /b"),
        advice=("Do this",),
        transient_budget=0.02,
        transient_reason="a cache by design",
    )
    assert gate(report).sentences[2:] == (
        "Transient differences have a budget of their own, 2 %: a cache by design.",
        "Do this",
    )


def test_a_replay_says_of_what_it_is(tell: Any) -> None:
    """A claim on one half of a corpus, or on chosen sessions, is none on the traffic."""
    (_, last) = gate(tell.report(tell.route(), engine="replay of builds (held-out half)")).sentences
    assert last == "all this is of a replay of builds (held-out half)"
