"""How the demo of a canary must end."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.canary.control.status import RouteStatus
from crossfade.tools.demo.canary import CanaryDemoResult, CanaryDemoSettings, canary_problems, canary_summary
from crossfade.tools.demo.expected import Hunt, Planted

GET, POST = "http GET /builds/{id}", "http POST /builds"


def _route(route: str, stage: str, phase: str = "Completed", why: str = "") -> RouteStatus:
    return RouteStatus(
        route=route,
        group="all",
        plane="engine",
        stage=stage,
        phase=phase,
        outcome=None,
        step=1,
        steps=2,
        step_text="",
        since=0.0,
        weight_pct=0.0,
        wanted_pct=0.0,
        why=why,
    )


def _result(*routes: RouteStatus, fixed: bool = True, wrong: int = 0, returned: int = 0) -> CanaryDemoResult:
    planted = (Planted(route="GET /builds/{id}", paths=("body",), pitfall="A1", note="", bugs=()),)
    shadow: Any = type("Shadow", (), {"hunt": Hunt(found=planted, missed=(), unexpected=())})
    visitors = {"sent": 1000, "wrong": wrong, "moved": 7, "returned": returned}
    return CanaryDemoResult(
        config_path=Path("canary.toml"), is_fixed=fixed, shadow=shadow, routes=routes, visitors=visitors
    )


def _settings(*, late_bug: bool = False) -> CanaryDemoSettings:
    return CanaryDemoSettings(work=Path(), build=Path(), fixed=True, late_bug=late_bug, rate=100)


def test_all_routes_complete_and_nobody_got_a_wrong_answer() -> None:
    assert canary_problems(_result(_route(GET, "complete"), _route(POST, "complete")), _settings()) == []


def test_a_route_that_did_not_get_there_is_named_with_its_reason() -> None:
    stuck = _route(GET, "canary", "Paused", "errors are not ruled out")
    assert canary_problems(_result(stuck), _settings()) == [
        "http GET /builds/{id}: expected complete, got canary (errors are not ruled out)"
    ]


def test_with_bugs_their_routes_stay_in_the_shadow_and_the_others_do_not() -> None:
    good = _result(_route(GET, "shadow"), _route(POST, "complete"), fixed=False)
    assert canary_problems(good, _settings()) == []
    bad = _result(_route(GET, "complete"), _route(POST, "shadow"), fixed=False)
    assert len(canary_problems(bad, _settings())) == 2


@pytest.mark.parametrize(("wrong", "returned"), [(1, 0), (0, 1)])
def test_a_client_that_was_hurt_or_left_its_side_is_a_problem(wrong: int, returned: int) -> None:
    hurt = _result(_route(GET, "complete"), wrong=wrong, returned=returned)
    assert len(canary_problems(hurt, _settings())) == 1


def test_the_late_bug_must_take_routes_back() -> None:
    back = _result(_route(GET, "shadow", "Aborted"), wrong=12, returned=300)
    assert canary_problems(back, _settings(late_bug=True)) == []
    through = _result(_route(GET, "complete"))
    assert canary_problems(through, _settings(late_bug=True)) == ["http GET /builds/{id}: complete with the late bug"]


def test_the_summary_tells_what_visitors_met_and_why_routes_went_back() -> None:
    lines = canary_summary(_result(_route(GET, "shadow", "Aborted", "errors exceed legacy's")))
    assert lines[0] == "1,000 requests of visitors, 0 with a wrong answer, 7 visits moved"
    assert lines[1] == "http GET /builds/{id}: errors exceed legacy's"
