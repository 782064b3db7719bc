"""Routes as short as they can be told apart. Pure."""

from collections.abc import Iterable


def common_package(routes: Iterable[str]) -> str:
    """The one package of all gRPC routes with its last dot (``ci.builds.v1.``), "" where they have several or none."""
    packages = {route.rpartition("/")[0].rpartition(".")[0] for route in routes if is_grpc(route)}
    return f"{packages.pop()}." if len(packages) == 1 and "" not in packages else ""


def is_grpc(route: str) -> bool:
    """Whether a route is ``package.Service/Method``, not ``GET /path`` nor ``(other)``."""
    return "/" in route and " " not in route and not route.startswith(("/", "("))
