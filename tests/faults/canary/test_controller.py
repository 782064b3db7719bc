"""The controller is killed, its plane refuses and lies, the candidate dies: clients stay on what was verified."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PAUSED_AT_5 = "[{setWeight = 5}, {pause = {}}, {setWeight = 100}]"
KILL = """
import os, signal
from crossfade.shadow.canary.{module} import {kind}
calls = 0
original = {kind}.{method}
def die():
    os.kill(os.getpid(), signal.SIGKILL)
{body}
{kind}.{method} = killed
"""
BEFORE = """
def killed(self, *given, **named):
    global calls
    calls += 1
    if calls == {nth}:
        die()
    return original(self, *given, **named)
"""
AFTER = """
def killed(self, *given, **named):
    global calls
    calls += 1
    done = original(self, *given, **named)
    if calls == {nth}:
        die()
    return done
"""
AFTER_AWAIT = """
async def killed(self, *given, **named):
    global calls
    calls += 1
    done = await original(self, *given, **named)
    if calls == {nth}:
        die()
    return done
"""
POINTS = {
    "before it is written": ("journal.journal", "Journal", "_append", BEFORE),
    "after it was written": ("journal.journal", "Journal", "_append", AFTER),
    "before it is set": ("planes.engine", "EnginePlane", "set", BEFORE),
    "after it was set": ("planes.engine", "EnginePlane", "set", AFTER_AWAIT),
}


def killer(point: str, nth: int) -> str:
    module, kind, method, body = POINTS[point]
    return KILL.format(module=module, kind=kind, method=method, body=body.format(nth=nth))


@pytest.mark.parametrize("point", POINTS)
def test_a_controller_that_is_killed_at_any_transition_goes_on_where_it_was(rollout: Any, point: str) -> None:
    """Weights only grow, the journal is whole, and each decision follows again from what was seen."""
    one = rollout()
    kills = 0
    for nth in (1, 2, 3, 2):
        child = one.start(killer(point, nth))
        one.until(lambda child=child: child.poll() is not None or _phase(one) == "Completed")
        assert child.poll() in {None, -signal.SIGKILL}, child.communicate()[0]
        kills += child.returncode is not None
        assert one.engine.weight() in {0, 5, 50, 100}
        child.kill()  # one that had nothing left to die at
        child.wait()
    assert kills >= 3
    child = one.start("import signal; signal.signal(signal.SIGINT, signal.default_int_handler)")
    one.wait_for_api(child)
    one.until(lambda: _phase(one) == "Completed" and one.engine.weight() == 100)
    grown = [pct for pct in one.engine.seen if pct]
    assert grown == sorted(grown)
    assert set(grown) == {5, 50, 100}
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode == 130
    audited = one.run("audit")
    assert audited.returncode == 0, audited.stdout


def _phase(one: Any) -> str:
    found = one.status()
    return "" if found is None else str(found.phase)


def test_without_its_controller_a_plane_goes_back_to_legacy(rollout: Any) -> None:
    """After the lease; a controller that starts again takes the weight up where it was."""
    one = rollout(PAUSED_AT_5)
    child = one.start()
    one.until(lambda: one.engine.weight() == 5)
    child.kill()
    child.wait()
    one.until(lambda: one.engine.weight() == 0)
    again = one.start()
    one.until(lambda: one.engine.weight() == 5)
    one.wait_for_api(again)
    assert _phase(one) == "Paused"


def test_ctrl_c_says_what_stays_and_for_how_long(rollout: Any) -> None:
    """And what is started again goes on."""
    one = rollout(PAUSED_AT_5)
    child = one.start("import signal; signal.signal(signal.SIGINT, signal.default_int_handler)")
    one.until(lambda: one.engine.weight() == 5)
    one.wait_for_api(child)
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=30)
    assert child.returncode == 130
    assert told.splitlines()[-1] == ("web GET /items/{id}: the candidate answers 5 % for 2 s, then legacy answers all")


def test_only_one_controller_runs(rollout: Any) -> None:
    """The second is refused with the first one's process."""
    one = rollout(PAUSED_AT_5)
    first = one.start()
    one.wait_for_api(first)
    second = one.run("start")
    assert second.returncode == 4
    assert f"expected no other controller, got one that runs as process {first.pid}" in second.stderr


