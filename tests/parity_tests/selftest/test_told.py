"""A self-test as a person and a program read it."""

from typing import Any

from crossfade.parity_tests.selftest.faults import Fault
from crossfade.parity_tests.selftest.tester import Hidden, Hider, RouteResult, SelfTestResult
from crossfade.parity_tests.selftest.told import self_test_lines, self_test_record

HIDDEN = Hidden(
    by=Hider.IGNORE,
    rule="*  body/*",
    reason="the clocks of the two machines are not the same",
    faults=3,
    places=tuple(f"body/a{number} (value)" for number in range(9)),
)
ROUTE = RouteResult(
    route="GET /builds/{id}", by_fault={Fault.VALUE: (8, 5), Fault.MISSING: (1234, 1234)}, hidden=(HIDDEN,)
)
TESTED = SelfTestResult(routes=(ROUTE,), untried=("GET /gone",))


def test_lines() -> None:
    """The share first, then each route, the sorts that are missed, and what hides them; 80 columns."""
    lines = self_test_lines(TESTED)
    assert lines == (
        "self-test: of 1,242 faults 1,239 (99.7 %) were found",
        "GET /builds/{id}: 1,239 (99.7 %) of 1,242; value 5 of 8",
        "  3 hidden by an ignore rule: *  body/* (the clocks of the two machines are not",
        "    the same)",
        "    at body/a0 (value), body/a1 (value), body/a2 (value), body/a3 (value),",
        "      body/a4 (value), body/a5 (value) and 3 more",
        "nothing was tried on GET /gone: no answer of the candidate was compared",
    )
    assert max(map(len, lines)) <= 80


def test_nothing_was_tried() -> None:
    """That is told, not 0 %."""
    assert self_test_lines(SelfTestResult(routes=(), untried=())) == (
        "self-test: no answer that a fault could be put into",
    )


def test_the_record() -> None:
    """Has all places and both sorts of figures."""
    record: Any = self_test_record(TESTED)
    assert (record["tried"], record["found"], record["untried"]) == (1242, 1239, ["GET /gone"])
    (route,) = record["routes"]
    assert route["by_fault"]["value"] == {"tried": 8, "found": 5}
    (hidden,) = route["hidden"]
    assert (hidden["by"], hidden["faults"], len(hidden["places"])) == ("ignore", 3, 9)


def test_names_are_visible() -> None:
    """A route or a rule is never a control sequence of the terminal."""
    route = RouteResult(route="GET /\x1b[2J", by_fault={Fault.STATUS: (1, 1)}, hidden=())
    assert all("\x1b" not in line for line in self_test_lines(SelfTestResult(routes=(route,), untried=())))
