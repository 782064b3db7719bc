"""The store as the controller reads it."""

from typing import Any

from crossfade.shadow.config import load_config
from crossfade.tools.canary.evidence import evidence_reader


def test_before_the_first_run_there_is_nothing(service: Any) -> None:
    """And no age."""
    found = evidence_reader(load_config(service.config))()
    assert (found.standings, found.committed_at) == ((), None)


def test_the_newest_run_tells_how_routes_stand(service: Any) -> None:
    """With its claim, its build, and when it was last committed."""
    service.compared(400, started_at=1000.0)
    found = evidence_reader(load_config(service.config))()
    (standing,) = found.standings
    assert (standing.route, standing.verdict, standing.candidate_build) == ("GET /ok", "pass", "java")
    assert standing.claim.startswith("PASS GET /ok diverges in less than 1 % of requests")
    assert found.committed_at == 1400.0
