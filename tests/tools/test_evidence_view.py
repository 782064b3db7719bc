"""A stored run is read under the rules that the config has now."""

from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.tools.evidence_view import gate_settings, report_of


def test_the_newest_run_or_the_one_asked_for(service: Any) -> None:
    """Without an id the newest run counts, not the last that was written."""
    service.compared(400, run_id="new", started_at=2000.0)
    service.compared(1, run_id="old", started_at=1000.0)
    config = load_config(service.config)
    assert report_of(config, None).entered == 400
    assert report_of(config, "old").entered == 1


def test_the_present_rules(service: Any) -> None:
    """What is claimed is the config's word of today, not of the day of the run."""
    service.compared(400)
    assert report_of(load_config(service.config), None).verdict == "pass"
    service.add("confidence_pct = 99.9\nbudget_pct = 0.1\n")
    assert report_of(load_config(service.config), None).verdict == "inconclusive"


def test_every_setting_of_the_gate(service: Any) -> None:
    """Each value of [gate] arrives."""
    values = "budget_pct = 2.5\nconfidence_pct = 90\nmin_compared_pct = 80\nmin_surfaced_pct = 70\n"
    transient = 'transient_budget_pct = 5.0\ntransient_reason = "a cache"\n'
    service.add(f'{values}{transient}unit = "client"\nplanned_n = 77\n')
    assert gate_settings(load_config(service.config)) == GateSettings(
        routes=("GET /ok",),
        budget_pct=2.5,
        confidence_pct=90,
        min_compared_pct=80,
        min_surfaced_pct=70,
        transient_budget_pct=5,
        transient_reason="a cache",
        unit="client",
        planned_n=77,
    )


def test_damage_keeps_its_cause(service: Any) -> None:
    """The error that the layers below raised is kept for whoever debugs it."""
    import sqlite3  # noqa: PLC0415

    service.compared(1)
    with sqlite3.connect(service.store) as connection:
        connection.execute("UPDATE routes SET legacy_ms = 'x'")
    connection.close()
    with pytest.raises(EvidenceError, match="the file is damaged, move it away") as raised:
        report_of(load_config(service.config), None)
    assert raised.value.__cause__ is not None
