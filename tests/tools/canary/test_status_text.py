"""The rollout as a person reads it."""

import io

import msgspec
import pytest
from rich.console import Console

from crossfade.shadow.canary.control.status import PlaneStatus, RouteStatus, SideStatus, Status
from crossfade.tools.canary.status_text import route_line, status_view

ROUTE = RouteStatus(
    route="ci.builds.v1.BuildService/GetBuild",
    group="reads",
    plane="engine",
    stage="canary",
    phase="Progressing",
    outcome=None,
    step=3,
    steps=10,
    step_text="setWeight 5",
    since=10.0,
    weight_pct=5.0,
    wanted_pct=5.0,
    legacy=SideStatus(requests=12_000, errors=3),
    candidate=SideStatus(requests=631, errors=1),
    verdict="pass",
    claim="PASS diverges in less than 0.9 % of requests, at 95 % confidence",
    waits_for="369 more requests",
    hours_to_go=0.4,
)


def shown(*routes: RouteStatus, width: int = 80, **more: object) -> str:
    """The text of a terminal without colours."""
    status = Status(service="builds", at=0, pid=1, lease_s=10, planes=(PlaneStatus(name="engine"),), routes=routes)
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as captured:
        console.print(status_view(msgspec.structs.replace(status, **more)))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_a_route_is_told_in_a_few_lines_of_80_columns() -> None:
    """Stage, phase, step, weight, what was served, the verdict with its claim, and what it waits for."""
    assert shown(ROUTE) == (
        "builds: 1 route: 1 Progressing\n"
        "\n"
        "ci.builds.v1.BuildService/GetBuild\n"
        "  canary, Progressing, step 3 of 10 (setWeight 5); weight 5 %\n"
        "  legacy answered 12,000 with 3 errors, the candidate 631 with 1 error\n"
        "  PASS diverges in less than 0.9 % of requests, at 95 % confidence\n"
        "  waits for 369 more requests; about 24 min to go"
    )


def test_no_line_is_longer_than_the_terminal() -> None:
    """Long names are folded, not cut."""
    route = msgspec.structs.replace(ROUTE, route="GET /" + "x" * 100)
    text = shown(route, width=40)
    assert max(map(len, text.splitlines())) <= 40
    assert text.count("x") >= 100


def test_a_weight_is_the_one_that_was_read_back() -> None:
    """What was asked for stands beside it where they differ."""
    replace = msgspec.structs.replace
    assert "weight 1 %, 5 % wanted" in shown(replace(ROUTE, weight_pct=1.0))
    assert "weight unknown, 5 % wanted" in shown(replace(ROUTE, weight_pct=None))


def test_what_needs_a_person_comes_first() -> None:
    """And what is complete last, in one line."""
    replace = msgspec.structs.replace
    text = shown(
        replace(ROUTE, route="GET /a", phase="Completed", stage="complete", outcome="Promoted", step=10),
        replace(ROUTE, route="GET /b"),
        replace(ROUTE, route="GET /c", phase="Aborted", outcome="RolledBack", why="9 errors of 60"),
    )
    assert [text.index(route) for route in ("GET /c", "GET /b", "GET /a")] == sorted(
        text.index(route) for route in ("GET /a", "GET /b", "GET /c")
    )
    assert text.endswith("GET /a\n  complete, Completed, Promoted, step 10 of 10 (setWeight 5); weight 5 %")
    assert "  9 errors of 60\n" in text


def test_what_holds_everything_is_told_at_the_top() -> None:
    """A plane that can't be trusted, evidence that can't be read, a freeze."""
    planes = (PlaneStatus(name="engine", problem="engine: expected 5 % read back, got 1 %"),)
    lines = shown(ROUTE, planes=planes, evidence_problem="locked", frozen="weekend").splitlines()
    assert lines[1:4] == [
        "engine: expected 5 % read back, got 1 %",
        "evidence: locked",
        "nothing moves on: weekend",
    ]


def test_findings_are_named() -> None:
    """Those that are open."""
    assert "  open findings: F1, F2\n" in shown(msgspec.structs.replace(ROUTE, findings=("F1", "F2")))


@pytest.mark.parametrize(("hours", "told"), [(0.001, "4 s"), (0.5, "30 min"), (1.0, "1.0 h"), (30.0, "30.0 h")])
def test_time_to_go_is_told_roughly(hours: float, told: str) -> None:
    """In minutes below an hour."""
    assert f"about {told} to go" in shown(msgspec.structs.replace(ROUTE, hours_to_go=hours))


def test_a_verbs_answer_is_one_line() -> None:
    """Without anything that a terminal obeys."""
    route = msgspec.structs.replace(ROUTE, route="GET /\x1b", why="paused by jo")
    assert route_line(route) == "GET /\\x1b: Progressing, weight 5 %: paused by jo"
