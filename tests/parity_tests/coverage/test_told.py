"""Coverage in words."""

from crossfade.parity_tests.coverage.records import Coverage, PlaceCoverage, Reach, RouteCoverage
from crossfade.parity_tests.coverage.told import coverage_lines, coverage_record
from crossfade.parity_tests.features.records import Direction

PLACES = (
    PlaceCoverage(direction=Direction.ANSWER, path="body/a", classes={"0": Reach(2, 2), "set": Reach(3, 0)}),
    *(
        PlaceCoverage(direction=Direction.ANSWER, path=f"body/at{index}", classes={"set": Reach(5)}, why_not="noise")
        for index in range(5)
    ),
)
ROUTE = RouteCoverage(
    route="GET /a", calls=Reach(5, 4), statuses={"200": Reach(4, 4), "404": Reach(1)}, places=PLACES, left_out=2
)


def test_lines() -> None:
    """Totals, each route, and the first places that were only seen."""
    assert list(coverage_lines(Coverage(routes=(ROUTE,)))) == [
        "coverage: 1 of 7 classes of values that were seen were compared",
        "  GET /a: 4 of 5 calls, 1 of 7 classes, statuses 200, 404",
        "    only seen: answer body/at0 (noise), answer body/at1 (noise), answer body/at2 (noise) and 2 more",
    ]


def test_nothing_answered() -> None:
    """A route without an answer."""
    route = RouteCoverage(route="GET /b", calls=Reach(1), statuses={}, places=())
    assert list(coverage_lines(Coverage(routes=(route,))))[1] == "  GET /b: 0 of 1 calls, 0 of 0 classes, no answer"


def test_record() -> None:
    """All places, with counts."""
    (route,) = coverage_record(Coverage(routes=(ROUTE,)))["routes"]
    assert route["calls"] == {"seen": 5, "compared": 4}
    assert route["places"][0] == {
        "direction": "answer",
        "path": "body/a",
        "why_not_compared": None,
        "classes": {"0": {"seen": 2, "compared": 2}, "set": {"seen": 3, "compared": 0}},
    }
    assert route["places"][1]["why_not_compared"] == "noise"
    assert route["places_left_out"] == 2
