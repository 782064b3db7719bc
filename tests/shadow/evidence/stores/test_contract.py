"""What holds for every store: what was committed comes back, whole, exact, and in the same order."""

import dataclasses
import time
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter
from crossfade.shadow.evidence.records import (
    CUT_OFF_S,
    CheckCount,
    PlaceCount,
    RunEvidence,
    SignatureCount,
    Sort,
    Units,
    WayCount,
)
from crossfade.shadow.exchange.observations import Check, Checked, CrossRead, Mutation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage


@pytest.fixture
def stores(any_stores: Any) -> Any:
    """Each of these tests holds for every store."""
    return any_stores


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


# writing


def test_nothing_is_written_before_a_flush(make: Any, stores: Any) -> None:
    """The run is there, and is empty."""
    writer = stores.open()
    add_some(writer, make)
    assert stores.store.read().routes == ()
    writer.flush(make.entered(10))
    assert sums(stores.store.read()) == (10, 1, 9)


def test_flushing_again_changes_nothing(make: Any, stores: Any) -> None:
    """Totals are written, not steps."""
    writer = stores.open()
    add_some(writer, make)
    writer.flush(make.entered(10))
    before = stores.store.read()
    for _ in range(3):
        writer.flush(make.entered(10))
    assert stores.store.read() == before
    add_some(writer, make)
    writer.flush(make.entered(25))
    assert sums(stores.store.read()) == (25, 2, 18)


def test_transitions_come_back(make: Any, stores: Any) -> None:
    """Two of one place are two clusters, and two signatures."""
    found = [make.fingerprint("status", transition=told) for told in ("404 -> 200", "404 -> 401")]
    writer = stores.open()
    for request, fingerprint in enumerate(found):
        writer.add(dataclasses.replace(make.judged(request=request), signature=(fingerprint,)))
    writer.flush(make.entered(2))
    (route,) = stores.store.read().routes
    assert list(route.signatures) == [(fingerprint,) for fingerprint in found]
    assert [cluster.fingerprint for cluster in route.clusters] == found
    assert {way: units.hashes for (way, _), units in route.units.items()} == {
        ("status", "value", "404 -> 200"): {0},
        ("status", "value", "404 -> 401"): {1},
    }
    paired = dataclasses.replace(make.judged(request=7, noise=()), signature=(found[0],))
    writer.add(paired)
    writer.flush(make.entered(3))
    counted = WayCount(candidate_only=1, bets_candidate=1)
    assert stores.store.read().routes[0].ways == {("status", "value", "404 -> 200"): counted}


def test_what_entered_is_written_though_nothing_has_an_outcome(make: Any, stores: Any) -> None:
    """It is in flight."""
    writer = stores.open()
    writer.flush(make.entered(3))
    writer.flush(make.entered(4))
    assert sums(stores.store.read()) == (4, 0, 0)


def test_only_the_end_ends_a_run(make: Any, stores: Any) -> None:
    """A run without an end is live, or was cut off."""
    writer = stores.open()
    writer.flush({})
    assert stores.store.read().ended_at is None
    add_some(writer, make)
    writer.finish(make.entered(10), now=make.started + 60)
    run = stores.store.read()
    assert (run.ended_at, sums(run)) == (make.started + 60, (10, 1, 9))


def test_a_run_that_is_closed_is_as_it_was_flushed(make: Any, stores: Any) -> None:
    """It has not ended, and what was counted since is lost with its writer; closing again does nothing."""
    with stores.open() as writer:
        add_some(writer, make)
        writer.flush(make.entered(10))
        add_some(writer, make)
    writer.close()
    run = stores.store.read()
    assert (run.ended_at, sums(run)) == (None, (10, 1, 9))


def test_two_runs_in_one_store(make: Any, stores: Any) -> None:
    """They write in turn, and neither sees the other's counts."""
    first, second = stores.open(make.info("a", 1.0)), stores.open(make.info("b", 2.0))
    add_some(first, make)
    second.add(make.settled())
    first.flush(make.entered(10))
    second.flush(make.entered(1))
    add_some(first, make)
    first.finish(make.entered(20), now=9.0)
    assert sums(stores.store.read("a")) == (20, 2, 18)
    assert sums(stores.store.read("b")) == (1, 1, 0)
    assert (stores.store.read("a").ended_at, stores.store.read("b").ended_at) == (9.0, None)


