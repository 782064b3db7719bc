"""Totals of one route, and what happens past their bounds."""

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.changes import ClusterCount
from crossfade.shadow.evidence.records import SignatureCount, Sort
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.difference import MORE, OTHER, Fingerprint
from crossfade.shadow.exchange.observations import Check, Checked, Mutation, Proof
from crossfade.shadow.exchange.outcome import Outcome, Reason


def tally(make: Any, **limits: int) -> Tally:
    return Tally(info=make.route(), limits=Limits(**limits))


def counts(found: Tally) -> dict[tuple[str, ...], int]:
    """By templates: how often."""
    return {tuple(item.template for item in signature): seen.count for signature, seen in found.signatures.items()}


def test_what_was_not_compared(make: Any) -> None:
    """Is counted by outcome and reason, and is nothing else."""
    found = tally(make)
    for outcome, reason, times in (
        (Outcome.SHED, Reason.QUEUE_FULL, 2),
        (Outcome.SHED, Reason.SHUTDOWN, 1),
        (Outcome.SKIPPED, Reason.POLICY, 3),
    ):
        for _ in range(times):
            found.settle(make.settled(outcome, reason))
    assert found.settled == {
        (Outcome.SHED, Reason.QUEUE_FULL): 2,
        (Outcome.SHED, Reason.SHUTDOWN): 1,
        (Outcome.SKIPPED, Reason.POLICY): 3,
    }
    assert (found.signatures, found.places.distinct) == ({}, 0)


def test_many_alike_at_once(make: Any) -> None:
    """One observation may stand for so many requests."""
    found = tally(make)
    found.settle(dataclasses.replace(make.settled(Outcome.SHED, Reason.QUEUE_FULL), count=10**9))
    assert found.settled == {(Outcome.SHED, Reason.QUEUE_FULL): 10**9}


def test_a_signature_and_its_clusters(make: Any) -> None:
    """Times are those of the first and the last request; a repeated request is one distinct one."""
    found = tally(make)
    for at, request, templates in ((5.0, 1, "ab"), (6.0, 1, "ab"), (7.0, 2, "ab"), (9.0, 3, "b"), (9.5, 3, "")):
        found.judge(make.judged(*templates, request=request, at=at), None)
    assert counts(found) == {("a", "b"): 3, ("b",): 1, (): 1}
    clusters = {key.template: (item.count, item.first_seen, item.last_seen) for key, item in found.clusters.items()}
    assert clusters == {"a": (3, 5.0, 7.0), "b": (4, 5.0, 9.0)}
    assert found.places.distinct == 3


# bounds


def test_past_the_bound_of_signatures(make: Any) -> None:
    """A new signature is MORE, a known one is still itself."""
    found = tally(make, signatures=2)
    for request, template in enumerate("abcdac"):
        found.judge(make.judged(template, request=request), None)
    assert counts(found) == {("a",): 2, ("b",): 1, ("(more)",): 3}
    assert found.clusters[MORE].count == 3


def test_equal_answers_past_the_bound_are_equal(make: Any) -> None:
    """The bound turns no match into a difference, also when the first match comes late."""
    found = tally(make, signatures=2)
    for request, templates in enumerate(("a", "b", "c", "", "", "d")):
        found.judge(make.judged(*templates, request=request), None)
    assert counts(found)[()] == 2
    assert counts(found)["(more)",] == 2


def test_past_the_bound_of_clusters(make: Any) -> None:
    """A new finding is MORE beside those that are known; one comparison can't break the bound either."""
    found = tally(make, clusters=3)
    found.judge(make.judged("a", "b", "c", "d", "e", request=1), None)
    found.judge(make.judged("a", "x", "y", request=2), None)
    found.judge(make.judged("z", request=3), None)
    assert counts(found) == {("(more)", "a", "b", "c"): 1, ("(more)", "a"): 1, ("(more)",): 1}
    assert {key.template: item.count for key, item in found.clusters.items()} == {"(more)": 3, "a": 2, "b": 1, "c": 1}


def test_past_the_bound_of_distinct_requests(make: Any) -> None:
    """Both n and k stop growing; counts go on, and known requests are still found again."""
    found = tally(make, distinct=2)
    for request, templates in ((1, ""), (2, "a"), (3, "a"), (1, "b"), (4, ""), (5, "c")):
        found.judge(make.judged(*templates, request=request), None)
    assert found.places.distinct == 2
    assert counts(found) == {(): 2, ("a",): 2, ("b",): 1, ("c",): 1}
    units = {place[0]: set(item.hashes) for (place, _), item in found.places.units.items()}
    assert units == {"a": {2}, "b": {1}}


