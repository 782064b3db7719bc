"""A store in a file: where it is, how large it is, and that it holds nothing open."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, open_store


def test_the_path_of_a_url_is_taken_as_it_is(make: Any, tmp_path: Path) -> None:
    """Whatever its names hold; opening makes nothing, the first run makes folder and file."""
    file = tmp_path / "a b" / "50%?x=1#y" / "runs.db"
    store = open_store(f"sqlite:///{file}")
    assert not file.parent.exists()
    with pytest.raises(EvidenceError, match=r"runs\.db: expected an evidence store, got none"):
        store.read()
    EvidenceWriter.begin(store, make.info(), None).close()
    assert file.is_file()


def test_the_log_beside_the_file_counts(make: Any, stores: Any) -> None:
    """While a run is written, much of it is there."""
    writer = stores.open()
    writer.add(make.judged("body/a"))
    writer.flush(make.entered(1))
    log = stores.file.with_name(f"{stores.file.name}-wal")
    assert stores.store.size_bytes() == stores.file.stat().st_size + log.stat().st_size
    assert log.stat().st_size > 0
    writer.finish(make.entered(1), now=9.0)
    assert stores.store.size_bytes() == stores.file.stat().st_size


def test_nothing_is_held_open(make: Any, stores: Any) -> None:
    """SQLite removes its log when the last connection closes: after each action there is none."""
    stores.open().finish(make.entered(1), now=9.0)
    actions = (
        stores.store.runs,
        stores.store.read,
        lambda: stores.store.delete(["none"]),
        lambda: stores.store.close_lost("run-1", make.entered(1), now=9.0),
        lambda: stores.store.upgrade(now=0.0),
    )
    for action in actions:
        action()
        assert [path.name for path in stores.folder.iterdir()] == ["evidence.sqlite"]
