"""A run whose writer was lost, in a file that can't be written, and what is left of its life."""

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
