"""A plan: for each route its steps, in the order in which they are taken.

A journal keeps it, so it is made of texts and numbers alone.
"""

from msgspec import Struct

from crossfade.shadow.config.canary_settings import Day
from crossfade.shadow.config.canary_steps import GateKind, OnTimeout
from crossfade.shadow.routes.patterns import glob_matches


class Prove(Struct, frozen=True, tag="prove"):
    """Shadow: waits until the claim on the route is proven. Nothing leaves it without."""


class SetWeight(Struct, frozen=True, tag="setWeight"):
    """Sets the share of clients whose requests the candidate answers; done once it is read back."""

    pct: float


class Pause(Struct, frozen=True, tag="pause"):
    """Waits; without a duration until a person resumes."""

    duration_s: float | None = None


class Analysis(Struct, frozen=True, tag="analysis"):
    """Waits until the evidence allows the next step; after ``timeout_s`` a person decides."""

    min_requests: int = 0
    timeout_s: float = 86_400.0


class SetMirrorRoute(Struct, frozen=True, tag="setMirrorRoute"):
    """Sets the share that the other side gets as well."""

    percentage: float


class SetHeaderRoute(Struct, frozen=True, tag="setHeaderRoute"):
    """Gives requests with a header field to the candidate."""

    name: str
    value: str


class Gate(Struct, frozen=True, tag="gate"):
    """Waits until a person or a webhook opens it."""

    before_pct: float
    kind: GateKind = GateKind.MANUAL
    url: str = ""
    timeout_s: float = 86_400.0
    on_timeout: OnTimeout = OnTimeout.HOLD


class CrossRead(Struct, frozen=True, tag="crossRead"):
    """Waits until what the candidate wrote was read through legacy ``min_reads`` times, each time alike."""

    min_reads: int = 10


class Bake(Struct, frozen=True, tag="bake"):
    """The candidate answers all clients, legacy is shadowed."""

    duration_s: float


class Rampdown(Struct, frozen=True, tag="rampdown"):
    """Legacy is kept warm, nothing is compared."""

    duration_s: float


Step = Prove | SetWeight | Pause | Analysis | SetMirrorRoute | SetHeaderRoute | Gate | CrossRead | Bake | Rampdown


class RoutePlan(Struct, frozen=True, kw_only=True):
    """The steps of one route: ``Prove`` first, ``Bake`` and ``Rampdown`` last.

    ``route`` is its key: its name, behind that of its ``listener`` where it has one. ``error_budget`` is a share, 0 to
    1. ``mirror_pct`` is the share compared until a step sets another. ``is_compared``: its requests may be sent twice,
    so that legacy gets some that the candidate answered.
    """

    route: str
    group: str
    plane: str
    steps: tuple[Step, ...]
    error_budget: float
    mirror_pct: float
    latency_ratio: float | None = None
    warmup_s: float = 60.0
    is_compared: bool = True
    listener: str = ""

    def is_meant(self, glob: str) -> bool:
        """Whether a glob means this route."""
        return glob_matches(glob, self.route.removeprefix(f"{self.listener} "), self.listener)

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights of its steps, which grow."""
        return tuple(step.pct for step in self.steps if isinstance(step, SetWeight))


class Freeze(Struct, frozen=True, kw_only=True):
    """Minutes of the day (UTC) in which nothing moves on; an end that is not after the start is on the next day."""

    days: tuple[Day, ...]
    start_minute: int
    end_minute: int
    reason: str


class Plan(Struct, frozen=True, kw_only=True):
    """All routes, in the order of their names.

    ``false_rollback`` is how often a candidate within its budgets may be rolled back over the whole rollout, 0 to 1;
    ``confidence`` is how sure an analysis must be that it is. ``lease_s``: for so long a plane may fail to show the
    weight that was set.
    """

    service: str
    routes: tuple[RoutePlan, ...]
    freeze: tuple[Freeze, ...] = ()
    lease_s: float = 10.0
    false_rollback: float = 0.01
    confidence: float = 0.95

    def of(self, route: str) -> RoutePlan | None:
        """The plan of a route."""
        return next((plan for plan in self.routes if plan.route == route), None)
