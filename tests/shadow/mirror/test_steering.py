"""Who answers a request: by weights, from its head alone, and legacy in every doubt."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import CallType, Method
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config.canary_settings import CanarySettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror import steering as module
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.mirror.steering import Declared, Steering
from crossfade.shadow.routes.patterns import Pattern
from crossfade.shadow.routes.templates import Templates
from crossfade.shadow.serving.lease import NONE, StaleError
from crossfade.shadow.serving.weights import LEGACYS, HeaderMatch, RouteWeight, Weights

METHOD = Method(
    full_name="p.S/Get",
    input_type="p.In",
    output_type="p.Out",
    call_type=CallType.UNARY,
    safe=True,
    idempotent=True,
    http="",
)
DECLARED = Declared(
    service="builds",
    listeners=("web", "internal"),
    templates=("GET /a/{id}", "GET /a/me", "POST /a"),
    methods={"p.S/Get": METHOD},
)
USER = ("x-user", "ann")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def steering(*, clock: Any = None, kept: Weights = NONE, **settings: Any) -> Steering:
    """Steering whose clients are known by x-user."""
    canary = CanarySettings(**{"key": ("header:x-user",), **settings})
    return Steering(canary, declared=DECLARED, tally=ServedTally("e"), kept=kept, clock=clock or Clock())


def weight(route: str, pct: float = 100.0, **more: Any) -> RouteWeight:
    """A route's weight."""
    return RouteWeight(route=route, candidate_pct=pct, **{"stage": Stage.CANARY, **more})


def weights(*routes: RouteWeight, generation: int = 1) -> Weights:
    """Weights that hold for ten seconds."""
    return Weights(generation=generation, lease_s=10.0, routes=routes)


def head(name: str, *headers: tuple[str, str], listener: str = "web") -> RequestHead:
    """``METHOD target`` of HTTP, or ``package.Service/Method`` of gRPC."""
    is_grpc = " " not in name
    method, _, target = ("POST", "", f"/{name}") if is_grpc else name.partition(" ")
    fields: Headers = headers
    return RequestHead(
        id="1",
        listener=listener,
        protocol=Protocol.GRPC if is_grpc else Protocol.HTTP,
        method=method,
        target=target,
        headers=fields,
        at=0.0,
        peer="10.0.0.7",
    )


def test_without_weights_all_is_legacys() -> None:
    assert steering().choose(head("GET /a/1", USER)) is LEGACYS


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("GET /a/1", Served.CANDIDATE),
        ("GET /a/1?page=2", Served.CANDIDATE),
        ("HEAD /a/1", Served.CANDIDATE),
        ("p.S/Get", Served.CANDIDATE),
        ("GET /a/me", Served.LEGACY),  # another route
        ("GET /a/1/b", Served.LEGACY),
        ("GET /a/1%2Fb", Served.LEGACY),  # a server may read it as /a/1/b
        ("GET /a/%6De", Served.LEGACY),  # or as /a/me
        ("GET /a/1/../../b", Served.LEGACY),
        ("GET /a/1?_method=DELETE", Served.LEGACY),
        ("DELETE /a/1", Served.LEGACY),
        ("POST /a", Served.LEGACY),
        ("p.S/Other", Served.LEGACY),
        ("CONNECT /a/1", Served.LEGACY),
    ],
)
def test_only_what_is_the_route_in_every_way_to_read_it(name: str, served: Served) -> None:
    """Any other request is legacy's, at 100 % as well."""
    found = steering()
    found.set(weights(weight("GET /a/{id}"), weight("p.S/Get")))
    assert found.choose(head(name, USER)).served is served


