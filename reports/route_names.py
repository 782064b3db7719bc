"""Route names without their common package. Pure."""

from collections.abc import Iterable


def common_package(routes: Iterable[str]) -> str:
    """The one package of all gRPC routes with its last dot (``ci.builds.v1.``), "" where they have several or none."""
    methods = (route.rpartition(" ")[2] for route in routes if is_grpc(route))
    packages = {method.rpartition("/")[0].rpartition(".")[0] for method in methods}
    return f"{packages.pop()}." if len(packages) == 1 and "" not in packages else ""


def without_package(route: str, package: str) -> str:
    """A route without that package; the name of its port stays in front."""
    port, blank, method = route.rpartition(" ")
    return f"{port}{blank}{method.removeprefix(package)}"


def is_grpc(route: str) -> bool:
    """Whether a route is ``package.Service/Method``, on whatever port, not ``GET /path`` nor ``(other)``."""
    method = route.rpartition(" ")[2]
    return "/" in method and not method.startswith(("/", "("))
