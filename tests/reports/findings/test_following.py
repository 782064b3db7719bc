"""What follows from another difference of its route, and what never does: a fault must not hide in a group."""

from typing import Any

import pytest

from crossfade.reports.findings.following import Link, follow

NONE: frozenset[tuple[str, str]] = frozenset()
STATUS = "value status 404 -> 500"


def _links(
    found: Any, *seen: tuple[int, tuple[str, ...]], apart: Any = NONE, **values: Any
) -> dict[str, tuple[str, str]]:
    """By the path and transition of each follower: what it follows from, and why."""
    clusters, sightings = found.clusters(*seen, **values)
    names = {cluster.id: f"{cluster.path} {cluster.transition}".strip() for cluster in clusters}
    links = follow(clusters, sightings, apart)
    return {names[follower]: (names[leader.id], link.value) for follower, (leader, link) in links.items()}


def test_all_that_came_with_another_status_alone(found: Any) -> None:
    """Message, body and content type in the same requests; the status also came without them."""
    parts = ("value body/error", "value header.content-type", "value status.message")
    links = _links(found, (5, (STATUS, *parts)), (2, (STATUS,)))
    assert links == {part.split()[1]: ("status 404 -> 500", "status") for part in parts}


def test_what_came_once_without_it_is_by_itself(found: Any) -> None:
    """A fault that shows beside the right status too is no consequence of the wrong one."""
    assert _links(found, (50, (STATUS, "value body/price")), (1, ("value body/price",))) == {}


def test_two_successes_explain_nothing(found: Any) -> None:
    """201 for 200 does not change a price, though both always come together."""
    assert _links(found, (50, ("value status 200 -> 201", "value body/price"))) == {}


def test_two_transitions_are_two(found: Any) -> None:
    """A part of both belongs to the one with which it came most often; neither status follows from the other."""
    one, other = "value status 404 -> 401", "value status 404 -> 200"
    links = _links(found, (6, (one, "value body/error")), (2, (other, "value body/error")))
    assert links == {"body/error": ("status 404 -> 401", "status")}


def test_a_certain_cause_is_its_own_root(found: Any) -> None:
    """Unless it explains the status too, or the text of a status that nothing else explains."""
    assert _links(found, (5, (STATUS, "value body/price #B11"))) == {}
    assert _links(found, (5, (f"{STATUS} #J2", "value status.message #J2"))) == {
        "status.message": ("status 404 -> 500", "status")
    }
    assert _links(found, (5, (STATUS, "value status.message #J2", "value body/a #B11"))) == {
        "status.message": ("status 404 -> 500", "status")
    }


def test_a_header_field_that_differs_elsewhere_is_apart(found: Any) -> None:
    """A filter adds it everywhere; that it came with errors alone on this route says nothing."""
    seen = (5, (STATUS, "added header.expires"))
    assert _links(found, seen) == {"header.expires": ("status 404 -> 500", "status")}
    assert _links(found, seen, apart={("header.expires", "added")}) == {}


def test_the_same_place_without_a_certain_cause(found: Any) -> None:
    """It follows from the one cause that is known there; of two causes none is taken."""
    assert _links(found, (5, ("type body/a #B8",)), (2, ("type body/a",))) == {"body/a": ("body/a", "place")}
    assert _links(found, (5, ("type body/a #B8",)), (2, ("value body/a",))) == {}
    two = _links(found, (5, ("type body/a #B8",)), (5, ("type body/a #A1",)), (2, ("type body/a",)))
    assert two == {}


def test_a_cause_that_fits_a_few_by_chance(found: Any) -> None:
    """A total that lacks what was written last looks rounded where it is a cent off: it follows from the others."""
    clusters, sightings = found.clusters((5, ("value body/total",)), (1, ("value body/total #B11",)))
    rounded, other = sorted(clusters, key=lambda one: one.cause is None)
    assert follow(clusters, sightings, frozenset()) == {rounded.id: (other, Link.PLACE)}
    clusters, sightings = found.clusters((5, ("value body/total",)), (5, ("value body/total #B11",)))
    rounded, other = sorted(clusters, key=lambda one: one.cause is None)
    assert follow(clusters, sightings, frozenset()) == {other.id: (rounded, Link.PLACE)}


def test_the_transitions_of_one_field(found: Any) -> None:
    """Are one finding, each a part of its own; those of a status never."""
    places = ("value body/state open -> OPEN", "value body/state done -> DONE")
    assert _links(found, (5, places[:1]), (2, places[1:])) == {
        "body/state open -> OPEN": ("body/state done -> DONE", "place")
    }


def test_an_object_with_another_name(found: Any) -> None:
    """What is missing under one name and added under another with the same values, always together."""
    seen = (5, ("missing body/owner", "added body/account"))
    same = {"missing body/owner": (('"ann"', ""),), "added body/account": (("", '"ann"'),)}
    assert _links(found, seen, examples=same) == {"body/account": ("body/owner", "renamed")}
    other = {"missing body/owner": (('"ann"', ""),), "added body/account": (("", '"bob"'),)}
    assert _links(found, seen, examples=other) == {}
    null = {"missing body/owner": (("null", ""),), "added body/account": (("", "null"),)}
    assert _links(found, seen, examples=null) == {}  # null equals null by chance
    assert _links(found, seen, (1, ("missing body/owner",)), examples=same) == {}


def test_neighbours_that_are_always_missing_together(found: Any) -> None:
    """Fields of one object in the very same requests; a value that differs is never one of them."""
    places = ("missing body/page/total", "missing body/page/next", "missing body/page/size")
    assert set(_links(found, (5, places)).values()) == {("body/page/next", "neighbour")}
    assert _links(found, (5, ("missing body/a/x", "missing body/b/x"))) == {}
    assert _links(found, (5, ("missing body/x", "added body/y"))) == {}
    assert _links(found, (5, ("value body/x", "value body/y"))) == {}
    assert _links(found, (5, ("missing body/x", "missing body/y")), (1, ("missing body/x",))) == {}


def test_lines_with_the_same_edit(found: Any) -> None:
    """The ends of the lines of a CSV; a line in which something else differs is by itself."""
    lines = [f"value body/line[{at}]" for at in (1, 2, 3)]
    shown = {line: ((f'"{line}\\r"', f'"{line}"'),) for line in lines}
    assert set(_links(found, (5, tuple(lines)), examples=shown).values()) == {("body/line[1]", "edit")}
    shown[lines[2]] = (('"a\\r"', '"a"'), ('"7,9"', '"7,10"'))
    assert set(_links(found, (5, tuple(lines)), examples=shown)) == {"body/line[2]"}


@pytest.mark.parametrize("number", [2, 7, 40])
def test_what_follows_is_followed_by_nothing(found: Any, number: int) -> None:
    """Each follower has one leader, which follows from none, whatever comes together."""
    places = [STATUS, *(f"missing body/{at}" for at in range(number)), *(f"added header.x{at}" for at in range(number))]
    clusters, sightings = found.clusters((3, tuple(places)), (2, tuple(places[1 : number + 1])))
    links = follow(clusters, sightings, NONE)
    assert links
    assert not {leader.id for leader, _ in links.values()} & links.keys()
    assert {link for _, link in links.values()} == {Link.STATUS, Link.NEIGHBOUR}
