"""A finding is called by what a person sees, and where."""

from typing import Any

import pytest

STATUS = "value status 404 -> 500"
CSV = [f"value body/line[{at}]" for at in range(1, 10)]


@pytest.mark.parametrize(
    ("routes", "title"),
    [
        ({"GET /x": ((5, ("value body/a",)),)}, "body/a differs on GET /x"),
        ({"GET /x": ((5, ("missing body/a",)),)}, "body/a missing on GET /x"),
        ({"GET /x": ((5, ("order body",)),)}, "body in another order on GET /x"),
        ({"GET /x": ((5, ("failed answer",)),)}, "No complete answer on GET /x"),
        ({"GET /x": ((5, (STATUS, "value body/error")),)}, "404 becomes 500 on GET /x"),
        ({"GET /x": ((5, ("value status (other)",)),)}, "status: other transitions on GET /x"),
        ({"p.S/Get": ((5, ("value status.code OK -> UNKNOWN #J2",)),)}, "OK becomes UNKNOWN on p.S/Get"),
        (
            {f"GET /{at}": ((5, ("added header.expires",)),) for at in range(13)},
            "Header expires added on 13 routes",
        ),
        ({"p.S/Get": ((5, ("value trailer.x",)),)}, "Trailer x differs on p.S/Get"),
        (
            {f"GET /{at}": ((5, ("missing body/page/next", "missing body/page/size")),) for at in "abc"},
            "body/page/next, body/page/size missing on 3 routes",
        ),
        ({"GET /x": ((5, ("type body/n #B8",)),)}, "Integer division instead of true division: body/n on GET /x"),
        (
            {"GET /x": ((5, ("type body/n #B8",)),), "GET /y": ((5, ("type body/m #B8",)),)},
            "Integer division instead of true division: 2 places on 2 routes",
        ),
        (
            {"GET /x": ((5, ("missing body/a/x", "missing body/a/y", "missing body/a/z", "missing body/a/w")),)},
            "body/a/w, body/a/x, body/a/y and 1 more missing on GET /x",
        ),
        (
            {"GET /x": ((5, ("value body/s open -> OPEN",)), (2, ("value body/s new -> NEW",)))},
            "body/s: new becomes NEW, open becomes OPEN on GET /x",
        ),
    ],
)
def test_titles(make: Any, found: Any, routes: Any, title: str) -> None:
    """The root in words, with its route or the number of routes."""
    assert found.one(found.report(make, routes)).title == title


def test_titles_of_what_examples_show(make: Any, found: Any) -> None:
    """Another name, the same edit in each line, the same field on several routes."""
    pairs = {("GET /x", "missing body/owner"): (('"ann"', ""),), ("GET /x", "added body/account"): (("", '"ann"'),)}
    renamed = found.report(make, {"GET /x": ((5, ("missing body/owner", "added body/account")),)}, pairs)
    assert found.one(renamed).title == "body/owner has become body/account on GET /x"
    ends = {("GET /x", line): ((f'"{line}\\r"', f'"{line}"'),) for line in CSV}
    lines = found.one(found.report(make, {"GET /x": ((5, tuple(CSV)),)}, ends))
    assert (lines.title, len(lines.parts)) == ("body/line differs alike in 9 places on GET /x", 9)
    same = (('"2024-01-02"', '"02.01.2024"'),)
    shown = {("GET /x", "value body/at"): same, ("GET /y", "value body/*/at"): same}
    fields = found.report(make, {"GET /x": ((5, ("value body/at",)),), "GET /y": ((5, ("value body/*/at",)),)}, shown)
    assert found.one(fields).title == "at differs alike in 2 places on 2 routes"
    mark = "value body/s open -> OPEN"
    words = {(f"GET /{at}", mark): (('"open"', '"OPEN"'),) for at in "ab"}
    states = found.report(make, {f"GET /{at}": ((5, (mark,)),) for at in "ab"}, words)
    assert found.one(states).title == "s differs alike in 2 places on 2 routes"


def test_what_follows_on_one_route_alone_is_not_in_the_title(make: Any, found: Any) -> None:
    """The parts tell it."""
    routes = {"GET /x": ((5, ("missing body/a", "missing body/b")),), "GET /y": ((5, ("missing body/a",)),)}
    finding = found.one(found.report(make, routes))
    assert (finding.title, len(finding.parts)) == ("body/a missing on 2 routes", 3)
