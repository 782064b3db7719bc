"""The tables of a store, and the check that a file holds them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from crossfade.shadow.evidence.changes import storable
from crossfade.shadow.evidence.errors import EvidenceError

SCHEMA_VERSION = 6
MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    1: (
        """CREATE TABLE cut (run_id TEXT NOT NULL, route TEXT NOT NULL, reason TEXT NOT NULL, seen BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, reason))""",
    ),
    2: ("ALTER TABLE routes ADD COLUMN listener TEXT NOT NULL DEFAULT ''",),
    3: (
        "ALTER TABLE runs ADD COLUMN unit TEXT NOT NULL DEFAULT 'request'",
        "ALTER TABLE runs ADD COLUMN secondary BOOLEAN NOT NULL DEFAULT 0",
        *(
            f"ALTER TABLE routes ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0"
            for name in ("asked_again", "paired", "any_candidate", "any_secondary")
        ),
        "UPDATE routes SET paired = secondary_asked",
        "ALTER TABLE signatures ADD COLUMN noise BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE signatures ADD COLUMN drift BIGINT NOT NULL DEFAULT 0",
        """CREATE TABLE places (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        "both" BIGINT NOT NULL, candidate_only BIGINT NOT NULL, secondary_only BIGINT NOT NULL,
        bets_candidate BIGINT NOT NULL, bets_secondary BIGINT NOT NULL, self_differs BIGINT NOT NULL,
        once BIGINT NOT NULL, drift BIGINT NOT NULL, differing BIGINT NOT NULL, rechecked BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind))""",
        """INSERT INTO places SELECT run_id, route, template, kind, "both", candidate_only, secondary_only,
        candidate_only, secondary_only, 0, "both" + secondary_only, 0, "both" + candidate_only, 0 FROM noise""",
        "DROP TABLE noise",
        """CREATE TABLE units (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        sort TEXT NOT NULL, hashes BLOB NOT NULL, more BIGINT NOT NULL, first BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind, sort))""",
        """CREATE TABLE checks (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        "check" TEXT NOT NULL, n BIGINT NOT NULL, candidate BIGINT NOT NULL, control BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind, "check"))""",
        """CREATE TABLE proofs (run_id TEXT NOT NULL, route TEXT NOT NULL, mutation TEXT NOT NULL,
        signature TEXT NOT NULL, seen BIGINT NOT NULL, PRIMARY KEY (run_id, route, mutation, signature))""",
        "UPDATE settled SET reason = 'rule' WHERE reason = 'blocked'",
    ),
    4: (
        "ALTER TABLE clusters RENAME TO old_clusters",
        """CREATE TABLE clusters (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        cause TEXT NOT NULL, transition TEXT NOT NULL, seen BIGINT NOT NULL, first_seen DOUBLE NOT NULL,
        last_seen DOUBLE NOT NULL, examples TEXT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind, cause, transition))""",
        """INSERT INTO clusters SELECT run_id, route, template, kind, cause, '', seen, first_seen, last_seen, examples
        FROM old_clusters""",
        "DROP TABLE old_clusters",
        """CREATE TABLE ways (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        transition TEXT NOT NULL, candidate_only BIGINT NOT NULL, bets_candidate BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind, transition))""",
        "ALTER TABLE units RENAME TO old_units",
        """CREATE TABLE units (run_id TEXT NOT NULL, route TEXT NOT NULL, template TEXT NOT NULL, kind TEXT NOT NULL,
        transition TEXT NOT NULL, sort TEXT NOT NULL, hashes BLOB NOT NULL, more BIGINT NOT NULL, first BIGINT NOT NULL,
        PRIMARY KEY (run_id, route, template, kind, transition, sort))""",
        """INSERT INTO units SELECT run_id, route, template, kind, '', sort, hashes, more, first FROM old_units""",
        "DROP TABLE old_units",
    ),
    5: (
        "ALTER TABLE routes ADD COLUMN by_candidate BIGINT NOT NULL DEFAULT 0",
        *(
            f"ALTER TABLE routes ADD COLUMN reversed_{name} TEXT NOT NULL DEFAULT ''"
            for name in ("legacy_ms", "candidate_ms", "paired_ratio")
        ),
        "ALTER TABLE signatures ADD COLUMN by_candidate BIGINT NOT NULL DEFAULT 0",
        """CREATE TABLE cross_reads (run_id TEXT NOT NULL, route TEXT NOT NULL, write_route TEXT NOT NULL,
        signature TEXT NOT NULL, seen BIGINT NOT NULL, PRIMARY KEY (run_id, route, write_route, signature))""",
    ),
}
"""By a version, the statements that make the next one of it; a new SCHEMA_VERSION brings its step along."""

metadata = sa.MetaData()
_PLACE = ("run_id", "route", "template", "kind")
_WAY = (*_PLACE, "transition")


class AnyText(sa.TypeDecorator[str]):
    """Text in which a lone surrogate, as hostile bytes may leave one in a name, is written as its escape."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """What is written."""
        del dialect
        return None if value is None else storable(value)


def _text(name: str, *, key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, AnyText, primary_key=key, nullable=False)


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False)


meta = sa.Table("meta", metadata, _text("key", key=True), _text("value"))
runs = sa.Table(
    "runs",
    metadata,
    _text("run_id", key=True),
    *(_text(name) for name in ("service", "engine", "legacy_build", "candidate_build")),
    *(_text(name) for name in ("rules_digest", "contract_digest", "unit")),
    sa.Column("secondary", sa.Boolean, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("ended_at", sa.Double),
    sa.Column("examples_stored", sa.Boolean, nullable=False),
)
# In every table ``route`` is the key of a route: its name, behind the name of its port where it has one.
routes = sa.Table(
    "routes",
    metadata,
    *(_text(name, key=True) for name in ("run_id", "route")),
    *(_text(name) for name in ("protocol", "call_type", "stage", "listener")),
    *(_count(name) for name in ("entered", "distinct_n", "secondary_asked", "asked_again")),
    *(_count(name) for name in ("paired", "any_candidate", "any_secondary")),
    *(_text(name) for name in ("legacy_ms", "candidate_ms", "paired_ratio")),
    _count("by_candidate"),
    *(_text(name) for name in ("reversed_legacy_ms", "reversed_candidate_ms", "reversed_paired_ratio")),
)
settled = sa.Table(
    "settled", metadata, *(_text(name, key=True) for name in ("run_id", "route", "outcome", "reason")), _count("seen")
)
cut = sa.Table("cut", metadata, *(_text(name, key=True) for name in ("run_id", "route", "reason")), _count("seen"))
signatures = sa.Table(
    "signatures",
    metadata,
    *(_text(name, key=True) for name in ("run_id", "route", "signature")),
    *(_count(name) for name in ("seen", "distinct_n", "noise", "drift", "by_candidate")),
)
places = sa.Table(
    "places",
    metadata,
    *(_text(name, key=True) for name in _PLACE),
    *(_count(name) for name in ("both", "candidate_only", "secondary_only", "bets_candidate", "bets_secondary")),
    *(_count(name) for name in ("self_differs", "once", "drift", "differing", "rechecked")),
)
ways = sa.Table(
    "ways",
    metadata,
    *(_text(name, key=True) for name in _WAY),
    *(_count(name) for name in ("candidate_only", "bets_candidate")),
)
# ``hashes``: 8 bytes each, the lowest first.
units = sa.Table(
    "units",
    metadata,
    *(_text(name, key=True) for name in (*_WAY, "sort")),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
    *(_count(name) for name in ("more", "first")),
)
checks = sa.Table(
    "checks",
    metadata,
    *(_text(name, key=True) for name in (*_PLACE, "check")),
    *(_count(name) for name in ("n", "candidate", "control")),
)
proofs = sa.Table(
    "proofs",
    metadata,
    *(_text(name, key=True) for name in ("run_id", "route", "mutation", "signature")),
    _count("seen"),
)
cross_reads = sa.Table(
    "cross_reads",
    metadata,
    *(_text(name, key=True) for name in ("run_id", "route", "write_route", "signature")),
    _count("seen"),
)
clusters = sa.Table(
    "clusters",
    metadata,
    *(_text(name, key=True) for name in (*_PLACE, "cause", "transition")),
    _count("seen"),
    sa.Column("first_seen", sa.Double, nullable=False),
    sa.Column("last_seen", sa.Double, nullable=False),
    _text("examples"),
)


def connect(path: Path) -> sa.Engine:
    """An engine for the store in a file: readers never wait for the writer, a locked file is tried for 5 s."""
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": 5})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone() == (0,):  # a new file: deleted runs give their pages back
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    return engine


@contextmanager
def connected(path: Path) -> Iterator[sa.Engine]:
    """An engine that is closed afterwards: else the file stays open until the pool is collected."""
    engine = connect(path)
    try:
        yield engine
    finally:
        engine.dispose()


def require(path: Path) -> None:
    """Raises: EvidenceError: there is no store."""
    if not path.is_file():
        raise EvidenceError(f"{path}: expected an evidence store, got none; run `crossfade shadow` first")


def read_version(engine: sa.Engine, path: Path) -> str:
    """The version that is written in a store. Raises: EvidenceError: it is no store."""
    try:
        with engine.connect() as connection:
            return str(connection.scalar(sa.select(meta.c.value).where(meta.c.key == "schema_version")))
    except sa.exc.DBAPIError as error:
        raise EvidenceError(f"{path}: expected an evidence store, got {error.orig}; move it away") from None


def check_version(engine: sa.Engine, path: Path) -> None:
    """Raises: EvidenceError: the store was written by another version of crossfade, or is no store."""
    version = read_version(engine, path)
    if version == str(SCHEMA_VERSION):
        return
    advice = "use the crossfade that wrote it, or move it away to start anew"
    if version.isdigit() and int(version) in MIGRATIONS:
        advice = "end what writes it and run `crossfade store upgrade`"
    raise EvidenceError(f"{path}: expected schema version {SCHEMA_VERSION}, got {version}; {advice}")


def create(engine: sa.Engine, path: Path) -> None:
    """Makes a new store in an empty file; leaves any other file without a new table.

    Raises: EvidenceError: as ``check_version``.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # sqlite3 itself begins none before it makes a table
        if not sa.inspect(connection).get_table_names():
            metadata.create_all(connection)
            connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))
    check_version(engine, path)
