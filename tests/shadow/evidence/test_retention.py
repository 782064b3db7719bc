"""Old runs go, live ones stay, and the file shrinks."""

import sqlite3
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.config.settings import EvidenceSettings
from crossfade.shadow.evidence import EvidenceError, list_runs, read_run
from crossfade.shadow.evidence.contracts import contract_file, keep_contract
from crossfade.shadow.evidence.marks import CUT_OFF_S
from crossfade.shadow.evidence.retention import Retention, StoredRun, choose, prune

DAY = 86_400.0
NOW = 1_000 * DAY
KEEP = Retention(keep_days=30, keep_runs=3)


def test_by_age(store: Any) -> None:
    """The end counts, not the start."""
    store.run("old", NOW - 40 * DAY, NOW - 31 * DAY)
    store.run("long", NOW - 40 * DAY + 1, NOW - 29 * DAY)
    assert prune(store.folder, KEEP, now=NOW).run_ids == ("old",)
    assert tuple(run.run_id for run in list_runs(store.folder)) == ("long",)
    assert read_run(store.folder, "long").routes[0].distinct == 1


def test_by_number(store: Any) -> None:
    """The newest stay."""
    for number in range(5):
        store.run(f"run-{number}", NOW - 10 + number, NOW)
    assert prune(store.folder, KEEP, now=NOW).run_ids == ("run-0", "run-1")
    assert prune(store.folder, KEEP, now=NOW).run_ids == ()
    assert tuple(run.run_id for run in list_runs(store.folder)) == ("run-2", "run-3", "run-4")


def test_nothing_of_a_run_is_left(store: Any) -> None:
    """Each table that knows runs is emptied of it, and of it alone."""
    store.run("old", 0.0, 1.0)
    store.cut_off("killed", 0.0, 1.0)
    store.run("new", NOW, NOW)
    tables = [name for (name,) in store.sql("SELECT name FROM sqlite_master WHERE type = 'table'") if name != "meta"]
    assert len(tables) >= 6
    assert prune(store.folder, KEEP, now=NOW).run_ids == ("killed", "old")
    for table in tables:
        assert {row for (row,) in store.sql(f"SELECT run_id FROM {table}")} <= {"new"}, table
    assert store.sql("SELECT key FROM meta") == [("schema_version",)]


def test_its_recording_goes_with_a_run(store: Any) -> None:
    """And that alone; what only looks like one is left."""
    for run_id, at in (("old", 0.0), ("new", NOW), ("../kept", 0.0)):
        store.run(run_id, at, at + 1)
        folder = store.folder / "recordings" / run_id
        folder.mkdir(parents=True)
        (folder / "000001.jsonl.zst").write_bytes(b"x")
    assert prune(store.folder, KEEP, now=NOW, dry_run=True).run_ids == ("../kept", "old")
    assert (store.folder / "recordings" / "old").exists()
    prune(store.folder, KEEP, now=NOW)
    assert [path.name for path in (store.folder / "recordings").iterdir()] == ["new"]
    assert (store.folder / "kept").exists()


def test_contracts_of_no_run_go(store: Any) -> None:
    """One that a younger run was compared by as well stays."""
    store.run("old", 0.0, 1.0)
    store.run("new", NOW, NOW)
    ((digest,),) = set(store.sql("SELECT contract_digest FROM runs"))
    for name in (digest, "gone"):
        keep_contract(store.folder, name, b"x")
    assert prune(store.folder, KEEP, now=NOW).run_ids == ("old",)
    assert not contract_file(store.folder, "gone").exists()
    assert contract_file(store.folder, digest).exists()


def test_a_recording_that_can_not_be_deleted(store: Any) -> None:
    """One line, and the run stays, to be tried again."""
    store.run("old", 0.0, 1.0)
    (store.folder / "elsewhere").mkdir()
    (store.folder / "recordings").mkdir()
    (store.folder / "recordings" / "old").symlink_to(store.folder / "elsewhere")
    with pytest.raises(EvidenceError, match=r"old: expected a folder that can be deleted, got .+; delete it by hand$"):
        prune(store.folder, KEEP, now=NOW)
    assert tuple(run.run_id for run in list_runs(store.folder)) == ("old",)


