"""One run that is written to a SQLite store: one transaction for each flush."""

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import Insert, insert

from crossfade.shadow.evidence.changes import Changes, RouteChanges
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.latency import Latencies
from crossfade.shadow.evidence.records import Place, RunInfo, StoredExample, Way
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.hashes import packed
from crossfade.shadow.evidence.stores.sqlite.last_flush import forget_flush, note_flush
from crossfade.shadow.evidence.stores.sqlite.signature_text import signature_text

Row = dict[str, Any]
_WAIT_MS, _LAST_WAIT_MS = 100, 5000


class SqliteRun:
    """A ``RunStore``."""

    def __init__(self, engine: sa.Engine, path: Path, run_id: str) -> None:
        self._engine = engine
        self._path = path
        self._run_id = run_id

    @classmethod
    def begin(cls, path: Path, info: RunInfo, *, examples_stored: bool) -> "SqliteRun":
        """See ``Store.begin``."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EvidenceError(f"{path.parent}: expected a folder to write to, got {error.strerror}") from None
        with contextlib.ExitStack() as on_error:
            engine = schema.connect(path)
            on_error.callback(engine.dispose)
            try:
                _insert(engine, path, info, examples_stored=examples_stored)
            except sa.exc.DBAPIError as error:
                raise EvidenceError(f"{path}: expected a writable store, got {error.orig}") from None
            on_error.pop_all()
        return cls(engine, path, info.run_id)

    def flush(self, changes: Changes, *, now: float) -> None:
        # The next flush tries a locked store again, so only the last one waits for it.
        self._commit(changes, now, ended_at=None, wait_ms=_WAIT_MS)

    def finish(self, changes: Changes, *, now: float) -> None:
        self._commit(changes, now, ended_at=now, wait_ms=_LAST_WAIT_MS)

    def close(self) -> None:
        self._engine.dispose()

    def _commit(self, changes: Changes, now: float, *, ended_at: float | None, wait_ms: int) -> None:
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
                for statement, rows in _statements(self._run_id, changes.routes):
                    if rows:
                        connection.execute(statement, rows)
                told = {
                    "ended_at": ended_at,
                    "rules_digest": changes.rules_digest,
                    "candidate_build": changes.candidate_build,
                }
                connection.execute(schema.runs.update().where(schema.runs.c.run_id == self._run_id).values(told))
                if ended_at is None:
                    note_flush(connection, self._run_id, now)
                else:
                    forget_flush(connection, self._run_id)
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{self._path}: expected a writable store, got {error.orig}") from None


def _insert(engine: sa.Engine, path: Path, info: RunInfo, *, examples_stored: bool) -> None:
    schema.create(engine, path)
    row = {**dataclasses.asdict(info), "ended_at": None, "examples_stored": examples_stored}
    with engine.begin() as connection:
        connection.execute(schema.runs.insert().values(row))
        note_flush(connection, info.run_id, info.started_at)


def upsert(table: sa.Table, *columns: str) -> Insert:
    """Inserts rows; of one that is there already it writes ``columns``, by default all but the key."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    written = columns or [column.name for column in table.c if column.name not in keys]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in written}
    )


_COUNTED = (
    *("stage", "entered", "by_candidate", "distinct_n", "secondary_asked", "asked_again"),
    *("paired", "any_candidate", "any_secondary"),
)
_ROUTE, _ROUTE_COUNTS = upsert(schema.routes), upsert(schema.routes, *_COUNTED)
_CLUSTER, _CLUSTER_COUNTS = upsert(schema.clusters), upsert(schema.clusters, "seen", "first_seen", "last_seen")
_NO_LATENCIES, _NO_EXAMPLES = Latencies().encode(), "[]"
"""What a new row has where a flush brings none; a row that is there keeps what it has."""


def _statements(run_id: str, routes: Sequence[RouteChanges]) -> Iterator[tuple[Insert, list[Row]]]:
    """What a commit executes: statements, and the rows of each."""
    timed = [route for route in routes if route.latencies is not None]
    yield _ROUTE, [route_row(run_id, route) for route in timed]
    yield _ROUTE_COUNTS, [route_row(run_id, route) for route in routes if route.latencies is None]
    for statement, rows in _MAPS:
        yield statement, [row for route in routes for row in rows(_key(run_id, route), route)]
    clusters = [row for route in routes for row in _clusters(_key(run_id, route), route)]
    yield _CLUSTER, [row for row in clusters if row["examples"] != _NO_EXAMPLES]
    yield _CLUSTER_COUNTS, [row for row in clusters if row["examples"] == _NO_EXAMPLES]


