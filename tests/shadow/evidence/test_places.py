"""What a place is: noise takes more than one event, and what noise may hide is bounded."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.shadow.evidence.conclusions import Excess, PlaceView, Status
from crossfade.shadow.evidence.noise_excess import excesses
from crossfade.shadow.evidence.places import JudgedPlaces, judge_places
from crossfade.shadow.evidence.records import (
    CheckCount,
    LatencyQuantiles,
    Place,
    PlaceCount,
    RouteEvidence,
    SignatureCount,
    Sort,
    Units,
)
from crossfade.shadow.evidence.remaining import Remaining, set_aside
from crossfade.shadow.evidence.unit_counts import fewest, most
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Kind
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.exchange.route import RouteInfo

A, B = ("body/a", "value"), ("body/b", "value")
EMPTY = LatencyQuantiles(p50=None, p95=None, p99=None)


def evidence(*signature: Place, **values: Any) -> RouteEvidence:
    """A route with one signature, of 1,000 units of which the secondary was asked in all."""
    found = tuple(Fingerprint(template=template, kind=kind) for template, kind in signature)
    values["units"] = {((*place, ""), sort): units for (place, sort), units in values.get("units", {}).items()}
    defaults = {"entered": 1000, "distinct": 1000, "secondary_asked": 1000, "paired": 1000, "clusters": ()}
    return RouteEvidence(
        info=RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow"),
        settled={},
        signatures={found: SignatureCount(count=9)},
        legacy_ms=EMPTY,
        candidate_ms=EMPTY,
        paired_ratio=EMPTY,
        **(defaults | values),
    )


def judged(route: RouteEvidence, *accepted: Place, has_secondary: bool = True) -> JudgedPlaces:
    return judge_places(left(route, *accepted), has_secondary=has_secondary)


def left(route: RouteEvidence, *accepted: Place) -> Remaining:
    return set_aside(route, lambda item: (item.template, item.kind) in accepted)


def at(route: RouteEvidence, place: Place = A, **values: Any) -> PlaceView:
    return judged(route, **values).views[place]


def seen(*sorts: Sort, place: Place = A) -> dict[tuple[Place, Sort], Units]:
    return {(place, sort): Units(hashes=frozenset({1, 2, 3})) for sort in sorts}


@pytest.mark.parametrize(
    ("count", "sorts", "status", "decided"),
    [
        ({}, (Sort.PERSISTENT,), Status.OPEN, False),
        ({}, (Sort.UNCHECKED,), Status.OPEN, False),
        ({}, (Sort.TRANSIENT,), Status.UNDECIDED, False),
        ({"self_differs": 1}, (Sort.PERSISTENT,), Status.UNDECIDED, False),
        ({"self_differs": 2}, (Sort.TRANSIENT,), Status.UNDECIDED, False),
        ({"self_differs": 3}, (Sort.PERSISTENT, Sort.TRANSIENT), Status.NOISE, False),
        ({"self_differs": 3, "bets_candidate": 30}, (Sort.PERSISTENT,), Status.OPEN, True),
        ({"self_differs": 300, "bets_candidate": 60, "bets_secondary": 50}, (Sort.PERSISTENT,), Status.NOISE, False),
        ({"bets_candidate": 8}, (Sort.PERSISTENT,), Status.OPEN, False),
        ({"bets_candidate": 12}, (Sort.PERSISTENT,), Status.OPEN, True),
        ({"once": 3}, (Sort.UNCHECKED,), Status.NOISE, False),
        ({"once": 2}, (Sort.UNCHECKED,), Status.UNDECIDED, False),
        ({"drift": 5}, (), Status.NOISE, False),
        ({"drift": 5, "once": 50}, (Sort.UNCHECKED,), Status.UNDECIDED, False),
        ({"drift": 5, "once": 50}, (Sort.PERSISTENT,), Status.OPEN, False),
        ({"drift": 5, "once": 50, "self_differs": 3}, (Sort.UNCHECKED,), Status.NOISE, False),
    ],
)
def test_statuses(count: dict[str, int], sorts: tuple[Sort, ...], status: Status, decided: bool) -> None:
    """One or two events of legacy's decide nothing, and neither does a difference that did not stay."""
    signature = (A,) if sorts else ()
    view = at(evidence(*signature, places={A: PlaceCount(**count)}, units=seen(*sorts)))
    assert (view.status, view.decided) == (status, decided)


