"""Reads a run back from a store, while it is written or after."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hdrh.histogram import HdrHistogram

from crossfade.shadow.evidence import schema
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.records import (
    ClusterEvidence,
    LatencyQuantiles,
    NoiseCount,
    RouteEvidence,
    RunEvidence,
    RunInfo,
    RunSummary,
    SignatureCount,
    StoredExample,
)
from crossfade.shadow.evidence.signature_text import read_signature
from crossfade.shadow.evidence.tally import RATIO_UNIT
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

_SUGGESTED = 3
Rows = dict[str, list[sa.Row[Any]]]


def list_runs(folder: Path) -> tuple[RunSummary, ...]:
    """All runs, oldest first. Raises: EvidenceError."""
    runs, routes = schema.runs.c, schema.routes.c
    entered = sa.select(sa.func.coalesce(sa.func.sum(routes.entered), 0)).where(routes.run_id == runs.run_id)
    columns = (runs.run_id, runs.started_at, runs.ended_at, entered.scalar_subquery().label("entered"))
    with _connection(folder) as connection:
        rows = connection.execute(sa.select(*columns).order_by(runs.started_at, runs.run_id))
        return tuple(RunSummary(**row._asdict()) for row in rows)


def read_run(folder: Path, run_id: str | None = None, *, examples: bool = True) -> RunEvidence:
    """One run, the newest by default. Raises: EvidenceError: no store, no such run.

    Examples are most of what is stored: whoever needs counts alone leaves them out, and only damaged ones are noticed.
    """
    with _connection(folder) as connection:
        newest = schema.runs.c.started_at.desc(), schema.runs.c.run_id.desc()
        query = sa.select(schema.runs).order_by(*newest).limit(1)
        row = connection.execute(query if run_id is None else query.where(schema.runs.c.run_id == run_id)).first()
        if row is None:
            there = connection.scalars(sa.select(schema.runs.c.run_id).order_by(*newest).limit(_SUGGESTED))
            raise EvidenceError(_no_run(folder, run_id, tuple(there)))
        tables = {
            table.name: _by_route(connection, table, row.run_id, _columns(table, examples=examples))
            for table in _ROUTE_TABLES
        }
        routes = connection.execute(sa.select(schema.routes).where(schema.routes.c.run_id == row.run_id))
        return RunEvidence(
            info=RunInfo(**{name: getattr(row, name) for name in RunInfo.__dataclass_fields__}),
            ended_at=row.ended_at,
            examples_stored=row.examples_stored,
            routes=tuple(
                sorted((_route(route, tables) for route in routes), key=lambda of: (of.info.route, of.info.listener))
            ),
        )


def _no_run(folder: Path, run_id: str | None, newest: tuple[str, ...]) -> str:
    wanted = "a run" if run_id is None else f"run {run_id}"
    what = f"the newest are {', '.join(newest)}" if newest else "start one with `crossfade shadow`"
    return f"{folder}: expected {wanted}, got none; {what}"


_ROUTE_TABLES = (schema.settled, schema.cut, schema.signatures, schema.noise, schema.clusters)


@contextmanager
def _connection(folder: Path) -> Iterator[sa.Connection]:
    path = schema.find(folder)
    engine = schema.connect(folder)
    try:
        schema.check_version(engine, path)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # all queries see one moment; sqlite3 itself begins none to read
            yield connection
    except sa.exc.DBAPIError as error:
        raise EvidenceError(f"{path}: expected an evidence store, got {error.orig}; move it away") from None
    finally:
        engine.dispose()  # else the file stays open until the pool is collected


def _columns(table: sa.Table, *, examples: bool) -> list[sa.ColumnElement[Any]]:
    """The columns of a table; in place of examples that nobody wants an empty list, where they are JSON at all."""
    if examples or table is not schema.clusters:
        return list(table.c)
    stored = table.c.examples
    bare = sa.case((sa.func.json_valid(stored) == 1, "[]"), else_=stored).label(stored.name)
    return [bare if column is stored else column for column in table.c]


def _by_route(
    connection: sa.Connection, table: sa.Table, run_id: str, columns: Sequence[sa.ColumnElement[Any]]
) -> Rows:
    rows: Rows = defaultdict(list)
    for row in connection.execute(sa.select(*columns).where(table.c.run_id == run_id).order_by(*table.primary_key)):
        rows[row.route].append(row)
    return rows


def _route(row: sa.Row[Any], tables: dict[str, Rows]) -> RouteEvidence:
    def of(name: str) -> Iterable[sa.Row[Any]]:
        return tables[name].get(row.route, ())

    return RouteEvidence(
        info=RouteInfo(
            route=row.route.removeprefix(f"{row.listener} ") if row.listener else row.route,
            protocol=row.protocol,
            call_type=row.call_type,
            stage=Stage(row.stage),
            listener=row.listener,
        ),
        entered=row.entered,
        settled={(Outcome(item.outcome), Reason(item.reason)): item.seen for item in of("settled")},
        cut={Reason(item.reason): item.seen for item in of("cut")},
        signatures={
            read_signature(item.signature): SignatureCount(count=item.seen, distinct=item.distinct_n)
            for item in of("signatures")
        },
        distinct=row.distinct_n,
        noise={
            (item.template, item.kind): NoiseCount(
                both=item.both, candidate_only=item.candidate_only, secondary_only=item.secondary_only
            )
            for item in of("noise")
        },
        secondary_asked=row.secondary_asked,
        clusters=tuple(sorted((_cluster(item) for item in of("clusters")), key=lambda cluster: cluster.fingerprint)),
        legacy_ms=_quantiles(row.legacy_ms, 1000),
        candidate_ms=_quantiles(row.candidate_ms, 1000),
        paired_ratio=_quantiles(row.paired_ratio, RATIO_UNIT),
    )


def _cluster(row: sa.Row[Any]) -> ClusterEvidence:
    return ClusterEvidence(
        fingerprint=Fingerprint(template=row.template, kind=row.kind, cause=row.cause),
        count=row.seen,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        examples=tuple(_example(item) for item in json.loads(row.examples)),
    )


def _example(item: dict[str, Any]) -> StoredExample:
    request = item["request"]
    tuples = {name: tuple(request.get(name, ())) for name in ("unread", "redacted")}
    headers = tuple((name, value) for name, value in request["headers"])
    return StoredExample(**{**item, "request": RequestSample(**{**request, **tuples, "headers": headers})})


def _quantiles(encoded: str, unit: int) -> LatencyQuantiles:
    histogram = HdrHistogram.decode(encoded)
    if not histogram.get_total_count():
        return LatencyQuantiles(p50=None, p95=None, p99=None)
    values = histogram.get_percentile_to_value_dict([50, 95, 99])
    p50, p95, p99 = (values[pct] / unit for pct in (50, 95, 99))
    return LatencyQuantiles(p50=p50, p95=p95, p99=p99)
