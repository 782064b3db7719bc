"""Outcomes and statuses under the present rules."""

import dataclasses
import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfade.shadow.evidence.conclusions import Status
from crossfade.shadow.evidence.records import (
    ClusterEvidence,
    LatencyQuantiles,
    PlaceCount,
    RouteEvidence,
    RunInfo,
    SignatureCount,
    Sort,
    Units,
    Way,
    WayCount,
)
from crossfade.shadow.evidence.view import AcceptRule, RouteView, view_route
from crossfade.shadow.exchange.difference import MORE, OTHER, Fingerprint, Signature
from crossfade.shadow.exchange.observations import Mutation
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

TODAY = datetime.date(2026, 5, 17)
ROUTE = RouteInfo(route="GET /b/{id}", protocol="http", call_type="http", stage="shadow")
EMPTY = LatencyQuantiles(p50=None, p95=None, p99=None)
A, B = Fingerprint(template="body/a", kind="value"), Fingerprint(template="body/items/*/b", kind="order", cause="c")
FAILED = Fingerprint(template="answer", kind="failed")
NOISY = PlaceCount(both=5, self_differs=5, differing=5)


def evidence(signatures: dict[Signature, tuple[int, int]], **values: Any) -> RouteEvidence:
    """A route with these signatures: count and distinct count; what entered is what was counted, if not given."""
    settled = values.pop("settled", {})
    defaults = {
        "entered": sum(settled.values()) + sum(count for count, _ in signatures.values()),
        "distinct": sum(distinct for _, distinct in signatures.values()),
        "secondary_asked": 40 if "places" in values else 0,
        "paired": 40 if "places" in values else 0,
        "clusters": (),
    }
    return RouteEvidence(
        info=ROUTE,
        settled=settled,
        signatures={
            key: SignatureCount(count=count, distinct=distinct) for key, (count, distinct) in signatures.items()
        },
        legacy_ms=EMPTY,
        candidate_ms=EMPTY,
        paired_ratio=EMPTY,
        **(defaults | values),
    )


def test_what_only_the_secondarys_only_answer_excuses_is_undecided() -> None:
    """Its units count beside those with a difference that nothing excuses."""
    place = (A.template, A.kind)
    units = {
        ((*place, ""), Sort.OTHER): Units(hashes=frozenset({1, 2, 3})),
        ((*place, ""), Sort.UNCHECKED): Units(hashes=frozenset({3, 4})),
    }
    count = PlaceCount(both=3, once=3, differing=4)
    view = view_route(evidence({(A,): (2, 0), (): (98, 98)}, places={place: count}, units=units), (), TODAY)
    assert (view.divergent, view.undecided, view.statuses[A]) == (0, 4, Status.UNDECIDED)


def rule(path: str = "*", **values: Any) -> AcceptRule:
    defaults = {"route": "*", "kind": "*", "reason": "known", "expires": None}
    return AcceptRule(path=path, **(defaults | values))


def view(route: RouteEvidence, *rules: AcceptRule) -> RouteView:
    return view_route(route, rules, TODAY)


def outcomes(found: RouteView) -> dict[str, int]:
    return {outcome.value: count for outcome, count in found.outcomes.items() if count}


def test_every_outcome_has_a_count() -> None:
    """Zero is said too."""
    assert view(evidence({})).outcomes == dict.fromkeys(Outcome, 0)


def test_counts() -> None:
    """What was skipped is not eligible, what was shed is; reasons are summed over outcomes."""
    settled = {
        (Outcome.SKIPPED, Reason.POLICY): 10,
        (Outcome.SHED, Reason.QUEUE_FULL): 3,
        (Outcome.LEGACY_FAILED, Reason.RESET): 2,
        (Outcome.UNCOMPARABLE, Reason.TRUNCATED): 1,
    }
    found = view(evidence({(): (40, 0), (A,): (5, 4), (FAILED,): (1, 1)}, settled=settled, entered=65, distinct=30))
    assert outcomes(found) == {
        "matched": 40,
        "diverged": 5,
        "candidate_failed": 1,
        "skipped": 10,
        "shed": 3,
        "legacy_failed": 2,
        "uncomparable": 1,
    }
    assert found.reasons == {"policy": 10, "queue_full": 3, "reset": 2, "truncated": 1}
    assert (found.total, found.in_flight, found.eligible, found.compared) == (65, 3, 55, 46)
    assert (found.distinct, found.divergent) == (30, 5)
    assert found.compared_pct == pytest.approx(100 * 46 / 55)