@pytest.mark.parametrize(
    ("count", "sorts", "status"),
    [
        ({"once": 3}, (Sort.OTHER,), Status.UNDECIDED),
        ({"once": 300}, (Sort.OTHER, Sort.UNCHECKED), Status.UNDECIDED),
        ({"once": 300}, (Sort.ABOVE,), Status.UNDECIDED),
        ({"once": 300}, (Sort.ABOVE, Sort.BELOW), Status.NOISE),
        ({"once": 2}, (Sort.OTHER,), Status.UNDECIDED),
        ({"once": 300, "self_differs": 3}, (Sort.OTHER,), Status.NOISE),
        ({"once": 300, "drift": 3}, (Sort.OTHER,), Status.NOISE),
        ({"once": 300, "bets_candidate": 30}, (Sort.OTHER,), Status.OPEN),
    ],
)
def test_a_place_that_nobody_looked_at_twice(count: dict[str, int], sorts: tuple[Sort, ...], status: Status) -> None:
    """Is no noise where the candidate differs too and no check can judge the values."""
    signature = (A,) if Sort.UNCHECKED in sorts else ()
    view = at(evidence(*signature, places={A: PlaceCount(**count)}, units=seen(*sorts)))
    assert (view.status, view.more_pairs) == (status, None if count["once"] >= 3 else view.more_pairs)


def test_a_fault_where_nobody_looked_twice_fails_its_checks() -> None:
    """What a check shows comes first."""
    checks = {(A, Check.FORM): CheckCount(n=100, candidate=40, control=0)}
    view = at(evidence(places={A: PlaceCount(once=300, both=300)}, units=seen(Sort.OTHER), checks=checks))
    assert view.status is Status.SUSPICIOUS


def test_the_most_units_include_what_is_excused() -> None:
    """At the places that are named for it."""
    units = {(A, Sort.OTHER): Units(hashes=frozenset({1, 2})), (A, Sort.UNCHECKED): Units(hashes=frozenset({2, 3}))}
    route = evidence(A, places={A: PlaceCount(once=3)}, units=units)
    found = left(route)
    assert (most(found, [A]), most(found, [A], excused=[A]), most(found, [A], excused=[B])) == (2, 3, 2)


def test_without_a_secondary_every_difference_is_decided() -> None:
    """Nothing tells noise apart."""
    view = at(evidence(A, units=seen(Sort.UNCHECKED), secondary_asked=0, paired=0), has_secondary=False)
    assert (view.status, view.decided) == (Status.OPEN, True)


def test_what_is_never_noise() -> None:
    """A missing answer, and what was not kept apart; a rule accepts any other place first."""
    failed = "answer", Kind.FAILED.value
    more = MORE.template, MORE.kind
    noisy = PlaceCount(self_differs=50, both=50)
    route = evidence(A, failed, more, places={A: noisy, failed: noisy, more: noisy}, units=seen(Sort.PERSISTENT))
    views = judged(route, A, failed).views
    assert (views[A].status, views[failed].status, views[failed].decided) == (Status.ACCEPTED, Status.OPEN, True)
    assert (views[more].status, views[more].decided) == (Status.OPEN, False)


@pytest.mark.parametrize(("candidate", "status"), [(6, Status.NOISE), (20, Status.SUSPICIOUS)])
def test_a_check_inside_noise(candidate: int, status: Status) -> None:
    """Is flagged where the candidate alone fails it more often than chance lets it."""
    checks = {
        (A, Check.DISTANCE): CheckCount(n=100, candidate=candidate, control=0),
        (A, Check.FORM): CheckCount(n=100, candidate=9, control=9),
    }
    view = at(evidence(A, places={A: PlaceCount(self_differs=900, both=900)}, checks=checks))
    assert (view.status, view.always) == (status, True)
    assert [(item.check, item.flagged) for item in view.checks] == [
        (Check.DISTANCE, status is Status.SUSPICIOUS),
        (Check.FORM, False),
    ]


