"""A store of an older crossfade is brought forward as a whole, or stays as it was."""

import datetime
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter
from crossfade.shadow.evidence.latency import HISTOGRAMS, Latencies
from crossfade.shadow.evidence.records import PlaceCount, RunInfo, SignatureCount
from crossfade.shadow.evidence.stores.sqlite import schema
from crossfade.shadow.evidence.stores.sqlite.upgrade import upgrade
from crossfade.shadow.evidence.view import view_route
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.outcome import Outcome, Reason

# The store as the crossfade of schema version 1 made it, written down here so that it can't change with the code.
VERSION_1 = """
CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE runs (run_id TEXT NOT NULL, service TEXT NOT NULL, engine TEXT NOT NULL, legacy_build TEXT NOT NULL,
  candidate_build TEXT NOT NULL, rules_digest TEXT NOT NULL, contract_digest TEXT NOT NULL, started_at DOUBLE NOT NULL,
  ended_at DOUBLE, examples_stored BOOLEAN NOT NULL, PRIMARY KEY (run_id));
CREATE TABLE routes (run_id TEXT NOT NULL, route TEXT NOT NULL, protocol TEXT NOT NULL, call_type TEXT NOT NULL,
  stage TEXT NOT NULL, entered BIGINT NOT NULL, distinct_n BIGINT NOT NULL, secondary_asked BIGINT NOT NULL,
  legacy_ms TEXT NOT NULL, candidate_ms TEXT NOT NULL, paired_ratio TEXT NOT NULL, PRIMARY KEY (run_id, route));
CREATE TABLE settled (run_id TEXT NOT NULL, route TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
  seen BIGINT NOT NULL, PRIMARY KEY (run_id, route, outcome, reason));
CREATE TABLE signatures (run_id TEXT NOT NULL, route TEXT NOT NULL, signature TEXT NOT NULL, seen BIGINT NOT NULL,
  distinct_n BIGINT NOT NULL, PRIMARY KEY (run_id, route, signature));
CREATE TABLE noise (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
  "both" BIGINT NOT NULL, candidate_only BIGINT NOT NULL, secondary_only BIGINT NOT NULL,
  PRIMARY KEY (run_id, route, template, kind));
CREATE TABLE clusters (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
  cause TEXT NOT NULL, seen BIGINT NOT NULL, first_seen DOUBLE NOT NULL, last_seen DOUBLE NOT NULL,
  examples TEXT NOT NULL, PRIMARY KEY (run_id, route, template, kind, cause));
INSERT INTO meta VALUES ('schema_version', '1');
INSERT INTO runs VALUES ('run-1', 'builds', 'mitmproxy', 'py', 'java', 'r', 'c', 1000.0, 2000.0, 1);
INSERT INTO settled VALUES ('run-1', 'GET /a', 'skipped', 'policy', 7);
"""
VERSION_4_UNITS = """CREATE TABLE units (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL,
  kind TEXT NOT NULL, sort TEXT NOT NULL, hashes BLOB NOT NULL, more BIGINT NOT NULL, first BIGINT NOT NULL,
  PRIMARY KEY (run_id, route, template, kind, sort))"""
VERSION_4_CLUSTER = "run_id, route, template, kind, cause, seen, first_seen, last_seen, examples"
VERSION_4_CLUSTERS = """CREATE TABLE clusters (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL,
  kind TEXT NOT NULL, cause TEXT NOT NULL, seen BIGINT NOT NULL, first_seen DOUBLE NOT NULL, last_seen DOUBLE NOT NULL,
  examples TEXT NOT NULL, PRIMARY KEY (run_id, route, template, kind, cause))"""
NO_TIMES = "UPDATE routes SET " + ", ".join(
    f"{name} = '{Latencies().encode()[name]}'" for name in ("legacy_ms", "candidate_ms", "paired_ratio")
)
STEPS = {
    1: ("CREATE TABLE more (run_id TEXT NOT NULL)", "INSERT INTO more SELECT run_id FROM runs"),
    2: ("DROP TABLE noise",),
}
BROKEN = {**STEPS, 2: ("DROP TABLE noise", "DROP TABLE absent")}


@pytest.fixture
def old(store: Any) -> Any:
    """A store of version 1 with one run."""
    with sqlite3.connect(store.path) as connection:
        connection.executescript(VERSION_1)
    connection.close()
    return store


