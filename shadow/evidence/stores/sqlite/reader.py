"""Reads runs from a SQLite store, while they are written or after."""

import json
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crossfade.shadow.evidence.errors import EvidenceError, no_such_run
from crossfade.shadow.evidence.latency import HISTOGRAMS, read_quantiles
from crossfade.shadow.evidence.records import (
    CheckCount,
    ClusterEvidence,
    Place,
    PlaceCount,
    RouteEvidence,
    RunEvidence,
    RunInfo,
    RunSummary,
    SignatureCount,
    Sort,
    StoredExample,
    Units,
    Way,
    WayCount,
)
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.hashes import unpacked
from crossfade.shadow.evidence.stores.sqlite.last_flush import flush_times
from crossfade.shadow.evidence.stores.sqlite.signature_text import read_signature
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Check, Mutation, RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

_DAMAGED = (sa.exc.SQLAlchemyError, ValueError, KeyError, TypeError, IndexError, zlib.error, struct.error)
"""What rows, JSON, an enum or a compressed histogram raise where the content is not what crossfade wrote."""
_PLACE_COUNTS = tuple(field.name for field in fields(PlaceCount))


def list_runs(path: Path) -> tuple[RunSummary, ...]:
    """See ``Store.runs``."""
    runs, routes = schema.runs.c, schema.routes.c
    entered = sa.select(sa.func.coalesce(sa.func.sum(routes.entered), 0)).where(routes.run_id == runs.run_id)
    columns = (runs.run_id, runs.started_at, runs.ended_at, runs.contract_digest)
    query = sa.select(*columns, entered.scalar_subquery().label("entered")).order_by(runs.started_at, runs.run_id)
    with _connection(path) as connection:
        flushed = flush_times(connection)
        rows = connection.execute(query).all()
        return tuple(RunSummary(**row._asdict(), flushed_at=flushed.get(row.run_id)) for row in rows)


def read_run(path: Path, run_id: str | None = None, *, examples: bool = True) -> RunEvidence:
    """See ``Store.read``."""
    with _connection(path) as connection:
        newest = schema.runs.c.started_at.desc(), schema.runs.c.run_id.desc()
        query = sa.select(schema.runs).order_by(*newest).limit(1)
        row = connection.execute(query if run_id is None else query.where(schema.runs.c.run_id == run_id)).first()
        if row is None:
            there = connection.scalars(sa.select(schema.runs.c.run_id).order_by(*newest).limit(9))
            raise no_such_run(path.parent, run_id, tuple(there))
        routes = _Routes(connection, row.run_id, examples=examples).read()
        return RunEvidence(
            info=RunInfo(**{field.name: getattr(row, field.name) for field in fields(RunInfo)}),
            ended_at=row.ended_at,
            examples_stored=row.examples_stored,
            routes=tuple(sorted(routes, key=lambda route: (route.info.route, route.info.listener))),
        )


@contextmanager
def _connection(path: Path) -> Iterator[sa.Connection]:
    """A connection whose queries all see one moment. Raises: EvidenceError: no store, another version, damaged."""
    schema.require(path)
    with schema.connected(path) as engine:
        schema.check_version(engine, path)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")  # sqlite3 itself begins none to read
                yield connection
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{path}: expected an evidence store, got {error.orig}; move it away") from None
        except _DAMAGED as error:
            raise EvidenceError(
                f"{path}: expected evidence as crossfade wrote it, got a value that no crossfade writes; "
                "the file is damaged, move it away"
            ) from error


