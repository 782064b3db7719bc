"""What is left of a route's evidence when accepted differences are set aside."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.conclusions import NOISY
from crossfade.shadow.evidence.records import (
    PlaceCount,
    RouteEvidence,
    SignatureCount,
    Sort,
    Units,
    WayCount,
)
from crossfade.shadow.evidence.remaining import Remaining, set_aside
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.difference import Fingerprint, Kind
from crossfade.shadow.exchange.observations import Judged

STATUS = "status", "value"
TO_401 = Fingerprint(template="status", kind="value", transition="404 -> 401")
TO_200 = Fingerprint(template="status", kind="value", transition="404 -> 200")


def status(**values: Any) -> dict[str, Any]:
    """Eight units that lead to 401, two that lead to 200, and one that the secondary differs in too."""
    return {
        "signatures": {(TO_401,): SignatureCount(count=8), (TO_200,): SignatureCount(count=2)},
        "places": {STATUS: PlaceCount(candidate_only=10, bets_candidate=10, self_differs=1, differing=11)},
        "ways": {
            (*STATUS, "404 -> 401"): WayCount(candidate_only=7, bets_candidate=8),
            (*STATUS, "404 -> 200"): WayCount(candidate_only=2, bets_candidate=2),
        },
        "units": {
            ((*STATUS, "404 -> 401"), Sort.PERSISTENT): Units(hashes=frozenset(range(8))),
            ((*STATUS, "404 -> 200"), Sort.PERSISTENT): Units(hashes=frozenset({7, 8})),
            ((*STATUS, ""), Sort.CONTROL): Units(hashes=frozenset({9})),
        },
    } | values


def without(route: RouteEvidence, *accepted: Fingerprint) -> Remaining:
    return set_aside(route, lambda item: item in accepted)


def test_nothing_is_accepted(make: Any) -> None:
    """All ways of a place are one, and a unit that went two of them is one."""
    left = without(make.evidence(**status()))
    assert left.units[STATUS, Sort.PERSISTENT] == Units(hashes=frozenset(range(9)))
    assert (left.accepted, left.accepted_places, left.signed) == (frozenset(), frozenset(), {STATUS})
    assert left.places == left.route.places


def test_one_transition_is_accepted(make: Any) -> None:
    """The other one stays with its units, and no pair of the accepted one speaks against the candidate."""
    left = without(make.evidence(**status()), TO_401)
    assert left.units[STATUS, Sort.PERSISTENT] == Units(hashes=frozenset({7, 8}))
    assert left.places[STATUS] == PlaceCount(candidate_only=3, bets_candidate=2, self_differs=1, differing=11)
    assert (left.accepted, left.accepted_places, left.signed) == ({TO_401}, frozenset(), {STATUS})


def test_what_the_secondary_showed_stays(make: Any) -> None:
    """It is what chance does to either side, whatever is accepted."""
    left = without(make.evidence(**status()), TO_401)
    assert left.units[STATUS, Sort.CONTROL] == Units(hashes=frozenset({9}))


def test_all_transitions_are_accepted(make: Any) -> None:
    """Then the place is."""
    left = without(make.evidence(**status()), TO_401, TO_200)
    assert (left.accepted_places, left.signed) == ({STATUS}, frozenset())
    assert (STATUS, Sort.PERSISTENT) not in left.units


def test_a_transition_that_no_cluster_tells(make: Any) -> None:
    """Its units alone keep the place open."""
    left = without(make.evidence(**status(signatures={(TO_401,): SignatureCount(count=8)})), TO_401)
    assert left.accepted_places == frozenset()
    assert left.units[STATUS, Sort.PERSISTENT].hashes == {7, 8}


def test_a_place_at_which_only_the_secondary_differed(make: Any) -> None:
    """Is accepted by a rule for differences without a transition."""
    route = make.evidence(places={("body/a", "value"): PlaceCount(secondary_only=3)})
    plain = Fingerprint(template="body/a", kind="value")
    assert without(route).accepted_places == frozenset()
    assert without(route, plain).accepted_places == {("body/a", "value")}


@pytest.mark.parametrize("item", [NOISY, Fingerprint(template="answer", kind=Kind.FAILED.value)])
def test_what_is_never_accepted(make: Any, item: Fingerprint) -> None:
    """What stands for noise, and a candidate that gave no answer."""
    left = without(make.evidence(signatures={(item,): SignatureCount(count=1)}), item)
    assert (left.accepted, left.accepted_places) == (frozenset(), frozenset())


# The same requests counted with transitions and without them.

WORDS = [f"{word} -> x" for word in "abcdefghijk"]
ITEMS = st.builds(
    Fingerprint,
    template=st.sampled_from(["status", "body/a"]),
    kind=st.just("value"),
    cause=st.sampled_from(["", "B2"]),
    transition=st.sampled_from(["", *WORDS]),
)
REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 15), st.lists(ITEMS, max_size=4), st.lists(ITEMS, max_size=2), st.booleans(), st.booleans()
    ),
    max_size=25,
)


def counted(make: Any, requests: Iterable[Judged], tally: Tally | None = None) -> RouteEvidence:
    tally = tally or Tally(info=make.route(), limits=Limits(at_place=10, at_places=40))
    for request in requests:
        tally.judge(request, None)
    changes = tally.changes()
    names = ("places", "ways", "units", "checks", "distinct", "paired", "any_candidate", "any_secondary")
    return make.evidence(signatures=changes.signatures, **{name: getattr(changes, name) for name in names})


def judged(make: Any, requests: Any, *, told: bool) -> list[Judged]:
    def signature(items: list[Fingerprint]) -> tuple[Fingerprint, ...]:
        found = items if told else [make.fingerprint(item.template, item.kind, item.cause) for item in items]
        return tuple(sorted(set(found)))

    return [
        make.judged(
            request=unit,
            signature=signature(own),
            excused=signature(excused),
            noise=() if paired else None,
            sightings=tuple(
                make.sighting(template, candidate=True, secondary=False, candidate_again=again, secondary_again=False)
                for template in sorted({item.template for item in (*own, *excused)})
            ),
        )
        for unit, own, excused, paired, again in requests
    ]


@given(REQUESTS)
def test_transitions_take_nothing_from_a_place(make: Any, requests: Any) -> None:
    """The sum over its transitions is what the place has where none is told."""
    plain, told = (without(counted(make, judged(make, requests, told=is_told))) for is_told in (False, True))
    assert told.places == plain.places
    assert {key: units.hashes for key, units in told.units.items() if not units.more} == {
        key: plain.units[key].hashes for key, units in told.units.items() if not units.more
    }
    assert told.units.keys() == plain.units.keys()
    names = ("distinct", "paired", "any_candidate", "any_secondary")
    assert [getattr(told.route, name) for name in names] == [getattr(plain.route, name) for name in names]


@given(REQUESTS, st.sets(st.sampled_from(WORDS)))
def test_k_counts_the_units_that_have_something_open(make: Any, requests: Any, accepted: set[str]) -> None:
    """Of the units that are kept, those with at least one difference that is not accepted."""
    observations = judged(make, requests, told=True)
    tally = Tally(info=make.route(), limits=Limits())
    route = counted(make, observations, tally)
    left = set_aside(route, lambda item: item.transition in accepted)
    expected = {
        request.request_hash
        for request in observations
        if any(tally.told.fingerprint(item).transition not in accepted for item in request.signature)
    }
    assert frozenset[int]().union(*(units.hashes for units in left.units.values())) == expected
    for place, count in left.places.items():
        assert 0 <= count.candidate_only <= route.places[place].candidate_only
        assert 0 <= count.bets_candidate <= route.places[place].bets_candidate
