"""A run read back: as it was written, whole, and while it is written."""

import dataclasses
import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa

from crossfade.shadow.evidence import EvidenceError, list_runs, read_run
from crossfade.shadow.evidence.records import NoiseCount, SignatureCount
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason


def test_a_run_comes_back(make: Any, stores: Any) -> None:
    """Every count, every time, and the examples as they were redacted."""
    writer = stores.open(redactor=make.redactor())
    a, b = make.fingerprint("body/a", cause="c"), make.fingerprint("body/b", "order")
    example = make.example(a, request=make.request(headers=(("Accept", "*/*"), ("Accept", "text/plain")), body="{}"))
    writer.add(make.judged(signature=(a, b), noise=(b,), examples=(example,), at=5.0, request=1))
    writer.add(make.judged(signature=(a, b), noise=(), at=7.0, request=2))
    writer.add(make.judged(request=3, legacy_ms=10.0, candidate_ms=20.0))
    writer.add(make.settled(Outcome.SKIPPED, Reason.POLICY))
    writer.finish({make.route(): 5, make.route("GET /a"): 1}, now=9.0)
    run = read_run(stores.folder)
    assert (run.info, run.ended_at, run.examples_stored) == (make.info(), 9.0, True)
    empty, route = run.routes
    assert (empty.info, empty.entered, empty.signatures, empty.legacy_ms.p50) == (make.route("GET /a"), 1, {}, None)
    assert (route.info, route.entered, route.distinct, route.secondary_asked) == (make.route(), 5, 3, 2)
    assert route.settled == {(Outcome.SKIPPED, Reason.POLICY): 1}
    assert route.signatures == {(a, b): SignatureCount(count=2, distinct=2), (): SignatureCount(count=1, distinct=0)}
    assert route.noise == {
        ("body/a", "value"): NoiseCount(both=0, candidate_only=2, secondary_only=0),
        ("body/b", "order"): NoiseCount(both=1, candidate_only=1, secondary_only=0),
    }
    first, second = route.clusters
    assert (first.fingerprint, first.count, first.first_seen, first.last_seen) == (a, 2, 5.0, 7.0)
    assert first.examples == (make.redactor().example(example),)
    assert (second.fingerprint, second.examples) == (b, ())
    assert dataclasses.astuple(route.legacy_ms) == pytest.approx((10.0,) * 3, rel=0.01)
    assert dataclasses.astuple(route.paired_ratio) == pytest.approx((2.0,) * 3, rel=0.01)


def test_a_run_without_its_examples(make: Any, stores: Any) -> None:
    """All else comes back as it does with them."""
    writer = stores.open(redactor=make.redactor())
    mark = make.fingerprint("body/a")
    writer.add(make.judged(signature=(mark,), examples=(make.example(mark),)))
    writer.finish({make.route(): 1}, now=9.0)
    whole, counts = read_run(stores.folder), read_run(stores.folder, examples=False)
    (route,) = whole.routes
    (cluster,) = route.clusters
    assert cluster.examples
    bare = dataclasses.replace(route, clusters=(dataclasses.replace(cluster, examples=()),))
    assert counts == dataclasses.replace(whole, routes=(bare,))


def test_quantiles(make: Any, stores: Any) -> None:
    """In milliseconds, to two digits."""
    writer = stores.open()
    for number in range(1, 101):
        writer.add(make.judged(request=number, legacy_ms=float(number), candidate_ms=1.0))
    writer.flush(make.entered(100))
    (route,) = read_run(stores.folder).routes
    assert dataclasses.astuple(route.legacy_ms) == pytest.approx((50.0, 95.0, 99.0), rel=0.02)
    assert dataclasses.astuple(route.candidate_ms) == pytest.approx((1.0, 1.0, 1.0), rel=0.02)


def test_the_newest_run(make: Any, stores: Any) -> None:
    """By its start, not by when it was written; of two at once always the same one."""
    for run_id, started_at in (("new", 3.0), ("old", 1.0), ("b", 2.0), ("a", 2.0), ("newer", 3.0)):
        stores.open(make.info(run_id, started_at))
    assert [run.run_id for run in list_runs(stores.folder)] == ["old", "a", "b", "new", "newer"]
    assert read_run(stores.folder).info.run_id == "newer"
    assert read_run(stores.folder, "old").info.run_id == "old"


