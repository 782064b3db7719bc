"""What the controller sees on one tick. All that a decision depends on is in here, with the time."""

from enum import StrEnum

from msgspec import Struct

from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights

_PRECISION_PCT = 0.01


class Verb(StrEnum):
    """What a person asks for."""

    START = "start"
    PROMOTE = "promote"
    PROMOTE_FULL = "promote_full"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    RETRY = "retry"


class VerbRequest(Struct, frozen=True, kw_only=True):
    """A verb for the routes of a glob, by whom and why.

    ``step`` is the step at which the person saw a route: a verb that comes twice, or late, then does nothing twice.
    """

    verb: Verb
    routes: str
    actor: str
    reason: str = ""
    step: int | None = None


class PlaneReading(Struct, frozen=True, kw_only=True):
    """What a plane reads back: its weights, or why it has none to show."""

    name: str
    weights: Weights | None = None
    error: str = ""

    def shows(self, wanted: RouteWeight) -> bool:
        """Whether the right clients of the route get the candidate. A route that a plane does not know is legacy's."""
        if self.weights is None:
            return False
        found = self.weights.of(wanted.route)
        return abs(found.candidate_pct - wanted.candidate_pct) < _PRECISION_PCT and found.headers == wanted.headers


class Standing(Struct, frozen=True, kw_only=True):
    """How a route stands in the evidence: what the newest run proves of it.

    ``verdict`` is ``pass``, ``fail``, ``inconclusive``, or None where nothing is claimed. ``age_s`` is how old the
    evidence is. ``cross_reads`` are how often something that the candidate wrote was read through legacy too,
    ``cross_matched`` how often both answered alike.
    """

    route: str
    verdict: str | None
    reason: str = ""
    claim: str = ""
    open_findings: tuple[str, ...] = ()
    candidate_build: str = ""
    age_s: float = 0.0
    cross_reads: int = 0
    cross_matched: int = 0


class GateAnswer(Struct, frozen=True, kw_only=True):
    """What a webhook said of the gate at which a route waits."""

    route: str
    step: int
    is_open: bool
    detail: str = ""


class Reading(Struct, frozen=True, kw_only=True):
    """One tick. ``at`` is seconds since 1970. ``candidate_build`` is "" where nobody knows it.

    ``evidence_error`` tells why there is no evidence; then every analysis waits, and errors are still judged.
    """

    at: float
    planes: tuple[PlaneReading, ...] = ()
    served: tuple[ServedCounts, ...] = ()
    evidence: tuple[Standing, ...] = ()
    evidence_error: str = ""
    gates: tuple[GateAnswer, ...] = ()
    verbs: tuple[VerbRequest, ...] = ()
    legacy_up: bool = True
    candidate_up: bool = True
    candidate_build: str = ""

    def plane(self, name: str) -> PlaneReading:
        """What a plane reads back."""
        found = (plane for plane in self.planes if plane.name == name)
        return next(found, PlaneReading(name=name, error="it was not asked"))

    def standing(self, route: str) -> Standing | None:
        """How a route stands; None where the evidence has nothing of it."""
        return next((standing for standing in self.evidence if standing.route == route), None)
