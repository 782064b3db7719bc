"""A run whose writer was lost, in a file that can't be written, and what is left of its life."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError, store_in
from crossfade.shadow.evidence.stores.sqlite.last_flush import flush_times
from crossfade.shadow.evidence.stores.sqlite.schema import connected


def test_it_no_longer_lives(make: Any, stores: Any) -> None:
    """Nothing waits for a run that is closed: the time of its last flush is gone."""
    stores.open().flush({})
    stores.store.close_lost("run-1", make.entered(7), now=9.0)
    with connected(stores.file) as engine, engine.connect() as connection:
        assert flush_times(connection) == {}


def test_a_store_that_can_not_be_written(make: Any, tmp_path: Path) -> None:
    """One line, and the caller goes on."""
    (tmp_path / "evidence.sqlite").write_text("no store")
    with pytest.raises(EvidenceError, match="expected a writable store"):
        store_in(tmp_path).close_lost("r1", make.entered(1), now=9.0)


def test_twice_at_the_same_time(make: Any, stores: Any) -> None:
    """A shutdown repeats a close that still waits for a locked store: what was lost is counted once."""
    stores.open().flush({})
    with closing(sqlite3.connect(stores.file)) as other, ThreadPoolExecutor(2) as threads:
        other.execute("BEGIN IMMEDIATE")
        closes = [threads.submit(stores.store.close_lost, "run-1", make.entered(7), now=9.0) for _ in range(2)]
        wait(closes, timeout=0.3)
        other.rollback()
        assert sum(close.result() for close in closes) == 7
    (route,) = stores.store.read("run-1").routes
    assert (route.entered, sum(route.settled.values())) == (7, 7)
