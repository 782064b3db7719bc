"""Which transitions of a route are told."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.records import ClusterEvidence, PlaceCount, SignatureCount, Sort, Units, WayCount
from crossfade.shadow.evidence.transitions import ToldTransitions, one_of, with_closed_sets
from crossfade.shadow.exchange.difference import MAX_TRANSITIONS, OTHER, Fingerprint

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
