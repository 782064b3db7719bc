"""Old runs are deleted by age and by number, with their recordings and contracts; a live one never."""

import contextlib
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crossfade.shadow.evidence import schema
from crossfade.shadow.evidence.contracts import forget_contracts
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.marks import CUT_OFF_S, flush_marks, forget_flush

_INCREMENTAL = 2  # sqlite.org/pragma.html#pragma_auto_vacuum
_DAY_S = 86_400.0
_TABLES = tuple(table for table in schema.metadata.sorted_tables if "run_id" in table.c)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Runs are kept for ``keep_days`` after their end, and the newest ``keep_runs`` of them."""

    keep_days: int
    keep_runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """The runs that were deleted (or would be), oldest first, and the bytes of the store before and after."""

    run_ids: tuple[str, ...]
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """``last_s`` is when the run ended or was last flushed, in seconds since the epoch; ``is_live`` as of now."""

    run_id: str
    last_s: float
    is_live: bool


def prune(folder: Path, retention: Retention, *, now: float, dry_run: bool = False) -> Pruned:
    """Deletes what is too old or too much. Raises: EvidenceError: no store, another version, not writable."""
    path = schema.find(folder)
    before = _size(path)
    engine = schema.connect(folder)
    try:
        schema.check_version(engine, path)
        with engine.begin() as connection:
            doomed = choose(stored_runs(connection, now), retention, now=now)
            if doomed and not dry_run:
                _delete_recordings(folder / schema.RECORDINGS, doomed)
                _delete(connection, doomed)
                forget_contracts(folder, connection.scalars(sa.select(schema.runs.c.contract_digest)))
        if doomed and not dry_run:
            _shrink(engine)
    except sa.exc.DBAPIError as error:
        raise EvidenceError(f"{path}: expected a writable store, got {error.orig}") from None
    finally:
        engine.dispose()
    return Pruned(run_ids=doomed, bytes_before=before, bytes_after=_size(path))


def choose(runs: Sequence[StoredRun], retention: Retention, *, now: float) -> tuple[str, ...]:
    """Of ``runs`` (oldest first) those to delete. Pure."""
    oldest_s = now - retention.keep_days * _DAY_S
    beyond = len(runs) - retention.keep_runs
    return tuple(
        run.run_id for number, run in enumerate(runs) if not run.is_live and (number < beyond or run.last_s < oldest_s)
    )


def stored_runs(connection: sa.Connection, now: float) -> list[StoredRun]:
    """All runs by their start, oldest first."""
    marks = flush_marks(connection)
    rows = connection.execute(sa.select(schema.runs).order_by(schema.runs.c.started_at, schema.runs.c.run_id))
    return [_stored(row, marks.get(row.run_id, row.started_at), now) for row in rows]


def _stored(row: sa.Row[Any], flushed_s: float, now: float) -> StoredRun:
    ended: float | None = row.ended_at
    if ended is not None:
        return StoredRun(run_id=row.run_id, last_s=ended, is_live=False)
    return StoredRun(run_id=row.run_id, last_s=flushed_s, is_live=now - flushed_s < CUT_OFF_S)


def _delete(connection: sa.Connection, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        for table in _TABLES:
            connection.execute(sa.delete(table).where(table.c.run_id == run_id))
        forget_flush(connection, run_id)


def _delete_recordings(folder: Path, run_ids: Sequence[str]) -> None:
    """Before the runs themselves, so that one that can't be deleted is tried again. Raises: EvidenceError."""
    for recording in (folder / run_id for run_id in run_ids):
        if recording.parent == folder and recording.is_dir():
            try:
                shutil.rmtree(recording)
            except OSError as error:
                message = f"{recording}: expected a folder that can be deleted, got {error.strerror or error}"
                raise EvidenceError(f"{message}; delete it by hand") from None


def _shrink(engine: sa.Engine) -> None:
    """Gives free pages back to the disk; a store in use keeps them for its next runs instead."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_incremental = connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == _INCREMENTAL
        how = "PRAGMA incremental_vacuum" if is_incremental else "PRAGMA auto_vacuum=INCREMENTAL; VACUUM"
        with contextlib.suppress(sqlite3.OperationalError):
            # a script, because execute() would free one page and stop
            connection.connection.executescript(f"{how}; PRAGMA wal_checkpoint(TRUNCATE);")


def _size(path: Path) -> int:
    """Bytes of the store and of what SQLite keeps beside it."""
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