def test_past_the_bound_of_examples(make: Any) -> None:
    """The first ones stay."""
    found = tally(make, examples=2)
    for request in range(4):
        example = make.example(make.fingerprint("a"), comparison_id=str(request))
        found.judge(make.judged("a", request=request, examples=(example,)), make.redactor())
    assert [example.comparison_id for example in found.clusters[make.fingerprint("a")].examples] == ["0", "1"]


def test_no_examples_of_what_has_no_cluster(make: Any) -> None:
    """Past the bound of clusters, and without a redactor."""
    full = tally(make, clusters=1)
    examples = (make.example(make.fingerprint("b")), make.example(make.fingerprint("a")))
    full.judge(make.judged("a", "b", examples=examples), make.redactor())
    assert len(full.clusters[make.fingerprint("a")].examples) == 1
    assert full.clusters[MORE].examples == []
    bare = tally(make)
    bare.judge(make.judged("a", "b", examples=examples), None)
    assert [item.examples for item in bare.clusters.values()] == [[], []]


def test_past_the_bound_of_signatures_noise_is_no_more(make: Any) -> None:
    """Any subset of many noisy fields may come; what is left of a signature without them is counted as before."""
    found = tally(make, signatures=4)
    for request in range(3):
        both = make.fingerprint("x"), make.fingerprint("y")
        found.judge(make.judged("x", "y", request=request, noise=both), None)
    for request, templates in enumerate(("a", "b", "bc", "x", "y", "ax", "xy", "abx")):
        found.judge(make.judged(*templates, request=10 + request), None)
    assert counts(found) == {
        ("x", "y"): 4,
        ("a",): 1,
        ("b",): 1,
        ("b", "c"): 1,
        ("(noise)",): 2,
        ("(more)",): 2,
    }
    places = {place[0] for (place, sort) in found.places.units if sort is Sort.UNCHECKED}
    assert places == {"a", "b", "c", "x", "y"}


def test_transitions_are_bounded(make: Any) -> None:
    """Of one place eight are told, wherever they stand, and examples go with them; the rest share one."""
    found = tally(make)
    for number in range(12):
        item = make.fingerprint("a", transition=f"{number} -> x")
        where = "signature" if number % 2 else "excused"
        values = {"signature": (), where: (item,), "examples": (make.example(item),)}
        found.judge(make.judged(request=number, **values), make.redactor())
    told = {item.transition: cluster.count for item, cluster in found.clusters.items()}
    assert told == dict.fromkeys((f"{number} -> x" for number in range(8)), 1) | {OTHER: 4}
    assert all(cluster.examples for cluster in found.clusters.values())


def test_signatures_past_their_bound_tell_no_transitions(make: Any) -> None:
    """A quarter of the room is for those: so combinations of transitions do not become MORE."""
    found = tally(make, signatures=8)
    for number in range(16):
        items = [
            make.fingerprint(name, transition=f"{number % 4 if at else number // 4} -> x")
            for at, name in enumerate("ab")
        ]
        found.judge(make.judged(request=number, signature=tuple(items)), None)
    assert len(found.signatures) == 7
    (gathered,) = [item for item in found.signatures if item[0].transition == OTHER]
    assert (found.signatures[gathered].count, [item.transition for item in gathered]) == (10, [OTHER, OTHER])
    assert OTHER not in {item.transition for item in found.clusters}
    assert {len(units.hashes) for units in found.places.units.values()} == {4}


def test_proofs_take_no_room_of_requests(make: Any) -> None:
    """Transitions of injected faults are bounded for themselves."""
    found = tally(make)
    for number in range(12):
        item = make.fingerprint("a", transition=f"{number} -> y")
        found.prove(Proof(route=make.route(), mutation=Mutation.VALUE, signature=(item,)))
    assert sorted(found.proofs.values()) == [1] * 8 + [4]
    found.judge(make.judged(signature=(make.fingerprint("a", transition="x -> z"),)), None)
    assert [item.transition for item in found.clusters] == ["x -> z"]


