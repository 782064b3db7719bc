"""Deleted runs leave nothing behind, and the file shrinks."""

import sqlite3
from typing import Any

import pytest


def test_nothing_of_a_run_is_left(store: Any) -> None:
    """Each table that knows runs is emptied of it, and of it alone."""
    store.run("old", 0.0, 1.0)
    store.cut_off("killed", 0.0, 1.0)
    store.run("new", 1000.0, 1000.0)
    tables = [name for (name,) in store.sql("SELECT name FROM sqlite_master WHERE type = 'table'") if name != "meta"]
    assert len(tables) >= 6
    store.store.delete(["killed", "old"])
    for table in tables:
        assert {row for (row,) in store.sql(f"SELECT run_id FROM {table}")} <= {"new"}, table
    assert store.sql("SELECT key FROM meta") == [("schema_version",)]


@pytest.mark.parametrize("is_old_file", [False, True])
def test_the_file_shrinks(store: Any, is_old_file: bool) -> None:
    """Also one that was made before stores gave pages back."""
    store.run("old", 0.0, 1.0, signatures=1500)
    store.run("new", 1000.0, 1000.0)
    if is_old_file:
        with sqlite3.connect(store.path) as connection:
            connection.executescript("PRAGMA journal_mode=DELETE; PRAGMA auto_vacuum=NONE; VACUUM;")
        connection.close()
    assert store.sql("PRAGMA auto_vacuum") == [(0 if is_old_file else 2,)]
    before = store.store.size_bytes()
    store.store.delete(["old"])
    assert store.path.stat().st_size < before / 4
    assert store.store.size_bytes() < before / 4
    assert store.sql("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_reader_at_work(store: Any) -> None:
    """The runs go; the disk space waits for the next time."""
    store.run("old", 0.0, 1.0)
    with sqlite3.connect(store.path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM runs").fetchone()
        store.store.delete(["old"])
    reader.close()