def _content(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def test_the_present_version(old: Any) -> None:
    """From version 1 there is a way to the present one, and afterwards nothing more to do."""
    upgrade(old.path, now=0.0)
    assert tuple(run.run_id for run in old.store.runs()) == ("run-1",)
    done = upgrade(old.path, now=0.0)
    assert (done.before, done.after, done.backup) == (schema.SCHEMA_VERSION, schema.SCHEMA_VERSION, None)


def test_an_old_run_knows_no_ports(old: Any) -> None:
    """Its routes are of no port, which a rule without a port speaks of."""
    old.sql("INSERT INTO routes VALUES ('run-1', 'GET /a b', 'http', 'http', 'shadow', 7, 0, 0, '', '', '')")
    upgrade(old.path, now=0.0)
    assert old.sql("SELECT route, listener, entered FROM routes") == [("GET /a b", "", 7)]


def test_an_old_run_has_first_looks_alone(old: Any) -> None:
    """What was noise is counted as pairs; k is known by signature; what was blocked was kept back by a rule."""
    old.sql("INSERT INTO routes VALUES ('run-1', 'GET /a', 'http', 'http', 'shadow', 60, 50, 40, '', '', '')")
    old.sql("INSERT INTO noise VALUES ('run-1', 'GET /a', 'body/a', 'value', 5, 3, 2)")
    signature = '[["body/a", "value", ""]]'
    old.sql(f"INSERT INTO signatures VALUES ('run-1', 'GET /a', '{signature}', 9, 8)")
    old.sql("INSERT INTO settled VALUES ('run-1', 'GET /a', 'skipped', 'blocked', 4)")
    old.sql(NO_TIMES)
    upgrade(old.path, now=0.0)
    run = old.store.read()
    assert (run.info.unit, run.info.secondary) == ("request", False)
    (route,) = run.routes
    count = PlaceCount(both=5, candidate_only=3, secondary_only=2, once=7, differing=8)
    assert route.places == {("body/a", "value"): replace(count, bets_candidate=3, bets_secondary=2)}
    assert (route.paired, route.secondary_asked, route.units) == (40, 40, {})
    assert list(route.signatures.values()) == [SignatureCount(count=9, distinct=8)]
    assert route.settled == {(Outcome.SKIPPED, Reason.POLICY): 7, (Outcome.SKIPPED, Reason.RULE): 4}


def test_an_old_run_tells_no_transitions(old: Any) -> None:
    """Its clusters keep what they hold, and their ids."""
    old.sql("INSERT INTO routes VALUES ('run-1', 'GET /a', 'http', 'http', 'shadow', 60, 50, 40, '', '', '')")
    old.sql(NO_TIMES)
    old.sql("INSERT INTO clusters VALUES ('run-1', 'GET /a', 'status', 'value', 'C1', 9, 1.0, 2.0, '[]')")
    upgrade(old.path, now=0.0)
    (cluster,) = old.store.read().routes[0].clusters
    assert cluster.fingerprint == Fingerprint(template="status", kind="value", cause="C1")
    assert (cluster.count, cluster.first_seen, cluster.last_seen, cluster.examples) == (9, 1.0, 2.0, ())


def test_a_run_of_version_4_has_the_same_view(store: Any, make: Any) -> None:
    """What was counted by place is counted without a transition, and gives the same k."""
    with EvidenceWriter.begin(store.store, make.info(), None) as writer:
        for unit, templates in enumerate(("a", "ab", "", "b")):
            writer.add(make.judged(*templates, request=unit, noise=()))
        writer.finish(make.entered(4), now=9.0)
    (before,) = store.store.read().routes
    for line in (
        *("ALTER TABLE routes DROP COLUMN by_candidate", "ALTER TABLE signatures DROP COLUMN by_candidate"),
        *(f"ALTER TABLE routes DROP COLUMN {name}" for name in HISTOGRAMS if name.startswith("reversed_")),
        "DROP TABLE cross_reads",
        "DROP TABLE ways",
        "ALTER TABLE units RENAME TO now_units",
        VERSION_4_UNITS,
        "INSERT INTO units SELECT run_id, route, template, kind, sort, hashes, more, first FROM now_units",
        "DROP TABLE now_units",
        "ALTER TABLE clusters RENAME TO now_clusters",
        VERSION_4_CLUSTERS,
        f"INSERT INTO clusters SELECT {VERSION_4_CLUSTER} FROM now_clusters",
        "DROP TABLE now_clusters",
        "UPDATE meta SET value = '4' WHERE key = 'schema_version'",
    ):
        store.sql(line)
    upgrade(store.path, now=0.0)
    (after,) = store.store.read().routes
    assert after == before
    today = datetime.date(2026, 1, 1)
    assert view_route(after, (), today) == view_route(before, (), today)
    assert view_route(after, (), today).divergent == 3


def test_the_upgrade_makes_the_tables_of_a_new_store(old: Any, tmp_path: Path) -> None:
    """The same columns, and no table more or less."""
    upgrade(old.path, now=0.0)
    new = tmp_path / "new.sqlite"
    with schema.connected(new) as engine:
        schema.create(engine, new)
    assert _columns(old.path) == _columns(new)


def _columns(path: Path) -> dict[str, set[tuple[str, str, int]]]:
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: {(row[1], row[2], row[5]) for row in connection.execute(f"PRAGMA table_info({name})")} for name in names
    }
    connection.close()
    return found