def test_drift_where_legacy_differs_from_itself(make: Any) -> None:
    """Two answers of the secondary's may agree by chance: what is known as noise is no other state."""
    found = tally(make)
    at = make.fingerprint("at")
    drifted = make.sighting("at", secondary=True, secondary_again=True, candidate_again=False, drift=True)
    noisy = make.sighting("at", secondary=True, secondary_again=False)
    for request, (sighting, drift) in enumerate(((drifted, (at,)), (noisy, ()), (drifted, (at,)))):
        found.judge(
            make.judged(request=request, noise=(at,), drift=drift, sightings=(sighting,), asked_again=True), None
        )
    seen = found.signatures[()]
    assert (seen.count, seen.drift, seen.noise) == (3, 1, 1)
    assert found.places.distinct == 2


STEPS = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from("abcdefgh")),
        st.integers(0, 6),
        st.none() | st.frozensets(st.sampled_from("abcd")),
    ),
    max_size=30,
)


@given(STEPS, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_no_bound_loses_a_request(make: Any, steps: Any, signatures: int, clusters: int, distinct: int) -> None:
    """Under any traffic: each is counted once, none that differed is equal, and no map is larger than it may be."""
    found = tally(make, signatures=signatures, clusters=clusters, distinct=distinct)
    for templates, request, noise in steps:
        other = None if noise is None else tuple(make.fingerprint(name) for name in sorted(noise))
        found.judge(make.judged(*templates, request=request, noise=other), None)
    same = sum(not templates for templates, _, _ in steps)
    assert sum(seen.count for seen in found.signatures.values()) == len(steps)
    assert (found.signatures[()].count if () in found.signatures else 0) == same
    assert len(found.signatures) <= signatures + 2  # the empty one, and MORE
    assert len(found.clusters) <= clusters + 1
    assert len(found.places.counts) <= clusters + 1
    assert found.places.distinct == min(distinct, len({request for _, request, _ in steps}))
    assert {item for signature in found.signatures for item in signature} <= set(found.clusters)
    differing = {request for templates, request, _ in steps if templates}
    units = [units.hashes for units in found.places.units.values()]
    assert set().union(*units) <= differing
    assert bool(units) == bool(differing & set(found.places.known))


# injected faults


def test_injected_faults(make: Any) -> None:
    """Are counted by what they added, past the bound not at all, and never as requests."""
    found = tally(make, proofs=2)
    for mutation, template in (
        (Mutation.VALUE, "a"),
        (Mutation.VALUE, "a"),
        (Mutation.MISSING, ""),
        (Mutation.STATUS, "b"),
    ):
        signature = (make.fingerprint(template),) if template else ()
        found.prove(Proof(route=make.route(), mutation=mutation, signature=signature))
    a = make.fingerprint("a")
    assert found.proofs == {(Mutation.VALUE, (a,)): 2, (Mutation.MISSING, ()): 1}
    assert (found.places.distinct, found.signatures) == (0, {})
    assert found.changes().proofs == found.proofs
    found.committed()
    assert found.changes().proofs == {}


@pytest.mark.parametrize(
    ("checks", "expected"),
    [((), {}), (((True, False), (False, True)), {("a",): 1}), (((False, False),), {(): 1}), (((True, True),), {(): 1})],
)
def test_an_injected_constant(make: Any, checks: Any, expected: Any) -> None:
    """Is found where a check fails for it alone; without a check it was not tried."""
    found = tally(make)
    found.prove(
        Proof(
            route=make.route(),
            mutation=Mutation.CONSTANT,
            checks=tuple(
                Checked(template="ab"[number], kind="value", check=Check.REPEATS, candidate=ours, control=theirs)
                for number, (ours, theirs) in enumerate(checks)
            ),
        )
    )
    assert {tuple(item.template for item in key[1]): count for key, count in found.proofs.items()} == expected


ORDER = """
from crossfade.shadow.exchange.difference import MORE, OTHER, Fingerprint
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.evidence.tally import Limits, Tally
route = RouteInfo(route="r", protocol="http", call_type="http", stage="shadow")
found = tuple(Fingerprint(template=f"t{n}", kind="value") for n in range(9))
tally = Tally(info=route, limits=Limits(clusters=4))
tally.judge(Judged(route=route, at=0.0, request_hash=1, signature=found, noise=found, examples=(), legacy_ms=None,
                   candidate_ms=None), None)
print(sorted(tally.places.counts), sorted(tally.clusters))
"""


def test_the_bound_does_not_depend_on_chance() -> None:
    """Which places are kept is the same in every process, though each has its own order of a set."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", ORDER], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"t3" in outputs.pop()


# latency


@pytest.mark.parametrize(("legacy_ms", "candidate_ms"), [(None, 1.0), (1.0, None), (None, None)])
def test_latency_needs_both_sides(make: Any, legacy_ms: float | None, candidate_ms: float | None) -> None:
    """Else the histograms would be of different requests."""
    found = tally(make)
    found.judge(make.judged(legacy_ms=legacy_ms, candidate_ms=candidate_ms), None)
    assert {quantiles.p50 for quantiles in found.latencies.quantiles().values()} == {None}
    assert found.changes().latencies is None


def test_latency(make: Any) -> None:
    """Each side in milliseconds."""
    found = tally(make)
    found.judge(make.judged(legacy_ms=10.0, candidate_ms=25.0), None)
    assert found.latencies.quantiles()["legacy_ms"].p50 == pytest.approx(10.0, rel=0.01)
    assert found.latencies.quantiles()["candidate_ms"].p50 == pytest.approx(25.0, rel=0.01)
    assert found.changes().latencies is found.latencies


# what a flush writes


def test_changes_are_totals_of_what_changed(make: Any) -> None:
    """And of nothing else, once the rest is committed."""
    found = tally(make)
    a, b = make.fingerprint("a"), make.fingerprint("b")
    for request, template in enumerate("aab"):
        example = make.example(make.fingerprint(template))
        judged = make.judged(
            template, request=request, noise=(a,), examples=(example,), legacy_ms=1.0, candidate_ms=1.0
        )
        found.judge(judged, make.redactor())
    found.settle(make.settled())
    whole = found.changes()
    assert (set(whole.clusters), set(whole.examples), set(whole.signatures)) == ({a, b}, {a, b}, {(a,), (b,)})
    assert (len(whole.places), whole.settled) == (2, {(Outcome.SHED, Reason.QUEUE_FULL): 1})
    found.committed()
    found.judge(make.judged("a", request=9, at=50.0), make.redactor())
    changes = found.changes()
    assert (changes.distinct, changes.secondary_asked) == (4, 3)
    assert changes.signatures == {(a,): SignatureCount(count=3)}
    assert {key: sorted(units.hashes) for key, units in changes.units.items()} == {
        (("a", "value", ""), Sort.UNCHECKED): [0, 1, 9]
    }
    assert changes.clusters == {a: ClusterCount(count=3, first_seen=make.started + 1, last_seen=50.0)}
    assert (changes.settled, set(changes.places), changes.examples) == ({}, {("a", "value")}, {})
    assert changes.latencies is None


def test_changes_are_kept_until_they_are_committed(make: Any) -> None:
    """A flush that failed is tried again with all of them, and with what came since."""
    found = tally(make)
    found.judge(make.judged("a", request=1), None)
    assert found.changes() == found.changes()
    found.judge(make.judged("b", request=2, cut=Reason.TRUNCATED), None)
    changes = found.changes()
    assert set(changes.clusters) == {make.fingerprint("a"), make.fingerprint("b")}
    assert changes.cut == {Reason.TRUNCATED: 1}
    found.committed()
    assert found.changes().clusters == {}


def test_names_that_can_not_be_encoded(make: Any) -> None:
    """Are changed so that every store can write them: a lone surrogate becomes its escape."""
    found = tally(make)
    bad = make.fingerprint("body/\ud800", cause="\udcff")
    found.judge(make.judged(signature=(bad,), noise=(bad,), examples=(make.example(bad),)), make.redactor())
    changes = found.changes()
    escaped = make.fingerprint("body/\\ud800", cause="\\udcff")
    assert (set(changes.clusters), set(changes.examples)) == ({escaped}, {escaped})
    assert set(changes.places) == {("body/\\ud800", "value")}
    assert set(changes.signatures) == {(escaped,)}


def test_what_redacting_can_not_do_is_no_example(make: Any) -> None:
    """A hostile text costs an example at most, never a count."""
    found = tally(make)
    bad = make.example(make.fingerprint("a"), request=make.request(target="/\ud800?token=\udcff", body="[" * 4000))
    found.judge(make.judged("a", examples=(bad,)), make.redactor())
    assert counts(found) == {("a",): 1}
    assert isinstance(next(iter(found.clusters)), Fingerprint)
