"""What one request adds to the places at which an answer differed, and what it adds only once."""

from typing import Any

import pytest

from crossfade.shadow.evidence.place_tally import Places
from crossfade.shadow.evidence.records import PlaceCount, Sort, Units, WayCount
from crossfade.shadow.exchange.difference import MORE, Kind
from crossfade.shadow.exchange.observations import Check, Checked, Unjudged

A = "body/a", "value"


def places(**limits: int) -> Places:
    return Places(**({"max_places": 10, "max_units": 100, "at_place": 10, "at_places": 100} | limits))


def count(found: Places, make: Any, *looks: dict[str, Any], request: int = 1, **values: Any) -> None:
    """One request with these sightings; the candidate's are its signature, if no other is given."""
    sightings = tuple(make.sighting(**look) for look in looks)
    templates = [item.template for item in sightings if item.candidate and not (item.secondary or item.secondary_again)]
    judged = make.judged(*templates, request=request, sightings=sightings, **values)
    found.count(judged, judged.signature)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ({"candidate": True, "secondary": True}, {"both": 1, "differing": 1, "once": 1}),
        ({"candidate": True, "secondary": False}, {"candidate_only": 1, "bets_candidate": 1, "differing": 1}),
        ({"secondary": True}, {"secondary_only": 1, "bets_secondary": 1, "once": 1}),
    ],
)
def test_a_first_look(make: Any, look: dict[str, Any], expected: dict[str, int]) -> None:
    """Is a pair of answers."""
    found = places()
    count(found, make, look, noise=())
    assert (found.changes()["places"], found.paired) == ({A: PlaceCount(**expected)}, 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (True, False, {"bets_candidate": 1}),
        (False, True, {"bets_secondary": 1, "self_differs": 1}),
        (True, True, {"self_differs": 1}),
        (False, False, {}),
    ],
)
def test_a_second_look_alone(make: Any, ours: bool, theirs: bool, expected: dict[str, int]) -> None:
    """Is a pair too, since both are asked at once; it tells nothing of how often legacy differs at a first look."""
    found = places()
    count(found, make, {"candidate": True, "candidate_again": ours, "secondary_again": theirs}, asked_again=True)
    assert found.changes()["places"] == {A: PlaceCount(differing=1, rechecked=1, **expected)}
    assert found.paired == 0


def test_what_the_secondarys_only_answer_excuses(make: Any) -> None:
    """Is kept by unit where no check can judge it, whether it was the first look or the second."""
    found = places()
    once = {"candidate": True, "unjudged": Unjudged.OTHER}
    count(found, make, {**once, "secondary": True}, noise=(), request=1)
    count(found, make, {**once, "secondary_again": True, "candidate_again": True}, asked_again=True, request=2)
    count(found, make, {"secondary": True, "unjudged": Unjudged.OTHER}, noise=(), request=3)
    assert found.changes()["units"] == {((*A, ""), Sort.OTHER): Units(hashes=frozenset({1, 2}))}
    counts = found.changes()["places"][A]
    assert (counts.once, counts.self_differs) == (3, 0)


def test_numbers_that_are_known_to_be_noise_are_kept_no_longer(make: Any) -> None:
    """Three units on either side tell."""
    found = places(at_place=50)
    for request in range(20):
        side = Unjudged.ABOVE if request % 2 else Unjudged.BELOW
        count(found, make, {"candidate": True, "secondary": True, "unjudged": side}, noise=(), request=request)
    sizes = {sort.value: len(units.hashes) for (_, sort), units in found.changes()["units"].items()}
    assert sizes == {"above": 3, "below": 3}


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ({"secondary": True, "secondary_again": False}, {"self_differs": 1}),
        ({"secondary": False, "secondary_again": True}, {"self_differs": 1}),
        ({"secondary": True, "secondary_again": True}, {"self_differs": 1}),
        ({"secondary": True, "secondary_again": True, "drift": True}, {"drift": 1}),
        ({"secondary": False, "secondary_again": False}, {}),
    ],
)
def test_noise_or_drift(make: Any, look: dict[str, Any], expected: dict[str, int]) -> None:
    """The second look tells which it is."""
    found = places()
    count(found, make, look, noise=(), asked_again=True)
    counts = found.changes()["places"][A]
    assert (counts.self_differs, counts.drift, counts.once) == (
        expected.get("self_differs", 0),
        expected.get("drift", 0),
        0,
    )


