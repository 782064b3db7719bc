"""A file is a store of this version, or it is refused in one line and gets no table."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, store_in
from crossfade.shadow.evidence.stores.sqlite.schema import SCHEMA_VERSION, metadata


def database(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def actions(make: Any, folder: Path) -> tuple[Callable[[], Any], ...]:
    """All that opens a store."""
    return (
        lambda: EvidenceWriter.begin(store_in(folder), make.info(), None),
        store_in(folder).read,
        store_in(folder).runs,
    )


def test_a_new_store(stores: Any) -> None:
    """Has all tables and says its version."""
    stores.open()
    assert tables(stores.file) == set(metadata.tables)
    connection = sqlite3.connect(stores.file)
    assert connection.execute("SELECT * FROM meta WHERE key = 'schema_version'").fetchall() == [
        ("schema_version", str(SCHEMA_VERSION))
    ]
    connection.close()


@pytest.mark.parametrize("version", ["0", str(SCHEMA_VERSION + 1), "later"])
def test_another_version(make: Any, stores: Any, version: str) -> None:
    """Says both versions and what to do, for who writes and for who reads; nothing is added to the file."""
    database(
        stores.file,
        f"CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema_version', '{version}')",
    )
    for action in actions(make, stores.folder):
        with pytest.raises(EvidenceError) as caught:
            action()
        assert str(caught.value) == (
            f"{stores.file}: expected schema version {SCHEMA_VERSION}, got {version}; "
            "use the crossfade that wrote it, or move it away to start anew"
        )
    assert tables(stores.file) == {"meta"}


@pytest.mark.parametrize("script", ["CREATE TABLE users (id INTEGER)", "CREATE TABLE meta (other INTEGER)"])
def test_a_database_of_others(make: Any, stores: Any, script: str) -> None:
    """Is no place for our tables."""
    database(stores.file, script)
    before = tables(stores.file)
    for action in actions(make, stores.folder):
        with pytest.raises(EvidenceError, match=r"^[^\n]*: expected an evidence store, got [^\n]+; move it away$"):
            action()
    assert tables(stores.file) == before


@pytest.mark.parametrize(
    "content", [b"not a database at all, but some text\n" * 50, b"SQLite format 3\0" + b"\xff" * 500]
)
def test_a_file_that_is_no_database(make: Any, stores: Any, content: bytes) -> None:
    """Is refused in one line, and not touched."""
    stores.file.write_bytes(content)
    for action in actions(make, stores.folder):
        with pytest.raises(EvidenceError, match=r"^[^\n]*: expected an? [^\n]+, got [^\n]+$"):
            action()
    assert stores.file.read_bytes() == content


def test_an_empty_file(stores: Any) -> None:
    """Is what a run leaves that was killed before it had a table: the next one makes the store."""
    stores.file.touch()
    stores.open()
    assert [run.run_id for run in stores.store.runs()] == ["run-1"]


def test_tables_and_version_are_one_transaction(make: Any, stores: Any) -> None:
    """A store that can't be made as a whole is not made at all, so that it is never one without a version."""

    def stop(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO meta"):
            raise RuntimeError(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(RuntimeError, match="meta"):
            stores.open()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", stop)
    assert tables(stores.file) == set()
    stores.open(make.info())
    assert [run.run_id for run in stores.store.runs()] == ["run-1"]


def test_a_folder_that_is_a_file(make: Any, tmp_path: Path) -> None:
    """Names the folder."""
    path = tmp_path / "file"
    path.touch()
    for folder in (path, path / "below"):
        with pytest.raises(EvidenceError, match=r"expected a folder to write to, got "):
            EvidenceWriter.begin(store_in(folder), make.info(), None)


def test_a_store_that_is_a_folder(make: Any, stores: Any) -> None:
    """Can't be opened, and that is one line."""
    stores.file.mkdir()
    for action in actions(make, stores.folder):
        with pytest.raises(EvidenceError, match=r"^[^\n]*evidence\.sqlite: expected an? [^\n]+$"):
            action()
    stores.file.rmdir()


def test_no_store(stores: Any) -> None:
    """A reader makes none."""
    for store in (stores.store, store_in(stores.folder / "none")):
        for action in (store.read, store.runs, store.size_bytes):
            with pytest.raises(
                EvidenceError, match=r"expected an evidence store, got none; run `crossfade shadow` first$"
            ):
                action()
    assert list(stores.folder.iterdir()) == []