def test_nothing_eligible_is_nothing_compared() -> None:
    """No division by zero, and not 100 percent."""
    assert view(evidence({}, settled={(Outcome.SKIPPED, Reason.POLICY): 9})).compared_pct == 0.0


def test_a_failed_candidate_is_divergent() -> None:
    """No rule accepts it, and it is never noise."""
    route = evidence({(FAILED,): (3, 2)}, places={("answer", "failed"): NOISY})
    for rules in ((), (rule(),), (rule("answer", kind="failed"),)):
        found = view(route, *rules)
        assert outcomes(found) == {"candidate_failed": 3}
        assert found.statuses == {FAILED: Status.OPEN}
        assert found.divergent == 2


def test_one_open_finding_makes_it_diverge() -> None:
    """Whatever is accepted or noise beside it."""
    route = evidence({(A, B): (7, 6), (A,): (2, 1)}, places={("body/a", "value"): NOISY})
    found = view(route)
    assert found.statuses == {A: Status.NOISE, B: Status.OPEN}
    assert (outcomes(found), found.divergent) == ({"diverged": 7, "noise": 2}, 6)
    found = view(route, rule("body/items/*/b"))
    assert found.statuses == {A: Status.NOISE, B: Status.ACCEPTED}
    assert (outcomes(found), found.divergent) == ({"noise": 9}, 0)


def test_noise_is_by_place_and_kind() -> None:
    """A noisy value excuses no format; the cause is no matter."""
    other = Fingerprint(template="body/a", kind="format")
    caused = Fingerprint(template="body/a", kind="value", cause="x")
    found = view(evidence({(A,): (1, 1), (other,): (1, 1), (caused,): (1, 1)}, places={("body/a", "value"): NOISY}))
    assert found.statuses == {A: Status.NOISE, other: Status.OPEN, caused: Status.NOISE}


def test_noise_hides_no_candidate_that_is_worse() -> None:
    """A field that wavers in legacy and is wrong in the candidate diverges."""
    worse = PlaceCount(
        both=5, candidate_only=300, secondary_only=20, bets_candidate=300, bets_secondary=20, self_differs=25
    )
    found = view(evidence({(A,): (305, 300)}, places={("body/a", "value"): worse}, paired=400))
    assert (found.statuses[A], found.divergent) == (Status.OPEN, 300)


@pytest.mark.parametrize(
    ("rule_", "accepts"),
    [
        (rule("body/items/*/b"), True),
        (rule("*/b"), True),
        (rule("body/items/0/b"), False),
        (rule("body/items"), False),
        (rule("BODY/*"), False),
        (rule(route="GET /b/{id}"), True),
        (rule(route="GET *"), True),
        (rule(route="POST *"), False),
        (rule(kind="order"), True),
        (rule(kind="o*"), True),
        (rule(kind="value"), False),
        (rule(expires=TODAY), True),
        (rule(expires=TODAY - datetime.timedelta(days=1)), False),
        (rule(expires=TODAY + datetime.timedelta(days=1)), True),
    ],
)
def test_rules(rule_: AcceptRule, accepts: bool) -> None:
    """All three globs match, and the day has not passed."""
    found = view(evidence({(B,): (2, 1)}), rule_)
    assert found.statuses == {B: Status.ACCEPTED if accepts else Status.OPEN}
    assert (found.outcomes[Outcome.NOISE], found.divergent) == ((2, 0) if accepts else (0, 1))


