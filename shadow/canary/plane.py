"""The seam between the controller and what carries the weights: an engine, a generated service, a Kubernetes route.

Another data plane is a module in ``planes``, a line in its list, and a kind in ``[[canary.plane]]``.
"""

from typing import Protocol as Interface

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights


class PlaneError(ShadowError):
    """A data plane can't be reached, refused the weights, or read back others. Its text names the plane."""


class DataPlane(Interface):
    """Carries the weights of some routes. All calls end within the plane's own timeout."""

    name: str

    def carries(self, route: str) -> bool:
        """Whether this plane has the weight of the route: exactly one does."""

    async def set(self, weights: Weights) -> None:
        """Asks for these weights, and renews the lease. Raises: PlaneError: they were refused, or nobody answered."""

    async def read(self) -> Weights:
        """What clients are served by now. Raises: PlaneError: nobody answered, or its instances have not the same."""

    async def renew(self, generation: int) -> None:
        """Tells that the controller lives. Raises: PlaneError: nobody answered, or it has another generation."""

    async def counts(self) -> tuple[ServedCounts, ...]:
        """What was served, one for each process; () where the plane can't tell. Raises: PlaneError."""

    async def close(self) -> None:
        """Closes the connections."""
