"""The weights of one data plane, and how long they hold without their controller: a dead man's switch. Pure."""

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.serving.weights import Weights

NONE = Weights(generation=0, lease_s=0.0)
"""What a plane has before anybody set something: all is legacy's."""


class StaleError(ShadowError):
    """Who sets or renews weights does not know the present ones."""


class Lease:
    """Weights, with the moment at which most of them end; ``now`` is seconds of any clock that never goes back.

    What remains at the end, and after a restart, is ``Weights.without_lease``.
    """

    def __init__(self, kept: Weights = NONE) -> None:
        """``kept`` are weights of an earlier process: it is not known how long ago their controller was there."""
        self._weights = kept.without_lease()
        self._ends: float | None = None

    def weights(self, now: float) -> Weights:
        """What holds now."""
        if self._ends is not None and now >= self._ends:
            self._weights = self._weights.without_lease()
            self._ends = None
        return self._weights

    def is_held(self, now: float) -> bool:
        """Whether a controller is heard of."""
        return self.remaining_s(now) > 0

    def remaining_s(self, now: float) -> float:
        """How long the weights still hold without their controller; 0 where none is heard of."""
        return 0.0 if self._ends is None else max(0.0, self._ends - now)

    def set(self, weights: Weights, now: float) -> None:
        """Replaces the weights, and begins their lease. Raises: StaleError: the present ones are newer."""
        if weights.generation < self._weights.generation:
            raise StaleError(
                f"weights: expected a generation of at least {self._weights.generation}, got {weights.generation}; "
                "read the present weights first"
            )
        self._weights = weights
        self._ends = now + weights.lease_s

    def renew(self, generation: int, now: float) -> None:
        """Begins the lease anew. Raises: StaleError: these weights hold no longer, or never did."""
        present = self.weights(now)
        if generation != present.generation:
            raise StaleError(f"weights: expected generation {present.generation}, got {generation}; read them first")
        if self._ends is None:
            raise StaleError("weights: expected a lease that holds, got one that has ended; set the weights again")
        self._ends = now + present.lease_s