def test_a_unit_is_one_trial(make: Any) -> None:
    """Asking the same again is no further evidence of chance: neither first looks, second looks, bets nor checks."""
    found = places()
    look = {"candidate": True, "secondary": False, "candidate_again": True, "secondary_again": False}
    check = Checked(template="body/a", kind="value", check=Check.REPEATS, candidate=True, control=False)
    for _ in range(3):
        count(found, make, look, noise=(), asked_again=True, checks=(check,))
    expected = PlaceCount(candidate_only=1, bets_candidate=1, differing=3, rechecked=3)
    assert found.changes()["places"] == {A: expected}
    assert (found.distinct, found.paired, found.any_candidate) == (1, 1, 1)
    assert found.changes()["checks"][A, Check.REPEATS].n == 1


SECOND = {"candidate": True, "asked_again": True}


@pytest.mark.parametrize(
    ("look", "sort"),
    [
        ({"candidate": True}, Sort.UNCHECKED),
        ({"candidate": True, "secondary": False}, Sort.UNCHECKED),
        ({"candidate": True, "candidate_again": True, "secondary_again": False}, Sort.PERSISTENT),
        ({"candidate": True, "candidate_again": True}, Sort.UNCHECKED),
        ({"candidate": True, "candidate_again": False, "secondary_again": False}, Sort.TRANSIENT),
        ({"candidate": True, "candidate_again": False, "secondary_again": True}, Sort.CONTROL),
        ({"candidate": True, "candidate_again": True, "secondary_again": True}, None),
        ({"candidate": True, "secondary": True, "candidate_again": False, "secondary_again": True}, None),
        ({"candidate": True, "candidate_again": False, "secondary_again": True, "drift": True}, Sort.EITHER),
        ({"secondary": True}, None),
        ({"candidate": True, "kind": Kind.FAILED.value, "candidate_again": False}, Sort.PERSISTENT),
    ],
)
def test_sorts(make: Any, look: dict[str, Any], sort: Sort | None) -> None:
    """What a difference is after all looks; a candidate that gave no answer has failed, whatever it does later."""
    found = places()
    sighting = make.sighting(**look)
    is_found = sighting.candidate and not (sighting.secondary or sighting.secondary_again)
    signature = (make.fingerprint(kind=sighting.kind),) if is_found else ()
    judged = make.judged(signature=signature, request=7, sightings=(sighting,), asked_again="candidate_again" in look)
    found.count(judged, signature)
    units = {key[1]: item.hashes for key, item in found.changes()["units"].items()}
    assert units == ({} if sort is None else {sort: {7}})


def test_a_judge_that_tells_no_sightings(make: Any) -> None:
    """Its first look is taken from the signature and from the noise."""
    found = places()
    judged = make.judged("a", "b", noise=(make.fingerprint("b"), make.fingerprint("c")))
    found.count(judged, judged.signature)
    counts = {place[0]: item for place, item in found.changes()["places"].items()}
    assert counts == {
        "a": PlaceCount(candidate_only=1, bets_candidate=1, differing=1),
        "b": PlaceCount(both=1, once=1, differing=1),
        "c": PlaceCount(secondary_only=1, bets_secondary=1, once=1),
    }


def test_the_whole_route_bets_where_legacy_was_steady(make: Any) -> None:
    """A place at which the secondary differed before says nothing of the candidate any more."""
    found = places()
    noisy, other = {"secondary": True}, {"candidate": True, "secondary": False, "template": "body/b"}
    for request, looks in enumerate(
        ([noisy], [noisy], [{"candidate": True, "secondary": False}], [other], [noisy, other])
    ):
        count(found, make, *looks, request=request, noise=())
    assert (found.any_candidate, found.any_secondary) == (2, 1)


def test_ways(make: Any) -> None:
    """A pair belongs to a transition where it is the only one there; also where the difference is excused."""
    found = places()
    one, two = (make.fingerprint("body/a", transition=told) for told in ("x -> y", "x -> z"))
    look = make.sighting(candidate=True, secondary=False)
    for unit, own, excused in ((1, (one,), ()), (2, (one, two), ()), (3, (), (two,)), (4, (), ()), (1, (one,), ())):
        observation = make.judged(signature=own, excused=excused, request=unit, noise=(), sightings=(look,))
        found.count(observation, own)
    changes = found.changes()
    assert changes["places"] == {A: PlaceCount(candidate_only=4, bets_candidate=4, differing=5)}
    assert changes["ways"] == {
        (*A, "x -> y"): WayCount(candidate_only=1, bets_candidate=1),
        (*A, "x -> z"): WayCount(candidate_only=1, bets_candidate=1),
    }
    assert {key: units.hashes for key, units in changes["units"].items()} == {
        ((*A, "x -> y"), Sort.UNCHECKED): {1, 2},
        ((*A, "x -> z"), Sort.UNCHECKED): {2},
    }
    found.committed()
    assert found.changes()["ways"] == {}


