"""Routes as short as they can be told apart."""

import pytest

from crossfade.reports.names import common_package, is_grpc


@pytest.mark.parametrize(
    ("routes", "package"),
    [
        (["ci.v1.A/Get", "ci.v1.B/Get", "GET /ci.v2.A/Get"], "ci.v1."),
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
    ("route", "expected"), [("p.S/Get", True), ("GET /a", False), ("(other)", False), ("/a/b", False)]
)
def test_is_grpc(route: str, expected: bool) -> None:
    """A gRPC route is a service and a method."""
    assert is_grpc(route) is expected