def test_a_run_begins_once(stores: Any) -> None:
    """Two runs under one id would be added up."""
    stores.open()
    with pytest.raises(EvidenceError, match=r"^[^\n]*: expected a[^\n]+, got [^\n]+$"):
        stores.open()
    assert [run.run_id for run in stores.store.runs()] == ["run-1"]


def test_the_same_evidence_is_the_same_run(make: Any, stores: Any) -> None:
    """However it was flushed."""
    one, other = (stores.open(make.info(run_id), make.redactor()) for run_id in "ab")
    for first in (0, 10, 20):
        for each in (one, other):
            add_some(each, make, first)
        other.flush(make.entered(first + 10))
    one.flush(make.entered(30))
    assert repr(stores.store.read("a").routes) == repr(stores.store.read("b").routes)


def test_examples_that_come_later_stay(make: Any, stores: Any) -> None:
    """A flush that brings counts alone, or latencies alone, takes nothing from what is there."""
    writer = stores.open(redactor=make.redactor())
    found = make.fingerprint()
    for comparison_id in ("c1", "c2"):
        example = make.example(found, comparison_id=comparison_id)
        writer.add(make.judged("body/a", examples=(example,), legacy_ms=1.0, candidate_ms=2.0))
        writer.flush(make.entered(1))
        writer.add(make.judged("body/a"))
        writer.flush(make.entered(2))
    (route,) = stores.store.read().routes
    (cluster,) = route.clusters
    assert (cluster.count, [example.comparison_id for example in cluster.examples]) == (4, ["c1", "c2"])
    assert route.legacy_ms.p50 == pytest.approx(1.0, rel=0.01)


# what hostile clients send

HOSTILE = "/\0'\";\n…\U0001f600"
SURROGATE = f"\ud800{HOSTILE}"


def test_hostile_names_are_counted(make: Any, stores: Any) -> None:
    """A route, a value and a request may be any text: one that can't be encoded must not stop all that comes after."""
    writer = stores.open(redactor=make.redactor())
    found = make.fingerprint(f"body{HOSTILE}", cause=HOSTILE)
    request = make.request(target=SURROGATE, body=SURROGATE, headers=((SURROGATE, SURROGATE),))
    example = make.example(found, path=SURROGATE, legacy=SURROGATE, request=request)
    route = make.route(f"GET {SURROGATE}")
    writer.add(make.judged(signature=(found,), noise=(found,), examples=(example,)))
    writer.add(make.judged("body/a", route=route))
    writer.flush({make.route(): 1, route: 1})
    run = stores.store.read()
    assert sums(run) == (2, 0, 2)
    plain, escaped = run.routes
    assert escaped.info.route == f"GET \\ud800{HOSTILE}"
    (cluster,) = plain.clusters
    assert (set(plain.signatures), set(plain.places)) == ({(found,)}, {(found.template, "value")})
    assert (cluster.fingerprint, cluster.examples[0].request) == (found, request)


# a writer that is lost


def test_the_sums_of_a_lost_run_are_exact(make: Any, stores: Any) -> None:
    """What entered is what ended; what was committed is as it was."""
    writer = stores.open()
    add_some(writer, make)
    writer.add(make.settled(Outcome.SHED, Reason.COMPARE_DOWN))
    writer.flush(make.entered(11))
    add_some(writer, make)
    new = make.route("GET /new")
    assert stores.store.close_lost("run-1", {make.route(): 17, new: 3}, now=9.0) == 6 + 3
    run = stores.store.read()
    assert (run.ended_at, sums(run)) == (9.0, (20, 11, 9))
    found = {route.info: route for route in run.routes}
    assert found[make.route()].settled == {(Outcome.SHED, Reason.COMPARE_DOWN): 7, (Outcome.SHED, Reason.QUEUE_FULL): 1}
    assert found[make.route()].legacy_ms.p50 is not None
    assert found[new].settled == {(Outcome.SHED, Reason.COMPARE_DOWN): 3}
    assert not stores.store.runs()[0].is_live(9.0)