def test_a_live_run_is_never_deleted(store: Any) -> None:
    """However old and however many: it was flushed a moment ago, by the clock of the writer."""
    writers = [store.begin(f"live-{number}", 0.0) for number in range(4)]
    assert prune(store.folder, Retention(keep_days=1, keep_runs=1), now=time.time()).run_ids == ()
    for writer in writers:
        writer.finish({}, now=1.0)
    assert prune(store.folder, Retention(keep_days=1, keep_runs=1), now=time.time()).run_ids == (
        "live-0",
        "live-1",
        "live-2",
        "live-3",
    )


def test_a_run_that_was_cut_off(store: Any) -> None:
    """Counts as ended when it was last flushed."""
    store.cut_off("killed", NOW - 40 * DAY, NOW - 31 * DAY)
    store.cut_off("lately", NOW - 40 * DAY, NOW - 29 * DAY)
    assert prune(store.folder, KEEP, now=NOW).run_ids == ("killed",)


def test_a_dry_run(store: Any) -> None:
    """It says what would go, and changes nothing."""
    store.run("old", 0.0, 1.0)
    before = store.sql("SELECT * FROM signatures")
    assert prune(store.folder, KEEP, now=NOW, dry_run=True).run_ids == ("old",)
    assert store.sql("SELECT * FROM signatures") == before
    assert tuple(run.run_id for run in list_runs(store.folder)) == ("old",)


@pytest.mark.parametrize("is_old_file", [False, True])
def test_the_file_shrinks(store: Any, is_old_file: bool) -> None:
    """Also one that was made before stores gave pages back."""
    store.run("old", 0.0, 1.0, signatures=1500)
    store.run("new", NOW, NOW)
    if is_old_file:
        with sqlite3.connect(store.path) as connection:
            connection.executescript("PRAGMA journal_mode=DELETE; PRAGMA auto_vacuum=NONE; VACUUM;")
        connection.close()
    assert store.sql("PRAGMA auto_vacuum") == [(0 if is_old_file else 2,)]
    done = prune(store.folder, KEEP, now=NOW)
    assert done.run_ids == ("old",)
    assert store.path.stat().st_size < done.bytes_before / 4
    assert done.bytes_after < done.bytes_before / 4
    assert store.sql("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_reader_at_work(store: Any) -> None:
    """The runs go; the disk space waits for the next time."""
    store.run("old", 0.0, 1.0)
    with sqlite3.connect(store.path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM runs").fetchone()
        assert prune(store.folder, KEEP, now=NOW).run_ids == ("old",)
    reader.close()


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "got none; run `crossfade shadow` first"), (b"no database" * 99, "expected an evidence store, got file")],
)
def test_no_store(store: Any, content: bytes | None, expected: str) -> None:
    """One line."""
    if content is not None:
        store.path.write_bytes(content)
    with pytest.raises(EvidenceError, match=expected):
        prune(store.folder, KEEP, now=NOW)


_runs = st.lists(
    st.builds(StoredRun, run_id=st.uuids().map(str), last_s=st.floats(0, NOW), is_live=st.booleans()), max_size=20
)


@given(_runs, st.integers(1, 900), st.integers(1, 25))
def test_what_may_go(runs: list[StoredRun], keep_days: int, keep_runs: int) -> None:
    """Never a live run; what stays is young and few, live ones aside; what goes twice is nothing."""
    retention = Retention(keep_days=keep_days, keep_runs=keep_runs)
    doomed = set(choose(runs, retention, now=NOW))
    assert not {run.run_id for run in runs if run.is_live} & doomed
    kept = [run for run in runs if run.run_id not in doomed]
    assert all(run.is_live or run.last_s >= NOW - keep_days * DAY for run in kept)
    assert sum(not run.is_live for run in kept) <= keep_runs
    assert set(runs[-keep_runs:]) - set(kept) == {
        run for run in runs[-keep_runs:] if not run.is_live and run.last_s < NOW - keep_days * DAY
    }
    assert choose(kept, retention, now=NOW) == () or any(run.is_live for run in runs)


def test_a_flush_is_never_so_late() -> None:
    """The longest flush_ms is far below the time after which a run counts as cut off."""
    assert EvidenceSettings(flush_ms=60_000).flush_ms / 1000 * 5 < CUT_OFF_S
    with pytest.raises(ValueError, match="less than or equal to 60000"):
        EvidenceSettings(flush_ms=60_001)
