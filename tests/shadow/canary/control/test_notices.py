"""What of a tick people are told."""

from typing import Any

import pytest

from crossfade.shadow.canary.control.notices import notices
from crossfade.shadow.canary.notify.notice import NoticeKind
from crossfade.shadow.canary.reading import Reading, Standing
from crossfade.shadow.canary.states.records import Code, Decision, Event, Phase, RolloutState, RouteState, Transition

STATE = RolloutState(routes=(RouteState(route="GET /a"),))


def transition(event: Event, before: Phase, after: Phase, **more: Any) -> Transition:
    fields: dict[str, Any] = {"weight_before_pct": 5.0, "weight_pct": 5.0, "code": Code.NONE, "why": "because"} | more
    return Transition(route="GET /a", event=event, before=before, after=after, step_before=1, step=2, **fields)


def told(*transitions: Transition, before: Reading | None = None, now: Reading | None = None) -> list[Any]:
    """The notices of a tick."""
    return list(notices(before, now or Reading(at=9.0), Decision(state=STATE, transitions=transitions)))


@pytest.mark.parametrize(
    ("event", "before", "after", "weight", "kind"),
    [
        (Event.STEP_DONE, Phase.PROGRESSING, Phase.PROGRESSING, 25.0, NoticeKind.STEP),
        (Event.STEPS_DONE, Phase.PROGRESSING, Phase.PROMOTED, 5.0, NoticeKind.STEP),
        (Event.FAILED, Phase.PROGRESSING, Phase.ROLLING_BACK, 0.0, NoticeKind.ROLLBACK),
        (Event.BACK, Phase.ROLLING_BACK, Phase.ABORTED, 5.0, NoticeKind.ROLLBACK),
        (Event.PLANE_LOST, Phase.PROGRESSING, Phase.DEGRADED, 0.0, NoticeKind.TROUBLE),
        (Event.UNDECIDED, Phase.PROGRESSING, Phase.PAUSED, 5.0, NoticeKind.TROUBLE),
        (Event.GATE_REACHED, Phase.PROGRESSING, Phase.WAITING, 5.0, NoticeKind.GATE),
        (Event.GATE_OPENED, Phase.WAITING, Phase.PROGRESSING, 5.0, NoticeKind.GATE),
    ],
)
def test_what_moves_a_route_is_told(event: Event, before: Phase, after: Phase, weight: float, kind: NoticeKind) -> None:
    """By what it means to a person."""
    (notice,) = told(transition(event, before, after, weight_pct=weight))
    assert notice.kind is kind
    assert notice.text.startswith(f"GET /a: {after}")
    assert notice.text.endswith(": because")
    assert notice.data["event"] == event


def test_a_step_that_changes_nothing_for_clients_is_not_told() -> None:
    """An analysis that ends is followed by the weight that is."""
    assert told(transition(Event.STEP_DONE, Phase.PROGRESSING, Phase.PROGRESSING)) == []


def test_a_notice_tells_who_asked_and_from_where_to_where() -> None:
    """With the weights."""
    (notice,) = told(transition(Event.ABORT, Phase.PROGRESSING, Phase.ROLLING_BACK, weight_pct=0.0, actor="jo"))
    assert notice.text == "GET /a: RollingBack, 5 -> 0 %, by jo: because"


def standing(verdict: str | None, *findings: str, route: str = "GET /a") -> Standing:
    return Standing(route=route, verdict=verdict, claim="0 of 400", open_findings=findings, candidate_build="java 1")


def seen(*standings: Standing) -> Reading:
    return Reading(at=9.0, evidence=standings)


def test_a_verdict_that_turned_is_told_once_for_a_build() -> None:
    """The same turn has the same key."""
    (notice,) = told(before=seen(standing("pass")), now=seen(standing("fail")))
    assert (notice.kind, notice.text) == (NoticeKind.GATE, "GET /a: the verdict is fail: 0 of 400")
    assert notice.key == "GET /a|verdict|fail|java 1"
    assert told(before=seen(standing("pass")), now=seen(standing("pass"))) == []
    assert told(before=seen(standing(None)), now=seen(standing("pass"))) == []


def test_a_finding_is_told_when_it_is_first_seen() -> None:
    """Also in the first reading of all."""
    (notice,) = told(before=seen(standing("fail", "f-1")), now=seen(standing("fail", "f-1", "f-2")))
    assert (notice.kind, notice.key) == (NoticeKind.FINDING, "GET /a|finding|f-2")
    assert [notice.data["finding"] for notice in told(now=seen(standing("fail", "f-1", "f-2")))] == ["f-1", "f-2"]


def test_routes_that_nobody_moves_are_not_told() -> None:
    """Their findings are the report's."""
    assert told(now=seen(standing("fail", "f-1", route="GET /other"))) == []
