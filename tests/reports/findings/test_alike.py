"""Roots that are one over routes, and those that only look so."""

from typing import Any

import pytest

from crossfade.reports.findings.alike import Bundle, join, own_key
from crossfade.reports.findings.following import Link


def _groups(*clusters: Any) -> list[list[str]]:
    bundles = [Bundle(root=cluster) for cluster in clusters]
    return [[f"{bundle.root.route} {bundle.root.path}" for bundle in group] for group in join(bundles)]


def test_a_header_field_that_many_routes_add(found: Any) -> None:
    """Whatever its value; one that is missing is another root."""
    clusters = [found.cluster("added header.expires", route=f"GET /{at}", pairs=(("", f'"{at}"'),)) for at in range(13)]
    (group,) = _groups(*clusters)
    assert len(group) == 13
    assert len(_groups(clusters[0], found.cluster("missing header.expires", route="GET /z"))) == 2


def test_a_field_that_many_routes_lack(found: Any) -> None:
    """At the very same path; a whole body that is missing has each time a reason of its own."""
    assert len(_groups(*(found.cluster("missing body/page/next", route=f"GET /{at}") for at in "abc"))) == 1
    assert (
        len(_groups(found.cluster("missing body/next"), found.cluster("missing body/page/next", route="GET /y"))) == 2
    )
    assert len(_groups(*(found.cluster("missing body", route=f"GET /{at}") for at in "ab"))) == 2


def test_a_header_field_with_other_values(found: Any) -> None:
    """One root where some values are the same on both routes, and two where they are not."""
    same = [
        found.cluster("value header.cache-control", route=route, pairs=(("no-cache", "no-store"), (route, "x")))
        for route in ("GET /a", "GET /b")
    ]
    assert len(_groups(*same)) == 1
    other = [
        found.cluster("value header.location", route=route, pairs=((route, f"http:{route}"),))
        for route in ("GET /a", "GET /b")
    ]
    assert len(_groups(*other)) == 2


def test_one_cause(found: Any) -> None:
    """Wherever it shows, at whatever path; another one is another root."""
    a = found.cluster("value body/a #B11")
    b = found.cluster("value body/b #B11", route="GET /y")
    c = found.cluster("value body/c #H1")
    assert _groups(a, c, b) == [["GET /x body/a", "GET /y body/b"], ["GET /x body/c"]]


@pytest.mark.parametrize(
    ("pairs", "is_one"),
    [
        ((('"2024-01-02"', '"02.01.2024"'),), True),
        ((('"open"', '"OPEN"'),), True),
        ((("-4", "-3"),), False),  # small numbers agree by chance
        ((("-4", "-3"), ("-10", "-9")), True),
        ((("null", "false"),), False),
        ((), False),
    ],
)
def test_one_field_on_two_routes(found: Any, pairs: Any, is_one: bool) -> None:
    """The same name, and the same wrong value for the same right one."""
    clusters = (
        found.cluster("value body/at", route="GET /a", pairs=pairs),
        found.cluster("value body/items/*/at", route="GET /b", pairs=pairs),
    )
    assert (len(_groups(*clusters)) == 1) is is_one
    another = found.cluster("value body/until", route="GET /b", pairs=pairs)
    assert len(_groups(clusters[0], another)) == 2


def test_a_status_is_of_its_route(found: Any) -> None:
    """Two routes that give 500 for 404 have two faults, with the same text or not."""
    pairs = (("404", "500"),)
    assert (
        len(_groups(*(found.cluster("value status 404 -> 500", route=f"GET /{at}", pairs=pairs) for at in "ab"))) == 2
    )


def test_a_candidate_that_is_not_there(found: Any) -> None:
    """Refuses on every route for one reason; other failures are each route's own."""
    refused = [found.cluster("failed answer", route=f"GET /{at}", pairs=(('"answered"', '"refused"'),)) for at in "ab"]
    late = [found.cluster("failed answer", route=f"GET /{at}", pairs=(('"answered"', '"deadline"'),)) for at in "cd"]
    assert [len(group) for group in _groups(*refused, *late)] == [2, 1, 1]


def test_the_cause_of_what_follows_is_the_bundles(found: Any) -> None:
    """Where the root has none and only one is known."""
    root, one, other = (
        found.cluster("value status"),
        found.cluster("value status.message #J2"),
        found.cluster("value a #B1"),
    )
    assert Bundle(root=root, followers=((one, Link.STATUS),)).cause == "J2"
    assert Bundle(root=root, followers=((one, Link.STATUS), (other, Link.STATUS))).cause is None
    assert own_key(Bundle(root=root)) == ("cluster", root.id)


def test_a_cause_that_fits_by_chance_joins_nothing(found: Any) -> None:
    """It follows from unexplained differences of its very place."""
    by_chance = found.cluster("value body/total #B11"), Link.PLACE
    stale = Bundle(root=found.cluster("value body/total"), followers=(by_chance,))
    rounded = Bundle(root=found.cluster("value body/rate #B11", route="GET /y"))
    assert stale.cause is None
    assert [len(group) for group in join([stale, rounded])] == [1, 1]


def test_chains_are_one(found: Any) -> None:
    """What joins two groups joins all of them, whatever comes first; the order of roots stays."""
    pairs = [(('"aaaa"', '"bbbb"'),), (('"cccc"', '"dddd"'),), (('"aaaa"', '"bbbb"'), ('"cccc"', '"dddd"'))]
    clusters = [found.cluster("value body/f", route=f"GET /{at}", pairs=its) for at, its in enumerate(pairs)]
    assert _groups(*clusters) == [["GET /0 body/f", "GET /2 body/f", "GET /1 body/f"]]
    assert len(_groups(*reversed(clusters))) == 1
