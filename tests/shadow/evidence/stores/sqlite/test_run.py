"""What is on disk after a flush, after one that failed, and after the process was killed."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter
from crossfade.shadow.evidence.records import RunEvidence
from crossfade.shadow.evidence.stores.sqlite import run as sqlite_run
from crossfade.shadow.exchange.outcome import Outcome, Reason


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@contextmanager
def full(engine: sa.Engine) -> Iterator[None]:
    """The disk has no room for another page."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


@contextmanager
def read_only(engine: sa.Engine) -> Iterator[None]:
    """The disk was mounted again, as one that can't be written."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=1")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=0")


def sums(run: RunEvidence) -> tuple[int, int, int]:
    """Entered, settled, judged."""
    return (
        sum(route.entered for route in run.routes),
        sum(sum(route.settled.values()) for route in run.routes),
        sum(seen.count for route in run.routes for seen in route.signatures.values()),
    )


def add_some(writer: EvidenceWriter, make: Any, first: int = 0) -> None:
    """Ten requests: seven the same, two that differ, one shed."""
    for request in range(first, first + 7):
        writer.add(make.judged(request=request, legacy_ms=1.0, candidate_ms=2.0))
    for request in range(first + 7, first + 9):
        found = make.fingerprint(f"body/f{request}")
        example = make.example(found, legacy="x" * 2000)
        writer.add(make.judged(f"body/f{request}", request=request, examples=(example,), noise=(found,)))
    writer.add(make.settled())


@pytest.mark.parametrize("fault", ["locked", "full", "read-only"])
def test_a_flush_that_failed_is_tried_again(
    make: Any, stores: Any, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it or nothing is written; the next one writes what was kept, once."""
    for name in ("_WAIT_MS", "_LAST_WAIT_MS"):
        monkeypatch.setattr(sqlite_run, name, 10)
    writer = stores.open(redactor=make.redactor())
    engine = writer._run._engine
    add_some(writer, make)
    writer.flush(make.entered(10))
    before = stores.store.read()
    for first in range(10, 300, 10):
        add_some(writer, make, first)
    faults = {"locked": locked(stores.file), "full": full(engine), "read-only": read_only(engine)}
    with faults[fault]:
        for _ in range(2):
            with pytest.raises(EvidenceError, match=r"^[^\n]*evidence\.sqlite: expected a writable store, got [^\n]+$"):
                writer.flush(make.entered(300))
            with pytest.raises(EvidenceError):
                writer.finish(make.entered(300), now=make.started + 60)
    assert stores.store.read() == before
    add_some(writer, make, 300)
    writer.finish(make.entered(310), now=make.started + 60)
    run = stores.store.read()
    assert sums(run) == (310, 31, 279)
    assert run.ended_at == make.started + 60
    (route,) = run.routes
    assert (route.distinct, route.secondary_asked, len(route.clusters)) == (279, 62, 62)
    assert {cluster.count for cluster in route.clusters} == {1}


# redaction

SECRETS = ("hunter2Hunter2", "alice.smith@example.com", "4111111111111111", "1985-04-12", "EMP-anna")


def secret_example(make: Any, path: str, legacy: str) -> Any:
    """An example with secrets in each of its parts."""
    password, mail, card, birth, employee = SECRETS
    request = make.request(
        method="POST",
        target=f"/users/{mail}/cards/{card}?token={password}&who={employee}",
        headers=(
            ("Authorization", f"Bearer {password}"),
            ("Cookie", f"sid={password}"),
            ("X-Note", f"{mail} {employee}"),
        ),
        body=f'{{"user": {{"birth_date": "{birth}", "Password": "{password}", "list": ["{mail}", {card}]}}}}',
    )
    return make.example(make.fingerprint(), path=path, legacy=legacy, candidate=legacy, request=request)