@pytest.mark.parametrize(
    ("count", "check", "status"),
    [
        (PlaceCount(once=900, both=900, differing=900), Check.DISTANCE, Status.SUSPICIOUS),
        (PlaceCount(once=900, secondary_only=900), Check.DISTANCE, Status.NOISE),
        (PlaceCount(once=900, both=900, differing=900), Check.FORM, Status.NOISE),
        (PlaceCount(self_differs=900, once=900, both=900, differing=900), Check.DISTANCE, Status.NOISE),
    ],
)
def test_a_secondary_that_is_always_farther_is_in_another_state(
    count: PlaceCount, check: Check, status: Status
) -> None:
    """Which nothing else tells of a write; what the candidate has there is not excused by it."""
    checks = {(A, check): CheckCount(n=100, candidate=0, control=100)}
    assert at(evidence(A, places={A: count}, checks=checks)).status is status


def test_always_different_takes_pairs() -> None:
    """Not said of a few; and a place that is equal in a fifth of them is compared."""
    for both, paired, always in ((19, 19, False), (20, 20, True), (799, 1000, False), (800, 1000, True)):
        count = PlaceCount(both=both, self_differs=both)
        assert at(evidence(A, places={A: count}, paired=paired)).always is always


@pytest.mark.parametrize(
    ("kind", "both", "always"), [("order", 199, False), ("order", 200, True), ("value", 200, False)]
)
def test_an_order_that_legacy_does_not_keep(kind: str, both: int, always: bool) -> None:
    """Nobody relies on an order that differs in a fifth of legacy's own answers."""
    place = ("body/a", kind)
    found = evidence(place, places={place: PlaceCount(both=both, self_differs=both)})
    assert at(found, place).always is always


def test_another_state_is_not_always_different() -> None:
    """Where the secondary is steady, its values are what the candidate is held against."""
    for drift, always in ((40, True), (41, False)):
        count = PlaceCount(both=1000, self_differs=40, drift=drift)
        assert at(evidence(A, places={A: count})).always is always


def test_many_places_share_the_level() -> None:
    """What is a discovery alone is chance among hundreds."""
    count = PlaceCount(bets_candidate=12)
    alone = evidence(A, places={A: count}, units=seen(Sort.UNCHECKED))
    others = {(f"body/x{number}", "value"): PlaceCount(bets_candidate=1) for number in range(200)}
    among = evidence(A, places={A: count, **others}, units=seen(Sort.UNCHECKED))
    assert (at(alone).decided, at(among).decided) == (True, False)


def test_differences_that_are_certain() -> None:
    """At decided places that never differ in legacy; at all open ones where the candidate as a whole is worse."""
    route = evidence(
        A,
        B,
        places={A: PlaceCount(bets_candidate=30), B: PlaceCount(bets_candidate=30, self_differs=1)},
        units={
            **seen(Sort.UNCHECKED),
            **seen(Sort.UNCHECKED, place=B),
            **seen(Sort.UNCHECKED, place=("body/c", "value")),
        },
    )
    assert judged(route).certain() == {A}
    spread = evidence(A, units=seen(Sort.UNCHECKED), any_candidate=20)
    assert (judged(spread).certain(), judged(spread, B).certain()) == ({A}, {A})
    assert judged(evidence(A, units=seen(Sort.UNCHECKED), any_candidate=5)).certain() == frozenset()


def test_an_accepted_difference_is_no_sign_for_the_rest() -> None:
    """What the route shows as a whole holds it too."""
    route = evidence(A, B, units={**seen(Sort.UNCHECKED), **seen(Sort.UNCHECKED, place=B)}, any_candidate=500)
    assert judged(route).certain() == {A, B}
    assert judged(route, B).certain() == frozenset()


