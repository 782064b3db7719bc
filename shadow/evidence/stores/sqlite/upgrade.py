"""Brings a store of an older crossfade to the present schema: a copy first, then one transaction."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.records import CUT_OFF_S
from crossfade.shadow.evidence.store import Upgraded
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.last_flush import flush_times

Steps = Mapping[int, tuple[str, ...]]


def upgrade(path: Path, *, now: float, steps: Steps = schema.MIGRATIONS, dry_run: bool = False) -> Upgraded:
    """Runs the steps that lead from the store's version to the present one, or to where ``steps`` end.

    See ``Store.upgrade``.
    """
    schema.require(path)
    to = max(steps) + 1 if steps else schema.SCHEMA_VERSION
    with schema.connected(path) as engine:
        try:
            before = _before(schema.read_version(engine, path), path, steps, to)
            backup = path.with_name(f"{path.stem}.v{before}{path.suffix}")
            if before == to or dry_run:
                return Upgraded(before=before, after=to, backup=None)
            if backup.exists():
                raise EvidenceError(f"{backup}: expected nothing there, got a file; move it away")
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                _refuse_live(connection, path, now)
                connection.exec_driver_sql("VACUUM INTO ?", (str(backup),))
                _run(connection, [statement for version in range(before, to) for statement in steps[version]], to)
            return Upgraded(before=before, after=to, backup=backup)
        except sa.exc.DBAPIError as error:
            raise EvidenceError(
                f"{path}: expected a store that is not in use and can be written, got {error.orig}; it is as it was"
            ) from None


def _before(version: str, path: Path, steps: Steps, to: int) -> int:
    """The store's version, from which there is a way."""
    if not version.isdigit() or int(version) > to:
        raise EvidenceError(f"{path}: expected schema version {to} or older, got {version}; use a newer crossfade")
    if missing := [step for step in range(int(version), to) if step not in steps]:
        raise EvidenceError(
            f"{path}: expected a version that can be upgraded, got {version}: no step leads from {missing[0]}; "
            "use the crossfade that wrote it, or move it away to start anew"
        )
    return int(version)


def _refuse_live(connection: sa.Connection, path: Path, now: float) -> None:
    """The crossfade that writes a live run knows the old schema only."""
    live = [run_id for run_id, flushed_s in flush_times(connection).items() if now - flushed_s < CUT_OFF_S]
    if live:
        raise EvidenceError(
            f"{path}: expected no live run, got {live[0]}; end its proxy (if it was killed, wait {CUT_OFF_S:.0f} s)"
        )


def _run(connection: sa.Connection, statements: list[str], to: int) -> None:
    """All of it or nothing: sqlite3 begins no transaction for a change of schema by itself."""
    connection.exec_driver_sql("BEGIN EXCLUSIVE")
    try:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.execute(schema.meta.update().where(schema.meta.c.key == "schema_version").values(value=str(to)))
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
