"""When a run that has not ended was last flushed: this tells a live run from one that was cut off."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from crossfade.shadow.evidence.stores.sqlite.schema import meta

_PREFIX = "flushed:"


def note_flush(connection: sa.Connection, run_id: str, now: float) -> None:
    """Writes that the run lives at ``now``, in seconds since the epoch."""
    statement = insert(meta).values(key=_PREFIX + run_id, value=repr(now))
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": repr(now)}))


def forget_flush(connection: sa.Connection, run_id: str) -> None:
    """Removes the time of a run that has ended or is deleted."""
    connection.execute(sa.delete(meta).where(meta.c.key == _PREFIX + run_id))


def flush_times(connection: sa.Connection) -> dict[str, float]:
    """When each live run was last flushed, in seconds since the epoch, by run id."""
    rows = connection.execute(sa.select(meta).where(meta.c.key.startswith(_PREFIX, autoescape=True)))
    return {row.key.removeprefix(_PREFIX): float(row.value) for row in rows}