def test_more_pairs() -> None:
    """An undecided place tells how many it takes, if legacy goes on as before; without an event nobody knows."""
    for events, more in ((0, None), (1, 2000), (2, 500), (3, None)):
        count = PlaceCount(self_differs=events)
        assert at(evidence(A, places={A: count}, units=seen(Sort.TRANSIENT))).more_pairs == more


def by_look(route: RouteEvidence) -> dict[bool, Excess]:
    return {item.transient: item for item in excesses(left(route), judged(route))}


def test_what_noise_may_hide() -> None:
    """The share of a fault that shows: legacy is steady in 80 % of pairs, and half of the differences were rechecked."""
    count = PlaceCount(both=150, candidate_only=60, secondary_only=50, self_differs=200, differing=400, rechecked=200)
    found = by_look(
        evidence(
            A,
            places={A: count},
            units={**seen(Sort.PERSISTENT, Sort.TRANSIENT), (A, Sort.CONTROL): Units(hashes=frozenset({7}))},
        )
    )
    first, again = found[True], found[False]
    assert (first.candidate, first.control, first.n, first.share) == (60, 50, 1000, 0.8)
    assert (again.candidate, again.control, again.n, again.share) == (3, 1, 1000, 0.4)
    assert (first.seen, again.seen) == (3, 3)


def test_without_second_looks_a_first_one_bounds_all() -> None:
    """A write is not sent again, so that nothing tells what stays from what does not."""
    count = PlaceCount(both=150, candidate_only=60, secondary_only=50, once=200, differing=210)
    found = by_look(evidence(A, places={A: count}, units=seen(Sort.UNCHECKED)))
    assert {transient: item.candidate for transient, item in found.items()} == {False: 60}


def test_a_difference_of_which_no_unit_is_kept() -> None:
    """Is open, as past the bound of units, or in a run of schema 3."""
    assert at(evidence(A, units=seen(Sort.UNCHECKED, place=B))).status is Status.OPEN


def test_what_always_differs_has_no_bound() -> None:
    """It is held to its checks."""
    assert not by_look(evidence(A, places={A: PlaceCount(both=950, self_differs=950)}))


def test_noisy_places_are_bounded_together() -> None:
    """A fault may be spread over many of them."""
    count = PlaceCount(both=100, self_differs=100, differing=100, rechecked=100)
    units = {
        (A, Sort.PERSISTENT): Units(hashes=frozenset({1, 2})),
        (B, Sort.PERSISTENT): Units(hashes=frozenset({2, 3})),
    }
    route = evidence(A, B, places={A: count, B: count}, units=units)
    (together,) = [item for item in excesses(left(route), judged(route)) if item.place is None]
    assert (together.candidate, together.control, together.share) == (3, 0, 0.0)


def test_what_many_noisy_places_may_hide() -> None:
    """The least steady place, the fewest second looks, and those in which legacy itself differed: 0.8 of 0.5 of 0.75."""
    rare = PlaceCount(both=100, self_differs=100, differing=100, rechecked=100)
    often = PlaceCount(both=150, secondary_only=50, self_differs=200, differing=200, rechecked=100)
    units = {
        (A, Sort.PERSISTENT): Units(hashes=frozenset(range(40))),
        (A, Sort.CONTROL): Units(hashes=frozenset(range(100, 160))),
        (B, Sort.CONTROL): Units(hashes=frozenset(range(140, 200))),
    }
    route = evidence(A, B, places={A: rare, B: often}, units=units, asked_again=400)
    (together,) = [item for item in excesses(left(route), judged(route)) if item.place is None]
    assert (together.candidate, together.control, together.n, together.pairs) == (40, 100, 1000, 400)
    assert (together.share, together.seen_share) == pytest.approx((0.8 * 0.5 * 0.75, 0.8**2))