def test_nothing_was_lost(make: Any, stores: Any) -> None:
    """An engine that knows of less than was committed changes no sum."""
    writer = stores.open()
    add_some(writer, make)
    writer.flush(make.entered(10))
    assert stores.store.close_lost("run-1", make.entered(1), now=9.0) == 0
    assert sums(stores.store.read()) == (10, 1, 9)


def test_a_lost_run_on_two_ports(make: Any, stores: Any) -> None:
    """Each port has sums of its own, also where two protocols are one route."""
    web, internal = (dataclasses.replace(make.route("GET /ok"), listener=port) for port in ("web", "internal"))
    writer = stores.open()
    for route in (web, internal):
        writer.add(make.judged(route=route))
    writer.flush({web: 1, internal: 1})
    other = dataclasses.replace(internal, protocol="grpc", call_type="unknown")
    assert stores.store.close_lost("run-1", {web: 3, internal: 4, other: 5}, now=9.0) == 2 + 8
    found = [(route.info.key, route.entered, sum(route.settled.values())) for route in stores.store.read().routes]
    assert found == [("internal GET /ok", 9, 8), ("web GET /ok", 3, 2)]


def test_a_lost_run_that_never_began(make: Any, stores: Any) -> None:
    """All that entered is lost; no run comes of it, and nothing of it is kept."""
    stores.open()
    assert stores.store.close_lost("other", make.entered(3), now=9.0) == 3
    assert [run.run_id for run in stores.store.runs()] == ["run-1"]
    stores.open(make.info("other"))
    assert stores.store.read("other").routes == ()


# runs


def test_a_store_is_there_when_a_run_began(stores: Any) -> None:
    """Opening one makes none."""
    assert not stores.store.exists()
    stores.open()
    assert stores.store.exists()
    assert stores.store.size_bytes() >= 0


def test_the_list_of_runs(make: Any, stores: Any) -> None:
    """What entered on all routes, when a run ended, and when one that has not was last flushed."""
    writer, killed = stores.open(make.info("ended", 1.0)), stores.open(make.info("open", 2.0))
    writer.flush({make.route(): 3, make.route("GET /a"): 4})
    before = time.time()
    killed.flush({})
    ended, live = stores.store.runs()
    assert (ended.run_id, ended.started_at, ended.entered, ended.contract_digest) == ("ended", 1.0, 7, "contract")
    assert before <= live.last_s <= time.time()
    assert live.is_live(live.last_s + CUT_OFF_S - 1)
    assert not live.is_live(live.last_s + CUT_OFF_S)
    writer.finish({}, now=9.0)
    ended, _ = stores.store.runs()
    assert (ended.ended_at, ended.flushed_at, ended.last_s, ended.is_live(9.0)) == (9.0, None, 9.0, False)


def test_a_run_that_is_deleted(make: Any, stores: Any) -> None:
    """Others stay as they are, and its id is free again."""
    for run_id in "ab":
        writer = stores.open(make.info(run_id))
        add_some(writer, make)
        writer.finish(make.entered(10), now=9.0)
    kept = stores.store.read("b")
    stores.store.delete(["a", "unknown"])
    assert [run.run_id for run in stores.store.runs()] == ["b"]
    assert repr(stores.store.read("b")) == repr(kept)
    stores.open(make.info("a"))
    assert stores.store.read("a").routes == ()


def test_a_store_of_the_present_version_needs_no_upgrade(stores: Any) -> None:
    """Nothing is done, and no copy is made."""
    stores.open()
    done = stores.store.upgrade(now=0.0)
    assert (done.before, done.backup) == (done.after, None)


