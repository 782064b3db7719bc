"""Every request belongs to exactly one route, and there are only so many."""

import pytest

from crossfade.shadow.exchange import Protocol
from crossfade.shadow.mirror.routes import OTHER, RouteTable

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