def test_no_such_run(make: Any, stores: Any) -> None:
    """Says which one, which there are, and how to get one."""
    for number in range(5):
        stores.open(make.info(f"a{number}", float(number)))
    with pytest.raises(EvidenceError, match=r"expected run b, got none; the newest are a4, a3, a2$"):
        read_run(stores.folder, "b")
    connection = sqlite3.connect(stores.file)
    with connection:
        connection.execute("DELETE FROM runs")
    connection.close()
    assert list_runs(stores.folder) == ()
    with pytest.raises(EvidenceError, match=r"expected a run, got none; start one with `crossfade shadow`$"):
        read_run(stores.folder)


def test_a_damaged_store_is_one_line(stores: Any) -> None:
    """A store that lost a table, after its version was read."""
    stores.open()
    connection = sqlite3.connect(stores.file)
    with connection:
        connection.execute("DROP TABLE clusters")
    connection.close()
    with pytest.raises(EvidenceError, match=r"^[^\n]*evidence\.sqlite: expected an evidence store, got [^\n]+$"):
        read_run(stores.folder)


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
        run = read_run(stores.folder)
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", between)
    assert flushes > 5
    (route,) = run.routes
    assert route.entered == route.distinct == len(route.signatures) == len(route.clusters)
    assert read_run(stores.folder).routes[0].entered == flushes + 1


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
    assert read_run(stores.folder).routes[0].entered == 2
    connection.close()


def test_the_same_store_is_the_same_run(make: Any, stores: Any) -> None:
    """In the same order too: reports are made from it."""
    writer = stores.open(redactor=make.redactor())
    for request, template in enumerate("dbacdb"):
        found = make.fingerprint(template)
        route = make.route(f"GET /{template}")
        writer.add(make.judged(template, request=request, route=route, examples=(make.example(found),)))
        writer.add(make.judged(template, "z", request=request + 9, examples=(make.example(found),)))
    writer.flush({})
    one, two = read_run(stores.folder), read_run(stores.folder)
    assert repr(one) == repr(two)
    assert [route.info.route for route in one.routes] == ["GET /a", "GET /b", "GET /b/{id}", "GET /c", "GET /d"]
    assert [item.fingerprint.template for item in one.routes[2].clusters] == ["a", "b", "c", "d", "z"]


def test_one_name_on_two_ports(make: Any, stores: Any) -> None:
    """Two routes, each with its own n, k, clusters and examples."""
    writer = stores.open(redactor=make.redactor())
    ports = [dataclasses.replace(make.route("GET /a"), listener=port) for port in ("public", "internal", "")]
    for number, route in enumerate(ports):
        fingerprint = make.fingerprint(f"body/{number}")
        example = make.example(fingerprint)
        for request in range(number + 1):
            writer.add(make.judged(route=route, signature=(fingerprint,), request=request, examples=(example,)))
        writer.add(Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.POLICY, count=number + 5))
    writer.finish({route: 10 + number for number, route in enumerate(ports)}, now=9.0)
    routes = read_run(stores.folder).routes
    assert [route.info for route in routes] == [ports[2], ports[1], ports[0]]
    assert [(route.entered, route.distinct, len(route.clusters)) for route in routes] == [
        (12, 3, 1),
        (11, 2, 1),
        (10, 1, 1),
    ]
    assert [sum(route.settled.values()) for route in routes] == [7, 6, 5]
    assert [route.clusters[0].fingerprint.template for route in routes] == ["body/2", "body/1", "body/0"]


def test_what_is_past_the_cap_in_two_protocols(make: Any, stores: Any) -> None:
    """One route, and all that entered on it counts."""
    other = make.route("(other)")
    writer = stores.open()
    writer.flush({other: 3, dataclasses.replace(other, protocol="grpc", call_type="unknown"): 4})
    assert [route.entered for route in read_run(stores.folder).routes] == [7]