def test_brackets_in_rules_are_brackets() -> None:
    """As in field paths, not a set of characters."""
    field = Fingerprint(template="message.items[*].price", kind="value")
    for path, status in (("message.items[*].price", "accepted"), ("message.item[s]*", "open")):
        assert view(evidence({(field,): (1, 1)}), rule(path)).statuses[field] == status


def test_accepted_comes_before_noise() -> None:
    """What a person decided is shown as decided."""
    route = evidence({(A,): (1, 1)}, places={("body/a", "value"): NOISY})
    assert view(route, rule("body/a")).statuses == {A: Status.ACCEPTED}


def test_noise_does_not_excuse_what_was_not_kept_apart() -> None:
    """Past the bounds anything may lie."""
    route = evidence({(MORE,): (3, 3), (A, MORE): (2, 2)}, places={("body/a", "value"): NOISY})
    found = view(route, rule("body/*"))
    assert (found.statuses[MORE], found.divergent) == (Status.OPEN, 5)


def test_a_request_is_divergent_once() -> None:
    """One that gave several signatures is counted for each, but never are more divergent than there were."""
    found = view(evidence({(A,): (9, 6), (B,): (9, 6)}, distinct=7))
    assert (found.distinct, found.divergent) == (7, 7)


def test_more_outcomes_than_entered() -> None:
    """Nothing is left out of the total, and what is too much is seen."""
    found = view(evidence({(): (10, 0)}, entered=4))
    assert (found.total, found.in_flight) == (10, -6)


def units(**found: dict[Sort, Any]) -> dict[tuple[Way, Sort], Units]:
    """By a letter's place and a sort: hashes, or units."""
    return {
        ((f"body/{name}", "value", ""), sort): item if isinstance(item, Units) else Units(hashes=frozenset(item))
        for name, sorts in found.items()
        for sort, item in sorts.items()
    }


def test_a_unit_is_divergent_once() -> None:
    """Whatever it differed in, and however often it was asked; what is noise, accepted or transient is no part of k."""
    b = Fingerprint(template="body/b", kind="value")
    route = evidence(
        {(A,): (9, 0), (b,): (9, 0)},
        distinct=100,
        units=units(
            a={Sort.PERSISTENT: {1, 2}, Sort.UNCHECKED: {2, 3}, Sort.TRANSIENT: {9}}, b={Sort.PERSISTENT: {3, 4}}
        ),
    )
    found = view(route)
    assert (found.divergent, found.certain, found.undecided, found.transient) == (4, 4, 0, 1)
    assert found.transient_at_most == 3  # 2 and 3 were not looked at again
    assert (view(route, rule("body/a")).divergent, view(route, rule("body/a")).transient) == (2, 0)


def test_units_past_the_bound() -> None:
    """At most k is what was kept and all that came later; certain is at least what came new to one place."""
    route = evidence(
        {(A,): (900, 0), (Fingerprint(template="body/b", kind="value"),): (2, 0)},
        distinct=500,
        units=units(
            a={Sort.PERSISTENT: Units(hashes=frozenset({1, 2}), more=60, first=50)}, b={Sort.UNCHECKED: {1, 7}}
        ),
    )
    found = view(route)
    assert (found.divergent, found.certain) == (63, 52)


def test_one_event_decides_nothing() -> None:
    """Where legacy differed from itself once or twice, a difference counts for the upper bound, and fails no claim."""
    for events, status in ((0, Status.OPEN), (1, Status.UNDECIDED), (2, Status.UNDECIDED), (3, Status.NOISE)):
        route = evidence(
            {(A,): (5, 0)},
            distinct=300,
            places={("body/a", "value"): PlaceCount(secondary_only=events, self_differs=events)},
            units=units(a={Sort.PERSISTENT: {1, 2, 3}}),
        )
        found = view(route)
        assert found.statuses[A] is status
        expected = {Status.OPEN: (3, 0), Status.UNDECIDED: (0, 3), Status.NOISE: (0, 0)}[status]
        assert (found.divergent, found.undecided, found.certain) == (*expected, 0)