# reading


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
    run = stores.store.read()
    assert (run.info, run.ended_at, run.examples_stored) == (make.info(), 9.0, True)
    empty, route = run.routes
    assert (empty.info, empty.entered, empty.signatures, empty.legacy_ms.p50) == (make.route("GET /a"), 1, {}, None)
    assert (route.info, route.entered, route.distinct, route.secondary_asked) == (make.route(), 5, 3, 2)
    assert route.settled == {(Outcome.SKIPPED, Reason.POLICY): 1}
    assert route.signatures == {(a, b): SignatureCount(count=2), (): SignatureCount(count=1)}
    assert route.places == {
        ("body/a", "value"): PlaceCount(candidate_only=2, bets_candidate=2, differing=2),
        ("body/b", "order"): PlaceCount(both=1, candidate_only=1, bets_candidate=1, once=1, differing=2),
    }
    assert (route.paired, route.asked_again, route.any_candidate, route.any_secondary) == (2, 0, 1, 0)
    first, second = route.clusters
    assert (first.fingerprint, first.count, first.first_seen, first.last_seen) == (a, 2, 5.0, 7.0)
    assert first.examples == (make.redactor().example(example),)
    assert (second.fingerprint, second.examples) == (b, ())
    assert dataclasses.astuple(route.legacy_ms) == pytest.approx((10.0,) * 3, rel=0.01)
    assert dataclasses.astuple(route.paired_ratio) == pytest.approx((2.0,) * 3, rel=0.01)


def test_what_second_looks_and_proofs_show_comes_back(make: Any, stores: Any) -> None:
    """Units by their hashes, checks, injected faults, and what is to be told of the run."""
    writer = stores.open(dataclasses.replace(make.info(), unit="minute", secondary=True))
    place = "body/a", "value"
    for number, again in enumerate((True, False)):
        sighting = make.sighting(candidate=True, secondary_again=False, candidate_again=again)
        check = Checked(template="body/a", kind="value", check=Check.FORM, candidate=True, control=False)
        writer.add(
            make.judged("body/a", request=2**64 - 1 - number, sightings=(sighting,), checks=(check,), asked_again=True)
        )
    drift = make.fingerprint("body/d")
    writer.add(make.judged(request=3, drift=(drift,), excused=(make.fingerprint("body/e"),)))
    proof = Proof(route=make.route(), mutation=Mutation.VALUE, signature=(make.fingerprint("body/x"),))
    writer.add(proof)
    writer.finish(make.entered(3), now=9.0)
    run = stores.store.read()
    assert (run.info.unit, run.info.secondary) == ("minute", True)
    (route,) = run.routes
    assert (route.distinct, route.asked_again, route.any_candidate) == (2, 2, 1)
    assert route.units == {
        ((*place, ""), Sort.PERSISTENT): Units(hashes=frozenset({2**64 - 1})),
        ((*place, ""), Sort.TRANSIENT): Units(hashes=frozenset({2**64 - 2})),
    }
    assert route.checks == {(place, Check.FORM): CheckCount(n=2, candidate=2, control=0)}
    assert route.proofs == {(Mutation.VALUE, proof.signature): 1}
    assert route.signatures[()] == SignatureCount(count=1, drift=1)


def test_what_the_candidate_served_comes_back(make: Any, stores: Any) -> None:
    """How much that is, what was found of it, its times, and what was read of its writes."""
    with stores.open() as writer:
        writer.add(make.judged("a", request=1, legacy_ms=1.0, candidate_ms=2.0))
        mine = {"served": Served.CANDIDATE, "legacy_ms": 4.0, "candidate_ms": 1.0, "cross_reads": ("POST /b",)}
        for request in (2, 3):
            writer.add(make.judged("a", request=request, **mine))
        writer.add(make.judged(request=4, **mine))
        writer.add(CrossRead(route=make.route(), write_route="POST /c", signature=()))
        writer.finish(make.entered(9), {make.route(): 7}, now=9.0)
    (route,) = stores.store.read().routes
    found = (make.fingerprint("a"),)
    assert (route.entered, route.by_candidate) == (9, 7)
    assert {signature: (seen.count, seen.by_candidate) for signature, seen in route.signatures.items()} == {
        (): (1, 1),
        found: (3, 2),
    }
    assert route.cross_reads == {("POST /b", ()): 1, ("POST /b", found): 2, ("POST /c", ()): 1}
    assert (route.paired_ratio.p50, route.reversed_paired_ratio.p50) == (pytest.approx(2, rel=0.01), 0.25)


