"""The report: a versioned record of one run, from which every format is made."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from crossfade.reports.visible import encodable
from crossfade.shadow.evidence.claims import Verdict

SCHEMA_VERSION = 3

Text = Annotated[str, AfterValidator(encodable)]
"""What came from traffic or a person: lone surrogates in it are escaped, so that every format can be written."""


Status = Literal["open", "suspicious", "undecided", "accepted", "noise"]
"""What a cluster or a place is, in the order of its weight."""

Severity = Literal["breaking", "additive", "cosmetic"]
"""What a difference means for a caller."""


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
    """How the upper bound was computed. The lower one is always anytime-valid."""


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


class PlaceCheck(Record):
    """One check at a noisy place. The control is the secondary, or another of legacy's own answers."""

    check: str
    """`distance`, `parts`, `repeats`, `form` or `relation`."""
    trials: int
    """How often it was made."""
    candidate: int
    """In how many trials the candidate alone failed it."""
    control: int
    """In how many trials the control alone failed it."""
    flagged: bool
    """Whether the candidate fails it more often than chance explains."""


class Place(Record):
    """A place of a route, a path and a kind, at which an answer differed from legacy's; counts are of requests."""

    path: Text
    """The path with `*` for indexes and values."""
    kind: str
    """A kind of difference."""
    status: Status
    """As of a cluster."""
    decided: bool
    """Whether chance is ruled out at an open place."""
    always: bool
    """Whether legacy differs from itself nearly always, so that values are only checked."""
    asked_once: bool
    """Whether the secondary differs there too but was asked once only, and no check can judge the values."""
    pairs: int
    """First answers of candidate and secondary to the same request."""
    self_differs: int
    """Requests in which legacy's two instances differed, and not because of drift."""
    candidate_only: int
    """Pairs in which the candidate's answer alone differed from legacy's."""
    secondary_only: int
    """Pairs in which the secondary's answer alone differed from legacy's."""
    drift: int
    """Requests in which the secondary agreed with itself and not with legacy."""
    more_pairs: int | None
    """How many more pairs decide it, if they are like those before; null where that is not known or not needed."""
    checks: tuple[PlaceCheck, ...]
    """What was checked of its values."""


class Injected(Record):
    """Faults of one sort that were put into copies of real answers."""

    injected: int
    """How many were put in."""
    surfaced: int
    """How many of them were found."""


class LeftOut(Record):
    """Requests that were not compared, for one reason."""

    requests: int
    """How many."""
    of_all_pct: float
    """Their share of *all* requests, rounded up."""


class Surfaced(Record):
    """Faults that were put into copies of real answers, to see that they are found. None of them is a request."""

    injected: int
    """How many were put in."""
    surfaced: int
    """How many of them were found."""
    by_mutation: dict[str, Injected]
    """The same by what was made wrong: `value`, `missing`, `status`, `constant`."""


class Served(Record):
    """What the candidate answered the clients of a route; legacy was asked with a copy of what was compared of it."""

    candidate: int
    """Requests that the candidate answered; legacy answered all others."""
    compared: int
    """Of these, the ones that were compared."""
    diverged: int
    """Of the compared, the ones in which the client got what legacy does not answer, or no answer."""
    latency_ms: Latency
    """In these comparisons. Legacy was asked second, so it may have found warm caches."""
    cross_reads: int
    """How often something that the candidate wrote on this route was read through both sides."""
    cross_matched: int
    """How often they agreed."""