def _key(run_id: str, route: RouteChanges) -> Row:
    return {"run_id": run_id, "route": route.info.key}


def route_row(run_id: str, route: RouteChanges) -> Row:
    """The row of a route."""
    return {
        **_key(run_id, route),
        "listener": route.info.listener,
        "protocol": route.info.protocol,
        "call_type": route.info.call_type,
        "stage": route.info.stage,
        "entered": route.entered,
        "by_candidate": route.by_candidate,
        "distinct_n": route.distinct,
        "secondary_asked": route.secondary_asked,
        "asked_again": route.asked_again,
        "paired": route.paired,
        "any_candidate": route.any_candidate,
        "any_secondary": route.any_secondary,
        **(_NO_LATENCIES if route.latencies is None else route.latencies.encode()),
    }


def _settled(key: Row, route: RouteChanges) -> Iterator[Row]:
    for (outcome, reason), seen in route.settled.items():
        yield {**key, "outcome": outcome.value, "reason": reason.value, "seen": seen}


def _cut(key: Row, route: RouteChanges) -> Iterator[Row]:
    for reason, seen in route.cut.items():
        yield {**key, "reason": reason.value, "seen": seen}


def _signatures(key: Row, route: RouteChanges) -> Iterator[Row]:
    for signature, seen in route.signatures.items():
        row = {"seen": seen.count, "distinct_n": seen.distinct, "noise": seen.noise, "drift": seen.drift}
        yield {**key, "signature": signature_text(signature), **row, "by_candidate": seen.by_candidate}


def _places(key: Row, route: RouteChanges) -> Iterator[Row]:
    for place, count in route.places.items():
        yield {**_place(key, place), **dataclasses.asdict(count)}


def _ways(key: Row, route: RouteChanges) -> Iterator[Row]:
    for way, count in route.ways.items():
        yield {**_way(key, way), **dataclasses.asdict(count)}


def _units(key: Row, route: RouteChanges) -> Iterator[Row]:
    for (way, sort), units in route.units.items():
        hashes = packed(units.hashes)
        yield {**_way(key, way), "sort": sort.value, "hashes": hashes, "more": units.more, "first": units.first}


def _checks(key: Row, route: RouteChanges) -> Iterator[Row]:
    for (place, check), count in route.checks.items():
        yield {**_place(key, place), "check": check.value, **dataclasses.asdict(count)}


def _proofs(key: Row, route: RouteChanges) -> Iterator[Row]:
    for (mutation, signature), seen in route.proofs.items():
        yield {**key, "mutation": mutation.value, "signature": signature_text(signature), "seen": seen}


def _cross_reads(key: Row, route: RouteChanges) -> Iterator[Row]:
    for (write_route, signature), seen in route.cross_reads.items():
        yield {**key, "write_route": write_route, "signature": signature_text(signature), "seen": seen}


def _place(key: Row, place: Place) -> Row:
    return {**key, "template": place[0], "kind": place[1]}


def _way(key: Row, way: Way) -> Row:
    return {**_place(key, way[:2]), "transition": way[2]}


_MAPS = (
    (upsert(schema.settled), _settled),
    (upsert(schema.cut), _cut),
    (upsert(schema.signatures), _signatures),
    (upsert(schema.places), _places),
    (upsert(schema.ways), _ways),
    (upsert(schema.units), _units),
    (upsert(schema.checks), _checks),
    (upsert(schema.proofs), _proofs),
    (upsert(schema.cross_reads), _cross_reads),
)
"""How each map of a route is written, and as which rows."""


def _clusters(key: Row, route: RouteChanges) -> Iterator[Row]:
    for fingerprint, cluster in route.clusters.items():
        yield {
            **key,
            "template": fingerprint.template,
            "kind": fingerprint.kind,
            "cause": fingerprint.cause,
            "transition": fingerprint.transition,
            "seen": cluster.count,
            "first_seen": cluster.first_seen,
            "last_seen": cluster.last_seen,
            "examples": _examples_text(route.examples.get(fingerprint, ())),
        }


def _examples_text(examples: Iterable[StoredExample]) -> str:
    return json.dumps([dataclasses.asdict(example) for example in examples])
