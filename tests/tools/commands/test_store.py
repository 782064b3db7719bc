"""crossfade store."""

import json
import sqlite3
import time
from typing import Any

import pytest

DAY = 86_400.0


@pytest.mark.parametrize("action", ["prune", "upgrade"])
def test_no_store(invoke: Any, service: Any, action: str) -> None:
    """Exit 4 and one line."""
    result = invoke("store", action, "--config", service.config)
    expected = f"error: {service.store}: expected an evidence store, got none; run `crossfade shadow` first\n"
    assert (result.exit_code, result.output) == (4, expected)


def test_prune(invoke: Any, service: Any) -> None:
    """By the config's own numbers; what is said is what is done."""
    now = time.time()
    for number, days in enumerate((20, 9, 3, 2, 1)):
        service.compared(1, run_id=f"run-{number}", started_at=now - days * DAY)
    service.add("[evidence]\nkeep_days = 10\nkeep_runs = 3\n")
    words = ("store", "prune", "--config", service.config)
    assert invoke(*words, "--dry-run").output == "would delete run-0\nwould delete run-1\nwould delete 2 runs\n"
    told = json.loads(invoke(*words, "--json").stdout)
    assert told["run_ids"] == ["run-0", "run-1"]
    assert invoke(*words).output == "no run is old enough to be deleted\n"
    assert json.loads(invoke("report", "--config", service.config, "--json").stdout)["run_id"] == "run-4"


def test_nothing_to_upgrade(invoke: Any, service: Any) -> None:
    """Exit 0 and one line; for a program too."""
    service.compared(1)
    result = invoke("store", "upgrade", "--config", service.config)
    assert result.exit_code == 0
    assert result.output.startswith("nothing to upgrade: the store has schema version ")
    assert json.loads(invoke("store", "upgrade", "--config", service.config, "--json").stdout)["backup"] is None


def test_a_newer_store(invoke: Any, service: Any) -> None:
    """Exit 4 and one line."""
    service.compared(1)
    with sqlite3.connect(service.store) as connection:
        connection.execute("UPDATE meta SET value = '99'")
    connection.close()
    result = invoke("store", "upgrade", "--config", service.config)
    assert result.exit_code == 4
    assert "or older, got 99; use a newer crossfade\n" in result.output


@pytest.mark.slow
def test_the_start_of_a_run_prunes(proxy: Any, upstream: Any, service: Any) -> None:
    """By the same rule, and it is said; a run that was killed counts as ended when it was last flushed."""
    now = time.time()
    service.compared(1, run_id="old", started_at=now - 50 * DAY)
    service.compared(1, run_id="killed", started_at=now - 60 * DAY)
    service.cut_off("killed", flushed_at=now - 40 * DAY)
    service.compared(1, run_id="new", started_at=now - DAY)
    running = proxy(upstream(), upstream())
    running.wait_for("evidence.pruned 2 runs, oldest killed")
    assert running.stop() == 0
    with sqlite3.connect(service.store) as connection:
        runs = {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs")}
    connection.close()
    assert runs == {"new", running.run_id}
