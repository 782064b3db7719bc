"""Writes a run: counts in memory, and one transaction per flush."""

import contextlib
import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from crossfade.shadow.evidence import schema
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.marks import forget_flush, mark_flush
from crossfade.shadow.evidence.records import RunInfo, StoredExample
from crossfade.shadow.evidence.redact import Examples
from crossfade.shadow.evidence.signature_text import signature_text
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.observations import Observation, Settled
from crossfade.shadow.exchange.route import RouteInfo

Row = dict[str, Any]
_WAIT_MS, _LAST_WAIT_MS = 100, 5000
_MAX_DIGESTS = 8


class EvidenceWriter:
    """One run's writer. A flush writes totals, so one that failed is simply tried again: nothing is counted twice."""

    def __init__(self, engine: sa.Engine, info: RunInfo, redactor: Examples | None, limits: Limits) -> None:
        self._engine = engine
        self._info = info
        self._redactor = redactor
        self._limits = limits
        self._tallies: dict[str, Tally] = {}
        self._entered: dict[str, int] = {}
        self._dirty: set[str] = set()

    @classmethod
    def open(
        cls, folder: Path, info: RunInfo, redactor: Examples | None, limits: Limits | None = None
    ) -> "EvidenceWriter":
        """Begins a run in the store of ``folder``, which is made where there is none.

        Raises: EvidenceError: the folder can't be written, or holds a store of another version.
        """
        path = folder / schema.FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.ExitStack() as on_error:
                engine = schema.connect(folder)
                on_error.callback(engine.dispose)
                schema.create(engine, path)
                row = {**dataclasses.asdict(info), "ended_at": None, "examples_stored": redactor is not None}
                with engine.begin() as connection:
                    connection.execute(schema.runs.insert().values(row))
                    mark_flush(connection, info.run_id, info.started_at)
                on_error.pop_all()
        except OSError as error:
            raise EvidenceError(f"{folder}: expected a folder to write to, got {error.strerror}") from None
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{path}: expected a writable store, got {error.orig}") from None
        return cls(engine, info, redactor, limits or Limits())

    def add(self, observation: Observation) -> None:
        """Counts what was observed, in memory."""
        tally = self._tally(observation.route)
        if isinstance(observation, Settled):
            tally.settle(observation)
        else:
            tally.judge(observation, self._redactor)

    def flush(self, entered: Mapping[RouteInfo, int]) -> None:
        """Commits all counts together with what the engine says entered (totals since the run began).

        Raises: EvidenceError: the store could not be written; the counts are kept for the next flush.
        """
        self._write(entered, ended_at=None)

    def note_rules(self, rules_digest: str) -> None:
        """Says that other rules are at work from now on: the run's digest becomes a list, joined by ``+``."""
        digests = (*self._info.rules_digest.split("+"), rules_digest)
        if len(digests) > _MAX_DIGESTS:
            digests = (digests[0], "...", *digests[-_MAX_DIGESTS + 2 :])
        self._info = dataclasses.replace(self._info, rules_digest="+".join(digests))

    def note_candidate_build(self, build: str) -> None:
        """Names the build of the candidate, which was not known when the run began."""
        self._info = dataclasses.replace(self._info, candidate_build=build)

    def finish(self, entered: Mapping[RouteInfo, int], *, now: float) -> None:
        """The last flush: marks the run as ended, and closes the store. Raises: EvidenceError."""
        self._write(entered, ended_at=now)
        self.close()

    def close(self) -> None:
        """Gives the store back; what was not flushed is lost. May be repeated."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tally(self, route: RouteInfo) -> Tally:
        key = route.key
        self._dirty.add(key)
        if key not in self._tallies:
            self._tallies[key] = Tally(info=route, limits=self._limits)
        return self._tallies[key]

    def _write(self, entered: Mapping[RouteInfo, int], *, ended_at: float | None) -> None:
        for key, (route, count) in by_key(entered).items():
            if self._entered.get(key) != count:
                self._tally(route)
                self._entered[key] = count
        try:
            with self._engine.begin() as connection:
                # A store that is locked is tried again by the next flush: nobody is to wait for it but the last one.
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_LAST_WAIT_MS if ended_at else _WAIT_MS}")
                for name in sorted(self._dirty):
                    self._write_route(connection, self._tallies[name])
                of_run = schema.runs.c.run_id == self._info.run_id
                told = {
                    "ended_at": ended_at,
                    "rules_digest": self._info.rules_digest,
                    "candidate_build": self._info.candidate_build,
                }
                connection.execute(schema.runs.update().where(of_run).values(told))
                if ended_at is None:
                    mark_flush(connection, self._info.run_id, time.time())
                else:
                    forget_flush(connection, self._info.run_id)
        except sa.exc.DBAPIError as error:
            raise EvidenceError(f"{self._engine.url.database}: expected a writable store, got {error.orig}") from None
        self._dirty.clear()

    def _write_route(self, connection: sa.Connection, tally: Tally) -> None:
        key = {"run_id": self._info.run_id, "route": tally.info.key}
        _upsert(connection, schema.routes, [{**key, **route_row(tally, self._entered.get(tally.info.key, 0))}])
        _upsert(
            connection,
            schema.settled,
            [{**key, "outcome": o.value, "reason": r.value, "seen": n} for (o, r), n in tally.settled.items()],
        )
        _upsert(connection, schema.cut, [{**key, "reason": r.value, "seen": n} for r, n in tally.cut.items()])
        _upsert(
            connection,
            schema.signatures,
            [
                {**key, "signature": signature_text(signature), "seen": seen.count, "distinct_n": len(seen.hashes)}
                for signature, seen in tally.signatures.items()
            ],
        )
        _upsert(connection, schema.noise, [{**key, **row} for row in _noise_rows(tally)])
        _upsert(connection, schema.clusters, [{**key, **row} for row in _cluster_rows(tally)])


def by_key(entered: Mapping[RouteInfo, int]) -> dict[str, tuple[RouteInfo, int]]:
    """What entered, by the keys of routes: what is past the cap in HTTP and in gRPC is one route."""
    found: dict[str, tuple[RouteInfo, int]] = {}
    for route, count in entered.items():
        first, before = found.get(route.key, (route, 0))
        found[route.key] = first, before + count
    return found


def _upsert(connection: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    if not rows:
        return
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def route_row(tally: Tally, entered: int) -> Row:
    """The columns of a route but its key."""
    return {
        "listener": tally.info.listener,
        "protocol": tally.info.protocol,
        "call_type": tally.info.call_type,
        "stage": tally.info.stage,
        "entered": entered,
        "distinct_n": len(tally.hashes),
        "secondary_asked": tally.secondary_asked,
        "legacy_ms": tally.legacy_ms.encode().decode("ascii"),
        "candidate_ms": tally.candidate_ms.encode().decode("ascii"),
        "paired_ratio": tally.paired_ratio.encode().decode("ascii"),
    }


def _noise_rows(tally: Tally) -> list[Row]:
    names = ("both", "candidate_only", "secondary_only")
    return [
        {"template": template, "kind": kind, **dict(zip(names, counts, strict=True))}
        for (template, kind), counts in tally.noise.items()
    ]


def _cluster_rows(tally: Tally) -> list[Row]:
    return [
        {
            "template": fingerprint.template,
            "kind": fingerprint.kind,
            "cause": fingerprint.cause,
            "seen": cluster.count,
            "first_seen": cluster.first_seen,
            "last_seen": cluster.last_seen,
            "examples": _examples_text(cluster.examples),
        }
        for fingerprint, cluster in tally.clusters.items()
    ]


def _examples_text(examples: list[StoredExample]) -> str:
    return json.dumps([dataclasses.asdict(example) for example in examples])
