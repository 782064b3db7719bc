"""What the controller shows and takes: the documents of its API. Weights in it are those that planes read back."""

from msgspec import Struct

from crossfade.shadow.canary.reading import Verb, VerbRequest

SCHEMA_VERSION = 1
VERBS = tuple(verb for verb in Verb if verb is not Verb.START)
"""What may be asked of a controller that runs."""


class SideStatus(Struct, frozen=True, kw_only=True):
    """What one side served since the weight was set."""

    requests: int = 0
    errors: int = 0


class RouteStatus(Struct, frozen=True, kw_only=True):
    """One route. ``step`` counts from 1 and is 0 before the first; ``weight_pct`` is None where no plane tells.

    ``wanted_pct`` is the weight that the controller has asked for. ``verdict``, ``reason`` and ``claim`` are those of
    the evidence. ``waits_for`` is one phrase; ``hours_to_go`` is None where nobody can tell. Times are in seconds since
    the epoch.
    """

    route: str
    group: str
    plane: str
    stage: str
    phase: str
    outcome: str | None
    step: int
    steps: int
    step_text: str
    since: float
    weight_pct: float | None
    wanted_pct: float
    legacy: SideStatus = SideStatus()
    candidate: SideStatus = SideStatus()
    verdict: str = ""
    reason: str = ""
    claim: str = ""
    findings: tuple[str, ...] = ()
    why: str = ""
    waits_for: str = ""
    hours_to_go: float | None = None


class PlaneStatus(Struct, frozen=True, kw_only=True):
    """One data plane; ``problem`` is "" while it reads back what was set."""

    name: str
    problem: str = ""


class Status(Struct, frozen=True, kw_only=True):
    """The whole rollout. ``evidence_age_s`` is None before evidence was read; ``frozen`` says why nothing moves."""

    service: str
    at: float
    pid: int
    lease_s: float
    planes: tuple[PlaneStatus, ...]
    routes: tuple[RouteStatus, ...]
    evidence_age_s: float | None = None
    evidence_problem: str = ""
    journal_problem: str = ""
    frozen: str = ""
    schema_version: int = SCHEMA_VERSION


class Order(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a verb: which routes, who asks, and why. ``step`` is that of ``VerbRequest``."""

    actor: str
    reason: str = ""
    routes: str = "*"
    step: int | None = None

    def request(self, verb: Verb) -> VerbRequest:
        """As the controller decides on it."""
        return VerbRequest(verb=verb, routes=self.routes, actor=self.actor, reason=self.reason, step=self.step)


class Done(Struct, frozen=True, kw_only=True):
    """What came of a verb: the routes that it matched, as they are after it; ``unchanged`` tells what it did not do."""

    routes: tuple[RouteStatus, ...]
    unchanged: tuple[str, ...] = ()
