"""Routes as short as they can be told apart."""

import pytest

from crossfade.reports.route_names import common_package, is_grpc, without_package


@pytest.mark.parametrize(
    ("routes", "package"),
    [
        (["ci.v1.A/Get", "ci.v1.B/Get", "GET /ci.v2.A/Get"], "ci.v1."),
        (["internal ci.v1.A/Get", "public ci.v1.A/Get", "GET /a"], "ci.v1."),
        (["ci.v1.A/Get", "ci.v2.A/Get"], ""),
        (["ci.v1.A/Get", "A/Get"], ""),
        (["GET /a.b/c", "(other)"], ""),
        (["A/Get"], ""),
        ([], ""),
    ],
)
def test_common_package(routes: list[str], package: str) -> None:
    """A package is left out only where all gRPC routes have the same one."""
    assert common_package(routes) == package


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("p.S/Get", True),
        ("internal p.S/Get", True),
        ("GET /a", False),
        ("internal GET /a/b", False),
        ("(other)", False),
        ("internal (other)", False),
        ("/a/b", False),
    ],
)
def test_is_grpc(route: str, expected: bool) -> None:
    """A gRPC route is a service and a method."""
    assert is_grpc(route) is expected


def test_without_package() -> None:
    """The name of a port stays."""
    routes = ("ci.v1.A/Get", "internal ci.v1.A/Get", "GET /ci.v1.A", "(other)")
    assert [without_package(route, "ci.v1.") for route in routes] == [
        "A/Get",
        "internal A/Get",
        "GET /ci.v1.A",
        "(other)",
    ]