def test_trials_are_no_more_than_units() -> None:
    """A unit that shows both is one trial: together they are at most all of them."""
    units = {
        (A, Sort.PERSISTENT): Units(hashes=frozenset(range(7))),
        (A, Sort.CONTROL): Units(hashes=frozenset(range(6))),
    }
    count = PlaceCount(self_differs=5, differing=10, rechecked=10)
    again = by_look(evidence(A, places={A: count}, units=units, distinct=10))[False]
    assert (again.candidate, again.control, again.n) == (7, 3, 10)


def test_an_open_place_beside_noise() -> None:
    """Is bounded from below: what may be chance is taken off, of the half of the differences that was looked at again."""
    count = PlaceCount(self_differs=20, bets_candidate=100, bets_secondary=5, differing=90, rechecked=45)
    units = {
        (A, Sort.PERSISTENT): Units(hashes=frozenset({1, 2}), more=9, first=4),
        (A, Sort.CONTROL): Units(hashes=frozenset({3})),
        (A, Sort.EITHER): Units(hashes=frozenset({4})),
    }
    found = by_look(evidence(A, places={A: count}, units=units))
    assert (found[False].candidate, found[False].control, found[False].share) == (6, 2, 0.5)
    assert (found[True].candidate, found[True].control, found[True].share) == (100, 5, 1.0)
    few = by_look(evidence(A, places={A: count}, units=units, distinct=50))
    assert few[True].n == 105, "no bet is left out of the trials"


def test_numbers_of_units() -> None:
    """The most counts each that was not kept, the fewest only what is surely another one."""
    units = {
        (A, Sort.PERSISTENT): Units(hashes=frozenset({1, 2}), more=5, first=3),
        (B, Sort.UNCHECKED): Units(hashes=frozenset({2, 3, 4})),
        (A, Sort.TRANSIENT): Units(hashes=frozenset({9})),
    }
    route = evidence(units=units)
    found = left(route)
    assert (fewest(found, [A, B]), most(found, [A, B])) == (5, 9)
    assert (fewest(found, [B]), most(found, [A], Sort.TRANSIENT), most(found, [])) == (3, 1, 0)
    assert most(left(evidence(units=units, distinct=6)), [A, B]) == 6


def chosen(*, count: int = 1000, **values: int) -> RouteEvidence:
    """Pairs of which the secondary was asked because legacy and candidate differ, in so many requests."""
    places = {A: PlaceCount(**values)}
    signatures = {(): SignatureCount(count=count)}
    return replace(evidence(secondary_asked=300, paired=0, places=places), signatures=signatures)


def test_what_chosen_pairs_show() -> None:
    """Both sides of the bets over all units; of a fault, what was asked about where legacy is steady."""
    route = chosen(differing=200, both=40, candidate_only=60, bets_candidate=31, bets_secondary=29, once=69)
    view = at(route)
    assert (view.status, view.pairs, view.candidate_only, view.secondary_only) == (Status.NOISE, 300, 31, 29)
    (found,) = excesses(left(route), judged(route))
    assert (found.candidate, found.control, found.n, found.transient) == (31, 29, 1000, False)
    assert found.share == pytest.approx(0.8**2 * 0.5)
    assert found.seen_share == pytest.approx(0.8**2)


@pytest.mark.parametrize(
    ("values", "is_always"),
    [
        ({"differing": 950, "both": 290, "once": 290}, True),
        ({"differing": 950, "both": 19, "once": 19}, False),
        ({"differing": 950, "both": 200, "candidate_only": 100, "once": 200}, False),
        ({"differing": 300, "both": 290, "once": 290}, False),
    ],
)
def test_what_always_differs_in_chosen_pairs(values: dict[str, int], is_always: bool) -> None:
    """The secondary differs in nearly all pairs, and there is one for nearly all requests."""
    assert at(chosen(**values)).always is is_always


def test_chosen_pairs_tell_who_is_worse() -> None:
    """A fair coin does not fall like this."""
    counts = {"differing": 100, "candidate_only": 90, "both": 10, "once": 10}
    assert at(chosen(**counts, bets_candidate=60, bets_secondary=5)).decided
    assert not at(chosen(**counts, bets_candidate=33, bets_secondary=32)).decided