def test_excused_and_drift() -> None:
    """Equal but for noise is noise; equal to a secondary of another state is no evidence, and stays eligible."""
    route = evidence({}, entered=10, distinct=8)
    counted = {(): SignatureCount(count=10, noise=3, drift=2)}
    found = view(dataclasses.replace(route, signatures=counted))
    assert outcomes(found) == {"matched": 5, "noise": 3, "skipped": 2}
    assert (found.eligible, found.compared, found.left_out) == (10, 8, {Reason.STATE_DRIFT: 2})
    assert found.reasons == {"state_drift": 2}


@pytest.mark.parametrize(
    ("reason", "eligible"),
    [(reason, False) for reason in ("sampled_out", "policy", "rule", "mirror_off", "loop", "not_ported")]
    + [("client_cancelled", False)]
    + [
        (reason, True)
        for reason in ("foreign_handle", "blocked", "credential", "state_drift", "not_as_recorded", "state_race")
    ],
)
def test_what_is_skipped_on_purpose_is_not_eligible(reason: str, eligible: bool) -> None:
    """What had to be skipped may hide what the claim is about, so it lowers the share that was compared."""
    found = view(evidence({(): (6, 0)}, settled={(Outcome.SKIPPED, Reason(reason)): 4}))
    assert (found.eligible, found.left_out) == (10 if eligible else 6, {Reason(reason): 4})


def test_a_secondary_that_is_yet_to_answer() -> None:
    """A difference may still be noise, so it is open, and not decided."""
    route = evidence({(A,): (5, 0)}, distinct=5, units=units(a={Sort.UNCHECKED: {1, 2, 3}}))
    info = RunInfo(
        run_id="r",
        service="s",
        engine="e",
        legacy_build="l",
        candidate_build="c",
        rules_digest="",
        contract_digest="",
        started_at=0.0,
        unit="session",
        secondary=True,
    )
    found = view_route(route, (), TODAY, info)
    assert (found.statuses[A], found.divergent, found.certain, found.unit) == (Status.OPEN, 3, 0, "session")
    assert (view(route).certain, view(route).unit) == (3, "request")


def test_injected_faults() -> None:
    """One is found where it adds a difference that no rule accepts; at a place that always differs by a check alone."""
    always = PlaceCount(both=40, self_differs=40)
    at = Fingerprint(template="body/at", kind="value")
    route = evidence(
        {},
        places={("body/at", "value"): always},
        proofs={
            (Mutation.VALUE, (A,)): 4,
            (Mutation.VALUE, (at,)): 2,
            (Mutation.MISSING, ()): 3,
            (Mutation.CONSTANT, (at,)): 1,
        },
    )
    found = view(route).surfaced
    assert (found.injected, found.surfaced, found.pct) == (10, 5, 50.0)
    assert found.by_mutation == {Mutation.VALUE: (6, 4), Mutation.MISSING: (3, 0), Mutation.CONSTANT: (1, 1)}
    assert view(route, rule("body/*")).surfaced.surfaced == 0
    assert view(evidence({})).surfaced.pct == 100.0


TO_401, TO_200 = (Fingerprint(template="status", kind="value", transition=f"404 -> {code}") for code in (401, 200))
STATUS = ("status", "value")


def by_transition() -> RouteEvidence:
    """Eight units whose status leads to 401 and two, one of them of the eight, in which it leads to 200."""
    return evidence(
        {(TO_401,): (8, 0), (TO_200,): (2, 0)},
        distinct=400,
        places={STATUS: PlaceCount(candidate_only=9, bets_candidate=9, differing=10)},
        ways={
            (*STATUS, "404 -> 401"): WayCount(candidate_only=7, bets_candidate=7),
            (*STATUS, "404 -> 200"): WayCount(candidate_only=1, bets_candidate=1),
        },
        units={
            ((*STATUS, "404 -> 401"), Sort.UNCHECKED): Units(hashes=frozenset(range(8))),
            ((*STATUS, "404 -> 200"), Sort.UNCHECKED): Units(hashes=frozenset({7, 8})),
        },
    )


