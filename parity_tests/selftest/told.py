"""The result of a self-test, as lines for a person and as an object for a program. Pure."""

import textwrap
from collections.abc import Iterator
from typing import Any

from crossfade.parity_tests.selftest.tester import Hidden, Hider, RouteResult, SelfTestResult
from crossfade.reports.figures import count, share
from crossfade.reports.place_names import some_of
from crossfade.reports.visible import visible

SCHEMA_VERSION = 1
_COLUMNS = 80
_HIDES = {
    Hider.IGNORE: "an ignore rule",
    Hider.ACCEPT: "an accept rule",
    Hider.NOISE: "noise: legacy differs from itself there",
    Hider.MASKED: "the candidate differs there anyway",
    Hider.ALIKE: "the comparison takes both answers for the same",
}


def self_test_lines(tested: SelfTestResult) -> tuple[str, ...]:
    """Lines of at most 80 columns: the share that is found on each route, and what hides the rest."""
    return tuple(part for line in _lines(tested) for part in _wrapped(line))


def self_test_record(tested: SelfTestResult) -> dict[str, Any]:
    """The same for a program, with all places."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tried": tested.tried,
        "found": tested.found,
        "routes": [_route_record(route) for route in tested.routes],
        "untried": list(tested.untried),
    }


def _lines(tested: SelfTestResult) -> Iterator[str]:
    if tested.tried:
        yield f"self-test: of {count(tested.tried)} faults {_found(tested)} were found"
    else:
        yield "self-test: no answer that a fault could be put into"
    for route in tested.routes:
        yield f"{route.route}: {_found(route)} of {count(route.tried)}{_missed(route)}"
        yield from _hidden(route)
    if tested.untried:
        yield f"nothing was tried on {some_of(tested.untried)}: no answer of the candidate was compared"


def _found(tested: SelfTestResult | RouteResult) -> str:
    return f"{count(tested.found)} ({share(100 * tested.found / tested.tried)})"


def _missed(route: RouteResult) -> str:
    """Of which sorts not all are found."""
    missed = [f"{fault} {found} of {tried}" for fault, (tried, found) in route.by_fault.items() if found < tried]
    return f"; {', '.join(missed)}" if missed else ""


def _hidden(route: RouteResult) -> Iterator[str]:
    for hidden in route.hidden:
        yield f"  {count(hidden.faults)} hidden by {_by(hidden)}"
        yield f"    at {some_of(hidden.places)}"


def _by(hidden: Hidden) -> str:
    rule = f": {hidden.rule} ({hidden.reason})" if hidden.rule else ""
    return f"{_HIDES[hidden.by]}{rule}"


def _route_record(route: RouteResult) -> dict[str, Any]:
    return {
        "route": route.route,
        "tried": route.tried,
        "found": route.found,
        "by_fault": {fault.value: {"tried": tried, "found": found} for fault, (tried, found) in route.by_fault.items()},
        "hidden": [
            {
                "by": hidden.by.value,
                "rule": hidden.rule,
                "reason": hidden.reason,
                "faults": hidden.faults,
                "places": list(hidden.places),
            }
            for hidden in route.hidden
        ],
    }


def _wrapped(line: str) -> list[str]:
    text = visible(line)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.wrap(text, _COLUMNS, subsequent_indent=indent, break_on_hyphens=False)
