"""Ends a run whose writer was lost: what was committed stays, and what was not is counted as shed."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from crossfade.shadow.evidence.changes import by_key
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.last_flush import forget_flush
from crossfade.shadow.evidence.stores.sqlite.run import route_row, upsert
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


def close_lost(path: Path, run_id: str, entered: Mapping[RouteInfo, int], *, now: float) -> int:
    """See ``Store.close_lost``."""
    with schema.connected(path) as engine:
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # sqlite3 itself would begin behind the first count
                routes = by_key(entered).values()
                lost = sum(_close_route(connection, run_id, info, count) for info, count in routes)
                connection.execute(schema.runs.update().where(schema.runs.c.run_id == run_id).values(ended_at=now))
                forget_flush(connection, run_id)
                return lost
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{path}: expected a writable store, got {error.orig}") from None


def _close_route(connection: sa.Connection, run_id: str, info: RouteInfo, entered: int) -> int:
    ended = _ended(connection, run_id, info.key)
    total = max(entered, ended)
    new = Tally(info=info, limits=Limits(), entered=total)  # what the route is where nothing of it was committed
    connection.execute(upsert(schema.routes, "entered"), route_row(run_id, new.changes()))
    if total > ended:
        lost = {
            "run_id": run_id,
            "route": info.key,
            "outcome": Outcome.SHED.value,
            "reason": Reason.COMPARE_DOWN.value,
            "seen": total - ended,
        }
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