def test_a_transition_is_accepted_alone() -> None:
    """404 -> 401 may stay; the two 404 -> 200 are open, and k counts them."""
    assert view(by_transition()).divergent == 9
    found = view(by_transition(), rule("status", transition="404 -> 401"))
    assert found.statuses == {TO_401: Status.ACCEPTED, TO_200: Status.OPEN}
    assert (found.divergent, outcomes(found)) == (2, {"noise": 8, "diverged": 2})


@pytest.mark.parametrize("transition", ["*", "404 -> *", "404 -> ?0?"])
def test_a_rule_for_many_transitions(transition: str) -> None:
    """A glob; without one, a rule accepts all."""
    found = view(by_transition(), rule("status", transition=transition))
    assert (found.divergent, set(found.statuses.values())) == (0, {Status.ACCEPTED})
    assert found.places[0].status is Status.ACCEPTED


def test_a_difference_without_a_transition() -> None:
    """Is accepted by a rule for any, or for the empty one: so are those of runs that tell none."""
    for transition, status in (("*", Status.ACCEPTED), ("", Status.ACCEPTED), ("404 -> 401", Status.OPEN)):
        assert view(evidence({(A,): (5, 5)}), rule(transition=transition)).statuses[A] is status


@pytest.mark.parametrize(("transition", "status"), [("*", Status.ACCEPTED), ("", Status.OPEN), ("* -> *", Status.OPEN)])
def test_a_place_with_too_many_transitions(transition: str, status: Status) -> None:
    """One that was accepted without a transition does not stand for those that came later."""
    told = [dataclasses.replace(A, transition=f"w{number} -> x") for number in range(8)]
    items = [A, *told, dataclasses.replace(A, transition="(other)")]
    clusters = tuple(
        ClusterEvidence(fingerprint=item, count=1, first_seen=0.0, last_seen=0.0, examples=()) for item in items
    )
    route = dataclasses.replace(evidence({(item,): (1, 1) for item in items}), clusters=clusters)
    found = view(route, rule(transition=transition))
    assert found.statuses == {A: status}
    assert found.divergent == (0 if status is Status.ACCEPTED else 10)
    assert view(evidence({(A,): (5, 5)}), rule(transition="")).statuses == {A: Status.ACCEPTED}


def test_what_is_accepted_speaks_against_nothing_else() -> None:
    """Beside noise, pairs of an accepted transition do not make the others worse than chance."""
    route = dataclasses.replace(
        by_transition(),
        secondary_asked=400,
        paired=400,
        places={
            STATUS: PlaceCount(
                candidate_only=42,
                secondary_only=3,
                bets_candidate=42,
                bets_secondary=3,
                self_differs=5,
                differing=50,
                rechecked=50,
            )
        },
        ways={(*STATUS, "404 -> 401"): WayCount(candidate_only=40, bets_candidate=40)},
    )
    assert view(route).statuses[TO_200] is Status.OPEN
    found = view(route, rule("status", transition="404 -> 401"))
    assert (found.statuses[TO_200], found.divergent) == (Status.NOISE, 0)
    assert {item.candidate for item in found.excesses if item.transient} == {2}


def test_injected_faults_meet_rules_by_their_transition() -> None:
    """A rule that is too broad accepts them too; so does one for any transition where nobody knows that of the fault."""
    to_500, other = (dataclasses.replace(TO_401, transition=told) for told in ("404 -> 500", OTHER))
    route = evidence({}, proofs={(Mutation.STATUS, (to_500,)): 3, (Mutation.STATUS, (other,)): 2})
    surfaced = {
        told: view(route, rule("status", transition=told)).surfaced.surfaced
        for told in ("404 -> 401", "404 -> *", "* -> *", "*")
    }
    assert surfaced == {"404 -> 401": 5, "404 -> *": 2, "* -> *": 0, "*": 0}


