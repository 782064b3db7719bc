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
    candidate: Text


class Divergence(Record):
    """The rate of divergent among distinct requests, 0 to 1; ``point`` is null without data."""

    point: float | None
    lower: float
    upper: float
    confidence: float
    method: str


class Quantiles(Record):
    """Null where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


class Latency(Record):
    """Milliseconds of each side on the same requests, and the quantiles of candidate divided by legacy."""

    legacy: Quantiles
    candidate: Quantiles
    paired_ratio: Quantiles


class Route(Record):
    """One route: all outcomes, what is claimed of it, and whether that holds.

    ``route`` is its name, behind that of its port where several ports carry one of that name.
    ``total`` entered; ``eligible`` were not skipped; ``distinct`` is n and ``divergent`` is k of the bounds.
    """

    route: Text
    protocol: Literal["http", "grpc"]
    call_type: str
    stage: str
    claimed: bool
    outcomes: dict[str, int]
    reasons: dict[str, int]
    total: int
    in_flight: int
    eligible: int
    compared_pct: float
    distinct: int
    divergent: int
    divergence: Divergence
    latency_ms: Latency
    verdict: Verdict | None
    reason: Text


class Cause(Record):
    """An entry of the pitfall catalogue that explains a difference."""

    id: str
    title: str
    confidence: float
    explanation: str
    java_fix: str


class Example(Record):
    """One request on which the sides differ; values as text, redacted.

    ``repro`` is a command line for the side that ``$ADDRESS`` names, the others are for one side each; "" where it is
    not known to which port the client spoke.
    """

    comparison_id: str
    path: Text
    legacy: Text
    candidate: Text
    repro: Text
    repro_legacy: Text = ""
    repro_candidate: Text = ""


class Cluster(Record):
    """Differences with one fingerprint. ``rate`` is the share of the route's compared requests. Times: RFC 3339."""

    id: str
    route: Text
    path: Text
    kind: str
    cause: Cause | None
    count: int
    rate: float
    first_seen: str
    last_seen: str
    status: Literal["open", "accepted", "noise"]
    severity: Literal["breaking", "additive", "cosmetic"]
    examples: tuple[Example, ...]


class ExpiredRule(Record):
    """An ``[[accept]]`` rule whose last day is over, and that would speak of an open cluster. ``expires``: RFC 3339."""

    route: Text
    path: Text
    kind: Text
    expires: str


class Totals(Record):
    """Sums over all routes."""

    outcomes: dict[str, int]
    reasons: dict[str, int]
    open_clusters: int


class Report(Record):
    """One run. ``ended_at`` is null while it is live; ``entered`` = sum of outcomes + ``in_flight``."""

    schema_version: Literal[1]
    service: Text
    run_id: str
    engine: Text
    started_at: str
    ended_at: str | None
    builds: Builds
    rules_digest: str
    contract_digest: str
    budget: float
    confidence: float
    min_compared_pct: float
    entered: int
    in_flight: int
    examples_stored: bool
    routes: tuple[Route, ...]
    clusters: tuple[Cluster, ...]
    expired_rules: tuple[ExpiredRule, ...]
    totals: Totals
    verdict: Verdict
    reasons: tuple[Text, ...]


def to_json(report: Report) -> str:
    """The report as indented JSON with a newline at its end."""
    return report.model_dump_json(indent=2) + "\n"