class _Routes:
    """The routes of one run: table by table, because there may be thousands of rows."""

    def __init__(self, connection: sa.Connection, run_id: str, *, examples: bool) -> None:
        self._connection = connection
        self._run_id = run_id
        self._with_examples = examples

    def read(self) -> list[RouteEvidence]:
        """All of them, in no order."""
        settled, cut = self._settled(), self._cut()
        signatures, clusters = self._signatures(), self._clusters()
        places, ways, units = self._places(), self._ways(), self._units()
        checks, proofs, cross_reads = self._checks(), self._proofs(), self._cross_reads()
        return [
            RouteEvidence(
                info=_info(row),
                entered=row.entered,
                settled=settled[row.route],
                cut=cut[row.route],
                signatures=signatures[row.route],
                distinct=row.distinct_n,
                secondary_asked=row.secondary_asked,
                asked_again=row.asked_again,
                paired=row.paired,
                any_candidate=row.any_candidate,
                any_secondary=row.any_secondary,
                places=places[row.route],
                ways=ways[row.route],
                units=units[row.route],
                checks=checks[row.route],
                proofs=proofs[row.route],
                by_candidate=row.by_candidate,
                cross_reads=cross_reads[row.route],
                clusters=tuple(sorted(clusters[row.route], key=lambda cluster: cluster.fingerprint)),
                **read_quantiles({name: getattr(row, name) for name in HISTOGRAMS}),
            )
            for row in self._connection.execute(sa.select(schema.routes).where(schema.routes.c.run_id == self._run_id))
        ]

    def _rows(self, table: sa.Table, **instead: sa.ColumnElement[Any]) -> Iterable[Sequence[Any]]:
        """All but the run's id, some columns replaced; by the key, so that a run is always read in the same order."""
        columns = [instead.get(column.name, column) for column in table.c if column.name != "run_id"]
        query = sa.select(*columns).where(table.c.run_id == self._run_id).order_by(*table.primary_key)
        return self._connection.execute(query)

    def _settled(self) -> dict[str, dict[tuple[Outcome, Reason], int]]:
        found: dict[str, dict[tuple[Outcome, Reason], int]] = defaultdict(dict)
        for route, outcome, reason, seen in self._rows(schema.settled):
            found[route][Outcome(outcome), Reason(reason)] = seen
        return found

    def _cut(self) -> dict[str, dict[Reason, int]]:
        found: dict[str, dict[Reason, int]] = defaultdict(dict)
        for route, reason, seen in self._rows(schema.cut):
            found[route][Reason(reason)] = seen
        return found

    def _signatures(self) -> dict[str, dict[tuple[Fingerprint, ...], SignatureCount]]:
        found: dict[str, dict[tuple[Fingerprint, ...], SignatureCount]] = defaultdict(dict)
        for route, text, seen, distinct, noise, drift, by_candidate in self._rows(schema.signatures):
            found[route][read_signature(text)] = SignatureCount(
                count=seen, distinct=distinct, noise=noise, drift=drift, by_candidate=by_candidate
            )
        return found

    def _places(self) -> dict[str, dict[Place, PlaceCount]]:
        found: dict[str, dict[Place, PlaceCount]] = defaultdict(dict)
        for route, template, kind, *counts in self._rows(schema.places):
            found[route][template, kind] = PlaceCount(**dict(zip(_PLACE_COUNTS, counts, strict=True)))
        return found

    def _ways(self) -> dict[str, dict[Way, WayCount]]:
        found: dict[str, dict[Way, WayCount]] = defaultdict(dict)
        for route, template, kind, transition, candidate_only, bets_candidate in self._rows(schema.ways):
            count = WayCount(candidate_only=candidate_only, bets_candidate=bets_candidate)
            found[route][template, kind, transition] = count
        return found

    def _units(self) -> dict[str, dict[tuple[Way, Sort], Units]]:
        found: dict[str, dict[tuple[Way, Sort], Units]] = defaultdict(dict)
        for route, template, kind, transition, sort, hashes, more, first in self._rows(schema.units):
            units = Units(hashes=unpacked(hashes), more=more, first=first)
            found[route][(template, kind, transition), Sort(sort)] = units
        return found

    def _checks(self) -> dict[str, dict[tuple[Place, Check], CheckCount]]:
        found: dict[str, dict[tuple[Place, Check], CheckCount]] = defaultdict(dict)
        for route, template, kind, check, n, candidate, control in self._rows(schema.checks):
            count = CheckCount(n=n, candidate=candidate, control=control)
            found[route][(template, kind), Check(check)] = count
        return found

    def _proofs(self) -> dict[str, dict[tuple[Mutation, Signature], int]]:
        found: dict[str, dict[tuple[Mutation, Signature], int]] = defaultdict(dict)
        for route, mutation, text, seen in self._rows(schema.proofs):
            found[route][Mutation(mutation), read_signature(text)] = seen
        return found

    def _cross_reads(self) -> dict[str, dict[tuple[str, Signature], int]]:
        found: dict[str, dict[tuple[str, Signature], int]] = defaultdict(dict)
        for route, write_route, text, seen in self._rows(schema.cross_reads):
            found[route][write_route, read_signature(text)] = seen
        return found

    def _clusters(self) -> dict[str, list[ClusterEvidence]]:
        found: dict[str, list[ClusterEvidence]] = defaultdict(list)
        examples = schema.clusters.c.examples if self._with_examples else _checked(schema.clusters.c.examples)
        rows = self._rows(schema.clusters, examples=examples)
        for route, template, kind, cause, transition, seen, first_seen, last_seen, text in rows:
            cluster = ClusterEvidence(
                fingerprint=Fingerprint(template=template, kind=kind, cause=cause, transition=transition),
                count=seen,
                first_seen=first_seen,
                last_seen=last_seen,
                examples=tuple(map(_example, json.loads(text))),
            )
            found[route].append(cluster)
        return found


def _checked(text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Instead of a JSON text none of its content, but still not JSON where it is none: it costs a tenth."""
    return sa.case((sa.func.json_valid(text) == 1, "[]"), else_="")


def _info(row: sa.Row[Any]) -> RouteInfo:
    return RouteInfo(
        route=row.route.removeprefix(f"{row.listener} ") if row.listener else row.route,
        protocol=row.protocol,
        call_type=row.call_type,
        stage=Stage(row.stage),
        listener=row.listener,
    )


def _example(item: dict[str, Any]) -> StoredExample:
    request = item["request"]
    request["headers"] = tuple(map(tuple, request["headers"]))
    for name in ("unread", "redacted"):
        request[name] = tuple(request.get(name, ()))
    item["request"] = RequestSample(**request)
    return StoredExample(**item)