def test_a_stage_that_changes(make: Any, stores: Any) -> None:
    """The route stays one row, with the stage of the newest counts; nothing is lost or counted twice."""
    shadow = make.route()
    canary = dataclasses.replace(shadow, stage=Stage.CANARY)
    writer = stores.open()
    writer.add(make.judged(request=1))
    writer.flush({shadow: 1})
    writer.add(make.judged(request=2, route=canary))
    writer.flush({canary: 2})
    writer.add(make.judged(request=3))  # it began before
    writer.finish({canary: 3}, now=9.0)
    (route,) = stores.store.read().routes
    assert (route.info.stage, route.entered, route.signatures[()].count) == (Stage.CANARY, 3, 3)


def test_without_examples(make: Any, stores: Any) -> None:
    """All else is the same: a gate needs none."""
    writer = stores.open(redactor=make.redactor())
    add_some(writer, make)
    writer.finish(make.entered(10), now=9.0)
    whole, bare = stores.store.read(), stores.store.read(examples=False)
    (route,) = whole.routes
    assert all(cluster.examples for cluster in route.clusters)
    clusters = tuple(dataclasses.replace(cluster, examples=()) for cluster in route.clusters)
    assert bare == dataclasses.replace(whole, routes=(dataclasses.replace(route, clusters=clusters),))


def test_quantiles(make: Any, stores: Any) -> None:
    """In milliseconds, to two digits."""
    writer = stores.open()
    for number in range(1, 101):
        writer.add(make.judged(request=number, legacy_ms=float(number), candidate_ms=1.0))
    writer.flush(make.entered(100))
    (route,) = stores.store.read().routes
    assert dataclasses.astuple(route.legacy_ms) == pytest.approx((50.0, 95.0, 99.0), rel=0.02)
    assert dataclasses.astuple(route.candidate_ms) == pytest.approx((1.0, 1.0, 1.0), rel=0.02)


def test_the_newest_run(make: Any, stores: Any) -> None:
    """By its start, not by when it was written; of two at once always the same one."""
    for run_id, started_at in (("new", 3.0), ("old", 1.0), ("b", 2.0), ("a", 2.0), ("newer", 3.0)):
        stores.open(make.info(run_id, started_at))
    assert [run.run_id for run in stores.store.runs()] == ["old", "a", "b", "new", "newer"]
    assert stores.store.read().info.run_id == "newer"
    assert stores.store.read("old").info.run_id == "old"


def test_no_such_run(make: Any, stores: Any) -> None:
    """Says which one, which there are, and how to get one."""
    for number in range(5):
        stores.open(make.info(f"a{number}", float(number)))
    with pytest.raises(EvidenceError, match=r"expected run b, got none; the newest are a4, a3, a2$"):
        stores.store.read("b")
    stores.store.delete([run.run_id for run in stores.store.runs()])
    assert stores.store.runs() == ()
    with pytest.raises(EvidenceError, match=r"expected a run, got none; start one with `crossfade shadow`$"):
        stores.store.read()


def test_the_same_store_is_the_same_run(make: Any, stores: Any) -> None:
    """In the same order too: reports are made from it."""
    writer = stores.open(redactor=make.redactor())
    for request, template in enumerate("dbacdb"):
        found = make.fingerprint(template)
        route = make.route(f"GET /{template}")
        writer.add(make.judged(template, request=request, route=route, examples=(make.example(found),)))
        writer.add(make.judged(template, "z", request=request + 9, examples=(make.example(found),)))
    writer.flush({})
    one, two = stores.store.read(), stores.store.read()
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
    routes = stores.store.read().routes
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
    assert [route.entered for route in stores.store.read().routes] == [7]
