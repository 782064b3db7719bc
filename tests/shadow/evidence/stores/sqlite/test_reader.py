"""A run is read as of one moment, while it is written; a damaged store is one line."""

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa

from crossfade.shadow.evidence import EvidenceError


def test_a_damaged_store_is_one_line(stores: Any) -> None:
    """A store that lost a table, after its version was read."""
    stores.open()
    connection = sqlite3.connect(stores.file)
    with connection:
        connection.execute("DROP TABLE clusters")
    connection.close()
    with pytest.raises(EvidenceError, match=r"^[^\n]*evidence\.sqlite: expected an evidence store, got [^\n]+$"):
        stores.store.read()


def test_one_moment_is_read(make: Any, stores: Any) -> None:
    """A flush between two queries shows in all of them or in none: else what was read would not add up."""
    writer = stores.open()
    flushes = 0

    def flush(request: int) -> None:
        writer.add(make.judged(f"body/f{request}", request=request))
        writer.flush(make.entered(request))

    def between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal flushes
        if statement.startswith("SELECT"):
            flushes += 1
            flush(flushes + 1)

    flush(1)
    sa.event.listen(sa.Engine, "after_cursor_execute", between)
    try:
        run = stores.store.read()
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", between)
    assert flushes > 5
    (route,) = run.routes
    assert route.entered == route.distinct == len(route.signatures) == len(route.clusters)
    assert stores.store.read().routes[0].entered == flushes + 1


def test_a_reader_does_not_hold_up_the_writer(make: Any, stores: Any) -> None:
    """Nor the writer a reader, which sees the last flush."""
    writer = stores.open()
    writer.add(make.settled())
    writer.flush(make.entered(1))
    connection = sqlite3.connect(stores.file, isolation_level=None)
    connection.execute("BEGIN")
    assert connection.execute("SELECT sum(seen) FROM settled").fetchone() == (1,)
    writer.add(make.settled())
    writer.flush(make.entered(2))
    assert connection.execute("SELECT sum(seen) FROM settled").fetchone() == (1,)
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    assert stores.store.read().routes[0].entered == 2
    connection.close()
