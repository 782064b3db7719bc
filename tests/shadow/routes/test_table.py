"""Every request belongs to exactly one route, and there are only so many."""

import pytest

from crossfade.codegen.contract import CallType, Method
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.route import OTHER
from crossfade.shadow.routes.table import RouteTable

TEMPLATES = ("GET /builds/{id}", "GET /builds/latest", "GET /projects/{project}/stats", "POST /builds", "GET /")


def _http(method: str, target: str, *, max_inferred: int = 10) -> str:
    return RouteTable(TEMPLATES, max_inferred, {}).resolve(Protocol.HTTP, method, target).route


@pytest.mark.parametrize(
    ("method", "target", "route"),
    [
        ("GET", "/builds/b-17", "GET /builds/{id}"),
        ("GET", "/builds/latest?x=1", "GET /builds/latest"),
        ("GET", "/builds/a%2Fb", "GET /builds/{id}"),
        ("GET", "http://host/builds/7", "GET /builds/{id}"),
        ("HEAD", "/builds/7", "HEAD /builds/{id}"),
        ("POST", "/builds", "POST /builds"),
        ("GET", "/", "GET /"),
        ("GET", "/users/1234/orders", "GET /users/{id}/orders"),
        ("GET", "/files/3f2a9c1e-0b1d-4a6e-9f1c-2b7d8e9f0a1b", "GET /files/{id}"),
        ("GET", "/builds/", "GET /builds/"),
        ("GET", "/" + "a/" * 100, OTHER),
        ("GET", "/\x00\xff%zz", "GET /{id}"),
    ],
)
def test_http(method: str, target: str, route: str) -> None:
    """Templates first, literal parts before parameters; what looks like a value is inferred as a parameter."""
    assert _http(method, target) == route


def test_inferred_routes_are_capped() -> None:
    """Past the cap, what no template matches is one route."""
    table = RouteTable(TEMPLATES, 2, {})
    routes = [table.resolve(Protocol.HTTP, "GET", f"/{name}").route for name in ("a", "b", "c", "a")]
    assert routes == ["GET /a", "GET /b", OTHER, "GET /a"]


def test_unknown_grpc_methods_are_capped_too() -> None:
    """A scanner that invents method names can't grow the table."""
    table = RouteTable((), 1, {})
    routes = [table.resolve(Protocol.GRPC, "POST", f"/p.S/{name}") for name in ("A", "B")]
    assert [route.route for route in routes] == ["p.S/A", OTHER]
    assert routes[0].call_type == "unknown"


def test_what_rules_speak_of_does_not_become_other() -> None:
    """Past the cap it is counted under the glob that speaks of it, claims first; HEAD is another route."""
    table = RouteTable(TEMPLATES, 0, {}, ("web GET /jobs/{id}", "GET /users/*", "GET *", "p.S/*"))
    expected = {
        "GET /users/anna": "GET /users/*",
        "GET /jobs/7": "GET /jobs/{id}",
        "GET /else": "GET *",
        "HEAD /users/anna": OTHER,
        "GET /" + "a/" * 100: "GET *",
        "GET /builds/7": "GET /builds/{id}",
    }
    found = {name: table.resolve(Protocol.HTTP, *name.split(" "), "web").route for name in expected}
    assert found == expected
    assert table.resolve(Protocol.GRPC, "POST", "/p.S/None", "web").route == "p.S/*"


def test_a_scan_of_one_port_takes_no_place_on_another() -> None:
    """Each port has a cap of its own, and routes of one name are two."""
    table = RouteTable((), 1, {})
    routes = [table.resolve(Protocol.HTTP, "GET", f"/{name}", port) for name in "ab" for port in ("web", "internal")]
    assert [route.key for route in routes] == ["web GET /a", "internal GET /a", f"web {OTHER}", f"internal {OTHER}"]


def test_a_name_that_is_very_long_gets_no_place() -> None:
    """What a stranger invents is not kept in its length."""
    assert RouteTable((), 9, {}).resolve(Protocol.GRPC, "POST", "/p.S/" + "x" * 5000).route == OTHER


@pytest.mark.parametrize("method", ["web GET", "GET /a", "GE\nT", " ", ""])
def test_a_method_that_is_no_token_gives_no_name(method: str) -> None:
    """HTTP/2 carries any text as a method; one with a blank would be named as a route of another port."""
    assert _http(method, "/builds/7") == OTHER


def test_grpc_by_its_exact_path() -> None:
    """Another spelling is no method, and none is called as a route of HTTP."""
    method = Method(
        full_name="p.S/Get",
        input_type="p.In",
        output_type="p.Out",
        call_type=CallType.UNARY,
        safe=True,
        idempotent=True,
        http="",
    )
    table = RouteTable((), 9, {"p.S/Get": method})
    found = [table.resolve(Protocol.GRPC, "POST", target) for target in ("/p.S/Get", "//p.S/Get", "/p.S/Get?x")]
    assert [(route.route, route.call_type) for route in found] == [
        ("p.S/Get", "unary"),
        (OTHER, "unknown"),
        (OTHER, "unknown"),
    ]
    assert table.resolve(Protocol.GRPC, "POST", "/GET /a").route == OTHER
