"""The report: a versioned record of one run, from which every format is made."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from crossfade.reports.visible import encodable
from crossfade.shadow.evidence.claims import Verdict

SCHEMA_VERSION = 1

Text = Annotated[str, AfterValidator(encodable)]
"""What came from traffic or a person: lone surrogates in it are escaped, so that every format can be written."""


class Record(BaseModel):
    """Frozen, and with no key that the schema does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Builds(Record):
    """What the two sides were built from."""

    legacy: Text
    """The name of the legacy build; `unknown` if the config names none."""
    candidate: Text
    """The name of the candidate build; `unknown` if neither the config nor a service names it."""


class Divergence(Record):
    """The rate of divergent among distinct requests, 0 to 1; ``point`` is null without data."""

    point: float | None
    """k / n; null without data."""
    lower: float
    """The lower bound of the rate."""
    upper: float
    """The upper bound of the rate; a claim passes where it is below the budget."""
    confidence: float
    """The confidence of both bounds, 0 to 1."""
    method: str
    """How the bounds were computed."""


class Quantiles(Record):
    """Null where nothing was measured."""

    p50: float | None
    """The median."""
    p95: float | None
    """95 % are at most this."""
    p99: float | None
    """99 % are at most this."""


class Latency(Record):
    """Milliseconds of each side on the same requests, and the quantiles of candidate divided by legacy."""

    legacy: Quantiles
    """Latency of legacy's answers."""
    candidate: Quantiles
    """Latency of the candidate's answers."""
    paired_ratio: Quantiles
    """Candidate divided by legacy, request by request."""


class Route(Record):
    """One route: all outcomes, what is claimed of it, and whether that holds.

    ``route`` is its name, behind that of its port where several ports carry one of that name.
    ``total`` entered; ``eligible`` were not skipped; ``distinct`` is n and ``divergent`` is k of the bounds.
    """

    route: Text
    """Its name, with the port's name in front if several ports carry a route of that name."""
    protocol: Literal["http", "grpc"]
    """How clients call it."""
    call_type: str
    """`unary`, `server_stream`, `client_stream`, `bidi` or `unknown`."""
    stage: str
    """The stage of the migration."""
    claimed: bool
    """Whether `[gate] routes` claims it."""
    outcomes: dict[str, int]
    """Requests by outcome."""
    reasons: dict[str, int]
    """Requests by reason."""
    total: int
    """Requests that entered."""
    in_flight: int
    """Requests without an outcome yet."""
    eligible: int
    """Requests that were not skipped."""
    compared_pct: float
    """The share of the eligible requests that was compared."""
    distinct: int
    """n: distinct requests that were compared."""
    divergent: int
    """k: those of them that diverged."""
    divergence: Divergence
    """The rate and its bounds."""
    latency_ms: Latency
    """In comparisons that have both answers."""
    verdict: Verdict | None
    """Null if the route is not claimed."""
    reason: Text
    """Why the verdict is not `pass`, or why nothing is claimed."""


class Cause(Record):
    """An entry of the pitfall catalogue that explains a difference."""

    id: str
    """The catalogue's id, such as `B11`."""
    title: str
    """What differs between the languages."""
    confidence: float
    """0 to 1."""
    explanation: str
    """Why Python and Java differ here."""
    java_fix: str
    """What to write in Java."""


class Example(Record):
    """One request on which the sides differ; values as text, redacted.

    ``repro`` is a command line for the side that ``$ADDRESS`` names, the others are for one side each; "" where it is
    not known to which port the client spoke.
    """

    comparison_id: str
    """The id of the request, also in `x-crossfade-id` and in a recording."""
    path: Text
    """The concrete path, with indexes."""
    legacy: Text
    """Legacy's value as text."""
    candidate: Text
    """The candidate's value as text."""
    repro: Text
    """A command line for the side that `$ADDRESS` names."""
    repro_legacy: Text = ""
    """The same for legacy; empty if the client's port is not known."""
    repro_candidate: Text = ""
    """The same for the candidate, with the header fields that it gets under the current config."""


class Cluster(Record):
    """Differences with one fingerprint. ``rate`` is the share of the route's compared requests. Times: RFC 3339."""

    id: str
    """12 hex digits, the same in every run."""
    route: Text
    """As in `routes`."""
    path: Text
    """The path with `*` for indexes and values."""
    kind: str
    """A kind of difference."""
    cause: Cause | None
    """Null if none is certain."""
    count: int
    """Requests in which it was seen."""
    rate: float
    """`count` by the route's compared requests, 0 to 1."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""
    status: Literal["open", "accepted", "noise"]
    """`open` clusters make a request diverge."""
    severity: Literal["breaking", "additive", "cosmetic"]
    """What it means for a caller."""
    examples: tuple[Example, ...]
    """At most five."""


class ExpiredRule(Record):
    """An expired ``[[accept]]`` rule that matches an open cluster. ``expires`` is its last day: RFC 3339."""

    route: Text
    """The rule's glob."""
    path: Text
    """The rule's glob."""
    kind: Text
    """The rule's glob."""
    expires: str
    """The last day on which it applied."""


class Totals(Record):
    """Sums over all routes."""

    outcomes: dict[str, int]
    """Requests by outcome."""
    reasons: dict[str, int]
    """Requests by reason."""
    open_clusters: int
    """How many clusters are open."""


class Report(Record):
    """One run. ``ended_at`` is null while it is live; ``entered`` = sum of outcomes + ``in_flight``."""

    schema_version: Literal[1]
    """Changes when a key changes its meaning or goes away."""
    service: Text
    """The name under `[service]`."""
    run_id: str
    """The id of the run; ids sort by the time of the start."""
    engine: Text
    """Where the traffic was seen: `mitmproxy` or `ingest`."""
    started_at: str
    """When the run began."""
    ended_at: str | None
    """Null while the run is live."""
    builds: Builds
    """The two builds that were compared."""
    rules_digest: str
    """Digest of the rules in force; `old+new` if they changed during the run."""
    contract_digest: str
    """Digest of the contract; empty without one."""
    budget: float
    """`[gate] budget_pct` as a share, 0 to 1."""
    confidence: float
    """`[gate] confidence_pct` as a share, 0 to 1."""
    min_compared_pct: float
    """`[gate] min_compared_pct`."""
    entered: int
    """Requests that entered: the sum of all outcomes and `in_flight`."""
    in_flight: int
    """Requests without an outcome yet."""
    examples_stored: bool
    """False for a run without a redaction key."""
    routes: tuple[Route, ...]
    """All routes that were seen or are claimed."""
    clusters: tuple[Cluster, ...]
    """All clusters: open, accepted and noise."""
    expired_rules: tuple[ExpiredRule, ...]
    """`[[accept]]` rules that no longer apply."""
    totals: Totals
    """Sums over all routes."""
    verdict: Verdict
    """The worst of the claims; `inconclusive` without any."""
    reasons: tuple[Text, ...]
    """Why the verdict is what it is, in sentences."""
