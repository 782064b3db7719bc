"""Old runs go, live ones stay, and the file shrinks."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.config.settings import EvidenceSettings
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.contracts import contract_file, keep_contract
from crossfade.shadow.evidence.records import CUT_OFF_S, RunSummary
from crossfade.shadow.evidence.retention import Retention, choose, prune

DAY = 86_400.0
NOW = 1_000 * DAY
KEEP = Retention(keep_days=30, keep_runs=3)


def test_by_age(store: Any) -> None:
    """The end counts, not the start."""
    store.run("old", NOW - 40 * DAY, NOW - 31 * DAY)
    store.run("long", NOW - 40 * DAY + 1, NOW - 29 * DAY)
    assert prune(store.store, store.folder, KEEP, now=NOW).run_ids == ("old",)
    assert tuple(run.run_id for run in store.store.runs()) == ("long",)
    assert store.store.read("long").routes[0].distinct == 1


def test_by_number(store: Any) -> None:
    """The newest stay."""
    for number in range(5):
        store.run(f"run-{number}", NOW - 10 + number, NOW)
    assert prune(store.store, store.folder, KEEP, now=NOW).run_ids == ("run-0", "run-1")
    assert prune(store.store, store.folder, KEEP, now=NOW).run_ids == ()
    assert tuple(run.run_id for run in store.store.runs()) == ("run-2", "run-3", "run-4")


def test_its_recording_goes_with_a_run(store: Any) -> None:
    """And that alone; what only looks like one is left."""
    for run_id, at in (("old", 0.0), ("new", NOW), ("../kept", 0.0)):
        store.run(run_id, at, at + 1)
        folder = store.folder / "recordings" / run_id
        folder.mkdir(parents=True)
        (folder / "000001.jsonl.zst").write_bytes(b"x")
    assert prune(store.store, store.folder, KEEP, now=NOW, dry_run=True).run_ids == ("../kept", "old")
    assert (store.folder / "recordings" / "old").exists()
    prune(store.store, store.folder, KEEP, now=NOW)
    assert [path.name for path in (store.folder / "recordings").iterdir()] == ["new"]
    assert (store.folder / "kept").exists()


def test_contracts_of_no_run_go(store: Any) -> None:
    """One that a younger run was compared by as well stays."""
    store.run("old", 0.0, 1.0)
    store.run("new", NOW, NOW)
    ((digest,),) = set(store.sql("SELECT contract_digest FROM runs"))
    for name in (digest, "gone"):
        keep_contract(store.folder, name, b"x")
    assert prune(store.store, store.folder, KEEP, now=NOW).run_ids == ("old",)
    assert not contract_file(store.folder, "gone").exists()
    assert contract_file(store.folder, digest).exists()


def test_a_recording_that_can_not_be_deleted(store: Any) -> None:
    """One line, and the run stays, to be tried again."""
    store.run("old", 0.0, 1.0)
    (store.folder / "elsewhere").mkdir()
    (store.folder / "recordings").mkdir()
    (store.folder / "recordings" / "old").symlink_to(store.folder / "elsewhere")
    with pytest.raises(EvidenceError, match=r"old: expected a folder that can be deleted, got .+; delete it by hand$"):
        prune(store.store, store.folder, KEEP, now=NOW)
    assert tuple(run.run_id for run in store.store.runs()) == ("old",)


def test_a_live_run_is_never_deleted(store: Any) -> None:
    """However old and however many: it was flushed a moment ago, by the clock of the writer."""
    writers = [store.begin(f"live-{number}", 0.0) for number in range(4)]
    assert prune(store.store, store.folder, Retention(keep_days=1, keep_runs=1), now=time.time()).run_ids == ()
    for writer in writers:
        writer.finish({}, now=1.0)
    assert prune(store.store, store.folder, Retention(keep_days=1, keep_runs=1), now=time.time()).run_ids == (
        "live-0",
        "live-1",
        "live-2",
        "live-3",
    )


def test_a_run_that_was_cut_off(store: Any) -> None:
    """Counts as ended when it was last flushed."""
    store.cut_off("killed", NOW - 40 * DAY, NOW - 31 * DAY)
    store.cut_off("lately", NOW - 40 * DAY, NOW - 29 * DAY)
    assert prune(store.store, store.folder, KEEP, now=NOW).run_ids == ("killed",)


def test_a_dry_run(store: Any) -> None:
    """It says what would go, and changes nothing."""
    store.run("old", 0.0, 1.0)
    before = store.sql("SELECT * FROM signatures")
    assert prune(store.store, store.folder, KEEP, now=NOW, dry_run=True).run_ids == ("old",)
    assert store.sql("SELECT * FROM signatures") == before
    assert tuple(run.run_id for run in store.store.runs()) == ("old",)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "got none; run `crossfade shadow` first"), (b"no database" * 99, "expected an evidence store, got file")],
)
def test_no_store(store: Any, content: bytes | None, expected: str) -> None:
    """One line."""
    if content is not None:
        store.path.write_bytes(content)
    with pytest.raises(EvidenceError, match=expected):
        prune(store.store, store.folder, KEEP, now=NOW)


_ended = st.builds(
    RunSummary, run_id=st.uuids().map(str), started_at=st.just(0.0), ended_at=st.floats(0, NOW), entered=st.just(1)
)
_open = st.builds(
    RunSummary,
    run_id=st.uuids().map(str),
    started_at=st.just(0.0),
    ended_at=st.none(),
    entered=st.just(1),
    flushed_at=st.floats(0, NOW) | st.floats(NOW - CUT_OFF_S, NOW),
)


@given(st.lists(_ended | _open, max_size=20), st.integers(1, 900), st.integers(1, 25))
def test_what_may_go(runs: list[RunSummary], keep_days: int, keep_runs: int) -> None:
    """Never a live run; what stays is young and few, live ones aside; what goes twice is nothing."""
    retention = Retention(keep_days=keep_days, keep_runs=keep_runs)
    doomed = set(choose(runs, retention, now=NOW))
    assert not {run.run_id for run in runs if run.is_live(NOW)} & doomed
    kept = [run for run in runs if run.run_id not in doomed]
    assert all(run.is_live(NOW) or run.last_s >= NOW - keep_days * DAY for run in kept)
    assert sum(not run.is_live(NOW) for run in kept) <= keep_runs
    assert set(runs[-keep_runs:]) - set(kept) == {
        run for run in runs[-keep_runs:] if not run.is_live(NOW) and run.last_s < NOW - keep_days * DAY
    }
    assert choose(kept, retention, now=NOW) == () or any(run.is_live(NOW) for run in runs)


def test_a_flush_is_never_so_late() -> None:
    """The longest flush_ms is far below the time after which a run counts as cut off."""
    assert EvidenceSettings(flush_ms=60_000).flush_ms / 1000 * 5 < CUT_OFF_S
    with pytest.raises(ValueError, match="less than or equal to 60000"):
        EvidenceSettings(flush_ms=60_001)
