"""The records of differences."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.difference import MORE, Difference, Fingerprint, Kind, beside, parted


def test_a_cluster_id_is_fixed() -> None:
    """It stands in accept files and links, so it never changes."""
    found = Fingerprint(template="body/price", kind="value", cause="")
    assert found.cluster_id("GET /a") == "39a522875c0e"
    assert Fingerprint(template="body/price", kind="value").cluster_id("GET /a") == "39a522875c0e"


def test_a_transition_alone_changes_an_id() -> None:
    """A cluster without one keeps the id that it had before there were transitions."""
    found = Fingerprint(template="status", kind="value", transition="404 -> 401")
    assert found.cluster_id("GET /a") == "f6a524928b76"
    assert dataclasses.replace(found, transition="").cluster_id("GET /a") == "e37580453778"


@pytest.mark.parametrize("field", ["template", "kind", "cause", "transition"])
def test_each_part_makes_another_cluster(field: str) -> None:
    """And so does the route; parts do not run into each other."""
    found = Fingerprint(template="a", kind="b", cause="c")
    assert dataclasses.replace(found, **{field: "d"}).cluster_id("r") != found.cluster_id("r")
    assert found.cluster_id("r") != found.cluster_id("ra")
    assert Fingerprint(template="ab", kind="", cause="c").cluster_id("r") != found.cluster_id("r")


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_has_an_id(route: str, template: str) -> None:
    """12 hex digits, whatever a route and a template hold."""
    cluster_id = Fingerprint(template=template, kind="value").cluster_id(route)
    assert len(cluster_id) == 12
    assert int(cluster_id, 16) >= 0


def test_kinds_are_closed() -> None:
    """They are words in config and reports."""
    assert [kind.value for kind in Kind] == ["value", "format", "type", "missing", "added", "order", "failed"]


def test_fingerprints_have_an_order() -> None:
    """By template, then kind, then cause, then transition."""
    one = Fingerprint(template="a", kind="value")
    assert sorted([MORE, Fingerprint(template="a", kind="value", cause="x"), one]) == [
        MORE,
        one,
        Fingerprint(template="a", kind="value", cause="x"),
    ]


def test_a_difference_does_not_change() -> None:
    """It is a record."""
    found = Difference(path="a", template="a", kind=Kind.VALUE, legacy=1, candidate=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.path = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("own", "status", "text"),
    [
        ("", "", ""),
        ("true -> false", "", "true -> false"),
        ("", "404 -> 401", "beside 404 -> 401"),
        ("on -> beside", "OK -> INTERNAL", "on -> beside beside OK -> INTERNAL"),
    ],
)
def test_the_parts_of_a_transition(own: str, status: str, text: str) -> None:
    """Its own and that of the status beside it, each as it was put in."""
    assert beside(own, status) == text
    assert parted(text) == (own, status)