def test_values_that_are_no_closed_set() -> None:
    """Nine transitions of a value are one cluster again, which a rule for one of them does not accept."""
    items = [Fingerprint(template="body/a", kind="value", transition=told) for told in (*map(str, range(8)), OTHER)]
    clusters = [
        ClusterEvidence(fingerprint=item, count=1, first_seen=1.0, last_seen=1.0, examples=()) for item in items
    ]
    route = evidence({(item,): (1, 1) for item in items}, clusters=tuple(clusters))
    found = view(route, rule(transition="3"))
    assert (found.statuses, found.divergent) == ({A: Status.OPEN}, 9)
    assert view(route, rule()).statuses == {A: Status.ACCEPTED}


SIGNATURES = st.dictionaries(
    st.frozensets(st.sampled_from([A, B, FAILED, MORE])).map(lambda found: tuple(sorted(found))),
    st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
SETTLED = st.dictionaries(st.tuples(st.sampled_from(Outcome), st.sampled_from(Reason)), st.integers(0, 50), max_size=5)
RULES = st.lists(
    st.sampled_from([rule(), rule("body/*"), rule(kind="value"), rule(expires=datetime.date(2020, 1, 1))]), max_size=2
)


@settings(max_examples=50)
@given(SIGNATURES, SETTLED, st.integers(0, 50), RULES, st.booleans())
def test_conservation(signatures: Any, settled: Any, in_flight: int, rules: list[AcceptRule], noisy: bool) -> None:
    """Whatever the rules: entered = outcomes + in flight, and only an equal answer is matched."""
    counted = sum(settled.values()) + sum(count for count, _ in signatures.values())
    places = {"places": {("body/a", "value"): NOISY}} if noisy else {}
    route = evidence(signatures, settled=settled, entered=counted + in_flight, **places)
    found = view(route, *rules)
    assert found.total == sum(found.outcomes.values()) + found.in_flight == route.entered
    assert found.in_flight == in_flight
    settled_as_matched = sum(count for (outcome, _), count in settled.items() if outcome is Outcome.MATCHED)
    assert found.outcomes[Outcome.MATCHED] - settled_as_matched == signatures.get((), (0, 0))[0]
    assert found.divergent <= found.distinct
    assert view(route, *rules) == found


@settings(max_examples=30)
@given(SIGNATURES, RULES)
def test_a_rule_never_makes_it_worse(signatures: Any, rules: list[AcceptRule]) -> None:
    """Another rule accepts more, and never less."""
    route = evidence(signatures)
    assert view(route, *rules).divergent <= view(route).divergent


def test_what_the_candidate_served() -> None:
    """A comparison of what its client got diverges as any other: what is accepted or noise does not."""
    signatures = {
        (): SignatureCount(count=50, by_candidate=20),
        (A,): SignatureCount(count=5, by_candidate=3),
        (B,): SignatureCount(count=4, by_candidate=2),
        (FAILED,): SignatureCount(count=1, by_candidate=1),
    }
    cross_reads = {("POST /b", ()): 7, ("POST /b", (A,)): 2, ("POST /b", (B,)): 1, ("POST /b", (MORE,)): 1}
    route = dataclasses.replace(
        evidence({}), signatures=signatures, entered=200, by_candidate=100, cross_reads=cross_reads
    )
    accept = AcceptRule(route="*", path=A.template, kind="*", reason="it is so", expires=None)
    found = view_route(route, [accept], TODAY)
    assert (found.by_candidate, found.compared_by_candidate, found.diverged_by_candidate) == (100, 26, 3)
    assert found.cross_reads == {"POST /b": (11, 9)}
    assert view_route(route, [], TODAY).cross_reads == {"POST /b": (11, 7)}