def test_a_plane_that_refuses_is_degraded_and_never_promoted(rollout: Any) -> None:
    """It shows that all is legacy's, so that the route has gone back; and it is told again on each tick."""
    one = rollout()
    one.engine.refuses = True
    one.start()
    one.until(lambda: _phase(one) == "Aborted")
    assert '"after":"Degraded"' in _journal(one.folder)
    assert '"after":"Promoted"' not in _journal(one.folder)
    assert one.run("status").returncode == 4
    assert one.engine.seen == []
    one.engine.refuses = False
    one.until(lambda: one.engine.seen == [0])
    assert one.run("status").returncode == 1


def test_a_plane_that_reads_back_otherwise_is_degraded_and_never_promoted(rollout: Any) -> None:
    """The weight that is shown is the one that was read."""
    one = rollout(PAUSED_AT_5)
    one.start()
    one.until(lambda: _phase(one) == "Paused")
    one.engine.shows = 40.0
    one.until(lambda: _phase(one) == "Degraded")
    found = one.status()
    assert (found.weight_pct, found.wanted_pct) == (40, 0)
    assert one.engine.weight() == 0
    one.engine.shows = None
    one.until(lambda: _phase(one) == "Aborted")
    assert 100 not in one.engine.seen


def test_a_candidate_that_fails_is_rolled_back_and_read_back(rollout: Any) -> None:
    """By the counts of the engine alone: the evidence still says pass."""
    one = rollout(PAUSED_AT_5)
    one.start()
    one.until(lambda: _phase(one) == "Paused")
    one.engine.error_share = 0.6
    one.until(lambda: one.engine.weight() == 0)
    one.until(lambda: _phase(one) == "Aborted")
    assert one.status().outcome == "RolledBack"
    assert one.run("status").returncode == 1


def test_a_candidate_that_dies_is_rolled_back(rollout: Any) -> None:
    """It takes no connections any more."""
    one = rollout(PAUSED_AT_5)
    one.start()
    one.until(lambda: _phase(one) == "Paused")
    one.candidate_dies()
    one.until(lambda: one.engine.weight() == 0)
    one.until(lambda: _phase(one) == "Aborted")


def test_abort_needs_no_controller(rollout: Any) -> None:
    """Nor the plan by which it came so far; it is read back and in the journal, and retry begins again."""
    one = rollout(PAUSED_AT_5)
    child = one.start()
    one.until(lambda: one.engine.weight() == 5)
    child.kill()
    child.wait()
    path = one.folder / "crossfade.toml"
    config = path.read_text()
    path.write_text(config.replace("{setWeight = 5}", "{setWeight = 7}"))
    done = one.run("abort", "--reason", "tickets")
    assert done.returncode == 0, done.stderr
    path.write_text(config)
    assert "web GET /items/{id}: Aborted, weight 0 %: " in done.stdout
    assert one.engine.seen[-1] == 0
    assert "abort by jo: tickets" in _journal(one.folder)
    again = one.start()
    one.wait_for_api(again)
    assert _phase(one) == "Aborted"
    assert one.run("retry").returncode == 0
    one.until(lambda: one.engine.weight() == 5)


def test_orders_are_carried_out_and_written_down(rollout: Any) -> None:
    """By whom and why; twice is once."""
    one = rollout("[{setWeight = 5}, {analysis = {min_requests = 1000000}}, {setWeight = 100}]")
    child = one.start()
    one.until(lambda: one.engine.weight() == 5)
    one.wait_for_api(child)
    assert one.run("pause", "--reason", "a backup", "--actor", "kim").returncode == 0
    assert _phase(one) == "Paused"
    assert "it is paused" in one.run("pause").stdout
    assert "pause by kim: a backup" in _journal(one.folder)
    assert one.run("resume").returncode == 0
    assert one.run("promote", "--full").returncode == 0
    one.until(lambda: one.engine.weight() == 100)
    assert one.status().outcome == "FastPromoted"


def _journal(folder: Path) -> str:
    text = (folder / ".crossfade" / "canary" / "journal.jsonl").read_text()
    assert all(json.loads(line) for line in text.splitlines())
    return text
