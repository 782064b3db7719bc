"""What to fix first: severity, then refuted claims, bodies before header fields, then reach and share."""

from typing import Any

import pytest

from crossfade.reports.findings.ranking import SEVERITIES, worst


def test_the_worst_of_some(found: Any) -> None:
    """Breaking before additive before cosmetic."""
    added, missing = found.cluster("added body/a"), found.cluster("missing body/a")
    assert worst((added, missing)) == "breaking"
    assert worst((added,)) == "additive"
    assert SEVERITIES[-1] == "cosmetic"


@pytest.mark.parametrize(
    ("routes", "titles"),
    [
        (  # severity before share
            {"GET /x": ((90, ("added body/a",)), (9, ("missing body/b",)))},
            ["body/b missing on GET /x", "body/a added on GET /x"],
        ),
        (  # a body before a header field of the same severity, whatever its reach
            {
                "GET /x": ((9, ("value body/b",)), (90, ("missing header.vary",))),
                "GET /y": ((90, ("missing header.vary",)),),
            },
            ["body/b differs on GET /x", "Header vary missing on 2 routes"],
        ),
        (  # the larger share
            {"GET /x": ((9, ("value body/a",)), (90, ("value body/b",)))},
            ["body/b differs on GET /x", "body/a differs on GET /x"],
        ),
        (  # reach times share: rare on two routes is less than always on one
            {
                "GET /x": ((2, ("value body/a #B8",)),),
                "GET /y": ((2, ("value body/b #B8",)),),
                "GET /z": ((400, ("value body/c",)),),
            },
            ["body/c differs on GET /z", "Integer division instead of true division: 2 places on 2 routes"],
        ),
    ],
)
def test_rank(make: Any, found: Any, routes: Any, titles: list[str]) -> None:
    """Pair by pair."""
    report = found.report(make, routes, claimed=())
    assert [finding.title for finding in report.findings] == titles


def test_refuted_claims_come_first(make: Any, found: Any) -> None:
    """Of one severity, what fails a claim, then what is claimed, then the rest."""
    routes = {f"GET /{name}": ((number, ("value body/a",)),) for name, number in (("a", 90), ("b", 90), ("c", 1))}
    report = found.report(make, routes, claimed=("GET /b", "GET /c"))
    assert {route.route: route.verdict for route in report.routes} == {
        "GET /a": None,
        "GET /b": "fail",
        "GET /c": "inconclusive",
    }
    assert [finding.routes for finding in report.findings] == [("GET /b",), ("GET /c",), ("GET /a",)]
