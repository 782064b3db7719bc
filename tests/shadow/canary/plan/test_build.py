"""A plan is what is written, with what stands in front of a weight and around all of it."""

from pathlib import Path

import pytest

from crossfade.shadow.canary.plan.build import build_plan
from crossfade.shadow.canary.plan.declared import DeclaredRoute
from crossfade.shadow.canary.plan.records import (
    Analysis,
    Bake,
    CrossRead,
    Gate,
    Pause,
    Plan,
    Prove,
    Rampdown,
    SetHeaderRoute,
    SetMirrorRoute,
    SetWeight,
)
from crossfade.shadow.config import parse_config
from crossfade.shadow.config.canary_settings import Day
from crossfade.shadow.config.canary_steps import GateKind
from crossfade.shadow.errors import ShadowError

HEAD = (
    'canary.key = ["peer"]\n[service]\nname = "builds"\nstate = "shared"\n[ingest]\naddress = "unix:x"\n'
    "[gate]\nconfidence_pct = 99.0\n"
)
READ = DeclaredRoute(name="GET /builds/{id}", listener="web", safe=True)
RPC = DeclaredRoute(name="ci.builds.v1.BuildService/GetBuild", listener="grpc", safe=True)
MODE_FILE = '[[canary.plane]]\nname = "java"\nkind = "mode_file"\nfile = "modes"\nread_back = ["http://a:1"]\n'
WRITE = DeclaredRoute(name="POST /builds", listener="web", safe=False)
GROUP = '[[canary.route]]\nname = "all"\nroutes = ["*"]\n'


def _plan(text: str, *routes: DeclaredRoute) -> Plan:
    return build_plan(parse_config(HEAD + text, Path("crossfade.toml")), routes or (READ,))


def test_the_default_steps() -> None:
    """The claim first, the bake last."""
    plan = _plan(GROUP)
    (route,) = plan.routes
    assert route.weights == (1.0, 5.0, 25.0, 50.0, 100.0)
    assert (route.steps[0], route.steps[-2:]) == (Prove(), (Bake(duration_s=3600), Rampdown(duration_s=0)))
    assert (route.route, route.plane, plan.confidence, plan.false_rollback) == (
        "web GET /builds/{id}",
        "engine",
        0.99,
        0.01,
    )


def test_each_kind_of_step() -> None:
    """In the order of the file."""
    steps = (
        '[{ setHeaderRoute = { name = "x", value = "1" } }, { setMirrorRoute = { percentage = 5.0 } }, '
        "{ setWeight = 10.0 }, { pause = { duration_s = 60 } }, { analysis = { min_requests = 9 } }, { setWeight = 100.0 }]"
    )
    (route,) = _plan(f"{GROUP}steps = {steps}\n").routes
    assert route.steps[1:7] == (
        SetHeaderRoute(name="x", value="1"),
        SetMirrorRoute(percentage=5.0),
        SetWeight(pct=10.0),
        Pause(duration_s=60.0),
        Analysis(min_requests=9),
        SetWeight(pct=100.0),
    )


def test_a_gate_stands_in_front_of_the_first_weight_that_reaches_it() -> None:
    """With that weight in its name."""
    gate = 'gate = [{ before_pct = 30.0, kind = "webhook", url = "http://a:1/" }]\n'
    (route,) = _plan(GROUP + gate).routes
    at = next(index for index, step in enumerate(route.steps) if isinstance(step, Gate))
    assert route.steps[at] == Gate(before_pct=50.0, kind=GateKind.WEBHOOK, url="http://a:1/")
    assert route.steps[at + 1] == SetWeight(pct=50.0)


def test_writes_are_read_through_legacy_before_all_clients_are_moved() -> None:
    """Reads are not."""
    read, write = _plan(f"{GROUP}cross_read = true\n", READ, WRITE).routes
    assert CrossRead() not in read.steps
    assert write.steps[write.steps.index(CrossRead()) + 1] == SetWeight(pct=100.0)


def test_the_first_group_has_a_route() -> None:
    """Those behind it don't."""
    special = '[[canary.route]]\nname = "one"\nroutes = ["GET /builds/{id}"]\n'
    assert [route.group for route in _plan(special + GROUP, READ, WRITE).routes] == ["one", "all"]


def test_the_first_plane_carries_a_route() -> None:
    """By its routes."""
    planes = '[[canary.plane]]\nname = "reads"\nroutes = ["GET *"]\n[[canary.plane]]\nname = "rest"\n'
    assert [route.plane for route in _plan(GROUP + planes, READ, WRITE).routes] == ["reads", "rest"]


def test_a_generated_service_carries_rpcs_alone() -> None:
    """Though its routes match more; the next plane has the others."""
    plan = _plan(f'{GROUP}{MODE_FILE}[[canary.plane]]\nname = "rest"\n', READ, RPC)
    assert {route.route: route.plane for route in plan.routes} == {READ.key: "rest", RPC.key: "java"}


def test_a_freeze() -> None:
    """In minutes of the day."""
    (freeze,) = _plan(
        f'{GROUP}[[canary.freeze]]\ndays = ["fri"]\nstart = "22:30"\nend = "24:00"\nreason = "r"\n'
    ).freeze
    assert (freeze.days, freeze.start_minute, freeze.end_minute) == ((Day.FRI,), 1350, 1440)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "canary.route: expected a group of routes to shift, got none; add a [[canary.route]]"),
        (
            GROUP.replace('"*"', '"PUT *"'),
            "canary.route all: expected a declared route, got none that 'PUT *' matches",
        ),
        (
            GROUP + '[[canary.plane]]\nname = "p"\nroutes = ["PUT *"]\n',
            "canary.plane: expected one that carries web GET /builds/{id}, got none that matches; name it in its routes",
        ),
        (
            GROUP + MODE_FILE,
            "canary.plane: expected one that carries web GET /builds/{id}, got none that matches; name it in its routes",
        ),
    ],
)
def test_a_mistake_is_one_line(text: str, expected: str) -> None:
    """Where the declared routes are known."""
    with pytest.raises(ShadowError) as raised:
        _plan(text)
    assert str(raised.value) == expected
