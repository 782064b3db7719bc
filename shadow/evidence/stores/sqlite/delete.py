"""Deletes runs from a SQLite store, and gives the free pages back to the disk."""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.last_flush import forget_flush

_INCREMENTAL = 2  # sqlite.org/pragma.html#pragma_auto_vacuum
_TABLES = tuple(table for table in schema.metadata.sorted_tables if "run_id" in table.c)


def delete(path: Path, run_ids: Sequence[str]) -> None:
    """See ``Store.delete``."""
    schema.require(path)
    with schema.connected(path) as engine:
        try:
            schema.check_version(engine, path)
            with engine.begin() as connection:
                _delete(connection, run_ids)
            _shrink(engine)
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{path}: expected a writable store, got {error.orig}") from None


def _delete(connection: sa.Connection, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        for table in _TABLES:
            connection.execute(sa.delete(table).where(table.c.run_id == run_id))
        forget_flush(connection, run_id)


def _shrink(engine: sa.Engine) -> None:
    """A store in use keeps the pages for its next runs instead."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_incremental = connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == _INCREMENTAL
        how = "PRAGMA incremental_vacuum" if is_incremental else "PRAGMA auto_vacuum=INCREMENTAL; VACUUM"
        with contextlib.suppress(sqlite3.OperationalError):
            # a script, because execute() would free one page and stop
            connection.connection.executescript(f"{how}; PRAGMA wal_checkpoint(TRUNCATE);")
