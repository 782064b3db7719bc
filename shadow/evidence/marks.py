"""When a run that has not ended was last flushed: by this a live run is told from one that was cut off."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from crossfade.shadow.evidence.schema import meta

CUT_OFF_S = 600.0
"""A run that has not ended and was not flushed for so long was cut off; flushes are a minute apart at most."""
_PREFIX = "flushed:"


def mark_flush(connection: sa.Connection, run_id: str, now: float) -> None:
    """Writes that the run lives at ``now``, in seconds since the epoch."""
    statement = insert(meta).values(key=_PREFIX + run_id, value=repr(now))
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": repr(now)}))


def forget_flush(connection: sa.Connection, run_id: str) -> None:
    """Removes the mark of a run that has ended or is deleted."""
    connection.execute(sa.delete(meta).where(meta.c.key == _PREFIX + run_id))


def flush_marks(connection: sa.Connection) -> dict[str, float]:
    """The mark of each run that has one, by run id."""
    rows = connection.execute(sa.select(meta).where(meta.c.key.startswith(_PREFIX, autoescape=True)))
    return {row.key.removeprefix(_PREFIX): float(row.value) for row in rows}
