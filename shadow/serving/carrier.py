"""The seam between what carries the weights in a process and the endpoints by which a controller sets them."""

from typing import Protocol as Interface

from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights


class Carrier(Interface):
    """What has the weights of this process; no call blocks."""

    def weights(self) -> Weights:
        """What clients are served by now."""

    def set(self, weights: Weights) -> None:
        """From the next request on. Raises: StaleError: the present ones are newer; ShadowError: no such route."""

    def renew(self, generation: int) -> None:
        """Tells that the controller lives. Raises: StaleError: these weights hold no longer, or never did."""

    def lease_remaining_s(self) -> float:
        """How long the weights still hold without the controller."""

    def served(self) -> ServedCounts:
        """What was served so far."""
