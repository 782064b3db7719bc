"""What one judged request shows at each place."""

from typing import Any

from crossfade.shadow.evidence.records import Sort
from crossfade.shadow.evidence.shown_places import is_drift_alone, looks_of, sort_of, takes_a_side, ways_of

A, B = ("body/a", "value"), ("body/b", "value")


def test_ways(make: Any) -> None:
    """All transitions of a place, and none for differences without one; causes are no matter."""
    told = [make.fingerprint("body/a", cause=cause, transition=to) for cause in ("", "B2") for to in ("x -> y", "")]
    assert ways_of([*told, make.fingerprint("body/b")]) == {A: {(*A, "x -> y"), (*A, "")}, B: {(*B, "")}}


def test_looks_without_sightings(make: Any) -> None:
    """Are those that signature and noise tell, at the first look."""
    found = looks_of(make.judged("body/a", noise=(make.fingerprint("body/b"),)))
    assert {place: look.first for place, look in found.items()} == {A: (True, False), B: (False, True)}
    assert {look.second for look in found.values()} == {(False, False)}


def test_names_that_can_not_be_written(make: Any) -> None:
    """Are those that a store has, so that a place is found again."""
    sighting = make.sighting("body/\udc80", candidate=False)
    (place,) = looks_of(make.judged("body/\\udc80", sightings=(sighting,)))
    assert place == ("body/\\udc80", "value")
    assert looks_of(make.judged("body/\\udc80", sightings=(sighting,)))[place].first == (True, False)


def test_sorts(make: Any) -> None:
    """Of a place that no look tells of, only what is found counts."""
    look = looks_of(make.judged(sightings=(make.sighting(candidate=True, candidate_again=False),)))[A]
    assert sort_of(A, look, is_found=True) is Sort.TRANSIENT
    assert (sort_of(A, None, is_found=True), sort_of(A, None, is_found=False)) == (Sort.UNCHECKED, None)


def test_what_is_no_evidence(make: Any) -> None:
    """A candidate that differs as the secondary alone does, and a secondary on nobody's side."""
    drift = (make.fingerprint(),)
    assert is_drift_alone(make.judged(drift=drift))
    assert not is_drift_alone(make.judged("body/b", drift=drift))
    assert not takes_a_side(make.judged())
    assert takes_a_side(make.judged(sightings=(make.sighting(with_candidate=False),)))