class Route(Record):
    """One route: all outcomes, what is claimed of it, and whether that holds.

    ``route`` is its name, behind that of its port where several ports carry one of that name.
    ``total`` entered; ``eligible`` were not skipped on purpose; ``distinct`` is n and ``divergent`` is k of the bounds.
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
    """Requests by reason: why they were not compared, which side failed how, how a stream was cut."""
    total: int
    """Requests that entered."""
    in_flight: int
    """Requests without an outcome yet."""
    eligible: int
    """Requests that were not left out on purpose."""
    compared_pct: float
    """The share of the eligible requests that was compared, rounded down."""
    left_out: dict[str, LeftOut]
    """Requests that were not compared, by reason."""
    distinct: int
    """n: distinct units of the claim that were compared."""
    divergent: int
    """k: those of them in which at least one difference is open and persistent."""
    divergence: Divergence
    """The rate and its bounds. The upper one counts what is undecided too."""
    undecided: int
    """Further ones of them with a difference that is undecided."""
    transient: int
    """Those of them with a difference that a second look did not show."""
    transience: Divergence
    """The rate of transient differences and its bounds."""
    has_secondary: bool
    """Whether there is a second instance of legacy, so that noise can be measured."""
    secondary_asked: int
    """Comparisons in which the secondary answered at the first look."""
    asked_again: int
    """Comparisons with a second look."""
    places: tuple[Place, ...]
    """Where answers differed, in the order of `clusters`."""
    surfaced: Surfaced
    """Injected faults, and how many of them were found."""
    latency_ms: Latency
    """In comparisons that have both answers, and whose client legacy answered; for the others see `served`."""
    served: Served
    """What the candidate answered of it."""
    verdict: Verdict | None
    """Null if the route is not claimed."""
    ground: str
    """What the verdict rests on, in one word: `proven`, `refuted`, `suspicious`, `undecided` or another one."""
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
    transition: Text
    """From what to what, such as `404 -> 401`, where the values come from a closed set; else empty."""
    cause: str | None
    """The catalogue's id of its cause, which a finding describes; null if none is certain."""
    count: int
    """Requests in which it was seen."""
    rate: float
    """`count` by the route's compared requests, 0 to 1."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""
    status: Status
    """`open` clusters make a request diverge; `suspicious` ones fail a check, `undecided` ones prove nothing yet."""
    severity: Severity
    """What it means for a caller."""
    examples: tuple[Example, ...]
    """At most five."""


class Finding(Record):
    """Clusters with one root, over routes and paths: what a person fixes. What is accepted is not counted."""

    id: str
    """`f-` and 12 hex digits, the same in every run."""
    title: Text
    """What it is, in plain words."""
    status: Status
    """The weightiest of its parts."""
    severity: Severity
    """The worst of its parts."""
    routes: tuple[Text, ...]
    """The routes on which it shows, as in `routes`."""
    count: int
    """Requests in which at least one of its parts was seen."""
    rate: float
    """`count` by the compared requests of its routes, 0 to 1."""
    cause: Cause | None
    """Null if none is certain."""
    parts: tuple[str, ...]
    """The ids of its clusters, the root first; each cluster is a part of one finding."""


class ExpiredRule(Record):
    """An expired ``[[accept]]`` rule that matches an open cluster. ``expires`` is its last day: RFC 3339."""

    route: Text
    """The rule's glob."""
    path: Text
    """The rule's glob."""
    kind: Text
    """The rule's glob."""
    transition: Text
    """The rule's glob."""
    expires: str
    """The last day on which it applied."""


class Totals(Record):
    """Sums over all routes."""

    outcomes: dict[str, int]
    """Requests by outcome."""
    reasons: dict[str, int]
    """Requests by reason."""
    left_out: dict[str, LeftOut]
    """Requests that were not compared, by reason."""
    open_findings: int
    """How many findings are open."""
    suspicious_findings: int
    """How many findings are suspicious."""
    undecided_findings: int
    """How many findings are undecided."""
    open_clusters: int
    """How many clusters are open."""
    suspicious_clusters: int
    """How many clusters are suspicious."""
    undecided_clusters: int
    """How many clusters are undecided."""
    secondary_asked: int
    """Comparisons in which the secondary answered at the first look."""
    asked_again: int
    """Comparisons with a second look: so many requests more went to the candidate, and to the secondary."""
    surfaced: Surfaced
    """Injected faults, and how many of them were found."""


class Report(Record):
    """One run. ``ended_at`` is null while it is live; ``entered`` = sum of outcomes + ``in_flight``."""

    schema_version: Literal[3]
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
    min_surfaced_pct: float
    """`[gate] min_surfaced_pct`."""
    transient_budget: float
    """`[gate] transient_budget_pct` as a share, 0 to 1."""
    transient_reason: Text
    """Why that is above the budget; empty where it is not."""
    unit: str
    """What the run counts as one: `request`, `client`, `session` or `minute`."""
    planned_n: int | None
    """`[gate] planned_n`; null where the number was not fixed beforehand."""
    entered: int
    """Requests that entered: the sum of all outcomes and `in_flight`."""
    in_flight: int
    """Requests without an outcome yet."""
    examples_stored: bool
    """False for a run without a redaction key."""
    routes: tuple[Route, ...]
    """All routes that were seen or are claimed."""
    findings: tuple[Finding, ...]
    """All findings, what to fix first in front."""
    clusters: tuple[Cluster, ...]
    """All clusters: open, suspicious, undecided, accepted, noise."""
    expired_rules: tuple[ExpiredRule, ...]
    """`[[accept]]` rules that no longer apply."""
    totals: Totals
    """Sums over all routes."""
    verdict: Verdict
    """The worst of the claims; `inconclusive` without any."""
    reasons: tuple[Text, ...]
    """Why the verdict is what it is, in sentences."""
    advice: tuple[Text, ...]
    """What to do about requests that were not compared, in sentences."""
