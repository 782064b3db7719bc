"""What the tests keep between ticks."""

from msgspec import Struct

NO_EVIDENCE = -1e9
"""The logarithm of no evidence at all; a number that JSON can write."""


class Arms(Struct, frozen=True, kw_only=True):
    """Requests of both sides, and how many of them were bad: an error, or too slow."""

    candidate: int = 0
    candidate_bad: int = 0
    legacy: int = 0
    legacy_bad: int = 0

    def __add__(self, other: "Arms") -> "Arms":
        """Both together."""
        return Arms(
            candidate=self.candidate + other.candidate,
            candidate_bad=self.candidate_bad + other.candidate_bad,
            legacy=self.legacy + other.legacy,
            legacy_bad=self.legacy_bad + other.legacy_bad,
        )


class Detector(Struct, frozen=True, kw_only=True):
    """Log evidence of a fault for each alternative of the grid, and how many looks there were since the weight was set.

    It has been betting since each earlier moment at once, so that a fault that begins late is found soon.
    """

    log_wealth: tuple[float, ...] = ()
    looks: int = 0


class Measure(Struct, frozen=True, kw_only=True):
    """One measure of one route: errors, or slow answers.

    ``waiting`` are requests that are too few for a look, ``total`` all of the rollout, ``here`` those at the present
    weight, ``above`` the evidence of a fault, ``below`` the evidence that there is none at this weight. ``look`` is
    what the last tick added to ``above``, () if nothing that can be added to other routes. ``alone`` are requests since
    ``alone_since`` that wait for a look at a candidate which serves all clients.
    """

    waiting: Arms = Arms()
    total: Arms = Arms()
    here: Arms = Arms()
    above: Detector = Detector()
    below: Detector = Detector()
    look: tuple[float, ...] = ()
    alone: Arms = Arms()
    alone_since: float = 0.0


class RouteTally(Struct, frozen=True, kw_only=True):
    """The measures of one route.

    ``slow_from`` is the first bucket of durations that counts as slow, None until legacy has shown enough in
    ``legacy_latency``. ``warming`` are the candidate's answers while it warmed up, ``fallback`` requests that were the
    candidate's and that legacy answered, because the candidate took no connection; ``fallback_here`` those at the
    present weight.
    """

    errors: Measure = Measure()
    latency: Measure = Measure()
    legacy_latency: tuple[int, ...] = ()
    slow_from: int | None = None
    warming: int = 0
    fallback: int = 0
    fallback_here: int = 0
