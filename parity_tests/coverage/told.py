"""Coverage as lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.parity_tests.coverage.records import Coverage, PlaceCoverage, Reach, RouteCoverage

SCHEMA_VERSION = 1
_NAMED = 3


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """A line of totals, then one for each route."""
    classes = sum((route.classes for route in coverage.routes), Reach())
    yield f"coverage: {classes.compared} of {classes.seen} classes of values that were seen were compared"
    for route in coverage.routes:
        yield f"  {route.route}: {_share(route.calls)} calls, {_share(route.classes)} classes, {_statuses(route)}"
        only_seen = [place for place in route.places if not place.compared]
        if only_seen:
            named = ", ".join(map(_named, only_seen[:_NAMED]))
            more = f" and {len(only_seen) - _NAMED} more" if len(only_seen) > _NAMED else ""
            yield f"    only seen: {named}{more}"


def coverage_record(coverage: Coverage) -> dict[str, Any]:
    """The same with all places and classes; of each how often it was seen and compared."""
    return {"schema_version": SCHEMA_VERSION, "routes": [_record(route) for route in coverage.routes]}


def _record(route: RouteCoverage) -> dict[str, Any]:
    return {
        "route": route.route,
        "calls": _reach(route.calls),
        "statuses": {status: _reach(reach) for status, reach in route.statuses.items()},
        "places": [
            {
                "direction": place.direction.value,
                "path": place.path,
                "why_not_compared": place.why_not or None,
                "classes": {name: _reach(reach) for name, reach in place.classes.items()},
            }
            for place in route.places
        ],
        "places_left_out": route.left_out,
    }


def _reach(reach: Reach) -> dict[str, int]:
    return {"seen": reach.seen, "compared": reach.compared}


def _share(reach: Reach) -> str:
    return f"{reach.compared} of {reach.seen}"


def _statuses(route: RouteCoverage) -> str:
    return "statuses " + ", ".join(route.statuses) if route.statuses else "no answer"


def _named(place: PlaceCoverage) -> str:
    return f"{place.direction} {place.path}" + (f" ({place.why_not})" if place.why_not else "")
