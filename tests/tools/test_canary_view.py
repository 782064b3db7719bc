"""How routes stand that a canary moves, over the runs of a store."""

from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.config.canary_settings import CanaryRoute, CanarySettings
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.canary_view import CanaryView, standing_for


def _verdict(service: Any) -> Any:
    config = load_config(service.config)
    return CanaryView(evidence_store(config), config).read()["GET /ok"].verdict


def test_before_the_first_run_there_is_nothing(service: Any) -> None:
    config = load_config(service.config)
    assert CanaryView(evidence_store(config), config).read() == {}


def test_what_a_canary_moves_is_claimed_whatever_the_gate_names(service: Any) -> None:
    service.compared(400)
    config = load_config(service.config)
    store = evidence_store(config)
    assert {key: found.verdict for key, found in CanaryView(store, config).read().items()} == {"GET /ok": "pass"}
    unclaimed = config.model_copy(update={"gate": config.gate.model_copy(update={"routes": ()})})
    assert CanaryView(store, unclaimed).read()["GET /ok"].verdict is None
    moved = CanarySettings(route=(CanaryRoute(name="all", routes=("GET /*",)),))
    assert CanaryView(store, unclaimed.model_copy(update={"canary": moved})).read()["GET /ok"].verdict == "pass"


def test_an_earlier_run_of_these_builds_proves_what_the_newest_has_too_little_for(service: Any) -> None:
    service.compared(400)
    service.compared(5, run_id="new", started_at=5000.0)
    assert _verdict(service) == "pass"


@pytest.mark.parametrize(
    "info", [{"candidate_build": "java 2"}, {"legacy_build": "py 2"}, {"rules_digest": "another way of comparing"}]
)
def test_evidence_is_not_carried_to_other_builds_and_rules(service: Any, info: dict[str, str]) -> None:
    service.compared(400, **info)
    service.compared(5, run_id="new", started_at=5000.0)
    assert _verdict(service) == "inconclusive"


def test_builds_without_names_are_never_the_same(service: Any) -> None:
    service.compared(400, candidate_build="unknown")
    service.compared(5, run_id="new", started_at=5000.0, candidate_build="unknown")
    assert _verdict(service) == "inconclusive"


def test_one_difference_in_the_newest_run_takes_the_earlier_proof_away(service: Any) -> None:
    service.compared(400)
    service.diverged(1, run_id="new", started_at=5000.0)
    assert _verdict(service) == "inconclusive"


def test_the_newest_run_that_judged_a_route_counts(service: Any) -> None:
    service.compared(400)
    service.diverged(100, run_id="later", started_at=3000.0)
    service.compared(5, run_id="new", started_at=5000.0)
    assert _verdict(service) == "fail"


def test_runs_that_have_ended_are_read_once(service: Any) -> None:
    service.compared(400)
    service.compared(5, run_id="new", started_at=5000.0)
    config = load_config(service.config)
    view = CanaryView(evidence_store(config), config)
    view.read()
    evidence_store(config).delete(["run-1"])
    service.compared(5, run_id="run-1", started_at=1000.0)
    assert view.read()["GET /ok"].verdict == "pass"


def test_what_was_read_back_in_the_newest_run_stays_beside_an_earlier_proof() -> None:
    past, newer = (
        RouteStanding(
            route="POST /a",
            run_id=run_id,
            legacy_build="py",
            candidate_build="java",
            stage="canary",
            verdict=verdict,
            reason="",
            claim="",
            n=0,
            k=0,
            lower=0.0,
            upper=1.0,
            compared_pct=0.0,
            in_flight=0,
            cross_reads=reads,
            cross_matched=reads,
        )
        for run_id, verdict, reads in (("old", "pass", 0), ("new", "inconclusive", 12))
    )
    found = standing_for(past, newer)
    assert (found.run_id, found.verdict, found.cross_reads, found.cross_matched) == ("old", "pass", 12, 12)