def test_no_secret_reaches_the_disk(make: Any, stores: Any) -> None:
    """Neither the database nor the log beside it has one of them in its bytes, and equal values are still equal."""
    redactor = make.redactor(patterns=(r"EMP-\w+",), fields=("users.v1.User.birth_date",))
    writer = stores.open(redactor=redactor)
    password, mail, card, birth, employee = SECRETS
    for path, legacy in (
        ("message.user.birth_date", f'"{birth}"'),
        ("body/session/id", password),
        ("body/note", f'"{mail} {card} {employee}"'),
        (f"body/by/{mail}/x", f'{{"password": "{password}", "by": {{"{mail}": 1}}}}'),
    ):
        writer.add(make.judged("body/a", examples=(secret_example(make, path, legacy),)))
        writer.flush(make.entered(4))
    (cluster,) = stores.store.read().routes[0].clusters
    assert len({example.request for example in cluster.examples}) == 1
    assert len(cluster.examples) == 4
    assert all(example.candidate == example.legacy for example in cluster.examples)
    assert len(list(stores.folder.iterdir())) > 1  # the log is there
    on_disk = stores.bytes_on_disk()
    assert b"/users/" in on_disk
    writer.finish(make.entered(4), now=make.started)
    for secret in (*SECRETS, "alice", "hunter2", "4111111111"):
        assert secret.encode() not in on_disk
        assert secret.encode() not in stores.bytes_on_disk()


def test_the_key_never_reaches_the_disk(make: Any, stores: Any) -> None:
    """Else whoever has the file could try values until one fits."""
    writer = stores.open(redactor=make.redactor())
    writer.add(make.judged("body/a", examples=(secret_example(make, "body/a", "1"),)))
    writer.flush(make.entered(1))
    assert make.key not in stores.bytes_on_disk()


def test_without_a_key_no_example_is_stored(make: Any, stores: Any) -> None:
    """Counts are, and the run says so."""
    writer = stores.open(redactor=None)
    writer.add(make.judged("body/a", examples=(secret_example(make, "body/a", "kept nowhere"),)))
    writer.flush(make.entered(1))
    run = stores.store.read()
    (cluster,) = run.routes[0].clusters
    assert (run.examples_stored, cluster.count, cluster.examples) == (False, 1, ())
    for part in (b"kept nowhere", b"/users/", b"Authorization"):
        assert part not in stores.bytes_on_disk()


# a process that is killed

WRITER = """
import sys
from pathlib import Path
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.outcome import Outcome, Reason
names = ("run_id", "service", "engine", "legacy_build", "candidate_build", "rules_digest", "contract_digest")
writer = EvidenceWriter.begin(store_in(Path(sys.argv[1])), RunInfo(**dict.fromkeys(names, "x"), started_at=1.0), None)
route = RouteInfo(route="r", protocol="http", call_type="http", stage="shadow")
other = (Fingerprint(template="body/a", kind="value"),)
request = 0
while True:
    for _ in range(50):
        request += 1
        writer.add(Judged(route=route, at=1.0, request_hash=request, signature=other if request % 5 == 0 else (),
                          noise=None, examples=(), legacy_ms=1.0, candidate_ms=1.0))
        writer.add(Settled(route=route, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL))
    writer.flush({route: 2 * request})
    print(request, flush=True)
"""


@pytest.mark.parametrize("flushes", [1, 7])
def test_what_a_killed_process_leaves(stores: Any, flushes: int) -> None:
    """Exact sums of whole flushes: all that it said it wrote, and at most what it was about to say."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(stores.folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(flushes):
        said = int(process.stdout.readline())
    process.kill()
    said = max([said, *(int(line) for line in process.stdout.read().split())])
    process.wait(10)
    process.stdout.close()
    run = stores.store.read()
    (route,) = run.routes
    written = route.entered // 2
    assert run.ended_at is None
    assert written in {said, said + 50}
    assert sums(run) == (2 * written, written, written)
    assert route.settled == {(Outcome.SHED, Reason.QUEUE_FULL): written}
    assert route.distinct == written
    assert [(cluster.count, cluster.fingerprint.template) for cluster in route.clusters] == [(written // 5, "body/a")]
