"""The controller as Prometheus reads it."""

from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from crossfade.shadow.canary.control.metrics import Figures, render
from crossfade.shadow.canary.control.status import PlaneStatus, RouteStatus, Status

ROUTE = RouteStatus(
    route="GET /a",
    group="all",
    plane="engine",
    stage="canary",
    phase="Progressing",
    outcome=None,
    step=3,
    steps=10,
    step_text="setWeight 5",
    since=0,
    weight_pct=1.0,
    wanted_pct=5.0,
    findings=("f-1",),
)
LOST = replace(ROUTE, route="GET /b", weight_pct=None)
PLANES = (PlaneStatus(name="engine"), PlaneStatus(name="pods", problem="pods: gone"))
STATUS = Status(service="s", at=0, pid=1, lease_s=10, planes=PLANES, routes=(ROUTE, LOST), evidence_age_s=2.5)
FIGURES = Figures(
    status=STATUS, tick_age_s=0.5, journal_up=False, transitions={"step_done": 2}, notices={("notify.0", "sent"): 3}
)


def samples() -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name.removeprefix("crossfade_canary_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(render(FIGURES).decode())
        for sample in family.samples
    }


def test_routes() -> None:
    """A weight that nobody knows is missing, not 0."""
    found = samples()
    assert (found["weight_pct", "GET /a"], found["wanted_weight_pct", "GET /a"]) == (1, 5)
    assert ("weight_pct", "GET /b") not in found
    assert found["wanted_weight_pct", "GET /b"] == 5
    assert (found["step", "GET /a"], found["phase", "GET /a", "Progressing"], found["open_findings", "GET /a"]) == (
        3,
        1,
        1,
    )


def test_the_controller() -> None:
    """Planes, journal, ages, and what happened."""
    found = samples()
    assert (found["plane_up", "engine"], found["plane_up", "pods"]) == (1, 0)
    assert (found["journal_up",], found["tick_age_seconds",], found["evidence_age_seconds",]) == (0, 0.5, 2.5)
    assert (found["transitions_total", "step_done"], found["notices_total", "notify.0", "sent"]) == (2, 3)
