"""[canary]: how real traffic is shifted, route by route. The text below a key is its meaning in the reference."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from crossfade.shadow.config.canary_steps import CanaryGate, Seconds, Step, default_steps
from crossfade.shadow.config.field import (
    check_backend,
    check_field_name,
    check_session_key,
    check_time_of_day,
    check_variable,
)
from crossfade.shadow.config.section import Address, Glob, Name, Pct, Section, TextPath, Url, shown

SessionKey = Annotated[str, AfterValidator(check_session_key), shown("session key")]
Variable = Annotated[str, AfterValidator(check_variable), shown("variable")]
Backend = Annotated[str, AfterValidator(check_backend), shown("name:port")]
TimeOfDay = Annotated[str, AfterValidator(check_time_of_day), shown("HH:MM")]


class Day(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class PlaneKind(StrEnum):
    """What carries the weights."""

    ENGINE = "engine"
    MODE_FILE = "mode_file"
    GATEWAY = "gateway"


class NotifyForm(StrEnum):
    """How a notification is written."""

    SLACK = "slack"
    CLOUDEVENTS = "cloudevents"


class CanaryRoute(Section):
    """[[canary.route]]: a group of routes that move together."""

    name: Name
    """The group's name, unique in the file."""
    routes: tuple[Glob, ...] = Field(strict=False, min_length=1)
    """The routes: declared templates and gRPC methods that match. Each moves on by itself; the first group that matches
    has the route."""
    steps: tuple[Step, ...] = Field(default_factory=default_steps, strict=False, min_length=1)
    """The steps. By default 1, 5, 25, 50 and 100 %, with an analysis after each."""
    error_budget_pct: Pct = Field(default=0.5, gt=0)
    """The share of the candidate's answers that may be errors above legacy's own."""
    latency_ratio: float | None = Field(default=None, gt=1)
    """How much higher than legacy's the candidate's 99th percentile may be. Without it latency is shown, not judged."""
    bake_s: Seconds = 3600
    """How long the candidate serves all clients, with legacy shadowed, before `rampdown`."""
    rampdown_s: Seconds = 0
    """How long legacy is kept warm after that, without comparisons."""
    warmup_s: Seconds = 60
    """For so long after the candidate starts, or gets its first requests of the route, latency is shown apart and not
    judged: a JVM that compiles is slow."""
    cross_read: bool = False
    """Before a route that writes goes to `live`, what the candidate wrote must have been read through legacy."""
    stateless_reason: Name | None = None
    """Why clients lose nothing when they move, although each side has a store of its own: the routes keep no state.
    Required unless `service.state` is `shared`."""
    gate: tuple[CanaryGate, ...] = Field(default=(), strict=False)


class Freeze(Section):
    """[[canary.freeze]]: when nothing moves on. Going back is always allowed."""

    days: tuple[Annotated[Day, Field(strict=False)], ...] = Field(default=(), strict=False)
    """Days of the week on which it holds; all without any."""
    start: TimeOfDay = "00:00"
    """When it begins, in UTC."""
    end: TimeOfDay = "24:00"
    """When it ends, in UTC. An end before the start is on the next day."""
    reason: Name
    """Why."""


class PlaneSettings(Section):
    """[[canary.plane]]: what carries the weights of which routes; the first that matches. Without any: the engine."""

    name: Name
    """The plane's name, unique in the file."""
    kind: Annotated[PlaneKind, Field(strict=False)] = PlaneKind.ENGINE
    """What it is."""
    routes: tuple[Glob, ...] = Field(default=("*",), strict=False)
    """The routes whose weights it carries."""
    engines: tuple[Url, ...] = Field(default=(), strict=False)
    """The admin endpoints of the processes that run the engine, each by an address of its own, with `engine`. Without
    any: `[admin] address`."""
    file: TextPath | None = None
    """The mode file, with `mode_file`."""
    read_back: tuple[Url, ...] = Field(default=(), strict=False)
    """Where the pods of the generated service show the modes that they use, with `mode_file`."""
    kubeconfig: TextPath | None = None
    """How the API server is reached, with `gateway`. Without it: by the pod's own service account."""
    namespace: Name | None = None
    """The namespace of the routes, with `gateway`."""
    gateway: Name | None = None
    """The Gateway that the routes belong to, with `gateway`: its name, or `namespace/name`."""
    hostnames: tuple[Name, ...] = Field(default=(), strict=False)
    """The host names of the routes, with `gateway`; all of the Gateway's without any."""
    legacy: Backend | None = None
    """The Service that answers as legacy, `name:port`, with `gateway`: crossfade's own, which mirrors and compares."""
    candidate: Backend | None = None
    """The Service of the candidate, `name:port`, with `gateway`."""
    warm_other_side: bool = False
    """With `gateway`: whether the side that does not answer gets copies of safe requests. The Gateway drops its
    answers, so this is load and no evidence."""
    timeout_s: float = Field(default=2.0, gt=0, le=60)
    """How long one request to the plane may take."""


class NotifySettings(Section):
    """[[canary.notify]]: who is told of steps, rollbacks, gates and new findings."""

    url: str | None = None
    """Where notifications are posted."""
    url_env: Variable | None = None
    """The environment variable that holds the address, where that is a secret."""
    form: Annotated[NotifyForm, Field(strict=False)] = NotifyForm.SLACK
    """How they are written."""

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("expected url or url_env; name one")
        return self


class CanarySettings(Section):
    """[canary]: who is moved, how fast, and what is watched. Without a `[[canary.route]]` nothing ever moves."""

    key: tuple[SessionKey, ...] = Field(default=(), strict=False)
    """By what a client is known, so that it stays on its side; the first that its request has: `header:NAME` (also gRPC
    metadata), `cookie:NAME`, `peer`. A request without any is legacy's until the weight is 100."""
    tester_header: Annotated[str, AfterValidator(check_field_name)] | None = None
    """A header field by which a tester chooses a side: its value is `legacy` or `candidate`."""
    lease_s: float = Field(default=10.0, ge=1, le=3600)
    """How long a data plane keeps its weights without hearing of the controller. Then legacy answers all clients, but
    for routes that are complete."""
    tick_ms: int = Field(default=1000, ge=50, le=60_000)
    """How often the controller looks."""
    compare_pct: Pct = 20.0
    """The share of safe requests which the candidate answered that legacy gets as well, so that both are compared."""
    false_rollback_pct: float = Field(default=1.0, gt=0, lt=50)
    """How often a candidate within its budgets is rolled back by chance, over a whole rollout."""
    address: Address | None = None
    """Where `crossfade canary start` serves its API."""
    token_env: Variable = "CROSSFADE_CANARY_TOKEN"  # noqa: S105 - the name of a variable
    """The environment variable with the token of the API and of the engine's weights."""
    route: tuple[CanaryRoute, ...] = Field(default=(), strict=False)
    freeze: tuple[Freeze, ...] = Field(default=(), strict=False)
    plane: tuple[PlaneSettings, ...] = Field(default=(), strict=False)
    notify: tuple[NotifySettings, ...] = Field(default=(), strict=False)
