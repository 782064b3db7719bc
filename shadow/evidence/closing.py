"""Ends a run whose compare process was lost: what was committed stays, and what it had not committed is counted."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from crossfade.shadow.evidence import schema
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.marks import forget_flush
from crossfade.shadow.evidence.store import by_key, route_row
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


def close_lost_run(folder: Path, run_id: str, entered: Mapping[RouteInfo, int], *, now: float) -> int:
    """Marks the run as ended, with all that entered; returns how many requests ended as shed(compare_down).

    Raises: EvidenceError: the store could not be written; nothing was changed.
    """
    engine = schema.connect(folder)
    try:
        with engine.begin() as connection:
            routes = by_key(entered).values()
            lost = sum(_close_route(connection, run_id, info, count) for info, count in routes)
            connection.execute(schema.runs.update().where(schema.runs.c.run_id == run_id).values(ended_at=now))
            forget_flush(connection, run_id)
            return lost
    except sa.exc.DBAPIError as error:
        raise EvidenceError(f"{folder / schema.FILE_NAME}: expected a writable store, got {error.orig}") from None
    finally:
        engine.dispose()


def _close_route(connection: sa.Connection, run_id: str, info: RouteInfo, entered: int) -> int:
    ended = _ended(connection, run_id, info.key)
    total = max(entered, ended)
    key = {"run_id": run_id, "route": info.key}
    row = {**key, **route_row(Tally(info=info, limits=Limits()), total)}
    connection.execute(
        insert(schema.routes)
        .values(row)
        .on_conflict_do_update(index_elements=["run_id", "route"], set_={"entered": total})
    )
    if total > ended:
        lost = {**key, "outcome": Outcome.SHED.value, "reason": Reason.COMPARE_DOWN.value, "seen": total - ended}
        statement = insert(schema.settled).values(lost)
        more = schema.settled.c.seen + statement.excluded.seen
        keys = [column.name for column in schema.settled.primary_key]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"seen": more}))
    return total - ended


def _ended(connection: sa.Connection, run_id: str, route: str) -> int:
    """Requests of a route whose outcome was committed."""
    found = 0
    for table in (schema.settled, schema.signatures):
        counted = sa.select(sa.func.coalesce(sa.func.sum(table.c.seen), 0)).where(
            table.c.run_id == run_id, table.c.route == route
        )
        found += int(connection.scalar(counted) or 0)
    return found
