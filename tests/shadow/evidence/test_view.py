"""Outcomes and statuses under the present rules."""

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfade.shadow.evidence.findings import Status
from crossfade.shadow.evidence.records import LatencyQuantiles, NoiseCount, RouteEvidence, SignatureCount
from crossfade.shadow.evidence.view import AcceptRule, RouteView, view_route
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Signature
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

TODAY = datetime.date(2026, 5, 17)
ROUTE = RouteInfo(route="GET /b/{id}", protocol="http", call_type="http", stage="shadow")
EMPTY = LatencyQuantiles(p50=None, p95=None, p99=None)
A, B = Fingerprint(template="body/a", kind="value"), Fingerprint(template="body/items/*/b", kind="order", cause="c")
FAILED = Fingerprint(template="answer", kind="failed")
NOISY = NoiseCount(both=5, candidate_only=0, secondary_only=0)


def evidence(signatures: dict[Signature, tuple[int, int]], **values: Any) -> RouteEvidence:
    """A route with these signatures: count and distinct count; what entered is what was counted, if not given."""
    settled = values.pop("settled", {})
    defaults = {
        "entered": sum(settled.values()) + sum(count for count, _ in signatures.values()),
        "distinct": sum(distinct for _, distinct in signatures.values()),
        "noise": {},
        "secondary_asked": 0,
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


def rule(path: str = "*", *, route: str = "*", kind: str = "*", expires: datetime.date | None = None) -> AcceptRule:
    return AcceptRule(route=route, path=path, kind=kind, reason="known", expires=expires)


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
    route = evidence({(FAILED,): (3, 2)}, noise={("answer", "failed"): NOISY})
    for rules in ((), (rule(),), (rule("answer", kind="failed"),)):
        found = view(route, *rules)
        assert outcomes(found) == {"candidate_failed": 3}
        assert found.statuses == {FAILED: Status.OPEN}
        assert found.divergent == 2


def test_one_open_finding_makes_it_diverge() -> None:
    """Whatever is accepted or noise beside it."""
    route = evidence({(A, B): (7, 6), (A,): (2, 1)}, noise={("body/a", "value"): NOISY})
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
    found = view(evidence({(A,): (1, 1), (other,): (1, 1), (caused,): (1, 1)}, noise={("body/a", "value"): NOISY}))
    assert found.statuses == {A: Status.NOISE, other: Status.OPEN, caused: Status.NOISE}


def test_noise_hides_no_candidate_that_is_worse() -> None:
    """A field that wavers in legacy and is wrong in the candidate diverges."""
    worse = NoiseCount(both=5, candidate_only=300, secondary_only=20)
    found = view(evidence({(A,): (305, 300)}, noise={("body/a", "value"): worse}))
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
    route = evidence({(A,): (1, 1)}, noise={("body/a", "value"): NOISY})
    assert view(route, rule("body/a")).statuses == {A: Status.ACCEPTED}


def test_noise_does_not_excuse_what_was_not_kept_apart() -> None:
    """Past the bounds anything may lie."""
    route = evidence({(MORE,): (3, 3), (A, MORE): (2, 2)}, noise={("body/a", "value"): NOISY})
    found = view(route, rule("body/*"))
    assert (found.statuses[MORE], found.divergent) == (Status.OPEN, 5)


def test_a_request_is_divergent_once() -> None:
    """One that gave several signatures is counted for each, but never are more divergent than there were."""
    found = view(evidence({(A,): (9, 6), (B,): (9, 6)}, distinct=7))
    assert (found.distinct, found.divergent) == (7, 7)


def test_more_outcomes_than_entered() -> None:
    """The total is never less than what is known: nothing is left out, and nothing in flight is negative."""
    found = view(evidence({(): (10, 0)}, entered=4))
    assert (found.total, found.in_flight) == (10, 0)


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
    noise = {("body/a", "value"): NOISY} if noisy else {}
    route = evidence(signatures, settled=settled, entered=counted + in_flight, noise=noise)
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
