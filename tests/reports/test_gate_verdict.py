"""What a rollout controller is told of a claim."""

from typing import Any

import pytest

from crossfade.reports.gate import claim_sentence
from crossfade.reports.gate_verdict import route_verdict, run_verdict


@pytest.mark.parametrize(("matched", "verdict"), [(400, "pass"), (3, "inconclusive")])
def test_the_claim_in_the_words_of_the_gate(make: Any, matched: int, verdict: str) -> None:
    """A reason stands there where it is no pass."""
    report = make.report(make.route("GET /ok", matched=matched))
    told = route_verdict(report, "GET /ok", None)
    assert told is not None
    assert (told.verdict, told.claim) == (verdict, claim_sentence(report.routes[0], report))
    assert (told.reason == "") == (verdict == "pass")
    assert (told.candidate, told.run) == (report.builds.candidate, report.run_id)


def test_a_route_that_nobody_saw(make: Any) -> None:
    """None, which is no verdict."""
    assert route_verdict(make.report(make.route("GET /ok", matched=400)), "GET /o", None) is None


def test_one_route_without_evidence_holds_up_all_together(make: Any) -> None:
    """And the reason names it."""
    told = run_verdict(make.report(make.route("GET /ok", matched=400), make.route("GET /few", matched=3)), None)
    assert told.verdict == "inconclusive"
    assert "GET /few: " in told.reason


def test_evidence_of_another_build(make: Any) -> None:
    """It does not pass, and says of which build it is."""
    report = make.report(make.route("GET /ok", matched=400))
    told = route_verdict(report, "GET /ok", "another")
    assert told is not None
    assert told.verdict == "inconclusive"
    assert told.reason == f"expected evidence of candidate another, got that of {report.builds.candidate}"
    assert run_verdict(report, report.builds.candidate).verdict == "pass"