def test_a_chosen_secondary_takes_a_side_by_transition(make: Any) -> None:
    """Its bet against the candidate is that of the one transition; a control has none."""
    found = places()
    item = make.fingerprint("body/a", transition="x -> y")
    for unit, with_candidate in ((1, False), (2, True)):
        look = make.sighting(candidate=True, secondary=with_candidate, with_candidate=with_candidate)
        found.count(make.judged(signature=(item,), request=unit, chosen=True, noise=(), sightings=(look,)), (item,))
    changes = found.changes()
    assert (changes["places"][A].bets_candidate, changes["places"][A].bets_secondary) == (1, 1)
    assert changes["ways"][(*A, "x -> y")].bets_candidate == 1


def test_past_the_bounds(make: Any) -> None:
    """Of places there is MORE, of units at a place a number, and further units are none."""
    found = places(max_places=2, max_units=4, at_place=2, at_places=3)
    for request in range(6):
        count(found, make, {"candidate": True}, {"candidate": True, "template": "body/b"}, request=request)
    units = found.changes()["units"]
    assert units[(*A, ""), Sort.UNCHECKED] == Units(hashes=frozenset({0, 1}), more=2, first=2)
    assert units[("body/b", "value", ""), Sort.UNCHECKED] == Units(hashes=frozenset({0}), more=3, first=3)
    assert found.distinct == 4
    assert not found.has_room(("body/c", "value"))
    assert found.without_room([A, ("body/c", "value")]) == {("body/c", "value")}
    judged = make.judged(signature=(MORE,), request=0, sightings=())
    found.count(judged, (MORE,))
    assert found.changes()["units"][(MORE.template, MORE.kind, ""), Sort.UNCHECKED].more == 1
    assert len(found.counts) == 3


def test_drift_alone_is_no_unit(make: Any) -> None:
    """A request that shows only another state is not compared; what it shows of the place is counted."""
    found = places()
    drift = (make.fingerprint(),)
    sighting = make.sighting(secondary=True, secondary_again=True, drift=True)
    judged = make.judged(sightings=(sighting,), drift=drift, noise=drift, asked_again=True)
    found.count(judged, ())
    assert (found.distinct, found.changes()["places"][A].drift) == (0, 1)


MISSING, ADDED = Kind.MISSING.value, Kind.ADDED.value


@pytest.mark.parametrize(
    ("look", "place", "expected"),
    [
        ({"with_candidate": False}, A, {"bets_candidate": 1}),
        ({"with_candidate": True}, A, {"bets_secondary": 1}),
        ({"with_candidate": None}, A, {}),
        ({"with_candidate": False, "kind": MISSING}, ("body/a", MISSING), {"bets_candidate": 1}),
        ({"with_candidate": True, "kind": MISSING}, ("body/a", ADDED), {"bets_secondary": 1}),
        ({"with_candidate": True, "kind": ADDED}, ("body/a", MISSING), {"bets_secondary": 1}),
    ],
)
def test_a_secondary_that_was_chosen(make: Any, look: dict[str, Any], place: Any, expected: dict[str, int]) -> None:
    """The bet is on the side it takes; what the candidate lacks is what legacy lacks with the sides exchanged."""
    found = places()
    count(found, make, {"candidate": True, **look}, noise=(), chosen=True)
    counts = found.changes()["places"].get(place, PlaceCount())
    assert (counts.bets_candidate, counts.bets_secondary) == (
        expected.get("bets_candidate", 0),
        expected.get("bets_secondary", 0),
    )
    assert found.paired == 0
    assert (found.any_candidate, found.any_secondary) == (counts.bets_candidate, counts.bets_secondary)


def test_a_chosen_secondary_bets_once_for_a_unit(make: Any) -> None:
    """That it differs elsewhere, where legacy and candidate agree, is no bet."""
    found = places()
    other = {"secondary": True, "template": "body/b"}
    for side in (True, False):
        count(found, make, {"candidate": True, "with_candidate": side}, other, noise=(), chosen=True)
    counts = found.changes()["places"]
    assert (counts[A].bets_candidate, counts[A].bets_secondary) == (0, 1)
    assert counts["body/b", "value"] == PlaceCount(secondary_only=1, once=1)


def test_a_chosen_secondary_that_shows_nothing(make: Any) -> None:
    """One that did not answer leaves the bet to the unit's next request; one that is of another status takes a side."""
    found = places()
    count(found, make, {"candidate": True}, chosen=True)
    count(found, make, {"candidate": True, "with_candidate": True}, chosen=True)
    assert found.changes()["places"][A].bets_secondary == 1