def test_step_by_step(old: Any) -> None:
    """Each step runs once and in order; the copy is the store as it was."""
    before = _content(old.path)
    done = upgrade(old.path, now=0.0, steps=STEPS)
    assert (done.before, done.after, done.backup) == (1, 3, old.folder / "evidence.v1.sqlite")
    assert done.backup is not None
    assert _content(done.backup) == before
    assert old.sql("SELECT value FROM meta WHERE key = 'schema_version'") == [("3",)]
    assert old.sql("SELECT * FROM more") == [("run-1",)]
    assert "noise" not in {name for (name,) in old.sql("SELECT name FROM sqlite_master")}
    assert old.sql("SELECT seen FROM settled") == [(7,)]


def test_a_step_that_fails(old: Any) -> None:
    """Nothing of it stays, also of the steps before."""
    before = _content(old.path)
    with pytest.raises(EvidenceError, match=r"no such table: absent; it is as it was"):
        upgrade(old.path, now=0.0, steps=BROKEN)
    assert _content(old.path) == before


def test_a_dry_run(old: Any) -> None:
    """It says where it would lead and writes nothing."""
    before = _content(old.path)
    done = upgrade(old.path, now=0.0, steps=STEPS, dry_run=True)
    assert (done.before, done.after, done.backup) == (1, 3, None)
    assert _content(old.path) == before
    assert not list(old.folder.glob("evidence.v*"))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("4", "expected schema version 3 or older, got 4"), ("x", "got x; use a newer"), ("0", "no step leads from 0")],
)
def test_no_way(old: Any, version: str, expected: str) -> None:
    """A newer store, one without a version, one that is too old: one line."""
    old.sql(f"UPDATE meta SET value = '{version}'")
    with pytest.raises(EvidenceError, match=expected):
        upgrade(old.path, now=0.0, steps=STEPS)


def test_no_store(store: Any) -> None:
    """One line, and none is made."""
    with pytest.raises(EvidenceError, match="got none; run `crossfade shadow` first"):
        upgrade(store.path, now=0.0, steps=STEPS)
    assert not store.path.exists()


def test_a_live_run(old: Any) -> None:
    """Its proxy knows the old schema only; ten minutes after it was killed it is no longer live."""
    old.sql("INSERT INTO meta VALUES ('flushed:run-1', '5000.0')")
    with pytest.raises(EvidenceError, match="expected no live run, got run-1; end its proxy"):
        upgrade(old.path, now=5001.0, steps=STEPS)
    assert upgrade(old.path, now=5600.0, steps=STEPS).after == 3


def test_a_copy_is_not_overwritten(old: Any) -> None:
    """An older copy may be the only one."""
    (old.folder / "evidence.v1.sqlite").write_text("precious")
    with pytest.raises(EvidenceError, match=r"evidence\.v1\.sqlite: expected nothing there"):
        upgrade(old.path, now=0.0, steps=STEPS)
    assert (old.folder / "evidence.v1.sqlite").read_text() == "precious"


@pytest.mark.parametrize("version", ["0", "99"])
def test_another_version_is_left_alone(old: Any, version: str) -> None:
    """A proxy refuses it, and adds no table to it."""
    old.sql(f"UPDATE meta SET value = '{version}'")
    old.sql("DROP TABLE noise")
    before = _content(old.path)
    info = RunInfo(
        run_id="r",
        service="s",
        engine="e",
        legacy_build="l",
        candidate_build="c",
        rules_digest="r",
        contract_digest="c",
        started_at=time.time(),
    )
    with pytest.raises(EvidenceError, match=f"got {version}; use the crossfade that wrote it"):
        EvidenceWriter.begin(old.store, info, None)
    assert _content(old.path) == before


def test_an_old_store_says_what_to_do(old: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a step the line names the command."""
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 3)
    monkeypatch.setattr(schema, "MIGRATIONS", STEPS)
    with pytest.raises(EvidenceError, match=r"expected schema version 3, got 1; .* `crossfade store upgrade`"):
        old.store.runs()
