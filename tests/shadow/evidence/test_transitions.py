"""Which transitions of a route are told."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.records import ClusterEvidence, PlaceCount, SignatureCount, Sort, Units, WayCount
from crossfade.shadow.evidence.transitions import ToldTransitions, one_of, with_closed_sets
from crossfade.shadow.exchange.difference import ANY, MAX_TRANSITIONS, OTHER, Fingerprint

WORDS = [f"w{number} -> x" for number in range(MAX_TRANSITIONS + 3)]


def at(transition: str, template: str = "body/a", cause: str = "") -> Fingerprint:
    return Fingerprint(template=template, kind="value", cause=cause, transition=transition)


def test_the_first_few_of_a_place_are_told() -> None:
    """All later ones share one, and those that were told stay so."""
    told = ToldTransitions(100)
    assert [told.fingerprint(at(word)).transition for word in WORDS] == [*WORDS[:8], OTHER, OTHER, OTHER]
    assert told.fingerprint(at(WORDS[0])) == at(WORDS[0])
    assert told.fingerprint(at(WORDS[9], cause="B2")) == at(OTHER, cause="B2")
    assert told.fingerprint(at(WORDS[9], "body/b")) == at(WORDS[9], "body/b")
    assert told.fingerprint(at("")) == at("")
    assert told.signature([at(word) for word in WORDS]) == tuple(sorted(at(word) for word in (*WORDS[:8], OTHER)))


def test_a_route_tells_so_many() -> None:
    """Whatever their places; one that shares is none of them."""
    told = ToldTransitions(2)
    names = "abc"
    assert [told.fingerprint(at("x -> y", name)).transition for name in names] == ["x -> y", "x -> y", OTHER]
    assert told.fingerprint(at(OTHER, "d")) == at(OTHER, "d")
    assert len(told._told) == 2, "a place of which nothing is told is not remembered"


def test_statuses_beside_are_bounded() -> None:
    """The first few of a route are told, at each of its places beside the first few of that place."""
    told = ToldTransitions(1000)
    statuses = [f"beside 404 -> {code}" for code in range(400, 400 + MAX_TRANSITIONS + 2)]
    expected = [*statuses[:MAX_TRANSITIONS], f"beside {OTHER}", f"beside {OTHER}"]
    for place in ("body/a", "body/b"):
        assert [told.fingerprint(at(status, place)).transition for status in statuses] == expected
    mixed = [told.fingerprint(at(f"{word} {statuses[0]}")).transition for word in WORDS]
    assert mixed == [*(f"{word} {statuses[0]}" for word in WORDS[:8]), *([f"{OTHER} {statuses[0]}"] * 3)]
    assert told.fingerprint(at(f"{WORDS[0]} {statuses[1]}")) == at(f"{WORDS[0]} {statuses[1]}")
    assert told.fingerprint(at(WORDS[0])) == at(WORDS[0])


def test_statuses_count_as_told() -> None:
    """At the bound of a route, what comes beside a status tells neither part."""
    told = ToldTransitions(1)
    assert told.fingerprint(at("beside 404 -> 401")) == at("beside 404 -> 401")
    assert told.fingerprint(at("beside 404 -> 401", "body/b")) == at(OTHER, "body/b")


def cluster(item: Fingerprint, count: int, make: Any) -> ClusterEvidence:
    example = make.redactor().example(make.example(item, comparison_id=item.transition))
    return ClusterEvidence(
        fingerprint=item, count=count, first_seen=float(count), last_seen=10.0 + count, examples=(example,)
    )


def test_a_place_with_too_many_is_one_cluster(make: Any) -> None:
    """Under its old id: signatures, units and clusters of all its ways are put together, those of other places not."""
    words = [*WORDS[:8], OTHER]
    route = make.evidence(
        signatures={(at(word), at("200 -> 500", "status")): SignatureCount(count=2, distinct=1) for word in words},
        clusters=tuple(cluster(at(word), number + 1, make) for number, word in enumerate(words)),
        places={("body/a", "value"): PlaceCount(differing=30, candidate_only=9)},
        ways={(*("body/a", "value"), word): WayCount(candidate_only=1) for word in words},
        units={
            (("body/a", "value", word), Sort.PERSISTENT): Units(hashes=frozenset({1, number}))
            for number, word in enumerate(words)
        },
    )
    found = with_closed_sets(route)
    assert found.signatures == {(at(""), at("200 -> 500", "status")): SignatureCount(count=18, distinct=9)}
    (one,) = found.clusters
    assert (one.fingerprint, one.count, one.first_seen, one.last_seen) == (at(""), 30, 1.0, 19.0)
    assert [example.comparison_id for example in one.examples] == words[:5]
    assert found.ways == {}
    assert found.units == {(("body/a", "value", ""), Sort.PERSISTENT): Units(hashes=frozenset(range(9)))}
    assert found.places == route.places
    assert with_closed_sets(found) is found


def test_a_place_with_too_many_still_tells_statuses(make: Any) -> None:
    """Statuses are a closed set: what came beside one is a cluster apart from what came without."""
    beside = [f"{word} beside 404 -> 401" for word in (*WORDS[:4], OTHER)]
    words = [*WORDS[4:8], *beside]
    place = ("body/a", "value")
    route = make.evidence(
        signatures={(at(word),): SignatureCount(count=1) for word in words},
        clusters=tuple(cluster(at(word), 1, make) for word in words),
        ways={(*place, word): WayCount(candidate_only=1, bets_candidate=2) for word in words},
        units={((*place, word), Sort.PERSISTENT): Units(hashes=frozenset({n})) for n, word in enumerate(words)},
    )
    found = with_closed_sets(route)
    both = f"{ANY} beside 404 -> 401"
    assert {item.fingerprint: item.count for item in found.clusters} == {at(""): 4, at(both): 5}
    assert found.ways == {(*place, both): WayCount(candidate_only=5, bets_candidate=10)}
    assert {way[2]: len(units.hashes) for (way, _), units in found.units.items()} == {"": 4, both: 5}


def test_few_transitions_stay(make: Any) -> None:
    """So do those of a place that had no room for another reason, and all of a status."""
    few = make.evidence(clusters=tuple(cluster(at(word), 1, make) for word in (*WORDS[:7], OTHER)))
    assert with_closed_sets(few) is few
    status = [at(word, "status") for word in (*WORDS[:8], OTHER)]
    many = make.evidence(clusters=tuple(cluster(item, 1, make) for item in status))
    assert with_closed_sets(many) is many


def test_causes_are_no_transitions(make: Any) -> None:
    """Four transitions, each with two causes, are four."""
    items = [at(word, cause=cause) for word in (*WORDS[:4], OTHER) for cause in ("", "B2")]
    route = make.evidence(clusters=tuple(cluster(item, 1, make) for item in items))
    assert with_closed_sets(route) is route


UNITS = st.builds(
    Units,
    hashes=st.frozensets(st.integers(0, 9), max_size=4),
    more=st.integers(0, 9),
    first=st.integers(0, 3),
)


@given(st.lists(UNITS, min_size=1, max_size=4))
def test_units_of_several_ways(parts: list[Units]) -> None:
    """Together they are at least and at most as many as they are apart."""
    union = frozenset[int]().union(*(units.hashes for units in parts))
    found = one_of(parts)
    assert found.hashes == union
    assert len(found.hashes) + found.first == max(
        len(union), *(len(units.hashes) + units.first for units in parts), len(union)
    )
    assert found.more == sum(units.more for units in parts)
    assert one_of([found]) is found


def test_one_is_itself() -> None:
    """Nothing is put together."""
    units = Units(hashes=frozenset({1}), more=2, first=1)
    assert replace(units) == one_of([units])