@pytest.mark.parametrize(
    "field",
    [
        ("Upgrade", "websocket"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Original-URL", "/a/me"),
        ("x-crossfade-role", "shadow"),
    ],
)
def test_a_field_that_makes_it_another_request(field: tuple[str, str]) -> None:
    """An upgrade, another method or path, or a copy: legacy's."""
    found = steering()
    found.set(weights(weight("GET /a/{id}")))
    assert found.choose(head("GET /a/1", USER, field)).served is Served.LEGACY


def test_a_weight_of_one_port() -> None:
    """It is for that port alone, and goes before one for all ports."""
    found = steering()
    found.set(weights(weight("internal GET /a/{id}"), weight("GET /a/{id}", 0.0)))
    assert found.choose(head("GET /a/1", USER, listener="internal")).served is Served.CANDIDATE
    assert found.choose(head("GET /a/1", USER)).served is Served.LEGACY
    assert found.choose(head("GET /a/1", USER, listener="internal")).route == "internal GET /a/{id}"


@given(user=st.text(min_size=1), low=st.floats(0, 100), high=st.floats(0, 100))
def test_who_is_in_stays_in(user: str, low: float, high: float) -> None:
    """At a higher weight, on each route and in each process."""
    low, high = min(low, high), max(low, high)
    one, other = steering(), steering()
    one.set(weights(weight("GET /a/{id}", low)))
    other.set(weights(weight("p.S/Get", high)))
    before = one.choose(head("GET /a/1", ("x-user", user))).served
    after = other.choose(head("p.S/Get", ("x-user", user))).served
    assert not (before is Served.CANDIDATE and after is Served.LEGACY)


def test_a_client_without_a_key() -> None:
    """It could not stay at a side, so it is legacy's until nobody is."""
    found = steering()
    found.set(weights(weight("GET /a/{id}", 99.99)))
    assert found.choose(head("GET /a/1")).served is Served.LEGACY
    found.set(weights(weight("GET /a/{id}"), generation=2))
    assert found.choose(head("GET /a/1")).served is Served.CANDIDATE


def test_a_tester_chooses_a_side() -> None:
    """By the configured field, on routes with a weight; it counts as forced. Another value means nothing."""
    found = steering(tester_header="x-side")
    found.set(weights(weight("GET /a/{id}", 0.0)))
    asked = [found.choose(head("GET /a/1", USER, ("X-Side", value))) for value in ("candidate", "legacy", "java")]
    assert [(choice.served.value, choice.forced) for choice in asked] == [
        ("candidate", True),
        ("legacy", True),
        ("legacy", False),
    ]
    assert found.choose(head("GET /b", USER, ("x-side", "candidate"))).served is Served.LEGACY


def test_a_header_route() -> None:
    """The exact value, the name in any letter case; without the plan's step the field means nothing."""
    found = steering()
    found.set(weights(weight("GET /a/{id}", 0.0, headers=(HeaderMatch(name="X-Beta", value="on"),))))
    values = {value: found.choose(head("GET /a/1", USER, ("x-beta", value))) for value in ("on", "ON", "")}
    assert {value: choice.served is Served.CANDIDATE for value, choice in values.items()} == {
        "on": True,
        "ON": False,
        "": False,
    }


@pytest.mark.parametrize(
    ("pct", "mirror_pct", "stage", "expected"),
    [
        (0.0, 60.0, Stage.CANARY, 60.0),
        (100.0, 60.0, Stage.CANARY, 20.0),
        (100.0, 10.0, Stage.LIVE, 10.0),
        (100.0, 60.0, Stage.RAMPDOWN, 0.0),
    ],
)
def test_the_share_that_the_other_side_gets(pct: float, mirror_pct: float, stage: Stage, expected: float) -> None:
    """Of what the candidate answers at most ``compare_pct``, and nothing once legacy may be gone."""
    found = steering()
    found.set(weights(weight("GET /a/{id}", pct, mirror_pct=mirror_pct, stage=stage)))
    assert found.choose(head("GET /a/1", USER)).mirror_pct == expected


def test_a_silent_controller() -> None:
    """Its clients are legacy's again when the lease ends, but for routes that need no controller."""
    clock = Clock()
    found = steering(clock=clock)
    found.set(weights(weight("GET /a/{id}"), weight("p.S/Get", stage=Stage.COMPLETE)))
    clock.now = 9.9
    assert found.choose(head("GET /a/1", USER)).served is Served.CANDIDATE
    clock.now = 10.0
    assert found.choose(head("GET /a/1", USER)).served is Served.LEGACY
    assert found.choose(head("p.S/Get", USER)).served is Served.CANDIDATE
    assert found.lease_remaining_s() == 0.0
    with pytest.raises(StaleError):
        found.renew(1)


def test_after_a_restart_a_complete_route_is_the_candidates() -> None:
    found = steering(kept=weights(weight("GET /a/{id}"), weight("p.S/Get", stage=Stage.COMPLETE)))
    assert found.choose(head("GET /a/1", USER)).served is Served.LEGACY
    assert found.choose(head("p.S/Get", USER)).served is Served.CANDIDATE


@pytest.mark.parametrize("route", ["GET /b", "other GET /a/{id}", "GET /*", "p.S/Other"])
def test_a_route_that_is_not_declared_has_no_weight(route: str) -> None:
    """All is as it was."""
    found = steering()
    with pytest.raises(ShadowError, match=r"expected a route of \[routes\] http or a method of the contract"):
        found.set(weights(weight(route)))
    assert found.weights() == NONE


@pytest.mark.parametrize("again", ["GET /a/{id}", "GET /a/{name}"])
def test_a_route_has_one_weight(again: str) -> None:
    """Whatever its parameters are called."""
    with pytest.raises(ShadowError, match="got two for 'GET /a/"):
        steering().set(weights(weight("GET /a/{id}"), weight(again, 0.0)))


def test_no_client_waits_for_the_patterns_of_other_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is made for the first request of its route, and stays when weights change."""
    made: list[str] = []

    def pattern(route: str, shields: Templates) -> Pattern:
        made.append(route)
        return Pattern(route, shields)

    monkeypatch.setattr(module, "Pattern", pattern)
    found = steering()
    for pct in (50.0, 100.0):
        found.set(weights(weight("GET /a/{id}", pct), weight("POST /a", pct), weight("p.S/Get", pct)))
        found.choose(head("POST /a", USER))
    assert made == ["POST /a"]
    assert found.choose(head("POST /a", USER)).served is Served.CANDIDATE


def test_the_stage_of_a_route() -> None:
    """As its weight has it, by whatever names its parameters have; without a weight it is a shadow's."""
    info = RouteInfo(route="GET /a/{key}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    found = steering()
    assert found.stage(info) is Stage.SHADOW
    found.set(weights(weight("GET /a/{id}", stage=Stage.LIVE)))
    assert found.stage(info) is Stage.LIVE
    found.set(weights(weight("internal GET /a/{id}", stage=Stage.LIVE), generation=2))
    assert found.stage(info) is Stage.SHADOW
